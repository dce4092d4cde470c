//! The history of a subject that was put: the retained posts go through the classifier once more, for that subject alone, beside the live
//! stream. Every classifier takes part; whoever writes a subject's record at the version that it last saw reads it, as with any lease.
//!
//! Nothing is missed between history and live stream: reading begins once every live classifier follows the subject, so what comes behind its
//! range is classified live. Nothing counts twice where both read a post: findings are versioned.

mod group;

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use backtweet_domain::SubjectId;
use backtweet_runtime::{Ports, followers, history};
use backtweet_store::StoreError;
use backtweet_stream::{LogError, Position, RunnerError};
use backtweet_wire::topics;
use backtweet_wire::v1::{HistoryPart, HistoryRecord};

use self::group::{Group, Member};
use crate::config::Config;
use crate::index::{Indexed, SubjectIndex};
use crate::subjects::{Current, Subjects};

/// How often it is looked for subjects without a history, and said how far each reading has come.
const BEAT: Duration = Duration::from_secs(1);
/// A reading of which nothing was heard for this long is given up, and somebody else goes on with it.
const LEASE: Duration = Duration::from_secs(10);
/// How many subjects are looked up at once.
const AT_ONCE: usize = 1_000;

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
        subjects: subjects.changes(),
        shutdown: shutdown.clone(),
        done: FxHashMap::default(),
        heard: FxHashMap::default(),
        groups: Vec::new(),
    };
    let mut changes = subjects.changes();
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let is_unread = historian.groups.iter().any(Group::is_unread);
        let done = tokio::select! {
            biased;
            () = shutdown.cancelled() => return historian.leave().await,
            Ok(()) = changes.changed() => historian.beat().await,
            _ = beats.tick() => historian.beat().await,
            () = std::future::ready(()), if is_unread => historian.step().await,
        };
        match done {
            Ok(()) => {}
            Err(HistoryError::Stage(error)) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "histories wait");
                tokio::select! {
                    () = shutdown.cancelled() => return historian.leave().await,
                    () = sleep(BEAT) => {}
                }
            }
        }
    }
}

struct Historian {
    config: Config,
    ports: Ports,
    subjects: watch::Receiver<Current>,
    shutdown: CancellationToken,
    /// The generation of each subject whose history is read, or is being read here.
    done: FxHashMap<SubjectId, u64>,
    /// The version at which another's record was last seen, and since when it has been so.
    heard: FxHashMap<SubjectId, (u64, Instant)>,
    groups: Vec<Group>,
}

/// A subject without a history, and the version of what is kept of an earlier one.
struct Unread {
    id: SubjectId,
    generation: u64,
    version: Option<u64>,
}

impl Historian {
    /// Says how far it has come, and takes up what nobody reads.
    async fn beat(&mut self) -> Result<(), HistoryError> {
        let current = self.subjects.borrow().clone();
        let margin = self.config.runner.rewind.unwrap_or_default();
        for group in &mut self.groups {
            group.leave_out(|id, generation| {
                current
                    .index
                    .find(id)
                    .is_none_or(|(_, subject)| subject.generation != generation)
            });
            match group.save(&self.ports, margin).await {
                Ok(lost) => lost.iter().for_each(|id| _ = self.done.remove(id)),
                Err(error) => tracing::warn!(%error, "how far histories have come is not kept at present"),
            }
        }
        self.groups.retain(|group| !group.is_finished());
        let is_open = |subject: &&Indexed| self.done.get(&subject.id) != Some(&subject.generation);
        let open: Vec<Indexed> = current.index.subjects().filter(is_open).cloned().collect();
        let (mut anew, mut given_up) = (Vec::new(), Vec::new());
        for some in open.chunks(AT_ONCE) {
            self.sort_out(some, &mut anew, &mut given_up).await?;
        }
        let begun = self.begin(anew, &current).await?;
        for members in [begun, given_up] {
            self.read(members, &current.index).await?;
        }
        Ok(())
    }

    /// Which of the subjects have no history yet, and which have one whose reader was not heard of for long.
    async fn sort_out(
        &mut self,
        open: &[Indexed],
        anew: &mut Vec<Unread>,
        given_up: &mut Vec<Member>,
    ) -> Result<(), StoreError> {
        let kept = history::read(self.ports.store.as_ref(), open.iter().map(|subject| &subject.id)).await?;
        for (Indexed { id, generation }, kept) in open.iter().cloned().zip(kept) {
            match kept {
                Some((_, record)) if record.generation >= generation && record.finished_at_us.is_some() => {
                    self.heard.remove(&id);
                    self.done.insert(id, generation);
                }
                Some((version, record)) if record.generation == generation => {
                    let now = Instant::now();
                    let known = self.heard.entry(id.clone()).or_insert((version, now));
                    if record.holder.is_empty() {
                        given_up.push(Member::new(id, Some(version), record));
                    } else if known.0 != version {
                        *known = (version, now);
                    } else if known.1.elapsed() >= LEASE {
                        given_up.push(Member::new(id, Some(version), record));
                    }
                }
                kept => anew.push(Unread {
                    id,
                    generation,
                    version: kept.map(|(version, _)| version),
                }),
            }
        }
        Ok(())
    }

    /// What has to be read first: all that is there once every classifier follows the subjects. Empty where one does not yet.
    async fn begin(&self, anew: Vec<Unread>, current: &Current) -> Result<Vec<Member>, HistoryError> {
        let Ports { store, clock, log } = &self.ports;
        if anew.is_empty() {
            return Ok(Vec::new());
        }
        let last = |(partition, next): (u32, &u64)| {
            let offset = next.checked_sub(1)?;
            Some(Position { partition, offset })
        };
        let needed: Vec<Position> = (0..).zip(&current.covered).filter_map(last).collect();
        let laggards = followers::laggards(store.as_ref(), clock.as_ref(), &needed).await?;
        if !laggards.is_empty() {
            return Ok(Vec::new());
        }
        let part = |end: u64| HistoryPart {
            end,
            ..HistoryPart::default()
        };
        let parts: Vec<HistoryPart> = log.ends(topics::POSTS).await?.into_iter().map(part).collect();
        let started_at_us = clock.now().micros();
        let member = |unread: Unread| {
            let record = HistoryRecord {
                generation: unread.generation,
                parts: parts.clone(),
                started_at_us,
                ..HistoryRecord::default()
            };
            Member::new(unread.id, unread.version, record)
        };
        Ok(anew.into_iter().map(member).collect())
    }

    /// Reads from now on for those of the members whose records stand.
    async fn read(&mut self, members: Vec<Member>, index: &SubjectIndex) -> Result<(), StoreError> {
        let members = group::take(members, &self.config.instance, &self.ports).await?;
        if members.is_empty() {
            return Ok(());
        }
        for member in &members {
            self.heard.remove(&member.id);
            self.done.insert(member.id.clone(), member.record.generation);
        }
        let subjects = index.narrowed(members.iter().map(|member| &member.id));
        let group = Group::new(members, subjects, &self.config, &self.ports, self.shutdown.clone());
        self.groups.push(group);
        Ok(())
    }

    /// Lets others read on at once; where that fails they notice by themselves.
    async fn leave(self) -> Result<(), RunnerError> {
        for group in self.groups {
            if let Err(error) = group.release(&self.ports).await {
                tracing::warn!(%error, "the other classifiers were not told which histories to read on");
            }
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
