//! What becomes of one batch: decode, look up, process, apply, wake, append. Which batch comes when is decided by the runner's loop.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::Rng;
use tokio_util::sync::CancellationToken;

use backtweet_domain::{Clock, Retry};
use backtweet_store::{Batch, Found, LookUp, Outcome, Store, Waiter};

use super::dead_letter;
use super::options::{RunnerError, RunnerOptions};
use super::stats::{Meter, Phase};
use crate::port::{Delivered, Log, Record};
use crate::stage::{Effects, Output, Poison, Stage};

/// How many times over waiters may wake waiters before the stage is taken to go round in circles. No thread of replies is that deep.
const MOST_ROUNDS: usize = 10_000;
/// Longest pause after a conflict.
const CONFLICT_PAUSE: Duration = Duration::from_millis(50);
/// A batch that meets this many conflicts, or tries, in a row says so, and again each time.
const TELL_EVERY: u32 = 20;

/// Everything that working on a batch takes; shared by a stage's partitions.
pub(super) struct Job<S> {
    pub(super) stage: Arc<S>,
    pub(super) log: Arc<dyn Log>,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) options: RunnerOptions,
    pub(super) meter: Meter,
    /// Ends every wait for a dependency.
    pub(super) shutdown: CancellationToken,
}

/// Why work on a partition ends.
#[derive(Debug)]
pub(super) enum Halt {
    /// The runner shuts down while a dependency does not answer: the batch stays undone.
    Stopped,
    /// Nothing can be done any more.
    Fatal(RunnerError),
}

/// Why a batch did not go through.
#[derive(Debug)]
pub(super) enum Failure {
    /// Something in it can never be processed.
    Culprit(String),
    /// It is not to blame.
    Halt(Halt),
}

impl From<Halt> for Failure {
    fn from(halt: Halt) -> Self {
        Failure::Halt(halt)
    }
}

impl<S: Stage> Job<S> {
    pub(super) fn new(
        stage: Arc<S>,
        log: Arc<dyn Log>,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        options: RunnerOptions,
        shutdown: CancellationToken,
    ) -> Self {
        let meter = Meter {
            stage: stage.name(),
            stats: Arc::clone(&options.stats),
        };
        Self {
            stage,
            log,
            store,
            clock,
            options,
            meter,
            shutdown,
        }
    }

    /// Does everything that has to stand before the batch's offset may be stored.
    pub(super) async fn run(&self, records: &[Delivered]) -> Result<(), Halt> {
        match self.attempt(records, 1).await {
            Ok(()) => {}
            Err(Failure::Halt(halt)) => return Err(halt),
            Err(Failure::Culprit(cause)) => match records {
                [record] => self.bury(record, &cause, 1).await?,
                _ => self.one_by_one(records, &cause).await?,
            },
        }
        self.meter.batch(records.len());
        Ok(())
    }

    /// Finds who is to blame, so that nobody else goes to the dead letters.
    async fn one_by_one(&self, records: &[Delivered], cause: &str) -> Result<(), Halt> {
        let stage = self.stage.name();
        tracing::warn!(
            stage,
            cause,
            records = records.len(),
            "a batch failed; its records are tried one by one"
        );
        for record in records {
            match self.attempt(std::slice::from_ref(record), 2).await {
                Ok(()) => {}
                Err(Failure::Halt(halt)) => return Err(halt),
                Err(Failure::Culprit(cause)) => self.bury(record, &cause, 2).await?,
            }
        }
        Ok(())
    }

    async fn attempt(&self, records: &[Delivered], tries: u32) -> Result<(), Failure> {
        let since = Instant::now();
        let (items, poisoned) = self.decode(records)?;
        self.meter.spent(Phase::Decode, since);
        let outputs = self.settle(items).await?;
        self.append(outputs).await?;
        for (record, poison) in poisoned {
            self.bury(record, &poison.cause, tries).await?;
        }
        Ok(())
    }

