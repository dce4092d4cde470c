//! Subjects that are read for together: one pass over the retained posts serves them all. Which ones is the historian's to decide.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use backtweet_domain::SubjectId;
use backtweet_runtime::{Ports, history};
use backtweet_store::StoreError;
use backtweet_stream::{Delivered, Replay, RunnerOptions};
use backtweet_wire::topics;
use backtweet_wire::v1::HistoryRecord;

use super::HistoryError;
use crate::config::Config;
use crate::index::SubjectIndex;
use crate::stage::ClassifyStage;

/// How many records are read at once: few enough that the live stream hardly notices.
const BATCH: usize = 500;

/// A subject that is read for.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) id: SubjectId,
    /// At which version its record was last seen.
    version: Option<u64>,
    pub(super) record: HistoryRecord,
}

impl Member {
    pub(super) fn new(id: SubjectId, version: Option<u64>, record: HistoryRecord) -> Self {
        Self { id, version, record }
    }
}

/// Takes members on: those whose records nobody else wrote meanwhile.
pub(super) async fn take(mut members: Vec<Member>, holder: &str, ports: &Ports) -> Result<Vec<Member>, StoreError> {
    for member in &mut members {
        holder.clone_into(&mut member.record.holder);
    }
    write(&mut members, ports).await?;
    Ok(members)
}

/// Writes all records, and keeps the members whose records stood as they were last seen. Returns the others.
async fn write(members: &mut Vec<Member>, ports: &Ports) -> Result<Vec<SubjectId>, StoreError> {
    let now = ports.clock.now().micros();
    members.iter_mut().for_each(|member| member.record.at_us = now);
    let histories: Vec<_> = members
        .iter()
        .map(|member| (&member.id, member.version, &member.record))
        .collect();
    let mut stands = history::write(ports.store.as_ref(), &histories).await?.into_iter();
    let mut lost = Vec::new();
    members.retain_mut(|member| match stands.next().flatten() {
        Some(version) => {
            member.version = Some(version);
            true
        }
        None => {
            lost.push(member.id.clone());
            false
        }
    });
    Ok(lost)
}

/// One partition in the pass at hand.
#[derive(Debug, Default)]
struct Part {
    /// The first offset that was not fetched yet.
    next: u64,
    end: u64,
    /// Fetched, and not worked off yet.
    fetched: VecDeque<Delivered>,
}

impl Part {
    /// Everything before this offset was worked off.
    fn done(&self) -> u64 {
        self.fetched.front().map_or(self.next, |first| first.position.offset)
    }
}

/// What is read in one go: pass by pass over all that is there, until a pass changes nothing. Then every post has the place that it would
/// have if the subjects had been there before it. Whatever was lost or missed on the way, the last pass made good.
pub(super) struct Group {
    members: Vec<Member>,
    replay: Replay<ClassifyStage>,
    /// How many posts got another place so far.
    moved: Arc<AtomicU64>,
    parts: Vec<Part>,
    pass: Pass,
    losses: u64,
}

/// How the pass at hand began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// It may have missed something, so another one follows.
    Incomplete,
    /// From the start, when so many posts had got another place.
    Whole(u64),
    /// The last one is over since then.
    Over(Instant),
}

impl Group {
    /// A group that goes on with the first pass where its members stand.
    pub(super) fn new(
        members: Vec<Member>,
        subjects: SubjectIndex,
        config: &Config,
        ports: &Ports,
        shutdown: CancellationToken,
    ) -> Self {
        let stage = ClassifyStage::of_history(subjects, config.bounds);
        let options = RunnerOptions {
            stats: Arc::default(),
            ..config.runner.clone()
        };
        let Ports { log, store, clock } = ports.clone();
        let losses = store.losses();
        let partitions = members.iter().map(|member| member.record.parts.len()).max();
        let part = |partition: usize| {
            let parts = members.iter().filter_map(|member| member.record.parts.get(partition));
            let (nexts, ends) = (parts.clone().map(|part| part.next), parts.map(|part| part.end));
            Part {
                next: nexts.min().unwrap_or(0),
                end: ends.max().unwrap_or(0),
                fetched: VecDeque::new(),
            }
        };
        Self {
            parts: (0..partitions.unwrap_or(0)).map(part).collect(),
            members,
            moved: stage.moved(),
            replay: Replay::new(Arc::new(stage), log, store, clock, options, shutdown),
            pass: Pass::Incomplete,
            losses,
        }
    }

