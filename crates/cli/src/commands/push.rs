//! `backtweet push`: hands lines of a file to the collector, in constant memory, and says what was refused.
//!
//! Requests that are not acknowledged yet are kept and sent again when the connection breaks: handing in a post twice changes nothing.

mod lines;

use std::collections::VecDeque;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use backtweet_wire::v1::collector_service_client::CollectorServiceClient;
use backtweet_wire::v1::{PushRequest, PushResponse, RawLines, Wire};
use bytes::Bytes;
use futures::StreamExt;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};

use self::lines::{Line, Lines};
use crate::args::{Format, From, Push};
use crate::client::{self, MESSAGE_LIMIT};
use crate::{exit, output};

/// Requests under way at once.
const WINDOW: usize = 16;
/// Lines of one request at most.
const LINES: usize = 500;
/// Bytes of one request at most, unless one line alone has more.
const BYTES: usize = 1 << 20;
/// How many refused lines are named.
const NAMED: usize = 20;
/// How long a broken connection is tried again.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Default, Serialize)]
struct Tally {
    lines: u64,
    accepted: u64,
    ignored: u64,
    refused: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refusals: Vec<Refusal>,
}

#[derive(Debug, Serialize)]
struct Refusal {
    line: u64,
    field: String,
    reason: String,
}

impl Tally {
    fn refuse(&mut self, line: u64, field: String, reason: String) {
        self.refused += 1;
        self.name(Refusal { line, field, reason });
    }

    fn name(&mut self, refusal: Refusal) {
        if self.refusals.len() < NAMED {
            self.refusals.push(refusal);
        }
    }

    fn add(&mut self, response: PushResponse) {
        self.accepted += response.accepted;
        self.ignored += response.ignored;
        self.refused += response.refused_count;
        for refusal in response.refused {
            self.name(Refusal {
                line: refusal.line,
                field: refusal.field,
                reason: refusal.reason,
            });
        }
    }
}

/// Runs the command.
pub async fn run(args: Push, endpoint: &str, format: Format, quiet: bool) -> Result<ExitCode> {
    let (source, bar) = lines::open(&args.file, quiet).await?;
    let mut pusher = Pusher {
        endpoint,
        lines: source,
        wire: wire(args.from),
        instance: args.instance,
        tally: Tally::default(),
        pending: VecDeque::new(),
        sequence: 0,
        ended: None,
    };
    pusher.run().await?;
    bar.finish_and_clear();
    show(&pusher.tally, format)?;
    if let Some(Err(error)) = pusher.ended {
        return Err(error);
    }
    Ok(ExitCode::from(if pusher.tally.refused > 0 { exit::REFUSED } else { 0 }))
}

fn wire(from: From) -> Wire {
    match from {
        From::Jetstream => Wire::Jetstream,
        From::Mastodon => Wire::Mastodon,
        From::X => Wire::X,
        From::Post => Wire::Post,
    }
}

struct Pusher<'a> {
    endpoint: &'a str,
    lines: Lines,
    wire: Wire,
    instance: Option<String>,
    tally: Tally,
    /// Sent and not acknowledged, oldest first.
    pending: VecDeque<PushRequest>,
    sequence: u64,
    /// How the source ended, once it has: one that cannot be read to its end is an error, but what it held is handed on first.
    ended: Option<Result<()>>,
}

/// Why one connection ended.
enum End {
    Done,
    Broken(Status),
}

