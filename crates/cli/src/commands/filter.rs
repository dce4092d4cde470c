//! The filters `score` and `classify`: one text a line in, one JSON object a line out, whatever the line.

use std::io::{BufRead, BufReader};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use serde_json::json;

use crate::output;

/// Lines scored at once.
const BATCH: usize = 256;

/// Runs `backtweet score`.
pub fn score(model: backtweet_sentiment::Choice) -> Result<ExitCode> {
    let model = model.load();
    filter(|texts| {
        let inputs: Vec<_> = texts
            .iter()
            .map(|text| backtweet_sentiment::Text { text, language: None })
            .collect();
        model.score(&inputs)
    })
}

/// Runs `backtweet classify`.
pub fn classify() -> Result<ExitCode> {
    filter(|texts| {
        let classify = |text: &String| {
            let found = backtweet_classifier::classify_text(text);
            json!({ "entities": found.entities, "intent": found.intent, "confidence": found.confidence })
        };
        texts.iter().map(classify).collect()
    })
}

/// Answers lines batch by batch, and at once where no more of them have come yet.
fn filter<T: Serialize>(mut answer: impl FnMut(&[String]) -> Vec<T>) -> Result<ExitCode> {
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
            for answer in answer(&texts) {
                output::json_line(&answer)?;
            }
            texts.clear();
        }
        if ended {
            return Ok(ExitCode::SUCCESS);
        }
    }
}
