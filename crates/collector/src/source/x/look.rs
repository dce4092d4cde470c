//! Looking posts up again, beside the stream: when, how many at once, and what is told of it. Which posts wait for it is in `x/watched.rs`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use backtweet_domain::Timestamp;
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::time::{Instant, sleep_until};

use super::answer::Answer;
use super::api::Api;
use super::budget::Progress;
use super::pause::pause;
use crate::source::Trouble;

/// How often it is seen whether posts are due.
const EVERY: Duration = Duration::from_secs(30);
/// After so long what was told is stored, or somebody else reads, unless leases are longer than usual.
const STORED: Duration = Duration::from_secs(10);
/// How many posts one request may name.
const MOST_POSTS: usize = 100;

/// What looking up came to.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// For the normaliser.
    pub(super) lines: Vec<Bytes>,
    /// Look-ups that were due and left out.
    pub(super) unchecked: u64,
    /// Whether the progress has changed, and is to be stored.
    pub(super) has_moved: bool,
}

/// Something to be done about look-ups.
pub(super) enum Moment {
    Due,
    Answered(Result<Answer, Trouble>),
}

enum Turn {
    /// Nothing is under way until then.
    Idle(Instant),
    /// So many look-ups are counted as made. They are once that is stored: a crash may cost some that were never made, and the budget is
    /// never overdrawn. The time is not set before what was told of it was taken.
    Reserved { posts: usize, from: Option<Instant> },
    Asking {
        posts: Vec<u64>,
        answer: BoxFuture<'static, Result<Answer, Trouble>>,
    },
}

/// The look-ups of one connection.
pub(super) struct Look {
    turn: Turn,
    /// Newest forms of posts that have changed.
    newer: BTreeSet<u64>,
    failures: u32,
    /// How often it is seen whether posts are due.
    pub(super) every: Duration,
    /// After so long what was told is stored, or somebody else reads.
    pub(super) stored: Duration,
}

impl Look {
    pub(super) fn new() -> Self {
        Self {
            turn: Turn::Idle(Instant::now()),
            newer: BTreeSet::new(),
            failures: 0,
            every: EVERY,
            stored: STORED,
        }
    }

    /// Lets go of what is under way; it counts as made.
    pub(super) fn stop(&mut self) {
        if matches!(self.turn, Turn::Asking { .. }) {
            self.rest(self.every);
        }
    }

    /// When there is something to do. Safe to cancel: what is under way is kept.
    pub(super) async fn next(&mut self) -> Moment {
        match &mut self.turn {
            Turn::Idle(until) => sleep_until(*until).await,
            Turn::Reserved { from, .. } => sleep_until(*from.get_or_insert(Instant::now() + self.stored)).await,
            Turn::Asking { answer, .. } => return Moment::Answered(answer.await),
        }
        Moment::Due
    }

    /// Does it.
    pub(super) fn go_on(
        &mut self,
        moment: Moment,
        progress: &mut Progress,
        cap: Option<u64>,
        now: Timestamp,
        api: &Arc<Api>,
    ) -> Told {
        // Not while an answer may still tell of it.
        let missed = match moment {
            Moment::Due => progress.watched.expire(now),
            Moment::Answered(_) => 0,
        };
        let mut told = match (moment, std::mem::replace(&mut self.turn, Turn::Idle(Instant::now()))) {
            (Moment::Answered(outcome), Turn::Asking { posts, .. }) => self.take_in(outcome, &posts, progress),
            (_, Turn::Reserved { posts, .. }) => {
                self.ask(posts, progress, now, api);
                Told::default()
            }
            _ => self.reserve(progress, cap, now),
        };
        told.unchecked += missed;
        told.has_moved |= missed > 0;
        told
    }

    /// Counts as many look-ups of what is due as the budget allows.
    fn reserve(&mut self, progress: &mut Progress, cap: Option<u64>, now: Timestamp) -> Told {
        let due = self.newer.len() + progress.watched.due(now, MOST_POSTS).len();
        let allowed = usize::try_from(progress.allowance(cap, now)).unwrap_or(usize::MAX);
        let posts = due.min(MOST_POSTS).min(allowed);
        if posts == 0 {
            self.rest(self.every);
        } else {
            progress.reserve(posts as u64);
            self.turn = Turn::Reserved { posts, from: None };
        }
        Told {
            has_moved: posts > 0,
            ..Told::default()
        }
    }

    fn ask(&mut self, most: usize, progress: &Progress, now: Timestamp, api: &Arc<Api>) {
        let mut posts: Vec<u64> = Vec::new();
        // A month that has begun since knows nothing of them.
        let most = if progress.has_reserved(most as u64) { most } else { 0 };
        while posts.len() < most {
            let Some(newer) = self.newer.pop_first() else { break };
            posts.push(newer);
        }
        posts.extend(progress.watched.due(now, most - posts.len()));
        if posts.is_empty() {
            return self.rest(self.every);
        }
        let (api, asked) = (Arc::clone(api), posts.clone());
        let answer = async move { api.look_up(&asked).await }.boxed();
        self.turn = Turn::Asking { posts, answer };
    }

    fn take_in(&mut self, outcome: Result<Answer, Trouble>, posts: &[u64], progress: &mut Progress) -> Told {
        let answer = match outcome {
            Ok(answer) => answer,
            Err(trouble) => {
                self.failed(&trouble, posts.len());
                return Told::default();
            }
        };
        self.failures = 0;
        let watched = &mut progress.watched;
        for &post in posts {
            match answer.gone.contains(&post) {
                true => watched.forget(post),
                false => watched.looked_up(post),
            }
        }
        self.newer.extend(answer.newer.iter().filter(|&&id| !watched.has(id)));
        // More may be due.
        self.rest(if posts.len() == MOST_POSTS {
            Duration::ZERO
        } else {
            self.every
        });
        Told {
            unchecked: posts.iter().filter(|post| answer.unknown.contains(post)).count() as u64,
            lines: answer.lines,
            has_moved: true,
        }
    }

    fn failed(&mut self, trouble: &Trouble, posts: usize) {
        self.failures += 1;
        let pause = pause(trouble, self.failures).max(self.every);
        tracing::warn!(%trouble, pause_s = pause.as_secs(), "posts are not looked up again");
        match trouble {
            // What was turned away was not paid for.
            Trouble::Limited { .. } | Trouble::Unusable { .. } => {
                let from = Some(Instant::now() + pause);
                self.turn = Turn::Reserved { posts, from };
            }
            Trouble::Lost { .. } | Trouble::Status { .. } => self.rest(pause),
        }
    }

    fn rest(&mut self, pause: Duration) {
        self.turn = Turn::Idle(Instant::now() + pause);
    }
}
