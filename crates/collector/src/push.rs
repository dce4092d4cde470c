//! `CollectorService.Push`: a stream of requests, each acknowledged once everything in it is durable. How lines become events is not
//! known here.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use backtweet_domain::PostEvent;
use backtweet_runtime::Ports;
use backtweet_runtime::status::{IntoStatus, invalid};
use backtweet_wire::v1;

use crate::intake::{Lines, Offer};
use crate::{Config, Intake, Refused, Taken, Wire};

/// The collector as clients see it.
pub struct Push {
    intake: Arc<Intake>,
    requests_in_flight: usize,
}

impl Push {
    /// A collector that publishes through `ports`.
    pub fn new(ports: Ports, config: Config) -> Self {
        let requests_in_flight = config.requests_in_flight.max(1);
        Self {
            intake: Arc::new(Intake::with(ports, config)),
            requests_in_flight,
        }
    }
}

/// One answer of a push stream.
pub(crate) type Answer = Result<v1::PushResponse, Status>;

impl Push {
    /// Takes a client's stream in, and answers each request once everything in it is durable.
    pub(crate) fn open(&self, requests: Streaming<v1::PushRequest>) -> ReceiverStream<Answer> {
        // Both queues are bounded: a client that outruns the log, or does not read its answers, is slowed down by flow control.
        let (queue, waiting) = mpsc::channel(self.requests_in_flight);
        let (answers, stream) = mpsc::channel(self.requests_in_flight);
        tokio::spawn(receive(requests, queue));
        tokio::spawn(work(
            Arc::clone(&self.intake),
            waiting,
            answers,
            self.requests_in_flight,
        ));
        ReceiverStream::new(stream)
    }
}

/// Reads requests ahead, so that those which arrive while others are made durable become one batch.
async fn receive(mut stream: Streaming<v1::PushRequest>, requests: mpsc::Sender<Result<v1::PushRequest, Status>>) {
    loop {
        let next = tokio::select! {
            () = requests.closed() => return,
            next = stream.message() => next.transpose(),
        };
        let Some(next) = next else { return };
        let is_over = next.is_err();
        if requests.send(next).await.is_err() || is_over {
            return;
        }
    }
}

/// Takes requests in until the client ends its stream, makes a mistake or goes away.
async fn work(
    intake: Arc<Intake>,
    mut waiting: mpsc::Receiver<Result<v1::PushRequest, Status>>,
    answers: mpsc::Sender<Answer>,
    most: usize,
) {
    let mut requests = Vec::new();
    while waiting.recv_many(&mut requests, most).await > 0 {
        let (sequences, offers, mistake) = understand(requests.drain(..));
        let taken = tokio::select! {
            () = answers.closed() => return,
            taken = intake.take_all(offers) => taken,
        };
        let (taken, mistake) = match taken {
            Ok(taken) => (taken, mistake),
            Err(error) => (Vec::new(), Some(error.into_status())),
        };
        for (sequence, taken) in std::iter::zip(sequences, taken) {
            if answers.send(Ok(response(sequence, taken))).await.is_err() {
                return;
            }
        }
        if let Some(mistake) = mistake {
            // Nobody is left to tell where this fails.
            let _ = answers.send(Err(mistake)).await;
            return;
        }
    }
}

/// Understands requests up to the first that makes no sense: those before it are still taken and acknowledged.
fn understand(
    requests: impl Iterator<Item = Result<v1::PushRequest, Status>>,
) -> (Vec<u64>, Vec<Offer>, Option<Status>) {
    let (mut sequences, mut offers) = (Vec::new(), Vec::new());
    for request in requests {
        let sequence = request.as_ref().map_or(0, |request| request.sequence);
        match request.and_then(offer) {
            Ok(offer) => {
                sequences.push(sequence);
                offers.push(offer);
            }
            Err(mistake) => return (sequences, offers, Some(mistake)),
        }
    }
    (sequences, offers, None)
}

fn offer(request: v1::PushRequest) -> Result<Offer, Status> {
    let lines = request.raw.map(lines).transpose()?;
    let events = request.events.into_iter().map(|event| {
        PostEvent::try_from(event).map_err(|error| Refused {
            field: error.field,
            reason: error.reason,
        })
    });
    Ok(Offer {
        events: events.collect(),
        lines,
    })
}

fn lines(raw: v1::RawLines) -> Result<Lines, Status> {
    let wire = match v1::Wire::try_from(raw.wire) {
        Ok(v1::Wire::Jetstream) => Wire::Jetstream,
        Ok(v1::Wire::Mastodon) => Wire::Mastodon,
        Ok(v1::Wire::X) => Wire::X,
        Ok(v1::Wire::Post) => Wire::Post,
        Ok(v1::Wire::Unspecified) | Err(_) => {
            let reason = format!(
                "`{}` is no wire: use WIRE_JETSTREAM, WIRE_MASTODON, WIRE_X or WIRE_POST",
                raw.wire
            );
            return Err(invalid("raw.wire", reason));
        }
    };
    Lines::new(wire, raw.instance.as_deref(), raw.first_line, raw.lines)
        .map_err(|why| invalid(&format!("raw.{}", why.field), why.reason))
}

fn response(sequence: u64, taken: Taken) -> v1::PushResponse {
    let refused = taken.refused.into_iter().map(|refusal| v1::Refusal {
        line: refusal.line,
        field: refusal.why.field,
        reason: refusal.why.reason,
    });
    v1::PushResponse {
        sequence,
        accepted: taken.accepted,
        ignored: taken.ignored,
        refused: refused.collect(),
        refused_count: taken.refused_count,
    }
}

#[cfg(test)]
mod tests;
