//! Comparisons within a clause, and what each side gets of them. What counts as a brand manager would have it: of `@a is better than @b` the first
//! side reads that it is better, and the second that it is worse.

use std::ops::Range;

use super::clauses::Clause;
use super::tokens::{OURS, Text, Token};
use super::words::{
    ARTICLES, LEAVE, LESS, List, MORE, NOT, OPPOSITES, OVER, PREFER, SWITCH, Sides, THAN, THAN_BEHIND, UNLIKE, has,
};

/// Others stand at most so many words behind one who is named first.
const NEAR: usize = 4;

/// Somebody set beside others.
#[derive(Debug)]
pub(super) struct Comparison {
    /// Whether it is those who are asked about.
    ours: bool,
    /// How they are called, by place.
    name: Range<usize>,
    /// What the others' side is read without: the name and what ties it to the comparison.
    tie: Range<usize>,
    /// What holds for them.
    theirs: Verdict,
    /// What holds for the others, where the clause does not say so itself.
    others: &'static str,
    /// Where the others stand.
    beside: Beside,
}

/// Where the others of a comparison stand.
#[derive(Debug, Clone, Copy)]
enum Beside {
    /// Before the tie.
    Before,
    /// Close behind it.
    Close,
    Anywhere,
}

/// What holds for one who is set beside others.
#[derive(Debug)]
enum Verdict {
    Is(String),
    /// The opposite of what the rest says, by what denies.
    Not(&'static str),
}

impl Comparison {
    /// What the clause says about those who are asked about.
    pub(super) fn seen_by_us(&self, text: &Text<'_>, clause: &Clause) -> String {
        let whole = clause.range(text);
        let at = |word: usize| text.tokens.get(word).map_or(whole.end, |token| token.range.start);
        let before = text.text[whole.start..at(self.tie.start).clamp(whole.start, whole.end)].trim();
        let end = text.tokens[self.tie.end - 1].range.end.clamp(whole.start, whole.end);
        let behind = text.text[end..whole.end].trim();
        let name = &text.text[text.tokens[self.name.start].range.start..text.tokens[self.name.end - 1].range.end];
        let parts = match (&self.theirs, self.ours) {
            (Verdict::Is(verdict), true) => [verdict, name, ""],
            (Verdict::Not(not), true) => [*not, before, behind],
            (_, false) => [before, self.others, behind],
        };
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    }
}

/// The comparison of the clause, where there is one in which somebody is named.
pub(super) fn compare(text: &Text<'_>, clause: &Clause) -> Option<Comparison> {
    let tokens = &text.tokens[clause.words.clone()];
    let is_ours = |token: &Token| token.target == Some(OURS);
    let clause = Words {
        tokens,
        start: clause.words.start,
        first_of_us: tokens.iter().position(is_ours),
        last_of_us: tokens.iter().rposition(is_ours),
    };
    let prefers = clause.first(|key| PREFER.iter().any(|(begin, ..)| key.starts_with(begin)));
    let switches = clause.first(|key| SWITCH.iter().any(|(begin, ..)| key.starts_with(begin)));
    (0..clause.tokens.len()).find_map(|at| {
        let found = clause
            .than(at)
            .or_else(|| clause.than_behind(at))
            .or_else(|| clause.unlike(at))
            .or_else(|| clause.over(at))
            .or_else(|| clause.preferred(at, prefers?))
            .or_else(|| clause.left(at))
            .or_else(|| clause.switched(at, switches?))?;
        // What is set beside itself tells nothing, and neither does who stands apart.
        (found.ours != clause.has_us_beside(&found) && !clause.denied(at)).then_some(found)
    })
}

/// The words of a clause.
struct Words<'a> {
    tokens: &'a [Token],
    /// The place of the first in the text.
    start: usize,
    first_of_us: Option<usize>,
    last_of_us: Option<usize>,
}

