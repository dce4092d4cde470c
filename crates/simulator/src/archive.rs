//! Months of scored events about many subjects, as they reach the reports, for measuring them: who writes how often, what is passed on,
//! corrected and taken back, all following from a seed, with the truth beside it. How one post is written down is in `write`.

mod truth;
mod write;

use std::collections::VecDeque;
use std::time::Duration;

use backtweet_domain::{Intent, Kind, Label, PostId, Role, Scored, Subject, SubjectId, Timestamp};

pub use self::truth::{Fact, Truth};
use self::write::Post;
use crate::rng::Rng;

/// 2025-01-06T00:00:00Z, a Monday.
const START: Timestamp = Timestamp::from_seconds(1_736_121_600);
/// How long the archive is.
const SPAN: Duration = Duration::from_secs(60 * 24 * 3600);
/// How many posts the one large cascade has below its root, where there are ten times as many posts.
const CASCADE: u64 = 100_000;
/// How many of a subject's last posts may be passed on.
const PASSED_ON: usize = 64;
/// How many posts later a post is corrected or taken back.
const LATER: u64 = 2_000;

/// An archive. Every number is made of integers, so it is the same on every machine.
#[derive(Debug, Clone)]
pub struct Archive {
    /// How many posts, spread over 60 days.
    pub posts: u64,
    /// How many subjects; at least 1. The first has the most posts, ten times as many as the hundredth.
    pub subjects: u32,
    /// The same seed gives the same archive.
    pub seed: u64,
}

impl Archive {
    /// Where event time ends, exclusive.
    pub fn end(&self) -> Timestamp {
        START.plus(SPAN)
    }

    /// What is tracked.
    pub fn subjects(&self) -> Vec<Subject> {
        (0..self.subjects.max(1))
            .map(|subject| Subject {
                keywords: vec![format!("brand{subject}")],
                ..Subject::new(subject_id(subject))
            })
            .collect()
    }

    /// The root of the large cascade, which is about the first subject, and how many posts it has with its root.
    pub fn cascade(&self) -> (PostId, u64) {
        let root = self.post(0, 0, None, Kind::Mention);
        (write::post_id(&root), self.below_root() + 1)
    }

    /// The events, in the order of event time but for what comes late.
    pub fn events(&self) -> Events {
        let subjects = self.subjects.max(1);
        Events {
            archive: self.clone(),
            weights: (0..u64::from(subjects))
                .map(|subject| 1_000_000 / (subject + 10))
                .collect(),
            next: 0,
            later: VecDeque::new(),
            recent: vec![VecDeque::new(); subjects as usize],
            spread: Vec::new(),
            truth: Truth::new(subjects),
        }
    }

    fn below_root(&self) -> u64 {
        CASCADE.min(self.posts / 10)
    }

    /// Whether a post is one of the large cascade: one in so many, from the first post on.
    fn spreads(&self, number: u64) -> bool {
        let below = self.below_root();
        let every = (self.posts / below.max(1) / 2).max(1);
        number.is_multiple_of(every) && number / every <= below
    }

    fn post(&self, number: u64, subject: u32, above: Option<Above>, kind: Kind) -> Post {
        let mut rng = Rng::new(self.seed, number << 8);
        let many = self.posts / u64::from(self.subjects.max(1)) + 64;
        // Every octave of authors writes as much as the next, so some write a lot and most once.
        let octave = rng.below(u64::from(many.ilog2()) + 1);
        let author = rng.below(1 << octave);
        let role = match rng.below(100) {
            0..=1 if kind != Kind::Repost => Role::Answer,
            2..=4 => Role::Indirect,
            _ => Role::Backtweet,
        };
        Post {
            seed: self.seed,
            number,
            subject,
            author,
            of: self.posts,
            above,
            kind,
            role: if above.is_some_and(|above| above.is_large) || number == 0 {
                Role::Backtweet
            } else {
                role
            },
            revision: 0,
        }
    }
}

/// When post `number` of so many was made: no two at once.
fn time(number: u64, of: u64) -> Timestamp {
    let micros = u128::from(number) * SPAN.as_micros() / u128::from(of.max(1));
    START.plus(Duration::from_micros(micros as u64))
}

fn subject_id(subject: u32) -> SubjectId {
    SubjectId::new(format!("brand-{subject}")).expect("the names are short and plain")
}

/// What a post passes on.
#[derive(Debug, Clone, Copy)]
struct Above {
    root: (u64, u64),
    parent: (u64, u64),
    depth: u32,
    is_large: bool,
}

