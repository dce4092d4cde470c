//! X, through one connection of the filtered stream of API v2: connecting, reading, what silence and breaks mean, and what may be spent.
//! What the rules say is in `x/rules.rs`, how they get to the server in `x/sync.rs`, and when in
//! `x/follow.rs`; how posts are looked up again in `x/look.rs`; the other way of delivery in `x/webhook.rs`.

mod answer;
mod api;
mod budget;
mod follow;
mod line;
mod look;
mod pause;
mod rules;
mod sync;
mod watched;
pub mod webhook;
mod window;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use backtweet_domain::{Clock, Subject, Timestamp};
use backtweet_wire::v1;
use bytes::Bytes;
use futures::future::pending;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::whole_lines::WholeLines;
use super::{Gap, GapCause, Position, Read, Source, Trouble};
use crate::secret::Secret;
use api::Api;
use budget::{Progress, next_month};
use follow::{Follow, Outcome};
use line::Line;
use look::{Look, Moment, Told};
use rules::{Part, Room};
use sync::Allowed;

/// A living connection says something every 20 s; a little later it is dead.
const SILENCE: Duration = Duration::from_secs(30);
/// How long a post takes at most, as a rule, from being made to being sent: a sign of life says that everything older has come.
const DELIVERY: Duration = Duration::from_secs(10);
/// How much longer than a lease holds it is waited before what was told counts as stored.
const MARGIN: Duration = Duration::from_secs(5);
/// How many lines are handed on at once.
const MOST_LINES: usize = 1_000;
/// How many bytes are taken from the network before lines are handed on.
const MOST_BYTES: u64 = 1024 * 1024;

type Chunks = BoxStream<'static, reqwest::Result<Bytes>>;

/// One connection of the filtered stream.
pub struct XSource {
    follow: Follow,
    /// What this connection may read in a month.
    cap: Option<u64>,
    backfill_minutes: u32,
    clock: Arc<dyn Clock>,
    silence: Duration,
    progress: Progress,
    look: Look,
    /// What looking posts up came to, told with the next lines.
    looked: Told,
    /// `None` while there is nothing to follow.
    stream: Option<Chunks>,
    lines: WholeLines,
    heard: Instant,
    /// Something was heard since this was last told.
    alive: bool,
    /// Told with the next lines.
    gaps: Vec<Gap>,
    /// Why nothing more will come, told once all lines are.
    ending: Option<Trouble>,
}

/// What `read` waited for.
enum Event {
    Chunk(Option<reqwest::Result<Bytes>>),
    Synced(Outcome),
    Look(Moment),
    Silence,
}

