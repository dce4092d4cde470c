//! Takes posts out of the store once their subject keeps them no longer. Bounded steps, each guarded by the subject's head: whoever folds, or
//! takes away, at the same time is never overwritten, and a step that was overtaken is taken again.
//!
//! The head says since when posts of each network are kept. It moves with the step that takes away what lay before, so that at any moment
//! nothing older is there, and nothing older comes in.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use backtweet_domain::{Clock, Network, Subject, Timestamp};
use backtweet_store::{Batch, Direction, FeedEntry, Outcome, Store, StoreError, Stored};

use crate::fold::{Contribution, Head, beside, forget, network};
use crate::report::reads::Reads;
use crate::slot;
use crate::subjects::SubjectError;
use crate::subjects::registry::Registry;

/// How many entries of a feed are looked at in one step.
const AT_ONCE: usize = 500;
/// How few where steps are overtaken.
const LEAST_AT_ONCE: usize = 16;
/// How often in a row a subject's step may be overtaken before it is left for the next time.
const MOST_TRIES: u32 = 50;
/// How many subjects are listed at once.
const SUBJECTS: usize = 1_000;

/// Keeps what subjects keep, and nothing else.
pub(crate) struct Retaining {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) registry: Registry,
    pub(crate) every: Duration,
}

impl Retaining {
    /// Looks at all subjects now and again until `shutdown`. What fails is tried again the next time.
    pub(crate) async fn run(self, shutdown: &CancellationToken) {
        let mut ticks = interval(self.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = ticks.tick() => {}
            }
            // Cut short between any two steps, it goes on where it was.
            if let Some(Err(error)) = shutdown.run_until_cancelled(self.pass()).await {
                tracing::warn!(%error, "posts that are kept no longer stay for now");
            }
        }
    }

    async fn pass(&self) -> Result<(), SubjectError> {
        let mut after: Option<String> = None;
        loop {
            let deadline = Instant::now() + self.every;
            let subjects = self.registry.list(after.as_deref(), SUBJECTS, deadline).await?;
            for subject in subjects.iter().filter(|subject| !subject.retention.is_empty()) {
                self.keep(subject).await;
            }
            match subjects.last() {
                Some(last) if subjects.len() == SUBJECTS => after = Some(last.id.to_string()),
                _ => return Ok(()),
            }
        }
    }

    /// One subject's trouble is not the others'.
    async fn keep(&self, subject: &Subject) {
        match keep(self.store.as_ref(), subject, self.clock.now(), AT_ONCE).await {
            Ok(gone) => metrics::counter!("backtweet_reporting_forgotten_total").increment(gone),
            Err(error) => {
                tracing::warn!(subject = %subject.id, %error, "posts that are kept no longer stay for now");
            }
        }
    }
}

/// What a step came to.
enum Step {
    /// So many posts are gone, and there may be more.
    Taken(u64),
    /// The subject changed meanwhile, and nothing was done.
    Overtaken,
    /// There is nothing to do.
    Over,
}

/// Takes out of one subject what it keeps no longer `now`; says how many posts. `at_once` entries are looked at in a step.
///
/// # Errors
/// When the store does not answer, or holds what cannot be read. Every step that was made stands.
pub(crate) async fn keep(
    store: &dyn Store,
    subject: &Subject,
    now: Timestamp,
    at_once: usize,
) -> Result<u64, StoreError> {
    let (mut gone, mut tries, mut many) = (0, 0, at_once);
    while tries < MOST_TRIES {
        match step(store, subject, now, many).await? {
            Step::Taken(posts) => (gone, tries) = (gone + posts, 0),
            Step::Overtaken => (tries, many) = (tries + 1, (many / 2).max(LEAST_AT_ONCE.min(at_once))),
            Step::Over => break,
        }
    }
    Ok(gone)
}

async fn step(store: &dyn Store, subject: &Subject, now: Timestamp, many: usize) -> Result<Step, StoreError> {
    let reads = Reads {
        store,
        subject: subject.id.as_str(),
    };
    let stored = reads.records(&[slot::HEAD.to_owned()]).await?.pop().flatten();
    let head = Head::read(reads.subject, stored.as_ref())?;
    if head.is_deleted(subject.generation) {
        return Ok(Step::Over);
    }
    let (batch, gone) = if head.aside_until != i64::MAX {
        (set_aside(reads, stored.as_ref(), head, many).await?, 0)
    } else if let Some(wanted) = wanted(subject, &head, now) {
        take_away(reads, stored.as_ref(), head, &wanted, many).await?
    } else if head.is_span_old {
        (shrink(reads, stored.as_ref(), head, many).await?, 0)
    } else {
        return Ok(Step::Over);
    };
    let outcomes = store.apply(&[batch]).await?;
    Ok(match outcomes.first() {
        Some(Outcome::Applied(_)) => Step::Taken(gone),
        _ => Step::Overtaken,
    })
}

