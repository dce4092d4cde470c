//! What people write: themes, the sentences for each, and how a sentence is filled in. Which post says what is decided elsewhere.
//!
//! A sentence may hold `[one|or|another]`, a word list such as `{food}`, and `{it}`, where the brand is named. Sentences with
//! `{it}` are used only by posts that name a brand, sentences without only by posts that leave it to a tag, a link or nothing.

mod english;
mod others;

use backtweet_domain::{Intent, Label};

use crate::rng::Rng;

/// A language people write in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Language {
    English,
    Spanish,
    German,
    French,
    Portuguese,
}

impl Language {
    pub(crate) const ALL: [Language; 5] = [
        Language::English,
        Language::Spanish,
        Language::German,
        Language::French,
        Language::Portuguese,
    ];

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Spanish => "es",
            Language::German => "de",
            Language::French => "fr",
            Language::Portuguese => "pt",
        }
    }
}

/// What a post is about and what its author means by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Theme {
    /// Daily life; concerns nobody.
    Chatter,
    /// A word on somebody else's daily life.
    Reaction,
    /// The coffee roaster's own posts.
    BrewlarkNews,
    /// The repair shop's own posts.
    FixwellNews,
    /// The ticket app's own posts.
    TramloNews,
    /// Takes part in the campaign.
    Campaign,
    /// Takes part and names the brand.
    CampaignNamed,
    /// Says that a brand is good.
    Praise,
    /// The praise that goes viral.
    Story,
    /// Enjoys what it passes on.
    Cheer,
    /// Wonders about what it passes on.
    Wonder,
    /// Doubts what it passes on.
    Doubt,
    /// Says that something is wrong, and with whom.
    Complaint,
    /// Says so underneath or on top of another post.
    Grumble,
    /// Asks a brand for help.
    Help,
    /// Asks for help underneath another post.
    Plea,
    /// Asks a brand something.
    Ask,
    /// A brand's answer to somebody in need.
    Answer,
    /// Is glad about help.
    Thanks,
    /// Rides on a tag to sell.
    Spam,
}

impl Theme {
    /// What an author of such a text wants.
    pub(crate) const fn intent(self) -> Intent {
        match self {
            Theme::Complaint | Theme::Grumble => Intent::Complaint,
            Theme::Help | Theme::Plea => Intent::HelpRequest,
            Theme::Praise | Theme::Story | Theme::Cheer | Theme::Thanks => Intent::Praise,
            Theme::Ask | Theme::Wonder => Intent::Question,
            Theme::Campaign | Theme::CampaignNamed => Intent::Share,
            Theme::Spam => Intent::Spam,
            _ => Intent::Other,
        }
    }

    /// What such a text feels like.
    pub(crate) const fn label(self) -> Label {
        match self {
            Theme::Complaint | Theme::Grumble | Theme::Help | Theme::Plea | Theme::Doubt => Label::Negative,
            Theme::Campaign | Theme::CampaignNamed => Label::Positive,
            Theme::Praise | Theme::Story | Theme::Cheer | Theme::Thanks => Label::Positive,
            _ => Label::Neutral,
        }
    }

    /// Whether its sentences name a brand.
    pub(crate) const fn names(self) -> bool {
        matches!(
            self,
            Theme::CampaignNamed | Theme::Praise | Theme::Story | Theme::Complaint | Theme::Help | Theme::Ask
        )
    }
}

/// The language in which somebody who prefers `language` writes about `theme`: English where there is nothing else.
pub(crate) fn spoken(theme: Theme, language: Language) -> Language {
    if others::sentences(theme, language).is_empty() {
        Language::English
    } else {
        language
    }
}

pub(crate) fn sentences(theme: Theme, language: Language) -> &'static [&'static str] {
    match others::sentences(theme, language) {
        [] => english::sentences(theme),
        found => found,
    }
}

/// Where a text goes while it is written.
pub(crate) trait Page {
    /// Words as they are.
    fn say(&mut self, words: &str);
    /// The place where the brand is named.
    fn name(&mut self);
}

