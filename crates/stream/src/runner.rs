//! [`run_stage`]: drives a [`Stage`] over a [`Log`] and a [`Store`]. It owns the order of things, retries, dead letters, offsets and
//! shutdown; what a record means is the stage's own business.
//!
//! A loop polls the consumer and hands each partition's records to that partition's lane, so partitions run side by side and each in
//! order. A lane does a batch at a time: store writes, then outputs acknowledged, and only then the loop stores the offset.

mod dead_letter;
mod gauges;
mod job;
mod lane;
mod options;
mod replay;
mod stats;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use backtweet_domain::Clock;
use backtweet_store::Store;

use self::gauges::Progress;
use self::job::{Failure, Halt, Job};
use self::lane::{Lane, News, Report};
pub use self::options::{Backoff, RunnerError, RunnerOptions};
pub use self::replay::Replay;
pub use self::stats::{Phase, StageFigures, StageStats};
use crate::port::{Consumer, Delivered, Log, LogError, Polled};
use crate::stage::Stage;

/// How often the store is asked whether it lost anything.
const LOSSES: Duration = Duration::from_secs(1);

/// Runs a stage until `shutdown`: joins the group of the stage's name on its topic, and works off what it is assigned. All topics, the
/// dead letters' too, have to exist. Returns once the batches in hand are done, or [`RunnerOptions::grace`] is over; what is not done by
/// then is redelivered.
///
/// # Errors
/// When the log or the store can no longer be used. A dependency that only does not answer is waited for.
pub async fn run_stage<S: Stage>(
    stage: Arc<S>,
    log: Arc<dyn Log>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    options: RunnerOptions,
    shutdown: CancellationToken,
) -> Result<(), RunnerError> {
    let job = Arc::new(Job::new(stage, log, store, clock, options, shutdown));
    let consumer = match join(&job).await {
        Ok(consumer) => consumer,
        Err(halt) => return outcome(halt),
    };
    let progress = Arc::new(Progress::new());
    let _gauges = gauges::watch(
        job.stage.name(),
        job.stage.topic(),
        Arc::clone(&job.log),
        Arc::clone(&progress),
    );
    let (reports, inbox) = mpsc::unbounded_channel();
    let losses = job.store.losses();
    let mut runner = Runner {
        job,
        consumer,
        lanes: BTreeMap::new(),
        reports,
        epoch: 0,
        losses,
        progress,
    };
    let ended = runner.run(inbox).await;
    runner.leave().await;
    ended.or_else(outcome)
}

async fn join<S: Stage>(job: &Job<S>) -> Result<Box<dyn Consumer>, Halt> {
    let mut tries = 0;
    loop {
        tokio::select! {
            () = job.shutdown.cancelled() => return Err(Halt::Stopped),
            joined = job.log.join(job.stage.name(), job.stage.topic()) => match joined {
                Ok(consumer) => return Ok(consumer),
                Err(error) => job.wait_out(error.into(), &mut tries).await.map_err(halt)?,
            },
        }
    }
}

async fn stored<S: Stage>(job: &Job<S>) -> Result<Vec<Option<u64>>, Halt> {
    let mut tries = 0;
    loop {
        match job.log.stored(job.stage.name(), job.stage.topic()).await {
            Ok(stored) => return Ok(stored),
            Err(error) => job.wait_out(error.into(), &mut tries).await.map_err(halt)?,
        }
    }
}

/// What happens outside of any batch has no record to blame.
fn halt(failure: Failure) -> Halt {
    match failure {
        Failure::Halt(halt) => halt,
        Failure::Culprit(reason) => Halt::Fatal(LogError::Unusable { reason }.into()),
    }
}

fn outcome(halt: Halt) -> Result<(), RunnerError> {
    match halt {
        Halt::Stopped => Ok(()),
        Halt::Fatal(error) => Err(error),
    }
}

struct Runner<S> {
    job: Arc<Job<S>>,
    consumer: Box<dyn Consumer>,
    lanes: BTreeMap<u32, Lane>,
    reports: mpsc::UnboundedSender<Report>,
    epoch: u64,
    losses: u64,
    progress: Arc<Progress>,
}

