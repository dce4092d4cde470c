//! Keeps the lease of one assignment: every second one write renews it, moves the position, and counts what was seen, all or nothing. When
//! the lease is lost, or may be, whoever reads is stopped.

use std::sync::Arc;
use std::time::Duration;

use backtweet_domain::{Clock, Timestamp};
use backtweet_runtime::coverage::GapCause;
use backtweet_store::StoreError;
use backtweet_wire::v1;
use backtweet_wire::v1::AssignmentState;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::Seen;
use super::meter::Meter;
use crate::share::{BEAT, Lease};
use crate::source::{Gap, Position, Trouble};

/// What the reader tells.
#[derive(Debug)]
pub(super) enum News {
    /// The connection stands.
    Connected,
    /// It does not.
    Trouble(Trouble),
    /// Lines are durable.
    Seen {
        seen: Seen,
        position: Option<Position>,
        gaps: Vec<Gap>,
    },
    /// A part of a gap was fetched; `more` of what is `left` may still be had.
    Filled {
        seen: Seen,
        gap: Gap,
        left: Option<Gap>,
        more: bool,
    },
}

/// One assignment's keeper.
pub(super) struct Keeper {
    lease: Lease,
    meter: Meter,
    news: mpsc::Receiver<News>,
    clock: Arc<dyn Clock>,
    /// How long the lease holds without a write.
    patience: Duration,
    /// Stops the reader.
    stop: CancellationToken,
}

impl Keeper {
    pub(super) fn new(
        lease: Lease,
        news: mpsc::Receiver<News>,
        clock: Arc<dyn Clock>,
        patience: Duration,
        stop: CancellationToken,
    ) -> Self {
        let began = lease.before_us.unwrap_or(lease.record.at_us);
        Self {
            meter: Meter::new(Timestamp::from_micros(began)),
            lease,
            news,
            clock,
            patience,
            stop,
        }
    }

    /// Keeps the lease until the reader is gone, then gives it back.
    pub(super) async fn run(mut self) {
        let mut beats = interval(BEAT.min(self.patience / 4));
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut renewed = Instant::now();
        loop {
            tokio::select! {
                news = self.news.recv() => match news {
                    Some(news) => self.hear(news),
                    None => return self.give_back().await,
                },
                _ = beats.tick() => {
                    let left = self.patience.saturating_sub(renewed.elapsed());
                    let began = Instant::now();
                    match timeout(left, self.write()).await {
                        Ok(Ok(true)) => renewed = began,
                        Ok(Ok(false)) => return self.lost("somebody else holds it"),
                        Ok(Err(error)) => tracing::warn!(assignment = self.id(), %error, "a lease is not renewed"),
                        Err(_) => {}
                    }
                    if renewed.elapsed() >= self.patience {
                        return self.lost("it could not be renewed in time");
                    }
                }
            }
        }
    }

    fn lost(&mut self, reason: &str) {
        tracing::warn!(assignment = self.id(), reason, "a lease is lost");
        metrics::counter!("backtweet_collector_leases_lost_total").increment(1);
        self.stop.cancel();
    }

    async fn give_back(mut self) {
        let written = match self.meter.writes(&mut self.lease, self.clock.now()).await {
            Ok(writes) => self.lease.release(writes).await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            tracing::warn!(%error, "a lease was not given back; it runs out by itself");
        }
    }

    async fn write(&mut self) -> Result<bool, StoreError> {
        let writes = self.meter.writes(&mut self.lease, self.clock.now()).await?;
        let stands = self.lease.keep(writes).await?;
        if stands {
            self.meter.wrote();
        }
        Ok(stands)
    }

    fn hear(&mut self, news: News) {
        let now = self.clock.now();
        match news {
            News::Connected => {
                self.meter.pass(now);
                self.meter.connected = true;
                self.enter(AssignmentState::Connected, now, String::new());
            }
            News::Trouble(trouble) => {
                self.meter.pass(now);
                self.meter.connected = false;
                if matches!(trouble, Trouble::Limited { .. }) {
                    self.meter.limited(now);
                }
                self.enter(AssignmentState::Waiting, now, trouble.to_string());
            }
            News::Seen { seen, position, gaps } => {
                self.meter.seen(&seen, now);
                let assignment = self.lease.assignment();
                let reached = seen.reached.map(Timestamp::micros);
                assignment.reached_us = assignment.reached_us.max(reached);
                if let Some(Position(position)) = position {
                    self.lease.record.position = Some(position);
                }
                for gap in &gaps {
                    self.meter.gap(None, Some(self.gap_to_wire(gap)));
                }
                let gaps = gaps.iter().map(|gap| self.gap_to_wire(gap)).collect::<Vec<_>>();
                self.lease.record.unfilled.extend(gaps);
            }
            News::Filled { seen, gap, left, more } => {
                self.meter.seen(&seen, now);
                let (gap, left) = (self.gap_to_wire(&gap), left.map(|left| self.gap_to_wire(&left)));
                self.lease.record.unfilled.retain(|it| *it != gap);
                if more {
                    self.lease.record.unfilled.extend(left.clone());
                }
                self.meter.gap(Some(gap), left);
            }
        }
    }

    fn enter(&mut self, state: AssignmentState, now: Timestamp, trouble: String) {
        let assignment = self.lease.assignment();
        if assignment.state() != state {
            assignment.set_state(state);
            assignment.since_us = Some(now.micros());
        }
        assignment.trouble = trouble;
    }

    fn id(&mut self) -> String {
        self.lease.assignment().id.clone()
    }

    fn gap_to_wire(&self, gap: &Gap) -> v1::Gap {
        let id = self.lease.record.assignment.as_ref().map(|it| it.id.clone());
        v1::Gap {
            assignment: id.unwrap_or_default(),
            from_us: gap.from.micros(),
            to_us: gap.to.micros(),
            cause: gap.cause.to_wire() as i32,
            open: false,
        }
    }
}

/// A gap as the store keeps it.
pub(super) fn gap_of_wire(gap: &v1::Gap) -> Gap {
    Gap {
        from: Timestamp::from_micros(gap.from_us),
        to: Timestamp::from_micros(gap.to_us),
        cause: GapCause::of_wire(gap.cause()),
    }
}