impl Words<'_> {
    fn key(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &token.key)
    }

    fn first(&self, is: impl Fn(&str) -> bool) -> Option<usize> {
        self.tokens.iter().position(|token| token.is_plain() && is(&token.key))
    }

    /// Whether there is a negation close before.
    fn denied(&self, at: usize) -> bool {
        (at.saturating_sub(4)..at).any(|before| has(NOT, self.key(before)))
    }

    /// Whether those who are asked about are among the others.
    fn has_us_beside(&self, found: &Comparison) -> bool {
        let (start, end) = (found.tie.start - self.start, found.tie.end - self.start);
        let is_ours = |token: &Token| token.target == Some(OURS);
        match found.beside {
            Beside::Before => self.first_of_us.is_some_and(|first| first < start),
            Beside::Close => self.tokens[end..].iter().take(NEAR).any(is_ours),
            Beside::Anywhere => self.first_of_us.is_some_and(|first| first < start) || self.last_of_us >= Some(end),
        }
    }

    /// The name that stands here, behind articles.
    fn name(&self, mut at: usize) -> Option<Range<usize>> {
        let articles = (at..at + 2).take_while(|at| has(ARTICLES, self.key(*at)) && self.tokens[*at].target.is_none());
        at += articles.count();
        let token = self.tokens.get(at)?;
        let named = token.target.is_some() || token.capital && token.is_plain() && token.key != "i";
        let same = |other: &&Token| token.target == Some(OURS) && other.target == token.target;
        let more = self.tokens[at + 1..].iter().take_while(same).count();
        named.then_some(at..at + 1 + more)
    }

    /// The name behind one of `links`, which are phrases.
    fn behind<'l, T>(&self, at: usize, links: &'l [(List, T)]) -> Option<(Range<usize>, &'l T)> {
        let (phrase, value) = links
            .iter()
            .find(|(phrase, _)| (at..).zip(*phrase).all(|(at, word)| self.key(at) == *word))?;
        Some((self.name(at + phrase.len())?, value))
    }

    fn found(
        &self,
        tie: Range<usize>,
        name: Range<usize>,
        theirs: Verdict,
        others: &'static str,
    ) -> Option<Comparison> {
        Some(Comparison {
            ours: self.tokens[name.start].target == Some(OURS),
            name: self.start + name.start..self.start + name.end,
            tie: self.start + tie.start..self.start + tie.end,
            theirs,
            others,
            beside: Beside::Before,
        })
    }

    /// `better than @b`, `more reliable than @b`, `faster than @b`.
    fn than(&self, at: usize) -> Option<Comparison> {
        if !has(THAN, self.key(at)) || self.tokens[at].target.is_some() {
            return None;
        }
        let name = self.name(at + 1)?;
        let verdict = (at.saturating_sub(4)..at).rev().find_map(|before| {
            let (word, next) = (self.key(before), self.key(before + 1));
            if let Some(other) = opposite(word) {
                return Some(other.to_owned());
            }
            if let Some((_, more)) = LESS.iter().find(|(less, _)| *less == word) {
                return (before + 1 < at).then(|| format!("{more} {next}"));
            }
            let not = match self.key(at) {
                "als" => "nicht",
                "than" => "not",
                "من" => "ليس",
                _ => "no",
            };
            if has(MORE, word) && before + 1 < at {
                return Some(format!("{not} {next}"));
            }
            let grows =
                word.ends_with("er") && word.len() > 4 && before + 1 == at && matches!(self.key(at), "than" | "als");
            grows.then(|| format!("{not} {word}"))
        })?;
        self.found(at..name.end, name, Verdict::Is(verdict), "")
    }

    /// `@b se behtar`.
    fn than_behind(&self, at: usize) -> Option<Comparison> {
        let name = at.checked_sub(1)?;
        if !has(THAN_BEHIND, self.key(at)) || self.tokens[name].target.is_none() {
            return None;
        }
        let worse = (at + 1..at + 3).find_map(|next| opposite(self.key(next)))?;
        let found = self.found(name..at + 1, name..at, Verdict::Is(worse.to_owned()), "")?;
        Some(Comparison {
            beside: Beside::Close,
            ..found
        })
    }

    /// `unlike @b`, `compared to @b`.
    fn unlike(&self, at: usize) -> Option<Comparison> {
        let (name, not) = self.behind(at, UNLIKE)?;
        let found = self.found(at..name.end, name, Verdict::Not(not), "")?;
        Some(Comparison {
            beside: Beside::Anywhere,
            ..found
        })
    }

    /// `instead of @b`, `beats @b`, and `over @b` right behind another name.
    fn over(&self, at: usize) -> Option<Comparison> {
        if let Some((name, [better, worse])) = self.behind(at, OVER) {
            return self.found(at..name.end, name, Verdict::Is((*worse).to_owned()), better);
        }
        let is_name = |at: usize| self.tokens[at].target.is_some();
        if self.key(at) != "over" || at == 0 || !is_name(at - 1) {
            return None;
        }
        let name = self.name(at + 1).filter(|name| is_name(name.start))?;
        self.found(at..name.end, name, Verdict::Is("worse".to_owned()), "better")
    }

    /// `prefer @a to @b`.
    fn preferred(&self, at: usize, prefers: usize) -> Option<Comparison> {
        let before = at.checked_sub(1).filter(|before| *before > prefers)?;
        let word = self.key(prefers);
        let (_, _, [better, worse]) = PREFER
            .iter()
            .find(|(begin, links, _)| word.starts_with(begin) && has(links, self.key(at)))?;
        let name = self.name(at + 1)?;
        self.tokens[before].target?;
        self.found(at..name.end, name, Verdict::Is((*worse).to_owned()), better)
    }

    /// `left @a for @b`.
    fn left(&self, at: usize) -> Option<Comparison> {
        let (_, links, sides) = LEAVE.iter().find(|(words, ..)| has(words, self.key(at)))?;
        self.moved(at, links, sides)
    }

    /// `switched from @a to @b`.
    fn switched(&self, at: usize, switches: usize) -> Option<Comparison> {
        let word = self.key(switches);
        let (_, _, links, sides) = SWITCH
            .iter()
            .find(|(begin, from, ..)| word.starts_with(begin) && at > switches && has(from, self.key(at)))?;
        self.moved(at, links, sides)
    }

    /// From one name to another, which one of `links` stands before.
    fn moved(&self, at: usize, links: &[&str], [better, worse]: &Sides) -> Option<Comparison> {
        let old = self.name(at + 1)?;
        let new = self.name(old.end + 1).filter(|_| has(links, self.key(old.end)))?;
        self.tokens[old.start].target.or(self.tokens[new.start].target)?;
        let found = self.found(at..old.end + 1, old, Verdict::Is((*worse).to_owned()), better)?;
        Some(Comparison {
            beside: Beside::Close,
            ..found
        })
    }
}

/// Worse for better, and the other way round.
fn opposite(word: &str) -> Option<&'static str> {
    OPPOSITES.iter().find(|(one, _)| *one == word).map(|(_, other)| *other)
}
