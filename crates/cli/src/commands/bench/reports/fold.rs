//! Fills a store: events are made up a stretch ahead, then appended to the log, and the time until the reporting service has folded them
//! is taken. Making them up is not counted; appending and reading the log is.

use std::time::{Duration, Instant};

use anyhow::Result;
use backtweet_domain::{Finding, Scored};
use backtweet_simulator::{Archive, ArchiveTruth};
use backtweet_stream::{Phase, Record};
use backtweet_wire::{record, topics};
use indicatif::ProgressBar;

use super::served::Served;
use crate::commands::bench::machine;

/// How many events are made up ahead.
const AHEAD: usize = 100_000;
/// How many are appended at once.
const BATCH: usize = 1_000;
/// How often it is looked whether all are folded.
const GLANCE: Duration = Duration::from_millis(2);

/// What filling a store came to.
pub(super) struct Folded {
    pub(super) posts: u64,
    /// Corrections and retractions.
    pub(super) changes: u64,
    /// Bytes of all texts.
    pub(super) text: u64,
    pub(super) took: Duration,
    /// Of this process: the time that a Redis takes is its own.
    pub(super) processor: Duration,
    pub(super) writes: u64,
    /// Time in each phase of the fold, of all threads.
    pub(super) phases: Vec<(&'static str, Duration)>,
}

impl Folded {
    pub(super) fn rate(&self) -> f64 {
        (self.posts + self.changes) as f64 / self.took.as_secs_f64()
    }
}

/// Folds all of `archive`.
pub(super) async fn fold(archive: &Archive, served: &Served, bar: ProgressBar) -> Result<(Folded, ArchiveTruth)> {
    let mut folded = Folded {
        posts: archive.posts,
        changes: 0,
        text: 0,
        took: Duration::ZERO,
        processor: Duration::ZERO,
        writes: 0,
        phases: Vec::new(),
    };
    let mut events = archive.events();
    let mut made = 0;
    loop {
        let mut ahead = Vec::with_capacity(AHEAD);
        for event in events.by_ref().take(AHEAD) {
            folded.text += text(&event);
            ahead.push((event.classified.subject.to_string(), record::encode_scored(&event)));
        }
        if ahead.is_empty() {
            break;
        }
        made += ahead.len() as u64;
        let (started, busy) = (Instant::now(), machine::processor_time());
        for batch in ahead.chunks(BATCH) {
            let now = served.ports.clock.now();
            let record = |(subject, value): &(String, bytes::Bytes)| Record {
                key: subject.clone().into(),
                value: Some(value.clone()),
                time: now,
            };
            served
                .ports
                .log
                .append(topics::SCORED, batch.iter().map(record).collect())
                .await?;
        }
        while !served.is_settled().await? {
            tokio::time::sleep(GLANCE).await;
        }
        folded.took += started.elapsed();
        folded.processor += machine::processor_time().saturating_sub(busy);
        bar.set_position(events.posts());
    }
    bar.finish_and_clear();
    folded.changes = made - archive.posts;
    folded.writes = served.writes.so_far();
    let figures = served.stats.figures();
    folded.phases = Phase::ALL.map(|phase| (phase.name(), figures.spent(phase))).to_vec();
    Ok((folded, events.into_truth()))
}

fn text(event: &Scored) -> u64 {
    match &event.classified.finding {
        Finding::Seen { sighting, .. } if sighting.post.revision == 0 => sighting.post.text.len() as u64,
        _ => 0,
    }
}
