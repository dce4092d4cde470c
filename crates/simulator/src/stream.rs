//! A stream of any length for measuring: many subjects, few posts that concern them, and no state at all. What post number `i` is,
//! and what it refers to, is worked out from the seed and `i` alone, so that five million posts need no more memory than five.

mod shape;
pub mod wire;
mod write;

pub(crate) use self::write::PARTS;

use backtweet_domain::{PostEvent, Subject, SubjectId};

use shape::{Form, Shapes};

/// A synthetic stream.
///
/// Of 1,000 posts 220 are reposts, 200 replies, 80 quotes and 500 refer to nothing. Nine references in ten go back less than 10 seconds
/// of event time, the others up to some days, and so to posts that the stream never carries while it is young. Six posts in ten are
/// made on Bluesky, three on X, one on Mastodon. Event time runs at 2,000 posts a second. Texts have about 120 characters on average;
/// reposts have none. Subjects come by unevenly: the first is matched about twice as often as the average, the last hardly ever.
///
/// A matching repost, and one matching reply or quote in ten, refers to an owned account's post from before the stream; the other
/// matching posts mention an owned account, or carry a tracked word, tag or link. Nothing is edited or deleted, and owned accounts
/// post nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// How many posts.
    pub posts: u64,
    /// How many subjects; at least 1.
    pub subjects: u32,
    /// Which share of posts points back at a subject itself, in [0, 1].
    pub matching: f64,
    /// The same seed gives the same stream.
    pub seed: u64,
}

impl Default for Load {
    /// A million posts, one in twenty of which concerns one of 1,000 subjects.
    fn default() -> Self {
        Self {
            posts: 1_000_000,
            subjects: 1_000,
            matching: 0.05,
            seed: 1,
        }
    }
}

/// What the stream holds for one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Which subject.
    pub subject: SubjectId,
    /// Posts that point back at it themselves.
    pub backtweets: u64,
    /// Reposts among them.
    pub reposts: u64,
    /// Posts that only refer, step by step, to such a post of the stream.
    pub indirect: u64,
}

impl Load {
    /// What is tracked, each subject at generation 1.
    pub fn subjects(&self) -> Vec<Subject> {
        (0..self.subjects.max(1))
            .map(|subject| write::subject(self.seed, subject))
            .collect()
    }

    /// The posts, oldest first.
    pub fn events(&self) -> Events {
        Events {
            shapes: self.shapes(),
            next: 0,
            end: self.posts,
        }
    }

    /// What the stream holds for each subject, in the order of [`Load::subjects`]. Walks the whole stream without writing it.
    pub fn expected(&self) -> Vec<Expected> {
        let shapes = self.shapes();
        let blank = |subject| Expected {
            subject: write::subject_id(subject),
            backtweets: 0,
            reposts: 0,
            indirect: 0,
        };
        let mut expected: Vec<Expected> = (0..self.subjects.max(1)).map(blank).collect();
        let mut above = Vec::new();
        for post in 0..self.posts as i64 {
            let direct = shapes.matched(post);
            if let Some(hit) = direct {
                let found = &mut expected[hit.subject as usize];
                found.backtweets += 1;
                found.reposts += u64::from(shapes.form(post) == Form::Repost);
            }
            above.clear();
            shapes.subjects_above(post, &mut above);
            for &subject in above
                .iter()
                .filter(|&&subject| direct.is_none_or(|hit| hit.subject != subject))
            {
                expected[subject as usize].indirect += 1;
            }
        }
        expected
    }

    fn shapes(&self) -> Shapes {
        Shapes::new(self.seed, self.subjects.max(1), self.matching)
    }
}

/// The posts of a [`Load`].
#[derive(Debug, Clone)]
pub struct Events {
    shapes: Shapes,
    next: u64,
    end: u64,
}

impl Iterator for Events {
    type Item = PostEvent;

    fn next(&mut self) -> Option<PostEvent> {
        if self.next >= self.end {
            return None;
        }
        let post = write::post(&self.shapes, self.next as i64);
        self.next += 1;
        Some(PostEvent::Created { post: Box::new(post) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.end - self.next) as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Events {}

#[cfg(test)]
mod tests;