    /// Leaves out whoever was put again or deleted meanwhile.
    pub(super) fn leave_out(&mut self, is_past: impl Fn(&SubjectId, u64) -> bool) {
        self.members
            .retain(|member| !is_past(&member.id, member.record.generation));
    }

    /// Whether there is nothing left to do.
    pub(super) fn is_finished(&self) -> bool {
        self.members.iter().all(|member| member.record.finished_at_us.is_some())
    }

    /// Whether there is anything to read; where there is not, it only waits until the store can lose none of what was written.
    pub(super) fn is_unread(&self) -> bool {
        !matches!(self.pass, Pass::Over(_))
    }

    /// Reads a little further.
    pub(super) async fn step(&mut self, ports: &Ports) -> Result<(), HistoryError> {
        let records = self.fetch(ports).await?;
        if !records.is_empty() {
            if !self.replay.work(&records).await? {
                // It shuts down: what was in hand is read again by whoever goes on.
                for delivered in records.into_iter().rev() {
                    let part = &mut self.parts[delivered.position.partition as usize];
                    part.fetched.push_front(delivered);
                }
            }
            return Ok(());
        }
        let moved = self.moved.load(Ordering::Relaxed);
        match self.pass {
            Pass::Whole(before) if before == moved => self.pass = Pass::Over(Instant::now()),
            Pass::Incomplete | Pass::Whole(_) => {
                let ends = ports.log.ends(topics::POSTS).await?;
                let part = |end| Part { end, ..Part::default() };
                self.parts = ends.into_iter().map(part).collect();
                self.pass = Pass::Whole(moved);
            }
            Pass::Over(_) => {}
        }
        Ok(())
    }

    /// The next records of all partitions by the time at which they were appended: a post before those that refer to it, nearly always.
    async fn fetch(&mut self, ports: &Ports) -> Result<Vec<Delivered>, HistoryError> {
        let mut records = Vec::new();
        while records.len() < BATCH {
            for (partition, part) in (0u32..).zip(&mut self.parts) {
                if part.fetched.is_empty() && part.next < part.end {
                    let read = ports.log.read(topics::POSTS, partition, part.next, part.end, BATCH);
                    part.fetched = read.await?.into();
                    part.next = part.fetched.back().map_or(part.end, |last| last.position.offset + 1);
                }
            }
            let first = |part: &&mut Part| part.fetched.front().map(|delivered| delivered.record.time);
            let unread = self.parts.iter_mut().filter(|part| !part.fetched.is_empty());
            let Some(earliest) = unread.min_by_key(first) else {
                break;
            };
            records.extend(earliest.fetched.pop_front());
        }
        Ok(records)
    }

    /// Writes down how far it has come. Returns those that somebody else reads for by now.
    pub(super) async fn save(&mut self, ports: &Ports, margin: Duration) -> Result<Vec<SubjectId>, StoreError> {
        let losses = ports.store.losses();
        if losses != self.losses {
            (self.losses, self.pass) = (losses, Pass::Incomplete);
        }
        let now = ports.clock.now().micros();
        let is_over = matches!(self.pass, Pass::Over(since) if since.elapsed() >= margin);
        for member in &mut self.members {
            for (kept, part) in member.record.parts.iter_mut().zip(&self.parts) {
                kept.next = kept.next.max(part.done().min(kept.end));
            }
            if is_over {
                member.record.finished_at_us.get_or_insert(now);
            }
        }
        write(&mut self.members, ports).await
    }

    /// Lets somebody else read on at once.
    pub(super) async fn release(mut self, ports: &Ports) -> Result<(), StoreError> {
        self.members.iter_mut().for_each(|member| member.record.holder.clear());
        self.save(ports, Duration::MAX).await.map(drop)
    }
}