impl XSource {
    /// The source's connection of that number, from 0. Its rules follow the subjects of its part.
    ///
    /// # Errors
    /// When the token cannot be read or a value makes no sense, with the remedy.
    pub fn new(
        config: &v1::XSource,
        connection: u32,
        subjects: watch::Receiver<Arc<Vec<Subject>>>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, String> {
        let or = |value: u32, default: u32| if value == 0 { default } else { value };
        let connections = or(config.connections, 1);
        if connection >= connections {
            return Err(format!(
                "connection {connection} is none of {connections}: raise connections"
            ));
        }
        if config.backfill_minutes > 5 {
            let minutes = config.backfill_minutes;
            return Err(format!("backfill_minutes: {minutes} is more than X has: write 0 to 5"));
        }
        let base = if config.api.is_empty() {
            "https://api.x.com"
        } else {
            &config.api
        };
        let token = Secret::read(&config.token)?;
        let room = Room {
            rules: or(config.rules, 1_000) as usize,
            length: or(config.rule_length, 1_024) as usize,
        };
        let part = Part {
            connection,
            connections,
        };
        let api = Arc::new(Api::new(base, token, Arc::clone(&clock))?);
        Ok(Self {
            follow: Follow::new(api, Allowed { part, room }, subjects),
            cap: config.monthly_posts.map(|posts| posts / u64::from(connections)),
            backfill_minutes: config.backfill_minutes,
            silence: SILENCE,
            progress: Progress::start(clock.now()),
            look: Look::new(),
            looked: Told::default(),
            clock,
            stream: None,
            lines: WholeLines::default(),
            heard: Instant::now(),
            alive: false,
            gaps: Vec::new(),
            ending: None,
        })
    }

    /// How long a lease of it holds that nobody renews: after so long, what was told is stored, or somebody else reads. 10 s unless it is
    /// told.
    pub fn under_lease(mut self, lease: Duration) -> Self {
        self.look.stored = lease.saturating_add(MARGIN);
        self
    }

    /// Ends the connection, and whatever belongs to it.
    fn disconnect(&mut self) {
        self.stream = None;
        self.lines = WholeLines::default();
        self.follow.stop();
        self.look.stop();
        self.looked = Told::default();
        self.alive = false;
        self.gaps.clear();
        self.ending = None;
    }

    /// Tells that the rest of the month is not seen.
    fn end_of_budget(&mut self, now: Timestamp) {
        self.stream = None;
        self.ending = Some(self.progress.spent(now));
        let turn = next_month(now);
        self.tell_gap(turn, GapCause::Budget);
    }

    fn tell_gap(&mut self, to: Timestamp, cause: GapCause) {
        let from = self.progress.reached;
        if from < to {
            self.gaps.push(Gap { from, to, cause });
            self.progress.reached = to;
        }
    }

    /// How many minutes back cover what came since the stream was last seen, as far as the plan has them: each post costs.
    fn minutes_back(&self, now: Timestamp) -> u32 {
        let missed = now.since(self.progress.reached);
        if missed.is_zero() {
            return 0;
        }
        let minutes = missed.saturating_add(DELIVERY).as_secs().div_ceil(60);
        u32::try_from(minutes).unwrap_or(u32::MAX).min(self.backfill_minutes)
    }

    async fn open(&mut self, has_past: bool) -> Result<(), Trouble> {
        let minutes = if has_past {
            self.minutes_back(self.clock.now())
        } else {
            0
        };
        let response = self.follow.api.stream(minutes).await?;
        self.stream = Some(response.bytes_stream().boxed());
        if has_past {
            let covered = self.clock.now().minus(Duration::from_secs(60) * minutes);
            self.tell_gap(covered, GapCause::Disconnected);
        }
        Ok(())
    }

    /// Everything at hand; `None` where there is nothing to tell.
    fn at_hand(&mut self) -> Option<Read> {
        let now = self.clock.now();
        self.progress.turn(now);
        let looked = std::mem::take(&mut self.looked);
        let mut read = Read {
            lines: looked.lines,
            unchecked: looked.unchecked,
            ..Read::default()
        };
        let (mut last, came) = (None, read.lines.len());
        while read.lines.len() < MOST_LINES && self.ending.is_none() {
            let Some(line) = self.lines.next() else { break };
            match line::read(&line) {
                Line::Nothing => {}
                Line::Ending(trouble) => self.ending = Some(trouble),
                Line::Message => read.lines.push(line),
                Line::Post(post) => {
                    if !self.progress.spend(self.cap) {
                        read.left_out += 1;
                        break;
                    }
                    read.unchecked += post.first.map_or(0, |id| self.progress.watched.add(id));
                    let made = post.made.unwrap_or(now).min(now);
                    self.progress.reached = self.progress.reached.max(made);
                    last = Some(made);
                    read.lines.push(line);
                }
            }
        }
        if self.progress.is_spent(self.cap) && self.ending.is_none() {
            read.left_out += self.leave_out();
            self.end_of_budget(now);
        }
        read.unreadable = self.lines.unreadable();
        read.gaps = std::mem::take(&mut self.gaps);
        let is_alive = std::mem::take(&mut self.alive);
        if is_alive && read.lines.len() == came {
            self.progress.reached = self.progress.reached.max(now.minus(DELIVERY));
        }
        let has_news = is_alive || looked.has_moved || read != Read::default();
        has_news.then(|| {
            read.position = Some(self.progress.position());
            read.reached = last;
            read
        })
    }

    /// Lets the posts go that have come already and may not be read any more; returns how many.
    fn leave_out(&mut self) -> u64 {
        let rest = std::iter::from_fn(|| self.lines.next());
        rest.filter(|line| matches!(line::read(line), Line::Post(_))).count() as u64
    }

    async fn wait(&mut self) -> Result<(), Trouble> {
        match self.event().await {
            Event::Chunk(Some(Ok(bytes))) => self.take(&bytes),
            Event::Chunk(Some(Err(error))) => return Err(api::lost(error)),
            Event::Chunk(None) => {
                return Err(Trouble::Lost {
                    reason: "the server ended the stream".to_owned(),
                });
            }
            Event::Synced(outcome) => {
                let wanted = self.follow.take_in(outcome)?;
                if self.stream.is_none() && wanted.is_some_and(|wanted| wanted > 0) {
                    return Err(Trouble::Lost {
                        reason: "there is something to follow now".to_owned(),
                    });
                }
            }
            Event::Look(moment) => {
                let now = self.clock.now();
                self.progress.turn(now);
                let api = &self.follow.api;
                self.looked = self.look.go_on(moment, &mut self.progress, self.cap, now, api);
            }
            Event::Silence if self.stream.is_some() => {
                return Err(Trouble::Lost {
                    reason: format!("nothing came for {} s, not even a keep-alive", self.silence.as_secs()),
                });
            }
            Event::Silence => self.sign_of_life(),
        }
        Ok(())
    }

    /// Whatever comes first. Safe to cancel: each of these waits is.
    async fn event(&mut self) -> Event {
        let (stream, follow, look) = (&mut self.stream, &mut self.follow, &mut self.look);
        tokio::select! {
            chunk = async { match stream { Some(stream) => stream.next().await, None => pending().await } } => Event::Chunk(chunk),
            outcome = follow.next() => Event::Synced(outcome),
            moment = look.next() => Event::Look(moment),
            () = sleep_until(self.heard + self.silence) => Event::Silence,
        }
    }

    fn sign_of_life(&mut self) {
        self.heard = Instant::now();
        self.alive = true;
    }

    /// Takes a chunk in, and what has come behind it.
    fn take(&mut self, bytes: &[u8]) {
        self.sign_of_life();
        self.lines.push(bytes);
        let Some(stream) = &mut self.stream else { return };
        while self.lines.held() < MOST_BYTES {
            match stream.next().now_or_never() {
                Some(Some(Ok(bytes))) => self.lines.push(&bytes),
                None => return,
                Some(end) => {
                    // Told once the lines before it are.
                    *stream = futures::stream::iter(end).boxed();
                    return;
                }
            }
        }
    }
}

#[async_trait]
impl Source for XSource {
    async fn connect(&mut self, position: Option<&Position>) -> Result<(), Trouble> {
        self.disconnect();
        let now = self.clock.now();
        let mut progress = position.map_or(Ok(Progress::start(now)), Progress::read)?;
        progress.not_less_than(&self.progress);
        progress.turn(now);
        self.progress = progress;
        if self.progress.is_spent(self.cap) {
            if self.progress.reached >= next_month(now) {
                return Err(self.progress.spent(now));
            }
            self.end_of_budget(now);
            return Ok(());
        }
        // Where the cap was raised, the month was told as missed up to its end.
        self.progress.reached = self.progress.reached.min(now);
        let outcome = self.follow.now().await;
        if let Err(trouble @ (Trouble::Lost { .. } | Trouble::Status { .. })) = outcome {
            return Err(trouble);
        }
        // Where only the rules' limits are used up, the stream is read by the rules that stand there.
        if self.follow.take_in(outcome)? != Some(0) {
            self.open(position.is_some()).await?;
        }
        self.sign_of_life();
        Ok(())
    }

    async fn read(&mut self) -> Result<Read, Trouble> {
        loop {
            if let Some(read) = self.at_hand() {
                return Ok(read);
            }
            if let Some(trouble) = self.ending.take() {
                self.stream = None;
                return Err(trouble);
            }
            self.wait().await?;
        }
    }

    fn pause(&self, trouble: &Trouble, in_a_row: u32) -> Duration {
        pause::pause(trouble, in_a_row)
    }
}

#[cfg(test)]
mod tests;