/// Networks of which the same goes next: what lies from one time to another.
struct Wanted {
    networks: Vec<Network>,
    from_us: i64,
    to_us: i64,
}

/// What goes next; `None` where nothing is to go.
fn wanted(subject: &Subject, head: &Head, now: Timestamp) -> Option<Wanted> {
    let goes = |network: Network| {
        let (from_us, to) = (head.kept_since(network), subject.retention.kept_since(network, now)?);
        (from_us < to.micros()).then_some((from_us, to.micros()))
    };
    let (from_us, to_us) = Network::ALL.into_iter().find_map(goes)?;
    let is_same = |network: &Network| goes(*network) == Some((from_us, to_us));
    Some(Wanted {
        networks: Network::ALL.into_iter().filter(is_same).collect(),
        from_us,
        to_us,
    })
}

/// Takes the first of what goes away.
async fn take_away(
    reads: Reads<'_>,
    stored: Option<&Stored>,
    mut head: Head,
    wanted: &Wanted,
    many: usize,
) -> Result<(Batch, u64), StoreError> {
    let (entries, until_us) = due(reads, wanted, many).await?;
    for &network in &wanted.networks {
        head.keep_since(network, until_us);
    }
    let posts = with_posts(reads, entries).await?;
    Ok((forget(reads.subject, stored, head, &posts), posts.len() as u64))
}

/// The first posts that go, and up to which time they are all.
async fn due(reads: Reads<'_>, wanted: &Wanted, many: usize) -> Result<(Vec<FeedEntry>, i64), StoreError> {
    let (mut from_us, mut many) = (wanted.from_us, many);
    loop {
        let page = |name| reads.page(name, Some(before(from_us)), Direction::Ascending, many);
        let pages = reads.pages([slot::FEED, slot::ASIDE].map(page).to_vec()).await?;
        // Where a full page ends there may be more.
        let ends = pages.iter().filter(|entries| entries.len() == many);
        let ends = ends.filter_map(|entries| entries.last()).map(|entry| entry.order);
        let until_us = ends.chain([wanted.to_us]).min().unwrap_or(wanted.to_us);
        let goes = |entry: &FeedEntry| entry.order < until_us && wanted.networks.contains(&network(&entry.id));
        let due: Vec<_> = pages.into_iter().flatten().filter(goes).collect();
        if !due.is_empty() || until_us == wanted.to_us {
            return Ok((due, until_us));
        }
        // All of a page may be of one moment.
        (from_us, many) = if until_us == from_us {
            (from_us, many * 2)
        } else {
            (until_us, many)
        };
    }
}

/// Ids are never empty: this stands before everything of that order.
fn before(order: i64) -> FeedEntry {
    FeedEntry {
        order,
        id: String::new(),
    }
}

async fn with_posts(reads: Reads<'_>, entries: Vec<FeedEntry>) -> Result<Vec<(String, Contribution)>, StoreError> {
    let posts = reads.posts(&entries).await?;
    Ok(entries.into_iter().map(|entry| entry.id).zip(posts).collect())
}

/// Goes on to put posts beside the feed that were folded before that was done as they changed.
async fn set_aside(
    reads: Reads<'_>,
    stored: Option<&Stored>,
    mut head: Head,
    many: usize,
) -> Result<Batch, StoreError> {
    let after = Some(before(head.aside_until + 1));
    let entries = reads.feed(slot::CHANGES, after, Direction::Ascending, many).await?;
    let last = entries.last().filter(|_| entries.len() == many);
    head.aside_until = last.map_or(i64::MAX, |entry| entry.order);
    let posts = with_posts(reads, entries).await?;
    Ok(beside(reads.subject, stored, &head, &posts))
}

/// Finds the first and the last event time of what is left.
async fn shrink(reads: Reads<'_>, stored: Option<&Stored>, mut head: Head, many: usize) -> Result<Batch, StoreError> {
    let both = [Direction::Ascending, Direction::Descending];
    let mut pages = both
        .map(|direction| reads.page(slot::FEED, None, direction, 1))
        .to_vec();
    pages.extend(both.map(|direction| reads.page(slot::ASIDE, None, direction, many)));
    let mut pages = reads.pages(pages).await?;
    let aside = with_posts(reads, pages.split_off(2).concat()).await?;
    let shown = pages.iter().flatten().map(|entry| entry.order);
    let seen = aside.iter().filter_map(|(_, post)| post.seen_us());
    let times: Vec<i64> = shown.chain(seen).collect();
    head.first_us = times.iter().copied().min();
    head.last_us = times.iter().copied().max();
    head.is_span_old = false;
    Ok(beside(reads.subject, stored, &head, &[]))
}