/// Writes `sentence` onto `page`, with choices drawn from `rng`.
pub(crate) fn write(sentence: &str, rng: &mut Rng, page: &mut impl Page) {
    let mut rest = sentence;
    while let Some((start, end)) = hole(rest) {
        page.say(&rest[..start]);
        let inside = &rest[start + 1..end];
        if rest[start..].starts_with('[') {
            let options = inside.split('|').count();
            let option = inside.split('|').nth(rng.index(options)).unwrap_or_default();
            write(option, rng, page);
        } else if inside == "it" {
            page.name();
        } else {
            page.say(rng.pick(english::words(inside)));
        }
        rest = &rest[end + 1..];
    }
    page.say(rest);
}

/// The first `[...]` or `{...}`: where it opens and where it closes.
fn hole(text: &str) -> Option<(usize, usize)> {
    let start = text.find(['[', '{'])?;
    let close = if text[start..].starts_with('[') { ']' } else { '}' };
    Some((start, start + text[start..].find(close)?))
}

/// A short clause that names another brand as well.
pub(crate) const ASIDES: [&str; 4] = [
    " At least {it} is having a better day.",
    " {it} never does that.",
    " Off to {it} instead.",
    " Even {it} noticed.",
];

/// Tags of daily life.
pub(crate) const CHATTER_TAGS: [&str; 12] = [
    "gardening",
    "books",
    "caturday",
    "running",
    "photography",
    "MondayMood",
    "knitting",
    "science",
    "vinyl",
    "hiking",
    "football",
    "café",
];

/// Links of daily life.
pub(crate) const CHATTER_LINKS: [&str; 5] = [
    "https://fieldnotes.example/2026/09/late-summer",
    "https://weather.example/today",
    "https://recipes.example/plum-cake",
    "https://paper.example/culture/1893",
    "https://video.example/watch?v=t0mat0",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const THEMES: [Theme; 20] = [
        Theme::Chatter,
        Theme::Reaction,
        Theme::BrewlarkNews,
        Theme::FixwellNews,
        Theme::TramloNews,
        Theme::Campaign,
        Theme::CampaignNamed,
        Theme::Praise,
        Theme::Story,
        Theme::Cheer,
        Theme::Wonder,
        Theme::Doubt,
        Theme::Complaint,
        Theme::Grumble,
        Theme::Help,
        Theme::Plea,
        Theme::Ask,
        Theme::Answer,
        Theme::Thanks,
        Theme::Spam,
    ];

    #[derive(Default)]
    struct Plain(String);

    impl Page for Plain {
        fn say(&mut self, words: &str) {
            self.0.push_str(words);
        }

        fn name(&mut self) {
            self.0.push('*');
        }
    }

    #[test]
    fn every_sentence_is_well_formed_and_names_a_brand_exactly_where_its_theme_says_so() {
        for theme in THEMES {
            for language in Language::ALL {
                for sentence in sentences(theme, language) {
                    for draw in 0..20 {
                        let mut page = Plain::default();
                        write(sentence, &mut Rng::new(draw, 1), &mut page);
                        let named = page.0.matches('*').count();
                        assert_eq!(named, usize::from(theme.names()), "{theme:?} {language:?}: {sentence}");
                        assert!(!page.0.contains(['[', ']', '{', '}', '|']), "{}", page.0);
                    }
                }
            }
        }
    }

    #[test]
    fn a_day_does_not_read_like_one_sentence_over_and_over() {
        let mut seen = BTreeSet::new();
        let mut rng = Rng::new(1, 1);
        for _ in 0..4_000 {
            let (theme, language) = (rng.pick(&THEMES), rng.pick(&Language::ALL));
            let sentence = rng.pick(sentences(theme, language));
            let mut page = Plain::default();
            write(sentence, &mut rng, &mut page);
            seen.insert(page.0);
        }
        assert!(seen.len() > 600, "only {} different sentences", seen.len());
    }
}