impl<S: Stage> Runner<S> {
    async fn run(&mut self, mut inbox: mpsc::UnboundedReceiver<Report>) -> Result<(), Halt> {
        let shutdown = self.job.shutdown.clone();
        let mut losses = interval(LOSSES);
        losses.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut failures, mut not_before) = (0, Instant::now());
        loop {
            let progress = Arc::clone(&self.progress);
            let (consumer, max) = (&mut self.consumer, self.job.options.max_batch);
            let poll = async {
                sleep_until(not_before).await;
                let _polling = progress.polls.begin();
                consumer.poll(max).await
            };
            let step = tokio::select! {
                biased;
                () = shutdown.cancelled() => Err(Halt::Stopped),
                Some(report) = inbox.recv() => self.hear(report),
                _ = losses.tick() => self.look_for_losses().await,
                polled = poll => match polled {
                    Ok(polled) => {
                        failures = 0;
                        self.take(polled).await
                    }
                    Err(error) => {
                        failures += 1;
                        self.after_failed_poll(error, failures).map(|pause| not_before = Instant::now() + pause)
                    }
                },
            };
            match step {
                Ok(()) => {}
                Err(Halt::Stopped) => return self.drain(inbox).await,
                Err(fatal) => return Err(fatal),
            }
        }
    }

    /// How long not to poll; meanwhile the lanes go on.
    fn after_failed_poll(&self, error: LogError, failures: u32) -> Result<Duration, Halt> {
        if !error.retry().is_retryable() {
            return Err(Halt::Fatal(error.into()));
        }
        self.job.meter.retry();
        if failures % 20 == 1 {
            tracing::warn!(stage = self.job.stage.name(), failures, %error, "waiting for the log");
        }
        Ok(self.job.options.backoff.pause(failures - 1))
    }

    async fn take(&mut self, polled: Polled) -> Result<(), Halt> {
        match polled {
            Polled::Records { partition, records } => self.hand_in(partition, records),
            Polled::Assigned(partitions) => self.assigned(&partitions).await,
            Polled::Revoked(partitions) => {
                for partition in partitions {
                    self.progress.gone(partition);
                    if let Some(lane) = self.lanes.remove(&partition) {
                        lane.abandon().await;
                    }
                }
                Ok(())
            }
        }
    }

    fn hand_in(&mut self, partition: u32, records: Vec<Delivered>) -> Result<(), Halt> {
        let Some(lane) = self.lanes.get_mut(&partition) else {
            return Ok(());
        };
        lane.hand_in(records);
        if !lane.paused && lane.in_hand >= self.job.options.queue.max(1) {
            lane.paused = true;
            self.consumer
                .pause(partition)
                .map_err(|error| Halt::Fatal(error.into()))?;
        }
        Ok(())
    }

    async fn assigned(&mut self, partitions: &[u32]) -> Result<(), Halt> {
        let stored = stored(&self.job).await?;
        for partition in partitions {
            let stored = stored.get(*partition as usize).copied().flatten().unwrap_or(0);
            self.progress.reached(*partition, stored);
            self.start_over(*partition, stored).await?;
        }
        Ok(())
    }

    /// Gives a partition a new lane, a margin before what is stored; whatever its old lane was at is done again.
    async fn start_over(&mut self, partition: u32, stored: u64) -> Result<(), Halt> {
        if let Some(lane) = self.lanes.remove(&partition) {
            lane.abandon().await;
        }
        if let Some(margin) = self.job.options.rewind {
            let mut tries = 0;
            while let Err(error) = self.consumer.rewind(partition, margin).await {
                self.job.wait_out(error.into(), &mut tries).await.map_err(halt)?;
            }
        }
        self.epoch += 1;
        let lane = Lane::open(
            Arc::clone(&self.job),
            partition,
            self.epoch,
            stored,
            self.reports.clone(),
        );
        self.lanes.insert(partition, lane);
        // It may have been paused for the lane before.
        self.consumer
            .resume(partition)
            .map_err(|error| Halt::Fatal(error.into()))
    }

    async fn look_for_losses(&mut self) -> Result<(), Halt> {
        let losses = self.job.store.losses();
        if losses == self.losses || self.job.options.rewind.is_none() {
            return Ok(());
        }
        let stage = self.job.stage.name();
        tracing::warn!(
            stage,
            "the store may have lost its last writes; going back a margin on every partition"
        );
        self.losses = losses;
        let lanes: Vec<(u32, u64)> = self
            .lanes
            .iter()
            .map(|(partition, lane)| (*partition, lane.stored))
            .collect();
        for (partition, stored) in lanes {
            self.start_over(partition, stored).await?;
        }
        Ok(())
    }

    fn hear(&mut self, Report { partition, epoch, news }: Report) -> Result<(), Halt> {
        let Some(lane) = self.lanes.get_mut(&partition).filter(|lane| lane.epoch == epoch) else {
            return Ok(());
        };
        match news {
            News::Done(next) => {
                lane.in_hand -= 1;
                let resume = lane.paused && lane.in_hand < self.job.options.queue.max(1);
                let store = next > lane.stored;
                lane.stored = lane.stored.max(next);
                lane.paused &= !resume;
                self.progress.reached(partition, next);
                let resumed = if resume {
                    self.consumer.resume(partition)
                } else {
                    Ok(())
                };
                let stored = if store {
                    self.consumer.store(partition, next)
                } else {
                    Ok(())
                };
                resumed.and(stored).map_err(|error| Halt::Fatal(error.into()))
            }
            News::Ended(ended) => {
                self.lanes.remove(&partition);
                // A lane that stopped heard of the shutdown before the loop did; the others may still finish.
                ended.or_else(|halt| match halt {
                    Halt::Stopped => Ok(()),
                    fatal => Err(fatal),
                })
            }
        }
    }

    /// Lets the lanes finish what they have, for as long as the grace lasts.
    async fn drain(&mut self, mut inbox: mpsc::UnboundedReceiver<Report>) -> Result<(), Halt> {
        let (stage, grace) = (self.job.stage.name(), self.job.options.grace);
        self.lanes.values_mut().for_each(Lane::close);
        let finish = async {
            while !self.lanes.is_empty()
                && let Some(report) = inbox.recv().await
            {
                self.hear(report)?;
            }
            Ok(())
        };
        match timeout(grace, finish).await {
            Ok(finished) => finished,
            Err(_) => {
                tracing::warn!(
                    stage,
                    ?grace,
                    "batches were not done in time; they will be delivered again"
                );
                Ok(())
            }
        }
    }

    /// Leaves the group in order. What cannot be stored any more is redelivered.
    async fn leave(self) {
        let Self {
            consumer, lanes, job, ..
        } = self;
        drop(lanes);
        let stage = job.stage.name();
        match timeout(job.options.grace, consumer.close()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(stage, %error, "the group was not left in order"),
            Err(_) => tracing::warn!(stage, "the group was not left in time"),
        }
    }
}