    #[allow(clippy::type_complexity)]
    fn decode<'a>(&self, records: &'a [Delivered]) -> Result<(Vec<S::Item>, Vec<(&'a Delivered, Poison)>), Failure> {
        let mut items = Vec::with_capacity(records.len());
        let mut poisoned = Vec::new();
        for delivered in records {
            let Record { key, value, .. } = &delivered.record;
            match self.stages_own(|stage| stage.decode(key, value.as_ref()))? {
                Ok(item) => items.extend(item),
                Err(poison) => poisoned.push((delivered, poison)),
            }
        }
        Ok((items, poisoned))
    }

    /// Brings the items into the store, then those whom that woke, and so on. Returns all outputs in order.
    async fn settle(&self, mut items: Vec<S::Item>) -> Result<Vec<Output>, Failure> {
        let mut outputs = Vec::new();
        for _ in 0..MOST_ROUNDS {
            if items.is_empty() {
                return Ok(outputs);
            }
            let (effects, waiters) = self.round(&items).await?;
            let follow_up = self.stages_own(|stage| stage.follow_up(&items, &effects))?;
            outputs.extend(effects.outputs);
            items = self.wake(&waiters)?;
            items.extend(follow_up);
        }
        let stage = self.stage.name();
        tracing::error!(stage, rounds = MOST_ROUNDS, "waiters wake one another without end");
        Err(Failure::Culprit(format!(
            "waiters woke one another {MOST_ROUNDS} times over: the stage goes round in circles"
        )))
    }

    /// One pass from look-ups to writes, repeated until no guard stands in the way: what stands, and whom it woke.
    async fn round(&self, items: &[S::Item]) -> Result<(Effects, Vec<Waiter>), Failure> {
        let mut woken = Woken::default();
        let mut conflicts = 0;
        loop {
            let look_ups = self.stages_own(|stage| stage.look_ups(items))?;
            let found = self.look_up(&look_ups).await?;
            let since = Instant::now();
            let effects = self.stages_own(|stage| stage.process(items, &found))?;
            self.meter.spent(Phase::Process, since);
            // A batch that stands already may not be in the next try's writes: whom it woke is kept from here.
            if woken.keep(self.apply(&effects.writes).await?) {
                return Ok((effects, woken.waiters));
            }
            conflicts += 1;
            self.meter.conflict();
            if conflicts % TELL_EVERY == 0 {
                tracing::warn!(
                    stage = self.stage.name(),
                    conflicts,
                    "a batch keeps meeting others' writes"
                );
            }
            let most = CONFLICT_PAUSE.min(Duration::from_millis(1) * conflicts);
            let pause = most.mul_f64(rand::rng().random());
            tokio::time::sleep(pause).await;
        }
    }

    async fn look_up(&self, look_ups: &[LookUp]) -> Result<Vec<Found>, Failure> {
        if look_ups.is_empty() {
            return Ok(Vec::new());
        }
        let since = Instant::now();
        let mut tries = 0;
        loop {
            match self.store.read(look_ups).await {
                Ok(found) => {
                    self.meter.spent(Phase::LookUp, since);
                    return Ok(found);
                }
                Err(error) => self.wait_out(error.into(), &mut tries).await?,
            }
        }
    }

    async fn apply(&self, writes: &[Batch]) -> Result<Vec<Outcome>, Failure> {
        if writes.is_empty() {
            return Ok(Vec::new());
        }
        let since = Instant::now();
        let mut tries = 0;
        loop {
            match self.store.apply(writes).await {
                Ok(outcomes) => {
                    self.meter.spent(Phase::Apply, since);
                    return Ok(outcomes);
                }
                Err(error) => self.wait_out(error.into(), &mut tries).await?,
            }
        }
    }

    fn wake(&self, waiters: &[Waiter]) -> Result<Vec<S::Item>, Failure> {
        let mut items = Vec::with_capacity(waiters.len());
        if !waiters.is_empty() {
            self.meter.woken(waiters.len());
        }
        for waiter in waiters {
            match self.stages_own(|stage| stage.wake(waiter))? {
                Ok(item) => items.extend(item),
                Err(poison) => {
                    self.meter.poisoned_waiter();
                    let (stage, waiter, cause) = (self.stage.name(), &waiter.id, &poison.cause);
                    tracing::error!(stage, waiter, cause, "a waiter cannot be understood and is passed over");
                }
            }
        }
        Ok(items)
    }

    async fn append(&self, outputs: Vec<Output>) -> Result<(), Failure> {
        let mut by_topic: Vec<(&'static str, Vec<Record>)> = Vec::new();
        let time = self.clock.now();
        for Output { topic, key, value } in outputs {
            let record = Record { key, value, time };
            match by_topic.iter_mut().find(|(name, _)| *name == topic) {
                Some((_, records)) => records.push(record),
                None => by_topic.push((topic, vec![record])),
            }
        }
        for (topic, records) in by_topic {
            let since = Instant::now();
            self.append_to(topic, &records).await?;
            self.meter.spent(Phase::Append, since);
            self.meter.appended(records.len());
        }
        Ok(())
    }

    async fn append_to(&self, topic: &str, records: &[Record]) -> Result<(), Failure> {
        let mut tries = 0;
        loop {
            match self.log.append(topic, records.to_vec()).await {
                Ok(_) => return Ok(()),
                Err(error) => self.wait_out(error.into(), &mut tries).await?,
            }
        }
    }

    /// Gives a record up: it goes to the dead letters, and its partition goes on.
    async fn bury(&self, delivered: &Delivered, cause: &str, attempts: u32) -> Result<(), Halt> {
        let stage = self.stage.name();
        let position = delivered.position;
        tracing::warn!(
            stage,
            topic = self.stage.topic(),
            ?position,
            cause,
            attempts,
            "a record goes to the dead letters"
        );
        self.meter.dead_letter();
        match &self.options.dead_letters {
            Some(topic) => self.post(topic, delivered, cause, attempts).await,
            None => Ok(()),
        }
    }

    async fn post(&self, topic: &str, delivered: &Delivered, cause: &str, attempts: u32) -> Result<(), Halt> {
        let now = self.clock.now();
        let full = dead_letter::record(self.stage.as_ref(), delivered, cause, attempts, now);
        let refusal = match self.append_to(topic, &[full]).await {
            Ok(()) => return Ok(()),
            Err(Failure::Halt(halt)) => return Err(halt),
            Err(Failure::Culprit(refusal)) => refusal,
        };
        let brief = dead_letter::without_value(self.stage.as_ref(), delivered, cause, attempts, now);
        match self.append_to(topic, &[brief]).await {
            Ok(()) => Ok(()),
            Err(Failure::Halt(halt)) => Err(halt),
            Err(Failure::Culprit(_)) => {
                let (stage, position) = (self.stage.name(), delivered.position);
                tracing::error!(
                    stage,
                    ?position,
                    cause,
                    refusal,
                    "even the dead letters refuse this record"
                );
                Ok(())
            }
        }
    }

    /// Waits before the next try, where there should be one.
    pub(super) async fn wait_out(&self, error: RunnerError, tries: &mut u32) -> Result<(), Failure> {
        let pause = match error.retry() {
            Retry::Backoff => self.options.backoff.pause(*tries),
            Retry::After(pause) => pause,
            Retry::Never if error.is_of_the_records() => return Err(Failure::Culprit(error.to_string())),
            Retry::Never => return Err(Halt::Fatal(error).into()),
        };
        self.meter.retry();
        if tries.is_multiple_of(TELL_EVERY) {
            tracing::warn!(stage = self.stage.name(), tries, %error, "waiting for a dependency");
        }
        *tries += 1;
        tokio::select! {
            () = self.shutdown.cancelled() => Err(Halt::Stopped.into()),
            () = tokio::time::sleep(pause) => Ok(()),
        }
    }

    /// Calls the stage. A panic of its is an error of the records, since it would come again with them.
    fn stages_own<T>(&self, call: impl FnOnce(&S) -> T) -> Result<T, Failure> {
        catch_unwind(AssertUnwindSafe(|| call(&self.stage)))
            .map_err(|panic| Failure::Culprit(format!("the stage panicked: {}", said(&*panic))))
    }
}

/// Whom the writes of one round woke, over all its tries.
#[derive(Default)]
struct Woken {
    waiters: Vec<Waiter>,
    known: HashSet<(String, bytes::Bytes)>,
}

impl Woken {
    /// Keeps who is new. Whether every batch stands.
    fn keep(&mut self, outcomes: Vec<Outcome>) -> bool {
        let mut all_stand = true;
        for outcome in outcomes {
            match outcome {
                Outcome::Applied(waiters) => {
                    for waiter in waiters {
                        if self.known.insert((waiter.id.clone(), waiter.bytes.clone())) {
                            self.waiters.push(waiter);
                        }
                    }
                }
                Outcome::Conflict => all_stand = false,
            }
        }
        all_stand
    }
}

/// What a panic said.
pub(super) fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("nothing that can be shown")
        .to_owned()
}
