//! Several clients that ask the same kind of question at once, each over a connection of its own, and how long the answers took.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use backtweet_wire::v1::report_service_client::ReportServiceClient;
use tonic::transport::Channel;

use super::calls::Question;
use crate::client;
use crate::commands::bench::machine;

/// How long the answers to one kind of question took.
pub(super) struct Asked {
    /// The slowest of the first answers to each question, asked one after another: nothing is at hand then.
    pub(super) first: Duration,
    /// Of those after, by several clients at once, shortest first.
    took: Vec<Duration>,
    lasted: Duration,
    processor: Duration,
}

impl Asked {
    /// The time within which such a share of the answers came.
    pub(super) fn within(&self, share: f64) -> Duration {
        let place = (self.took.len() as f64 * share).ceil() as usize;
        self.took.get(place.saturating_sub(1)).copied().unwrap_or_default()
    }

    pub(super) fn a_second(&self) -> f64 {
        self.took.len() as f64 / self.lasted.as_secs_f64()
    }

    /// Processor time of one call, client and check included.
    pub(super) fn processor(&self) -> Duration {
        self.processor / u32::try_from(self.took.len().max(1)).unwrap_or(u32::MAX)
    }
}

/// Asks each of `questions` once, then all of them over and over for some time.
pub(super) async fn drive(
    endpoint: &str,
    questions: Vec<Question>,
    clients: usize,
    lasting: Duration,
) -> Result<Asked> {
    let questions = Arc::new(questions);
    let mut reports = connect(endpoint).await?;
    let mut first = Duration::ZERO;
    for question in questions.iter() {
        first = first.max(question.ask(&mut reports).await?);
    }
    let (started, busy) = (Instant::now(), machine::processor_time());
    let asking = (0..clients.max(1)).map(|client| {
        let (questions, endpoint) = (Arc::clone(&questions), endpoint.to_owned());
        tokio::spawn(async move {
            let mut reports = connect(&endpoint).await?;
            let mut took = Vec::new();
            // Each begins elsewhere.
            for place in (client * questions.len() / clients.max(1)).. {
                if started.elapsed() >= lasting {
                    break;
                }
                took.push(questions[place % questions.len()].ask(&mut reports).await?);
            }
            Ok::<_, anyhow::Error>(took)
        })
    });
    let asking: Vec<_> = asking.collect();
    let mut took = Vec::new();
    for client in asking {
        took.extend(client.await??);
    }
    took.sort_unstable();
    Ok(Asked {
        first,
        took,
        lasted: started.elapsed(),
        processor: machine::processor_time().saturating_sub(busy),
    })
}

async fn connect(endpoint: &str) -> Result<ReportServiceClient<Channel>> {
    let channel = client::connect(endpoint).await?;
    Ok(ReportServiceClient::new(channel).max_decoding_message_size(client::MESSAGE_LIMIT))
}
