//! What the author of a text wants: complaints by a trained model, the other intents by rules that anybody can look up in [`cues`]. How a
//! text feels is not asked here, and neither is how the weights of [`model`] come about.

pub mod cues;
pub mod features;
pub mod model;
mod rules;

use backtweet_domain::{Intent, Post};

use self::model::{Reading, SHIPPED};
use self::rules::{Evidence, Plain};
use crate::spam;

/// Evidence below this is none.
const ENOUGH: f64 = 1.0;
/// A grievance below this is none: people seldom name it in so many words.
const GRIEVANCE: f64 = 0.6;
/// Evidence of this strength is as good as certain (0.86): confidence is evidence / (evidence + HALF).
const HALF: f64 = 0.8;

/// A grievance of this strength holds where the model hears a complaint rather than anything else that is said to or about an organisation,
/// though it may take the text for small talk.
const PLAIN_GRIEVANCE: f64 = 1.0;
/// Where the words are this positive, in standard deviations from the mean of tweets, and not negative, they praise without any cue: 234 of
/// 247 such tweets that the model had not seen were labelled positive, and 1 negative.
const GLOWING: f32 = 1.2;
/// Words that are more negative than this do not praise, whatever cue they hold.
const SOUR: f32 = 1.0;

/// What the author of a post wants, and how sure that is, in [0, 1]. A repost, and a post of nothing but links or pictures, passes
/// something on. A post in another language than English is read by its cues alone.
pub fn of_post(post: &Post) -> (Intent, f64) {
    if post.is_repost() {
        return (Intent::Share, 1.0);
    }
    let foreign = post
        .language
        .as_deref()
        .is_some_and(|language| !is_english_tag(language));
    let (intent, confidence) = if foreign {
        by_rules(&post.text)
    } else {
        read(&post.text)
    };
    let wordless = intent == Intent::Other && confidence == 0.0 && (!post.entities.links.is_empty() || post.has_media);
    if wordless {
        (Intent::Share, 0.8)
    } else if matches!(intent, Intent::Other | Intent::Share) && spam::is_spam(spam::flags(post, 0)) {
        (Intent::Spam, sure(ENOUGH))
    } else {
        (intent, confidence)
    }
}

/// What the author of a text wants, and how sure that is, in [0, 1]. A text without words is [`Intent::Other`] with confidence 0, unless
/// it holds a link.
pub fn read(text: &str) -> (Intent, f64) {
    let plain = Plain::of(text);
    wordless(&plain).unwrap_or_else(|| {
        let model = SHIPPED.as_ref().filter(|_| looks_english(&plain.text));
        decide(
            &Evidence::of(&plain),
            model.map(|model| (model.read(text), model.dials.threshold)),
        )
    })
}

/// Whether cues alone say that something is wrong, plainly enough to overrule a model that takes the text for small talk.
pub fn names_grievance(text: &str) -> bool {
    Evidence::of(&Plain::of(text)).grievance() >= PLAIN_GRIEVANCE
}

fn by_rules(text: &str) -> (Intent, f64) {
    let plain = Plain::of(text);
    wordless(&plain).unwrap_or_else(|| decide(&Evidence::of(&plain), None))
}

fn wordless(plain: &Plain) -> Option<(Intent, f64)> {
    let share = if plain.links > 0 {
        (Intent::Share, 0.8)
    } else {
        (Intent::Other, 0.0)
    };
    (!plain.text.contains(char::is_alphanumeric)).then_some(share)
}

fn is_english_tag(tag: &str) -> bool {
    let language = tag.split(['-', '_']).next().unwrap_or(tag);
    language.eq_ignore_ascii_case("en") || language.eq_ignore_ascii_case("und")
}

/// Whether a text in normal form may be English: one word in ten is among the commonest, or there are too few words to say.
fn looks_english(text: &str) -> bool {
    let words = || {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'');
        words.filter(|word| !word.is_empty())
    };
    let common = words().filter(|word| COMMON.contains(word)).count();
    let all = words().count();
    if all < 4 { text.is_ascii() } else { common * 10 >= all }
}

/// Common English words that are none in languages akin to it.
const COMMON: &[&str] = &[
    "the", "and", "is", "are", "you", "your", "my", "i", "to", "for", "with", "this", "that", "it", "not", "have",
    "has", "been", "of", "but", "what", "why", "how", "when", "can", "can't", "don't", "please", "thanks", "just",
    "from", "they", "their", "would", "get", "got", "still", "out", "its", "it's", "i'm", "we", "our", "be", "at",
    "by", "if", "or", "now", "there", "who", "about", "all", "very", "love", "need",
];

/// How sure some evidence makes, in [0, 1).
fn sure(weight: f64) -> f64 {
    weight / (weight + HALF)
}

/// Decides by the cues, and where there is a reading of the model by that, with the threshold of a complaint.
fn decide(evidence: &Evidence, reading: Option<(Reading, f32)>) -> (Intent, f64) {
    let Evidence {
        trouble,
        help,
        praise,
        question,
        spam,
        share,
    } = *evidence;
    let grievance = evidence.grievance();
    let (grieves, how_sure) = match reading {
        Some((reading, threshold)) => {
            let plainly = grievance >= PLAIN_GRIEVANCE && reading.complaint > reading.addressed;
            (
                reading.complaint >= threshold || plainly,
                f64::from(reading.complaint.max(if plainly { threshold } else { 0.0 })),
            )
        }
        None => (grievance >= GRIEVANCE, sure(grievance.max(0.0))),
    };
    let glows = reading.is_some_and(|(reading, _)| reading.positive >= GLOWING && reading.negative < 0.0);
    let sour = reading.is_some_and(|(reading, _)| reading.negative > SOUR);
    if spam >= 2.0 * ENOUGH {
        (Intent::Spam, sure(spam))
    } else if help >= ENOUGH && (grieves || help + grievance >= 1.5 * ENOUGH) {
        (Intent::HelpRequest, sure(help + grievance.max(0.0)))
    } else if grieves {
        (Intent::Complaint, how_sure)
    } else if praise >= ENOUGH && praise > trouble && !sour {
        (Intent::Praise, sure(praise - trouble.max(0.0)))
    } else if question >= ENOUGH {
        (Intent::Question, sure(question))
    } else if spam >= ENOUGH {
        (Intent::Spam, sure(spam))
    } else if glows {
        (Intent::Praise, sure(ENOUGH))
    } else if share >= 0.8 {
        (Intent::Share, 0.5)
    } else {
        (Intent::Other, 0.5)
    }
}

#[cfg(test)]
mod tests;
