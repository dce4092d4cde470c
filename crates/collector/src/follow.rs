//! Reads one assignment: connects, hands lines to the intake, tells the keeper how far it came, waits out troubles as the network's own table
//! says, and has gaps filled beside the stream. What a line means and what a network speaks is not known here.

mod keeper;
mod meter;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use backtweet_domain::{Clock, Timestamp};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use self::keeper::{Keeper, News};
use crate::Intake;
use crate::share::{Assignment, Lease, Worker};
use crate::source::{Gap, Position, Read, Reading, Source, Trouble};

/// How much news may wait for the keeper.
const QUEUE: usize = 64;
/// How long the stream has for itself between two pages of a backfill.
const BETWEEN_PAGES: Duration = Duration::from_millis(50);
/// How long to wait where a source cannot even be opened as configured, or the log cannot be used at all.
const HOPELESS: Duration = Duration::from_secs(30);

/// A source that is ready to connect, and how its lines are read.
pub(crate) type Opened = (Box<dyn Source>, Reading);

/// Opens assignments as sources. The error says what is wrong with the configuration.
pub(crate) type Open = Arc<dyn Fn(&Assignment) -> Result<Opened, String> + Send + Sync>;

/// Follows assignments that are held.
pub(crate) struct Follower {
    pub(crate) intake: Arc<Intake>,
    pub(crate) open: Open,
    pub(crate) clock: Arc<dyn Clock>,
    /// How long a lease holds that nobody renews.
    pub(crate) lease: Duration,
}

impl Worker for Follower {
    fn start(&self, assignment: Assignment, lease: Lease, stop: CancellationToken) -> JoinHandle<()> {
        let position = lease.record.position.clone().map(Position);
        let unfilled = lease.record.unfilled.iter().map(keeper::gap_of_wire).collect();
        let (news, inbox) = mpsc::channel(QUEUE);
        let keeper = Keeper::new(lease, inbox, Arc::clone(&self.clock), self.lease, stop.clone());
        let follow = Follow {
            intake: Arc::clone(&self.intake),
            open: Arc::clone(&self.open),
            assignment,
            position,
            unfilled,
            lines: 0,
            in_a_row: 0,
            news,
        };
        tokio::spawn(async move {
            let keeping = tokio::spawn(keeper.run());
            stop.run_until_cancelled(follow.run()).await;
            // The keeper ends once nobody tells it anything, and gives the lease back; one that panicked has nothing left to give.
            let _ = keeping.await;
        })
    }
}

struct Follow {
    intake: Arc<Intake>,
    open: Open,
    assignment: Assignment,
    position: Option<Position>,
    /// Gaps that the source may still fill.
    unfilled: Vec<Gap>,
    /// Lines so far, for naming bad ones.
    lines: u64,
    /// Troubles since something was read.
    in_a_row: u32,
    news: mpsc::Sender<News>,
}

impl Follow {
    async fn run(mut self) {
        loop {
            let opened = (self.open)(&self.assignment);
            let (mut source, reading) = match opened {
                Ok(opened) => opened,
                Err(reason) => {
                    self.tell(News::Trouble(Trouble::Unusable { reason })).await;
                    sleep(HOPELESS).await;
                    continue;
                }
            };
            self.drive(source.as_mut(), &reading).await;
        }
    }

    /// Connects and reads, again and again.
    async fn drive(&mut self, source: &mut dyn Source, reading: &Reading) {
        loop {
            let trouble = match source.connect(self.position.as_ref()).await {
                Ok(()) => {
                    self.tell(News::Connected).await;
                    self.read_on(source, reading).await
                }
                Err(trouble) => trouble,
            };
            self.in_a_row = self.in_a_row.saturating_add(1);
            let pause = source.pause(&trouble, self.in_a_row);
            tracing::warn!(assignment = self.assignment.id, %trouble, ?pause, "not connected");
            self.tell(News::Trouble(trouble)).await;
            sleep(pause).await;
        }
    }

    /// Reads until the connection is of no use any more.
    async fn read_on(&mut self, source: &mut dyn Source, reading: &Reading) -> Trouble {
        let mut next_page = Instant::now();
        loop {
            let filling = !self.unfilled.is_empty();
            let read = tokio::select! {
                read = source.read() => read,
                () = sleep_until(next_page), if filling => {
                    next_page = Instant::now() + self.fill(source, reading).await;
                    continue;
                }
            };
            let taken = match read {
                Ok(read) => self.take(read, reading).await,
                Err(trouble) => Err(trouble),
            };
            if let Err(trouble) = taken {
                return trouble;
            }
        }
    }

    /// Makes what was read durable, and only then moves on.
    async fn take(&mut self, read: Read, reading: &Reading) -> Result<(), Trouble> {
        if !read.lines.is_empty() {
            self.in_a_row = 0;
        }
        let seen = self.publish(&read, reading).await?;
        self.unfilled.extend(read.gaps.iter().cloned());
        if let Some(position) = &read.position {
            self.position = Some(position.clone());
        }
        self.tell(News::Seen {
            seen,
            position: read.position,
            gaps: read.gaps,
        })
        .await;
        Ok(())
    }

    /// Has one page of the oldest gap filled. Returns how long to leave the source alone.
    async fn fill(&mut self, source: &mut dyn Source, reading: &Reading) -> Duration {
        let gap = self.unfilled.remove(0);
        let filled = match source.backfill(&gap).await {
            Ok(filled) => filled,
            Err(trouble) => {
                self.unfilled.insert(0, gap);
                tracing::warn!(assignment = self.assignment.id, %trouble, "a gap waits to be filled");
                return source.pause(&trouble, 1).max(BETWEEN_PAGES);
            }
        };
        let Ok(seen) = self.publish(&filled.read, reading).await else {
            self.unfilled.insert(0, gap);
            return HOPELESS;
        };
        if let (Some(left), true) = (&filled.left, filled.more) {
            self.unfilled.insert(0, left.clone());
        }
        self.tell(News::Filled {
            seen,
            gap,
            left: filled.left,
            more: filled.more,
        })
        .await;
        BETWEEN_PAGES
    }

    /// Hands lines in and returns once what they say is durable.
    async fn publish(&mut self, read: &Read, reading: &Reading) -> Result<Seen, Trouble> {
        let mut seen = Seen {
            lines: read.lines.len() as u64 + read.unreadable,
            refused: read.unreadable,
            left_out: read.left_out,
            unchecked: read.unchecked,
            reached: read.reached,
            ..Seen::default()
        };
        if !read.lines.is_empty() {
            let instance = reading.instance.as_deref();
            let taken = self
                .intake
                .take_lines(reading.wire, instance, self.lines + 1, &read.lines)
                .await
                .map_err(|error| Trouble::Unusable {
                    reason: error.to_string(),
                })?;
            self.lines += read.lines.len() as u64;
            seen.events = taken.accepted;
            seen.refused += taken.refused_count;
        }
        Ok(seen)
    }

    async fn tell(&self, news: News) {
        // A keeper that is gone has stopped this, too.
        let _ = self.news.send(news).await;
    }
}

/// What some lines came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Seen {
    lines: u64,
    events: u64,
    refused: u64,
    left_out: u64,
    unchecked: u64,
    /// Event time of the last of them.
    reached: Option<Timestamp>,
}
