//! What the author of a text wants, read off cues in it: a first reading, by rules that anybody can look up in [`cues`]. How a text
//! feels is not asked here.

pub mod cues;

use std::cmp::Reverse;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use backtweet_domain::{Intent, Post};

use self::cues::{CUES, Cue, NEGATIONS};
use crate::text::{is_whole, normalise};

/// How many words a negation reaches over.
const REACH: usize = 3;
/// Evidence below this is none.
const ENOUGH: f64 = 1.0;
/// A grievance below this is none: people seldom name it in so many words.
const GRIEVANCE: f64 = 0.6;
/// Evidence of this strength is as good as certain (0.86): confidence is evidence / (evidence + HALF).
const HALF: f64 = 0.8;

/// The cues as one automaton.
static AUTOMATON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let phrases = CUES.iter().map(|(phrase, _, _)| phrase);
    AhoCorasick::new(phrases).ok()
});

/// What the author of a post wants, and how sure that is, in [0, 1]. A repost, and a post of nothing but links or pictures, passes
/// something on.
pub fn of_post(post: &Post) -> (Intent, f64) {
    if post.is_repost() {
        return (Intent::Share, 1.0);
    }
    let (intent, confidence) = read(&post.text);
    let wordless = intent == Intent::Other && confidence == 0.0 && (!post.entities.links.is_empty() || post.has_media);
    if wordless {
        (Intent::Share, 0.8)
    } else {
        (intent, confidence)
    }
}

/// What the author of a text wants, and how sure that is, in [0, 1]. A text without words is [`Intent::Other`] with confidence 0, unless
/// it holds a link.
pub fn read(text: &str) -> (Intent, f64) {
    let plain = Plain::of(text);
    if !plain.text.contains(char::is_alphanumeric) {
        return if plain.links > 0 {
            (Intent::Share, 0.8)
        } else {
            (Intent::Other, 0.0)
        };
    }
    decide(&Evidence::of(&plain))
}

/// The words of a text, without links and names.
struct Plain {
    text: String,
    links: usize,
    /// Whether it begins by naming somebody: it speaks to them.
    addressed: bool,
    shouts: bool,
    tags: usize,
}

impl Plain {
    fn of(text: &str) -> Self {
        let is_link = |word: &str| word.contains("://") || word.starts_with("www.") || word.contains("t.co/");
        let (mut words, mut links, mut tags) = (String::new(), 0, 0);
        for word in text.split_whitespace() {
            tags += usize::from(word.starts_with('#'));
            if is_link(word) {
                links += 1;
            } else if !word.trim_start_matches(['.', '"', '(']).starts_with('@') {
                words.push_str(word);
                words.push(' ');
            }
        }
        let letters = words.chars().filter(|c| c.is_alphabetic()).count();
        let capitals = words.chars().filter(|c| c.is_uppercase()).count();
        Self {
            text: normalise(&words),
            links,
            addressed: text.trim_start_matches(['.', ' ']).starts_with('@'),
            shouts: letters >= 12 && capitals * 10 > letters * 7,
            tags,
        }
    }
}

/// The weights of all cues, by what they speak for.
#[derive(Debug, Default)]
struct Evidence {
    trouble: f64,
    help: f64,
    praise: f64,
    question: f64,
    spam: f64,
    share: f64,
}

impl Evidence {
    fn of(plain: &Plain) -> Self {
        let text = plain.text.as_str();
        let mut evidence = Self::default();
        for (start, cue, weight) in cues_in(text) {
            evidence.count(cue, weight, negation(text, start));
        }
        let asks = text.contains('?');
        evidence.question += if asks { 1.2 } else { 0.0 };
        evidence.spam += if plain.tags >= 6 { 1.0 } else { 0.0 } + 0.3 * plain.links.saturating_sub(1) as f64;
        evidence.share += if plain.links > 0 { 0.8 } else { 0.0 };
        if evidence.trouble > 0.0 {
            // Anger shows, and speaks to somebody; who has a link to show is seldom angry.
            evidence.trouble += if plain.shouts || text.contains("?!") || text.contains("??") {
                0.4
            } else {
                0.0
            };
            evidence.trouble += if plain.addressed { 0.3 } else { -0.1 };
            evidence.trouble -= 0.3 * plain.links.min(1) as f64;
        }
        evidence
    }

    fn count(&mut self, cue: Cue, weight: f64, negation: Option<usize>) {
        match (cue, negation) {
            // `not great` complains; `no error` says nothing, but `not because of the error` still does.
            (Cue::Praise, Some(_)) => self.trouble += weight,
            (Cue::Trouble, Some(0)) => {}
            (Cue::Trouble, _) => self.trouble += weight,
            (Cue::Praise, None) => self.praise += weight,
            (Cue::Help, _) => self.help += weight,
            (Cue::Question, _) => self.question += weight,
            (Cue::Spam, _) => self.spam += weight,
            (Cue::Casual, _) => self.trouble -= weight,
        }
    }
}

/// The cues of a text and where they start, without those within a longer one: `not working` says more than `not`.
fn cues_in(text: &str) -> Vec<(usize, Cue, f64)> {
    let found = AUTOMATON
        .iter()
        .flat_map(|automaton| automaton.find_overlapping_iter(text));
    let whole = found.filter(|found| is_whole(text, found.start(), found.end()));
    let mut spans: Vec<_> = whole
        .map(|found| (found.start(), found.end(), found.pattern().as_usize()))
        .collect();
    spans.sort_unstable_by_key(|&(start, end, _)| (start, Reverse(end)));
    let mut reached = 0;
    spans.retain(|&(_, end, _)| {
        let further = end > reached;
        reached = reached.max(end);
        further
    });
    spans
        .into_iter()
        .map(|(start, _, cue)| (start, CUES[cue].1, CUES[cue].2))
        .collect()
}

/// How many words before `start` a negation stands that reaches it.
fn negation(text: &str, start: usize) -> Option<usize> {
    // A clause of its own is not reached.
    let before = text[..start]
        .rsplit(['.', '!', '?', ',', ';', ':'])
        .next()
        .unwrap_or_default();
    before
        .split(' ')
        .rev()
        .filter(|word| !word.is_empty())
        .take(REACH)
        .position(|word| NEGATIONS.contains(&word))
}

fn decide(evidence: &Evidence) -> (Intent, f64) {
    let sure = |weight: f64| weight / (weight + HALF);
    let Evidence {
        trouble,
        help,
        praise,
        question,
        spam,
        share,
    } = *evidence;
    // Thanks beside a grievance are manners, and a grievance beside thanks is over.
    let grievance = trouble - 0.6 * praise;
    if spam >= 2.0 * ENOUGH {
        (Intent::Spam, sure(spam))
    } else if help >= ENOUGH && help + grievance >= 1.5 * ENOUGH {
        (Intent::HelpRequest, sure(help + grievance.max(0.0)))
    } else if grievance >= GRIEVANCE {
        (Intent::Complaint, sure(grievance))
    } else if praise >= ENOUGH && praise > trouble {
        (Intent::Praise, sure(praise - trouble.max(0.0)))
    } else if question >= ENOUGH {
        (Intent::Question, sure(question))
    } else if spam >= ENOUGH {
        (Intent::Spam, sure(spam))
    } else if share >= 0.8 {
        (Intent::Share, 0.5)
    } else {
        (Intent::Other, 0.5)
    }
}

#[cfg(test)]
mod tests;
