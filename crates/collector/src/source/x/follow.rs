//! When the rules are made to follow the subjects: at once, unless that was done often lately. How is `sync.rs`'s.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use backtweet_domain::Subject;
use futures::FutureExt;
use futures::future::{BoxFuture, pending};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::api::Api;
use super::pause::pause;
use super::rules::Unfit;
use super::sync::{Allowed, Synced, synchronise};
use crate::source::Trouble;

/// How long subjects may go on changing before rules are written, once half of the writes are used up.
const SPACING: Duration = Duration::from_secs(30);

/// The outcome of a synchronisation.
pub(super) type Outcome = Result<Synced, Trouble>;

/// How it stands with the rules of one connection.
pub(super) struct Follow {
    pub(super) api: Arc<Api>,
    pub(super) allowed: Allowed,
    subjects: watch::Receiver<Arc<Vec<Subject>>>,
    syncing: Option<BoxFuture<'static, Outcome>>,
    /// When they are to be looked at again though no subject changes.
    pub(super) due: Option<Instant>,
    failures: u32,
    refused: BTreeSet<String>,
    /// What no rule follows.
    pub(super) told: BTreeSet<Unfit>,
}

/// What there is to do.
enum Turn {
    Changed,
    Due,
    Done(Outcome),
}

impl Follow {
    pub(super) fn new(api: Arc<Api>, allowed: Allowed, subjects: watch::Receiver<Arc<Vec<Subject>>>) -> Self {
        Self {
            api,
            allowed,
            subjects,
            syncing: None,
            due: None,
            failures: 0,
            refused: BTreeSet::new(),
            told: BTreeSet::new(),
        }
    }

    /// Lets go of what is under way.
    pub(super) fn stop(&mut self) {
        self.syncing = None;
    }

    /// Makes the rules what they should be.
    pub(super) async fn now(&mut self) -> Outcome {
        self.begin().await
    }

    /// Keeps the rules what they should be, and returns whenever they were looked at. Safe to cancel: what is under way is kept.
    pub(super) async fn next(&mut self) -> Outcome {
        loop {
            match self.turn().await {
                Turn::Done(outcome) => {
                    self.syncing = None;
                    return outcome;
                }
                Turn::Changed if self.api.is_short_of_writes() => {
                    self.due.get_or_insert(Instant::now() + SPACING);
                }
                Turn::Changed | Turn::Due => self.syncing = Some(self.begin()),
            }
        }
    }

    async fn turn(&mut self) -> Turn {
        if let Some(syncing) = &mut self.syncing {
            return Turn::Done(syncing.await);
        }
        let due = self.due;
        tokio::select! {
            () = changed(&mut self.subjects) => Turn::Changed,
            () = async { match due { Some(due) => sleep_until(due).await, None => pending().await } } => Turn::Due,
        }
    }

    fn begin(&mut self) -> BoxFuture<'static, Outcome> {
        self.due = None;
        let subjects = Arc::clone(&self.subjects.borrow_and_update());
        synchronise(Arc::clone(&self.api), subjects, self.allowed, self.refused.clone()).boxed()
    }

    /// Takes in what came of it; returns how many rules are wanted, where that is known.
    pub(super) fn take_in(&mut self, outcome: Outcome) -> Result<Option<usize>, Trouble> {
        match outcome {
            Ok(synced) => {
                self.failures = 0;
                self.refused = synced.refused;
                self.due = synced.again.map(|after| Instant::now() + after);
                self.tell(synced.unfit);
                Ok(Some(synced.wanted))
            }
            Err(trouble @ Trouble::Unusable { .. }) => Err(trouble),
            Err(trouble) => {
                self.failures += 1;
                let pause = pause(&trouble, self.failures);
                tracing::warn!(%trouble, pause_s = pause.as_secs(), "the rules are not those that the subjects want");
                self.due = Some(Instant::now() + pause);
                Ok(None)
            }
        }
    }

    /// Says once what no rule can follow.
    fn tell(&mut self, unfit: Vec<Unfit>) {
        let unfit: BTreeSet<Unfit> = unfit.into_iter().collect();
        for new in unfit.difference(&self.told) {
            metrics::counter!("backtweet_collector_x_unfit_terms_total").increment(1);
            let Unfit { subject, term, reason } = new;
            tracing::warn!(%subject, term, reason, "no rule follows a part of a subject");
        }
        self.told = unfit;
    }
}

async fn changed(subjects: &mut watch::Receiver<Arc<Vec<Subject>>>) {
    if subjects.changed().await.is_err() {
        // Whoever tells of subjects is gone: they stay as they are.
        pending::<()>().await;
    }
}
