//! Subjects that are read for together: one pass over the retained posts serves them all. Which ones is the historian's to decide.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use tokio_util::sync::CancellationToken;

use backtweet_domain::{Subject, SubjectId};
use backtweet_runtime::{Ports, history};
use backtweet_store::StoreError;
use backtweet_stream::{Replay, RunnerOptions};
use backtweet_wire::topics;
use backtweet_wire::v1::{HistoryPart, HistoryRecord};

use super::HistoryError;
use crate::config::Config;
use crate::expiry::Watermark;
use crate::stage::ClassifyStage;
use crate::subjects::Subjects;

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

/// One partition's range.
#[derive(Debug, Clone, Copy)]
struct Range {
    next: u64,
    end: u64,
}

/// What is read in one pass.
pub(super) struct Group {
    members: Vec<Member>,
    replay: Replay<ClassifyStage>,
    ranges: Vec<Range>,
    /// Where it stood at past moments, oldest first, back to what the store can no longer lose.
    marks: VecDeque<(Instant, Vec<u64>)>,
    /// What the store can lose.
    margin: std::time::Duration,
    losses: u64,
}

impl Group {
    /// A group that goes on where its members are safe.
    pub(super) fn new(
        members: Vec<Member>,
        definitions: &[Subject],
        config: &Config,
        ports: &Ports,
        shutdown: CancellationToken,
    ) -> Self {
        let subjects = Arc::new(Subjects::of(definitions));
        let stage = ClassifyStage::new(subjects, config.bounds, Arc::new(Watermark::default())).for_history();
        let options = RunnerOptions {
            stats: Arc::default(),
            ..config.runner.clone()
        };
        let Ports { log, store, clock } = ports.clone();
        let losses = store.losses();
        let partitions = members.iter().map(|member| member.record.parts.len()).max();
        let range = |partition: usize| {
            let parts = members.iter().filter_map(|member| member.record.parts.get(partition));
            let (nexts, ends) = (parts.clone().map(|part| part.safe), parts.map(|part| part.end));
            Range {
                next: nexts.min().unwrap_or(0),
                end: ends.max().unwrap_or(0),
            }
        };
        Self {
            ranges: (0..partitions.unwrap_or(0)).map(range).collect(),
            members,
            replay: Replay::new(Arc::new(stage), log, store, clock, options, shutdown),
            marks: VecDeque::new(),
            margin: config.runner.rewind.unwrap_or_default(),
            losses,
        }
    }

    /// Leaves out whoever was put again or deleted meanwhile.
    pub(super) fn leave_out(&mut self, is_past: impl Fn(&SubjectId, u64) -> bool) {
        self.members.retain(|member| !is_past(&member.id, member.record.generation));
    }

    /// Whether there is nothing left to do.
    pub(super) fn is_finished(&self) -> bool {
        self.members
            .iter()
            .all(|member| member.record.finished_at_us.is_some())
    }

    /// Whether there is anything to read; where there is not, it may still wait until the store can lose none of what was read.
    pub(super) fn is_unread(&self) -> bool {
        self.ranges.iter().any(|range| range.next < range.end)
    }

    /// Reads a little further.
    pub(super) async fn step(&mut self, ports: &Ports) -> Result<(), HistoryError> {
        let unread = (0u32..).zip(&mut self.ranges).find(|(_, range)| range.next < range.end);
        let Some((partition, range)) = unread else { return Ok(()) };
        let records = ports
            .log
            .read(topics::POSTS, partition, range.next, range.end, BATCH)
            .await?;
        let Some(last) = records.last() else {
            range.next = range.end;
            return Ok(());
        };
        let next = last.position.offset + 1;
        if self.replay.work(&records).await? {
            range.next = next;
        }
        Ok(())
    }

    /// Writes down how far it has come, and hears of what the store lost. Returns those that somebody else reads for by now.
    pub(super) async fn save(&mut self, ports: &Ports) -> Result<Vec<SubjectId>, StoreError> {
        let losses = ports.store.losses();
        if losses != self.losses {
            self.losses = losses;
            self.go_back();
        }
        self.marks
            .push_back((Instant::now(), self.ranges.iter().map(|range| range.next).collect()));
        while self.marks.get(1).is_some_and(|(at, _)| at.elapsed() >= self.margin) {
            self.marks.pop_front();
        }
        let safe = self.marks.front().filter(|(at, _)| at.elapsed() >= self.margin);
        let now = ports.clock.now().micros();
        for member in &mut self.members {
            for (place, (part, range)) in member.record.parts.iter_mut().zip(&self.ranges).enumerate() {
                part.next = part.next.max(range.next.min(part.end));
                if let Some((_, safe)) = safe {
                    part.safe = part.safe.max(safe[place].min(part.end));
                }
            }
            let is_safe = |part: &HistoryPart| part.safe >= part.end;
            if member.record.parts.iter().all(is_safe) {
                member.record.finished_at_us.get_or_insert(now);
            }
        }
        write(&mut self.members, ports).await
    }

    /// Goes back to where nothing can be lost.
    fn go_back(&mut self) {
        for (place, range) in self.ranges.iter_mut().enumerate() {
            let parts = self.members.iter().filter_map(|member| member.record.parts.get(place));
            range.next = parts.map(|part| part.safe).min().unwrap_or(range.next);
        }
        self.marks.clear();
    }
}