/// What becomes of a post later.
#[derive(Debug, Clone)]
struct Later {
    due: u64,
    post: Post,
    place: usize,
    is_gone: bool,
}

/// The events of an [`Archive`]; the truth grows as they are made.
#[derive(Debug, Clone)]
pub struct Events {
    archive: Archive,
    weights: Vec<u64>,
    next: u64,
    later: VecDeque<Later>,
    /// By subject, the posts that were not passed on from another: number and author.
    recent: Vec<VecDeque<(u64, u64)>>,
    /// The large cascade: number, author and depth.
    spread: Vec<(u64, u64, u32)>,
    truth: Truth,
}

impl Events {
    /// What the events made so far come to.
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// Keeps the truth alone.
    pub fn into_truth(self) -> Truth {
        self.truth
    }

    /// How many posts were made so far.
    pub fn posts(&self) -> u64 {
        self.next
    }

    fn fresh(&mut self) -> Scored {
        let number = self.next;
        self.next += 1;
        // Another purpose than the post's own draws have.
        let mut rng = Rng::new(self.archive.seed, (number << 8) | 1);
        let is_large = self.archive.spreads(number);
        let subject = if is_large {
            0
        } else {
            rng.weighted(&self.weights) as u32
        };
        let above = if is_large {
            self.in_large(&mut rng)
        } else {
            self.passed_on(subject, &mut rng)
        };
        let kind = match above {
            Some(_) => [Kind::Repost, Kind::Repost, Kind::Repost, Kind::Quote, Kind::Reply][rng.index(5)],
            None => [
                Kind::Mention,
                Kind::Mention,
                Kind::Reply,
                Kind::Link,
                Kind::Hashtag,
                Kind::Keyword,
            ][rng.index(6)],
        };
        let post = self.archive.post(number, subject, above, kind);
        if is_large {
            self.spread
                .push((number, post.author, above.map_or(0, |above| above.depth)));
        } else if above.is_none() {
            let recent = &mut self.recent[subject as usize];
            recent.push_back((number, post.author));
            if recent.len() > PASSED_ON {
                recent.pop_front();
            }
        }
        let scored = write::seen(&post);
        let place = self.truth.add(&post, &scored);
        let fate = rng.below(100);
        if !is_large && fate < 2 {
            let (due, is_gone) = (number + LATER, fate == 0);
            self.later.push_back(Later {
                due,
                post,
                place,
                is_gone,
            });
        }
        scored
    }

    /// Below the root itself for half of all posts, below any other for the rest.
    fn in_large(&self, rng: &mut Rng) -> Option<Above> {
        let &(root, root_author, _) = self.spread.first()?;
        let place = if rng.chance(500) {
            0
        } else {
            rng.index(self.spread.len())
        };
        let (parent, author, depth) = self.spread[place];
        Some(Above {
            root: (root, root_author),
            parent: (parent, author),
            depth: depth + 1,
            is_large: true,
        })
    }

    /// Two in five posts pass a recent one on.
    fn passed_on(&self, subject: u32, rng: &mut Rng) -> Option<Above> {
        let recent = &self.recent[subject as usize];
        if recent.is_empty() || !rng.chance(400) {
            return None;
        }
        let root = recent[rng.index(recent.len())];
        Some(Above {
            root,
            parent: root,
            depth: 1,
            is_large: false,
        })
    }

    fn changed(
        &mut self,
        Later {
            mut post,
            place,
            is_gone,
            ..
        }: Later,
    ) -> Scored {
        post.revision += 1;
        if is_gone {
            self.truth.remove(&post, place);
            return write::retracted(&post);
        }
        let scored = write::seen(&post);
        self.truth.replace(&post, place, &scored);
        scored
    }
}

impl Iterator for Events {
    type Item = Scored;

    fn next(&mut self) -> Option<Scored> {
        let is_over = self.next >= self.archive.posts;
        if let Some(later) = self.later.front()
            && (is_over || later.due <= self.next)
        {
            let later = self.later.pop_front()?;
            return Some(self.changed(later));
        }
        (!is_over).then(|| self.fresh())
    }
}

/// What a post says of its subject, as models would read it.
fn reading(rng: &mut Rng) -> (Intent, Label) {
    let intent = Intent::ALL[rng.weighted(&[5, 12, 14, 9, 25, 3, 32])];
    let label = Label::ALL[rng.weighted(&[28, 45, 17, 10])];
    (intent, label)
}

#[cfg(test)]
mod tests;
