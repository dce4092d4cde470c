//! Evidence for each intent, read off the hand-written cues of [`super::cues`]: phrases, negations and how they stand. What follows from the
//! evidence is decided in [`super`].

use std::cmp::Reverse;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::cues::{CUES, Cue, NEGATIONS};
use super::features::is_link;
use crate::text::{is_whole, normalise};

/// How many words a negation reaches over.
const REACH: usize = 3;

/// The cues as one automaton.
pub(super) static AUTOMATON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let phrases = CUES.iter().map(|(phrase, _, _)| phrase);
    AhoCorasick::new(phrases).ok()
});

/// The words of a text, without links and names.
pub(super) struct Plain {
    pub(super) text: String,
    pub(super) links: usize,
    /// Whether it begins by naming somebody: it speaks to them.
    addressed: bool,
    shouts: bool,
    tags: usize,
}

impl Plain {
    pub(super) fn of(text: &str) -> Self {
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
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Evidence {
    pub(super) trouble: f64,
    pub(super) help: f64,
    pub(super) praise: f64,
    pub(super) question: f64,
    pub(super) spam: f64,
    pub(super) share: f64,
}

impl Evidence {
    pub(super) fn of(plain: &Plain) -> Self {
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

    /// How much speaks for a grievance: thanks beside one are manners, and a grievance beside thanks is over.
    pub(super) fn grievance(&self) -> f64 {
        self.trouble - 0.6 * self.praise
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
