//! Sees to one schedule: delivers what is due, waits for targets that are down, and keeps what became of it. What one courier waits for
//! holds up no other.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use backtweet_domain::{Clock, Occurrence, Retry, Timestamp};
use backtweet_runtime::config::{Schedule, Target};
use backtweet_stream::Backoff;

use super::carrier::{Carrier, Trouble};
use super::kept::{Delivered, Failed, Kept};
use super::parcel::{self, Reports};
use crate::whole_file::failed;

/// How long a suite may take for one report; large exports take their time.
const MAKING: Duration = Duration::from_secs(3_600);
/// How long it is slept at most: clocks are set, and machines sleep.
const NAP: Duration = Duration::from_secs(60);
/// The pauses while a target or the suite is down.
const BACKOFF: Backoff = Backoff {
    least: Duration::from_secs(5),
    most: Duration::from_secs(600),
};

/// Delivers one schedule.
pub struct Courier<R> {
    schedule: Schedule,
    folder: PathBuf,
    reports: R,
    clock: Arc<dyn Clock>,
    /// What is at hand: when it was due, and how often it failed.
    at_hand: Option<(Timestamp, u32)>,
    /// What was delivered or given up last, even where that could not be kept.
    done: Option<Timestamp>,
}

impl<R: Reports> Courier<R> {
    /// One that keeps what it knows in `folder`.
    pub fn new(schedule: Schedule, folder: PathBuf, reports: R, clock: Arc<dyn Clock>) -> Self {
        Self {
            schedule,
            folder,
            reports,
            clock,
            at_hand: None,
            done: None,
        }
    }

    /// Delivers whatever is due, for good.
    pub async fn run(mut self) {
        loop {
            let pause = self.step().await;
            tokio::time::sleep(pause).await;
        }
    }

    /// Delivers what is due now, if anything is; a failure is logged and kept. Returns how long to wait before the next step.
    pub async fn step(&mut self) -> Duration {
        match self.pending() {
            Ok(Some(occurrence)) => match self.deliver(&occurrence).await {
                Ok(()) => Duration::ZERO,
                Err(trouble) => self.wait_for(&occurrence, trouble),
            },
            Ok(None) => self.until_next().min(NAP),
            Err(error) => {
                tracing::error!(schedule = self.schedule.name, "nothing can be delivered: {error:#}");
                NAP
            }
        }
    }

    /// Delivers the last occurrence, whether it was delivered already or not.
    ///
    /// # Errors
    /// Why it was not; also where it was, and that cannot be kept.
    pub async fn send(&mut self) -> Result<String> {
        let last = self.schedule.recurrence.last(self.clock.now());
        let last = last.context("nothing was due yet")?;
        self.deliver(&last).await.inspect_err(|trouble| {
            self.note(&last, trouble);
        })?;
        Ok(parcel::file_name(&self.schedule, &last))
    }

    /// What is to be delivered now. A schedule that was never seen before begins here.
    fn pending(&self) -> Result<Option<Occurrence>> {
        let now = self.clock.now();
        let kept = match Kept::read(&self.folder, &self.schedule.name)? {
            Some(kept) => kept,
            None => {
                let kept = Kept::new(now);
                self.keep(&kept)?;
                kept
            }
        };
        let pending = kept.pending(&self.schedule.recurrence, now);
        Ok(pending.filter(|occurrence| Some(occurrence.due) > self.done))
    }

    async fn deliver(&mut self, occurrence: &Occurrence) -> Result<(), Trouble> {
        let now = self.clock.now();
        let folder = match &self.schedule.target {
            Target::Directory(folder) => folder,
            Target::Webhook { .. } | Target::Mail(_) => &self.folder,
        };
        std::fs::create_dir_all(folder).with_context(|| failed(folder))?;
        let making = self.reports.make(&self.schedule, occurrence, now, folder);
        let made = tokio::time::timeout(MAKING, making).await;
        let parcel = made.context("the suite does not answer within an hour")??;
        let delivery = parcel.id.clone();
        Carrier(&self.schedule.target).deliver(parcel, now).await?;

        tracing::info!(schedule = self.schedule.name, delivery, "delivered");
        metrics::counter!("backtweet_schedule_deliveries_total", "outcome" => "delivered").increment(1);
        self.done = Some(occurrence.due);
        self.at_hand = None;
        let mut kept = self.kept();
        kept.failed = None;
        kept.delivered = Some(Delivered {
            delivery,
            due: occurrence.due,
            at: self.clock.now(),
        });
        if let Err(error) = self.keep(&kept) {
            let again = "it is delivered again, under the same id, after a restart";
            tracing::error!(
                schedule = self.schedule.name,
                "delivered, but that cannot be kept: {error:#}; {again}"
            );
        }
        Ok(())
    }

    /// Says and keeps what went wrong, and how long it is waited: not past the next occurrence, which takes the place of this one.
    fn wait_for(&mut self, occurrence: &Occurrence, trouble: Trouble) -> Duration {
        let tries = match self.at_hand {
            Some((due, tries)) if due == occurrence.due => tries,
            _ => 0,
        };
        self.at_hand = Some((occurrence.due, tries.saturating_add(1)));
        let pause = match trouble.retry {
            Retry::Never => None,
            Retry::After(pause) => Some(pause.max(BACKOFF.least)),
            Retry::Backoff => Some(BACKOFF.pause(tries)),
        };
        self.note(occurrence, &trouble);
        if pause.is_none() {
            self.done = Some(occurrence.due);
        }
        pause.map_or(Duration::ZERO, |pause| pause.min(self.until_next()))
    }

    fn note(&self, occurrence: &Occurrence, trouble: &Trouble) {
        let given_up = !trouble.retry.is_retryable();
        let (schedule, delivery) = (&self.schedule.name, parcel::id(&self.schedule, occurrence));
        let next = if given_up {
            "the next is due as usual"
        } else {
            "it is tried again"
        };
        tracing::warn!(schedule, delivery, "not delivered: {trouble}; {next}");
        metrics::counter!("backtweet_schedule_deliveries_total", "outcome" => "failed").increment(1);
        let mut kept = self.kept();
        kept.failed = Some(Failed {
            delivery,
            due: occurrence.due,
            at: self.clock.now(),
            reason: trouble.reason.clone(),
            given_up,
        });
        if let Err(error) = self.keep(&kept) {
            tracing::error!(schedule, "that cannot be kept: {error:#}");
        }
    }

    fn kept(&self) -> Kept {
        let read = Kept::read(&self.folder, &self.schedule.name).ok().flatten();
        read.unwrap_or_else(|| Kept::new(self.clock.now()))
    }

    fn keep(&self, kept: &Kept) -> Result<()> {
        std::fs::create_dir_all(&self.folder).with_context(|| failed(&self.folder))?;
        kept.write(&self.folder, &self.schedule.name)
    }

    fn until_next(&self) -> Duration {
        let now = self.clock.now();
        let next = self.schedule.recurrence.next(now);
        next.map_or(NAP, |next| next.due.since(now))
    }
}
