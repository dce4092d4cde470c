//! `ScoreStream`: texts as they come, an answer for each, in order. What a text is read as is not known here.

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{Status, Streaming};

use backtweet_wire::v1::score_stream_response::Outcome;
use backtweet_wire::v1::{ScoreStreamRequest, ScoreStreamResponse, SentimentText};

use super::ask::Asked;
use super::check;

/// How many texts of a stream, at most, wait to be scored, and as many again to be read by the client: with the longest texts, 32 MiB.
const AHEAD: usize = 256;

/// One answer of a stream.
pub(super) type Answer = Result<ScoreStreamResponse, Status>;

/// A text to score and whether it is kept, or why it is not scored; an error ends the stream.
type Taken = Result<Result<(SentimentText, bool), String>, Status>;

/// Scores a client's stream. Those texts that arrive while others are scored become one batch.
pub(super) fn open(
    asked: Asked,
    requests: Streaming<ScoreStreamRequest>,
    shutdown: CancellationToken,
) -> ReceiverStream<Answer> {
    // Both queues are bounded: a client that outruns the model, or does not read its answers, is slowed down by flow control.
    let (queue, waiting) = mpsc::channel(AHEAD);
    let (answers, stream) = mpsc::channel(AHEAD);
    tokio::spawn(receive(requests, queue, shutdown));
    tokio::spawn(work(asked, waiting, answers));
    ReceiverStream::new(stream)
}

/// Reads texts ahead. What is refused is dropped here, so that it takes no memory.
async fn receive(mut requests: Streaming<ScoreStreamRequest>, queue: mpsc::Sender<Taken>, shutdown: CancellationToken) {
    loop {
        let taken = tokio::select! {
            () = queue.closed() => return,
            () = shutdown.cancelled() => Err(Status::unavailable("the service stops: send what was not answered on a new stream")),
            next = requests.message() => match next.transpose() {
                None => return,
                Some(request) => request.map(take),
            },
        };
        let is_over = taken.is_err();
        if queue.send(taken).await.is_err() || is_over {
            return;
        }
    }
}

fn take(request: ScoreStreamRequest) -> Result<(SentimentText, bool), String> {
    let text = request.text.unwrap_or_default();
    check(&text)
        .map(|()| (text, !request.forget))
        .map_err(|error| error.within("text").to_string())
}

/// Answers until the client ends its stream or goes away.
async fn work(asked: Asked, mut waiting: mpsc::Receiver<Taken>, answers: mpsc::Sender<Answer>) {
    let mut taken = Vec::new();
    while waiting.recv_many(&mut taken, AHEAD).await > 0 {
        let answered = tokio::select! {
            () = answers.closed() => return,
            answered = answer(&asked, taken.drain(..)) => answered,
        };
        for answer in answered {
            let is_over = answer.is_err();
            if answers.send(answer).await.is_err() || is_over {
                return;
            }
        }
    }
}

/// One answer for each; the last may be what ends the stream.
async fn answer(asked: &Asked, taken: impl Iterator<Item = Taken>) -> Vec<Answer> {
    let (mut texts, mut is_kept, mut outcomes, mut end) = (Vec::new(), Vec::new(), Vec::new(), None);
    for taken in taken {
        match taken {
            Ok(Ok((text, kept))) => {
                texts.push(text);
                is_kept.push(kept);
                outcomes.push(None);
            }
            Ok(Err(refused)) => outcomes.push(Some(Outcome::Refused(refused))),
            Err(status) => end = Some(status),
        }
    }
    let mut readings = match asked.read(texts, |place| is_kept[place]).await {
        Ok(readings) => readings.into_iter(),
        Err(status) => return vec![Err(status)],
    };
    let answer = |outcome: Option<Outcome>| {
        let outcome = outcome.or_else(|| readings.next().map(Outcome::Reading));
        Ok(ScoreStreamResponse { outcome })
    };
    outcomes.into_iter().map(answer).chain(end.map(Err)).collect()
}
