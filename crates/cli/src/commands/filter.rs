//! The filters `score` and `classify`: one text a line in, one JSON object a line out, whatever the line.

use std::io::{BufRead, BufReader};
use std::process::ExitCode;

use anyhow::{Context, Result};
use backtweet_domain::{Kind, Sentiment};
use backtweet_wire::v1::classifier_service_client::ClassifierServiceClient;
use backtweet_wire::v1::score_stream_response::Outcome;
use backtweet_wire::v1::sentiment_service_client::SentimentServiceClient;
use backtweet_wire::{WireEnum, v1};
use serde::Serialize;
use serde_json::{Value, json};
use tonic::transport::Channel;

use crate::client::{self, refused};
use crate::output;

/// Lines scored at once.
const BATCH: usize = 256;

/// Runs `backtweet score`.
pub async fn score(model: &dyn backtweet_sentiment::Model, language: Option<&str>) -> Result<ExitCode> {
    filter(async |texts| {
        let inputs: Vec<_> = texts
            .iter()
            .map(|text| backtweet_sentiment::Text { text, language })
            .collect();
        Ok(model.score(&inputs))
    })
    .await
}

/// Runs `backtweet score --keep`: the suite at `endpoint` scores.
pub async fn score_in(endpoint: &str, language: Option<&str>) -> Result<ExitCode> {
    let mut client = SentimentServiceClient::new(client::connect(endpoint).await?);
    filter(async |texts| {
        let request = |text: &String| v1::ScoreStreamRequest {
            text: Some(v1::SentimentText {
                text: text.clone(),
                language: language.map(str::to_owned),
                about: Vec::new(),
            }),
            forget: false,
        };
        let requests: Vec<_> = texts.iter().map(request).collect();
        let response = client
            .score_stream(tokio_stream::iter(requests))
            .await
            .map_err(refused)?;
        let mut stream = response.into_inner();
        let mut answers = Vec::with_capacity(texts.len());
        while let Some(answer) = stream.message().await.map_err(refused)? {
            answers.push(match answer.outcome.context("the suite sent no answer")? {
                Outcome::Refused(reason) => json!({ "refused": reason }),
                Outcome::Reading(reading) => kept(reading)?,
            });
        }
        Ok(answers)
    })
    .await
}

/// A reading as `score` prints it, behind its id.
fn kept(reading: v1::Reading) -> Result<Value> {
    let sentiment: Sentiment = reading.sentiment.context("the suite sent no sentiment")?.try_into()?;
    let mut answer = serde_json::to_value(sentiment)?;
    answer["id"] = reading.id.into();
    Ok(answer)
}

/// Runs `backtweet classify`; with the subjects of the suite at `endpoint`, where there is one.
pub async fn classify(endpoint: Option<&str>) -> Result<ExitCode> {
    let mut client = match endpoint {
        Some(endpoint) => Some(ClassifierServiceClient::new(client::connect(endpoint).await?)),
        None => None,
    };
    filter(async |texts| {
        let classify = |text: &String| {
            let found = backtweet_classifier::classify_text(text);
            json!({ "entities": found.entities, "intent": found.intent, "confidence": found.confidence })
        };
        let mut answers: Vec<Value> = texts.iter().map(classify).collect();
        if let Some(client) = &mut client {
            for (answer, subjects) in answers.iter_mut().zip(subjects(client, texts).await?) {
                answer["subjects"] = subjects;
            }
        }
        Ok(answers)
    })
    .await
}

/// The subjects that each text points at, and how.
async fn subjects(client: &mut ClassifierServiceClient<Channel>, texts: &[String]) -> Result<Vec<Value>> {
    let plain = |text: &String| v1::Text {
        text: Some(v1::text::Text::Plain(text.clone())),
    };
    let texts = texts.iter().map(plain).collect();
    let response = client.classify(v1::ClassifyRequest { texts }).await.map_err(refused)?;
    let pointing = |it: &v1::Pointing| {
        let kinds = it.kinds.iter().filter_map(|&kind| Kind::from_number(kind).ok());
        json!({ "subject": it.subject, "kinds": kinds.map(Kind::name).collect::<Vec<_>>() })
    };
    let classifications = response.into_inner().classifications;
    let pointings = classifications
        .iter()
        .map(|it| it.pointings.iter().map(pointing).collect());
    Ok(pointings.collect())
}

/// Answers lines batch by batch, and at once where no more of them have come yet.
async fn filter<T: Serialize>(mut answer: impl AsyncFnMut(&[String]) -> Result<Vec<T>>) -> Result<ExitCode> {
    let mut input = BufReader::new(std::io::stdin());
    let mut texts = Vec::with_capacity(BATCH);
    let mut line = Vec::new();
    loop {
        line.clear();
        let ended = input.read_until(b'\n', &mut line)? == 0;
        if !ended {
            texts.push(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned());
        }
        if ended || texts.len() == BATCH || input.buffer().is_empty() {
            for answer in answer(&texts).await? {
                output::json_line(&answer)?;
            }
            texts.clear();
        }
        if ended {
            return Ok(ExitCode::SUCCESS);
        }
    }
}
