//! Where each post of the file belongs, from seeing all lines at once. Nothing of the classifier is used, nor of what it stores.

use std::collections::{BTreeSet, HashMap};

use super::{Act, Line};

/// A post, made up or of a line, by its number in the order of time.
#[derive(Debug)]
pub struct True {
    pub id: u64,
    /// Account; origins have their own, which the subject owns.
    pub author: Account,
    /// Microseconds since 1970, each post its own.
    pub micros: i64,
    /// What the line did, to which post, and whether by hand; `None` for an origin.
    pub did: Option<(Act, usize, Hand)>,
    /// Its words; none where it reposts.
    pub text: String,
    root: u64,
    parent: Option<u64>,
    depth: u32,
    /// Whether it points at an origin, hence at the subject.
    points: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    ByHand,
    ByButton,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Account {
    Owned(u32),
    Person(u32),
}

impl Account {
    pub fn handle(self) -> String {
        match self {
            Account::Owned(number) => format!("o{number}"),
            Account::Person(number) => format!("u{number}"),
        }
    }
}

/// All posts, in the order of time.
pub struct Truth {
    pub posts: Vec<True>,
}

/// What is to be seen of a post in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub root: u64,
    pub parent: Option<u64>,
    pub depth: u32,
    pub kinds: BTreeSet<&'static str>,
    pub role: &'static str,
    pub how: Option<(backtweet_domain::ReferenceKind, backtweet_domain::Edge)>,
}

impl True {
    pub fn is_by_hand(&self) -> bool {
        matches!(self.did, Some((_, _, Hand::ByHand)))
    }

    /// What is to be seen of it.
    pub fn seen(&self) -> Seen {
        use backtweet_domain::{Edge, ReferenceKind};
        let how = self.did.map(|(act, _, hand)| match (act, hand) {
            (Act::Retweet, Hand::ByButton) => (ReferenceKind::Repost, Edge::Flattened),
            (Act::Retweet, Hand::ByHand) => (ReferenceKind::Repost, Edge::Inferred),
            (Act::Mention, _) => (ReferenceKind::Quote, Edge::Inferred),
            (Act::Reply, _) => (ReferenceKind::Reply, Edge::Observed),
        });
        let kinds: &[_] = match self.did {
            Some((Act::Retweet, _, Hand::ByButton)) => &["repost"],
            Some((Act::Retweet, _, Hand::ByHand)) => &["repost", "mention"],
            Some((Act::Mention, ..)) => &["quote", "mention"],
            Some((Act::Reply, ..)) => &["reply", "mention"],
            None => &[],
        };
        Seen {
            root: self.root,
            parent: self.parent,
            depth: self.depth,
            kinds: if self.points {
                kinds.iter().copied().collect()
            } else {
                BTreeSet::new()
            },
            role: match (&self.did, self.points) {
                (None, _) => "origin",
                (_, true) => "backtweet",
                (_, false) => "indirect",
            },
            how,
        }
    }
}

/// Works everything out.
pub fn of(lines: &[Line]) -> Truth {
    let mut posts: Vec<True> = Vec::with_capacity(lines.len() * 11 / 10);
    let mut latest: HashMap<u32, usize> = HashMap::new();
    let mut origins: HashMap<u32, usize> = HashMap::new();
    let mut micros = 0;
    for line in lines {
        // Lines of one second keep their order; an origin comes just before the line that needs it.
        micros = (line.seconds * 1_000_000).max(micros + 2);
        let target = latest.get(&line.b).copied().unwrap_or_else(|| {
            *origins.entry(line.b).or_insert_with(|| {
                let id = posts.len() as u64 + 1;
                posts.push(True {
                    id,
                    author: Account::Owned(line.b),
                    micros: micros - 1,
                    did: None,
                    text: format!("{id} is what was first heard of the boson from this account, and more is to come"),
                    root: id,
                    parent: None,
                    depth: 0,
                    points: false,
                });
                posts.len() - 1
            })
        });
        let id = posts.len() as u64 + 1;
        let above = &posts[target];
        // What was reposted or passed on has no words that are its own.
        let has_words = above.did.is_none_or(|(act, ..)| act != Act::Retweet);
        let hand = if line.act == Act::Retweet && has_words && id.is_multiple_of(3) {
            Hand::ByHand
        } else {
            Hand::ByButton
        };
        let whom = above.author.handle();
        let text = match (line.act, hand) {
            (Act::Retweet, Hand::ByButton) => String::new(),
            (Act::Retweet, Hand::ByHand) => cut(format!("RT @{whom}: {}", above.text)),
            (Act::Mention, _) => {
                format!("{id} times over: @{whom} says that it is found, see for yourselves what they write")
            }
            (Act::Reply, _) => {
                format!("@{whom} {id} thanks, I had not heard of that before, is it really the one they looked for?")
            }
        };
        posts.push(True {
            id,
            author: Account::Person(line.a),
            micros,
            did: Some((line.act, target, hand)),
            text,
            root: above.root,
            parent: Some(above.id),
            depth: above.depth + 1,
            points: above.did.is_none(),
        });
        latest.insert(line.a, posts.len() - 1);
    }
    Truth { posts }
}

/// As clients cut, before there was a button.
fn cut(text: String) -> String {
    if text.chars().count() <= 140 {
        return text;
    }
    text.chars().take(139).chain(['…']).collect()
}
