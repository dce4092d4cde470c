//! What post number `i` of a stream is: its form, what it refers to, whom it concerns. How that is written down is in `write`.
//!
//! Posts from before the stream have negative numbers, and a shape like any other.

use backtweet_domain::{Network, Timestamp};

use crate::rng::{mix, scale};

/// Every tenth post belongs to the same network, so references that go back by tens stay on it.
const STRIDE: i64 = 10;
const MICROS_PER_POST: i64 = 500;
/// 2026-09-15T00:00:00Z.
const START_US: i64 = 1_789_430_400_000_000;
const PEOPLE: u64 = 20_000;

/// How a post refers to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Fresh,
    Repost,
    Reply,
    Quote,
}

/// How a post points back at a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Refers to an owned account's post.
    Owned,
    Mention,
    Word,
    Tag,
    Link,
}

/// Whom a post concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) subject: u32,
    pub(super) way: Way,
}

/// What a post refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// Another post of the stream, or one from before it.
    Post(i64),
    /// An old post by an account of this subject.
    Owned(u32),
}

/// Answers what each post is, from the seed alone.
#[derive(Debug, Clone)]
pub(super) struct Shapes {
    pub(super) seed: u64,
    subjects: u32,
    /// A post matches where its draw of 32 bits lies below this.
    matching: u64,
}

impl Shapes {
    pub(super) fn new(seed: u64, subjects: u32, matching: f64) -> Self {
        Self {
            seed,
            subjects,
            matching: (matching.clamp(0.0, 1.0) * 4_294_967_296.0) as u64,
        }
    }

    /// The draw for one purpose of one post.
    pub(super) const fn draw(&self, post: i64, purpose: u64) -> u64 {
        mix(mix(self.seed, purpose), post as u64)
    }

    pub(super) const fn network(post: i64) -> Network {
        match post.rem_euclid(STRIDE) {
            0..=5 => Network::Bluesky,
            6..=8 => Network::X,
            _ => Network::Mastodon,
        }
    }

    pub(super) const fn time(post: i64) -> Timestamp {
        Timestamp::from_micros(START_US + post * MICROS_PER_POST)
    }

    /// The number of the author's account, which lives on the post's network.
    pub(super) fn author(&self, post: i64) -> u64 {
        let draw = self.draw(post, 1);
        let busy = scale(draw, PEOPLE).min(scale(draw.rotate_left(32), PEOPLE));
        busy * STRIDE as u64 + post.rem_euclid(STRIDE) as u64
    }

    pub(super) fn form(&self, post: i64) -> Form {
        match scale(self.draw(post, 2), 1000) {
            0..220 => Form::Repost,
            220..420 => Form::Reply,
            420..500 => Form::Quote,
            _ => Form::Fresh,
        }
    }

    pub(super) fn matched(&self, post: i64) -> Option<Hit> {
        let draw = self.draw(post, 3);
        if draw >> 32 >= self.matching {
            return None;
        }
        let who = self.draw(post, 4);
        let subjects = u64::from(self.subjects);
        let subject = scale(who, subjects).min(scale(who.rotate_left(32), subjects)) as u32;
        let way = match (self.form(post), scale(draw << 32, 100)) {
            (Form::Repost, _) | (Form::Reply | Form::Quote, 0..10) => Way::Owned,
            (_, 0..45) => Way::Mention,
            (_, 45..75) => Way::Word,
            (_, 75..90) => Way::Tag,
            _ => Way::Link,
        };
        Some(Hit { subject, way })
    }

    /// What a post refers to; never a repost, since networks let nobody refer to one.
    pub(super) fn target(&self, post: i64) -> Option<Target> {
        if self.form(post) == Form::Fresh {
            return None;
        }
        if let Some(Hit {
            subject,
            way: Way::Owned,
        }) = self.matched(post)
        {
            return Some(Target::Owned(subject));
        }
        let draw = self.draw(post, 5);
        let back = if scale(draw, 10) == 0 {
            1_000_000 + scale(draw << 8, 60_000_000) as i64
        } else {
            let octave = scale(draw << 8, 11);
            1 + (1 << octave) + scale(draw << 16, 1 << octave) as i64 / 2
        };
        let mut target = post - back * STRIDE;
        while self.form(target) == Form::Repost {
            target -= STRIDE;
        }
        Some(Target::Post(target))
    }

    /// Adds the subjects, each once, that `post` gets to by following references through the stream.
    pub(super) fn subjects_above(&self, post: i64, found: &mut Vec<u32>) {
        let mut at = post;
        while let Some(Target::Post(target)) = self.target(at) {
            if target < 0 {
                return;
            }
            if let Some(hit) = self.matched(target).filter(|hit| !found.contains(&hit.subject)) {
                found.push(hit.subject);
            }
            at = target;
        }
    }
}
