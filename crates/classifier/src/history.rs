//! The history of a subject that was put: the retained posts go through the classifier once more, for that subject alone, beside the live
//! stream. Every classifier takes part; whoever writes a subject's record at the version that it last saw reads it, as with any lease.
//!
//! Nothing is missed between history and live stream: the range to read is fixed once every live classifier follows the subject, so what
//! comes behind it is classified live. Nothing counts twice where both read a post: findings are versioned.

mod group;

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use backtweet_domain::SubjectId;
use backtweet_runtime::{Ports, followers, history};
use backtweet_store::StoreError;
use backtweet_stream::{LogError, Position, RunnerError};
use backtweet_wire::topics;
use backtweet_wire::v1::{HistoryPart, HistoryRecord};

use self::group::{Group, Member};
use crate::config::Config;
use crate::subjects::Subjects;

/// How often it is looked for subjects without a history, and said how far each reading has come.
const BEAT: Duration = Duration::from_secs(1);
/// A reading of which nothing was heard for this long is given up, and somebody else goes on with it.
const LEASE: Duration = Duration::from_secs(10);
/// How many subjects are read for together, and looked up at once.
const MOST: usize = 1_000;

/// Why something did not go through.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HistoryError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Stage(#[from] RunnerError),
}

/// Reads histories until `shutdown`. A dependency that does not answer is asked again with the next beat.
///
/// # Errors
/// When the log or the store can no longer be used.
pub(crate) async fn run(
    config: Config,
    ports: Ports,
    subjects: Arc<Subjects>,
    shutdown: CancellationToken,
) -> Result<(), RunnerError> {
    let mut historian = Historian {
        config,
        ports,
        subjects,
        shutdown: shutdown.clone(),
        finished: FxHashMap::default(),
        heard: FxHashMap::default(),
        groups: Vec::new(),
    };
    let mut changes = historian.subjects.changes();
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let is_unread = historian.groups.iter().any(Group::is_unread);
        let beat = tokio::select! {
            biased;
            () = shutdown.cancelled() => return Ok(()),
            Ok(()) = changes.changed() => true,
            _ = beats.tick() => true,
            () = std::future::ready(()), if is_unread => false,
        };
        let done = if beat { historian.beat().await } else { historian.step().await };
        match done {
            Ok(()) => {}
            Err(HistoryError::Stage(error)) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "histories wait");
                tokio::select! {
                    () = shutdown.cancelled() => return Ok(()),
                    _ = beats.tick() => {}
                }
            }
        }
    }
}

struct Historian {
    config: Config,
    ports: Ports,
    subjects: Arc<Subjects>,
    shutdown: CancellationToken,
    /// The generation of each subject whose history is read, or read by this instance.
    finished: FxHashMap<SubjectId, u64>,
    /// When another's record was first seen at the version that it has.
    heard: FxHashMap<SubjectId, (u64, Instant)>,
    groups: Vec<Group>,
}

impl Historian {
    /// Says how far it has come, and takes up what nobody reads.
    async fn beat(&mut self) -> Result<(), HistoryError> {
        let mut kept = Vec::with_capacity(self.groups.len());
        for mut group in std::mem::take(&mut self.groups) {
            group.leave_out(|id, generation| self.subjects.generation(id) != Some(generation));
            let lost = group.save(&self.ports).await;
            match lost {
                Ok(lost) => lost.iter().for_each(|id| _ = self.finished.remove(id)),
                Err(error) => tracing::warn!(%error, "how far histories have come is not kept at present"),
            }
            if !group.is_finished() {
                kept.push(group);
            }
        }
        self.groups = kept;
        let open = self.subjects.unless(&self.finished, MOST);
        if !open.is_empty() {
            self.take_up(open).await?;
        }
        Ok(())
    }

    /// Takes those of the subjects that have no history yet, or whose reader was not heard of.
    async fn take_up(&mut self, open: Vec<(SubjectId, u64)>) -> Result<(), HistoryError> {
        let kept = history::read(self.ports.store.as_ref(), open.iter().map(|(id, _)| id)).await?;
        let (mut anew, mut given_up) = (Vec::new(), Vec::new());
        for ((id, generation), kept) in open.into_iter().zip(kept) {
            match kept {
                Some((_, record)) if record.generation >= generation && record.finished_at_us.is_some() => {
                    self.finished.insert(id, generation);
                }
                Some((version, record)) if record.generation == generation => {
                    let (known, since) = *self.heard.entry(id.clone()).or_insert((version, Instant::now()));
                    if known != version {
                        self.heard.insert(id, (version, Instant::now()));
                    } else if since.elapsed() >= LEASE {
                        given_up.push(Member::new(id, Some(version), record));
                    }
                }
                kept => anew.push((id, generation, kept.map(|(version, _)| version))),
            }
        }
        let begun = if anew.is_empty() { Vec::new() } else { self.begin(anew).await? };
        for members in [begun, given_up] {
            self.read(members).await?;
        }
        Ok(())
    }

    /// Fixes what has to be read: all that is there once every classifier follows the subjects. Empty where one does not yet.
    async fn begin(&self, anew: Vec<(SubjectId, u64, Option<u64>)>) -> Result<Vec<Member>, HistoryError> {
        let Ports { store, clock, log } = &self.ports;
        let covered = self.subjects.covered();
        let needed: Vec<Position> = (0..)
            .zip(covered)
            .filter_map(|(partition, next)| Some(Position { partition, offset: next.checked_sub(1)? }))
            .collect();
        if !followers::laggards(store.as_ref(), clock.as_ref(), &needed).await?.is_empty() {
            return Ok(Vec::new());
        }
        let ends = log.ends(topics::POSTS).await?;
        let part = |end: u64| HistoryPart { end, ..HistoryPart::default() };
        let parts: Vec<HistoryPart> = ends.into_iter().map(part).collect();
        let member = |(id, generation, version): (SubjectId, u64, Option<u64>)| {
            let record = HistoryRecord {
                generation,
                parts: parts.clone(),
                started_at_us: clock.now().micros(),
                ..HistoryRecord::default()
            };
            Member::new(id, version, record)
        };
        Ok(anew.into_iter().map(member).collect())
    }

    /// Takes the members whose records stand, and reads for them from now on.
    async fn read(&mut self, members: Vec<Member>) -> Result<(), HistoryError> {
        if members.is_empty() {
            return Ok(());
        }
        let members = group::take(members, &self.config.instance, &self.ports).await?;
        let definitions = members.iter().filter_map(|member| self.subjects.definition(&member.id));
        let definitions: Vec<_> = definitions.collect();
        for member in &members {
            self.finished.insert(member.id.clone(), member.record.generation);
        }
        if !members.is_empty() {
            let group = Group::new(members, &definitions, &self.config, &self.ports, self.shutdown.clone());
            self.groups.push(group);
        }
        Ok(())
    }

    /// Reads a little for each group.
    async fn step(&mut self) -> Result<(), HistoryError> {
        for group in &mut self.groups {
            group.step(&self.ports).await?;
        }
        Ok(())
    }
}