impl Pusher<'_> {
    async fn run(&mut self) -> Result<()> {
        let mut channel = client::connect(self.endpoint).await?;
        let mut broken_since = None;
        loop {
            let acknowledged = self.tally.accepted;
            match self.connection(channel).await? {
                End::Done => return Ok(()),
                End::Broken(status) if !passing(&status) => return Err(client::refused(status)),
                End::Broken(status) => {
                    if self.tally.accepted > acknowledged {
                        broken_since = None;
                    }
                    let since = *broken_since.get_or_insert_with(tokio::time::Instant::now);
                    output::warning(format!("the connection broke ({}); trying again", status.message()));
                    channel = loop {
                        tokio::time::sleep(Duration::from_millis(500)).await;
                        match client::connect(self.endpoint).await {
                            Ok(channel) => break channel,
                            Err(error) if since.elapsed() > PATIENCE => return Err(error),
                            Err(_) => {}
                        }
                    };
                }
            }
        }
    }

    /// One connection: what is pending first, then the rest of the file.
    async fn connection(&mut self, channel: tonic::transport::Channel) -> Result<End> {
        let (sender, receiver) = mpsc::channel(WINDOW);
        for request in &self.pending {
            if sender.send(request.clone()).await.is_err() {
                break;
            }
        }
        let mut client = CollectorServiceClient::new(channel).max_encoding_message_size(MESSAGE_LIMIT);
        let mut responses = match client.push(ReceiverStream::new(receiver)).await {
            Ok(response) => response.into_inner(),
            Err(status) => return Ok(End::Broken(status)),
        };
        let mut sender = Some(sender);
        loop {
            if self.ended.is_some() && self.pending.is_empty() {
                return Ok(End::Done);
            }
            let room = self.pending.len() < WINDOW && self.ended.is_none();
            if let Some(open) = sender.as_ref().filter(|_| room) {
                match self.next_request().await {
                    Some(request) => {
                        self.pending.push_back(request.clone());
                        // A closed channel shows as the end of the responses.
                        let _ = open.send(request).await;
                        continue;
                    }
                    None => {
                        sender = None;
                        continue;
                    }
                }
            }
            if let Some(end) = self.acknowledge(&mut responses).await {
                return Ok(end);
            }
        }
    }

    async fn acknowledge(&mut self, responses: &mut Streaming<PushResponse>) -> Option<End> {
        match responses.next().await {
            Some(Ok(response)) => {
                if self
                    .pending
                    .front()
                    .is_some_and(|request| request.sequence == response.sequence)
                {
                    self.pending.pop_front();
                    self.tally.add(response);
                }
                None
            }
            Some(Err(status)) => Some(End::Broken(status)),
            None if self.pending.is_empty() => None,
            None => Some(End::Broken(Status::unavailable("the suite closed the stream"))),
        }
    }

    /// The next lines of the file as one request; `None` at its end, however it ended.
    async fn next_request(&mut self) -> Option<PushRequest> {
        let mut taken: Vec<Bytes> = Vec::new();
        let mut size = 0;
        let first_line = self.tally.lines + 1;
        while taken.len() < LINES && size < BYTES {
            match self.lines.next().await {
                Err(error) => {
                    self.ended = Some(Err(error));
                    break;
                }
                Ok(None) => {
                    self.ended = Some(Ok(()));
                    break;
                }
                Ok(Some(Line::Whole(line))) => {
                    self.tally.lines += 1;
                    size += line.len();
                    taken.push(line);
                }
                Ok(Some(Line::TooLong(length))) => {
                    self.tally.lines += 1;
                    let reason = format!("the line has {length} bytes, more than {}", lines::LONGEST);
                    self.tally.refuse(self.tally.lines, String::new(), reason);
                    // An empty line in its place keeps the numbers of those behind it.
                    taken.push(Bytes::new());
                }
            }
        }
        if taken.is_empty() {
            return None;
        }
        self.sequence += 1;
        let raw = RawLines {
            wire: self.wire.into(),
            instance: self.instance.clone(),
            first_line,
            lines: taken,
        };
        Some(PushRequest {
            sequence: self.sequence,
            events: Vec::new(),
            raw: Some(raw),
        })
    }
}

fn passing(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::Unavailable | Code::Unknown | Code::Cancelled | Code::Internal | Code::Aborted
    )
}

fn show(tally: &Tally, format: Format) -> Result<()> {
    match format {
        Format::Json => output::json(tally)?,
        Format::Csv => output::csv(
            ["lines", "accepted", "ignored", "refused"],
            [[tally.lines, tally.accepted, tally.ignored, tally.refused].map(|count| count.to_string())],
        )?,
        Format::Text => {
            for refusal in &tally.refusals {
                let field = if refusal.field.is_empty() {
                    String::new()
                } else {
                    format!(" {}:", refusal.field)
                };
                output::warning(format!("line {}:{field} {}", refusal.line, refusal.reason));
            }
            let unnamed = tally.refused.saturating_sub(tally.refusals.len() as u64);
            if unnamed > 0 {
                output::warning(format!("… and {unnamed} more"));
            }
            output::line(format!(
                "{} lines: {} events accepted, {} ignored, {} refused",
                tally.lines, tally.accepted, tally.ignored, tally.refused
            ));
        }
    }
    Ok(())
}
