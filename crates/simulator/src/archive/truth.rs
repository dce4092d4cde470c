//! What an archive's events come to, one post at a time, so that any figure can be counted the simple way.

use backtweet_domain::{Finding, Label, Role, Scored, signal};

use super::write::{self, Post};

/// One post that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// Event time, in microseconds since 1970.
    pub at_us: i64,
    number: u32,
    author: u32,
    /// Followers of its author.
    pub followers: u32,
    /// What it is worth, in thousandths.
    pub signal_milli: i32,
    /// What it is to its subject.
    pub role: Role,
    /// What it feels like; `None` where it was not scored.
    pub label: Option<Label>,
    /// Whether it passes on another unchanged.
    pub is_repost: bool,
    is_gone: bool,
}

impl Fact {
    /// Its author's number among those of its subject.
    pub fn author(&self) -> u32 {
        self.author
    }
}

/// All posts that count, by subject.
#[derive(Debug, Clone)]
pub struct Truth {
    seed: u64,
    facts: Vec<Vec<Fact>>,
}

impl Truth {
    pub(super) fn new(subjects: u32) -> Self {
        Self {
            seed: 0,
            facts: vec![Vec::new(); subjects as usize],
        }
    }

    /// The posts of the subject with this number that count within some microseconds, oldest first.
    pub fn of(&self, subject: usize, within: std::ops::Range<i64>) -> impl DoubleEndedIterator<Item = &Fact> {
        let facts = &self.facts[subject];
        let place = |at: i64| facts.partition_point(|fact| fact.at_us < at);
        facts[place(within.start)..place(within.end)]
            .iter()
            .filter(|fact| !fact.is_gone)
    }

    /// How many posts of a subject count.
    pub fn size(&self, subject: usize) -> usize {
        self.facts[subject].iter().filter(|fact| !fact.is_gone).count()
    }

    /// The id of an author, as reports show it.
    pub fn author_id(&self, subject: usize, author: u32) -> String {
        write::author_id(self.seed, subject as u32, u64::from(author)).to_string()
    }

    /// The id of a post, as reports show it.
    pub fn post_id(&self, subject: usize, fact: &Fact) -> String {
        let (number, author) = (u64::from(fact.number), u64::from(fact.author));
        write::id(self.seed, subject as u32, number, author, fact.at_us).to_string()
    }

    pub(super) fn add(&mut self, post: &Post, scored: &Scored) -> usize {
        self.seed = post.seed;
        let facts = &mut self.facts[post.subject as usize];
        facts.push(fact(post, scored));
        facts.len() - 1
    }

    pub(super) fn replace(&mut self, post: &Post, place: usize, scored: &Scored) {
        self.facts[post.subject as usize][place] = fact(post, scored);
    }

    pub(super) fn remove(&mut self, post: &Post, place: usize) {
        self.facts[post.subject as usize][place].is_gone = true;
    }
}

fn fact(post: &Post, scored: &Scored) -> Fact {
    let label = scored.sentiment.as_ref().map(|sentiment| sentiment.label);
    let (followers, worth) = match &scored.classified.finding {
        Finding::Seen { sighting, .. } => (
            sighting.post.author.followers.unwrap_or_default(),
            signal::strength(sighting.intent, label, sighting.kinds, sighting.role),
        ),
        _ => (0, 0),
    };
    Fact {
        at_us: post.at().micros(),
        number: post.number as u32,
        author: post.author as u32,
        followers: followers as u32,
        signal_milli: worth as i32,
        role: post.role,
        label,
        is_repost: post.kind == backtweet_domain::Kind::Repost,
        is_gone: false,
    }
}
