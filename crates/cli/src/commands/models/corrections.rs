//! `backtweet models correct` and `corrections`: telling a running suite where its model is wrong, and reading what people told it.

use anyhow::{Context, Result};
use backtweet_domain::{Label, Sentiment, Timestamp};
use backtweet_wire::v1::sentiment_service_client::SentimentServiceClient;
use backtweet_wire::{WireEnum, v1};
use serde_json::{Value, json};

use crate::args::{Correct, Format, Said};
use crate::client::{self, refused};
use crate::output;

/// Corrections asked for at once.
const PAGE: u32 = 1_000;

/// Runs `backtweet models correct`.
pub async fn correct(correct: Correct, endpoint: &str, format: Format) -> Result<()> {
    let label = match correct.label {
        Said::Negative => v1::Label::Negative,
        Said::Neutral => v1::Label::Neutral,
        Said::Positive => v1::Label::Positive,
        Said::None => v1::Label::Unspecified,
    };
    let request = v1::CorrectRequest {
        id: correct.id.clone(),
        label: label.into(),
        by: correct.by,
        note: correct.note,
    };
    let mut client = SentimentServiceClient::new(client::connect(endpoint).await?);
    let response = client.correct(request).await.map_err(refused)?.into_inner();
    let correction = response.correction.map(Corrected::of).transpose()?;
    match (format, correction) {
        (Format::Text, None) => output::line(format!("{}: nothing is kept of it any more", correct.id)),
        (Format::Text, Some(it)) => output::line(format!(
            "{} is {}, where {} said {}: {}",
            it.id,
            output::styled(output::HEADING, it.label.name()),
            it.answer.model,
            it.answer.label.name(),
            it.line()
        )),
        (Format::Json, correction) => output::json(&correction.map(|it| it.document()))?,
        (Format::Csv, correction) => table(correction.as_slice())?,
    }
    Ok(())
}

/// Runs `backtweet models corrections`.
pub async fn list(endpoint: &str, format: Format) -> Result<()> {
    let mut client = SentimentServiceClient::new(client::connect(endpoint).await?);
    let mut corrections = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = v1::ListCorrectionsRequest {
            page_size: PAGE,
            page_token,
        };
        let response = client.list_corrections(request).await.map_err(refused)?.into_inner();
        for correction in response.corrections {
            corrections.push(Corrected::of(correction)?);
        }
        page_token = response.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    match format {
        Format::Json => output::json(&corrections.iter().map(Corrected::document).collect::<Vec<_>>())?,
        Format::Csv => table(&corrections)?,
        // Not on standard output, which is a file of labelled texts.
        Format::Text if corrections.is_empty() => output::note(
            "nothing is corrected yet; try `echo 'what a sick beat' | backtweet score --keep`, then `backtweet models correct ID positive`",
        ),
        Format::Text => {
            for it in &corrections {
                output::line(format!("{}\t{}\t{}", it.id, it.label.name(), it.line()));
            }
        }
    }
    Ok(())
}

/// A correction, read.
struct Corrected {
    id: String,
    label: Label,
    text: v1::SentimentText,
    answer: Sentiment,
    by: Option<String>,
    note: Option<String>,
    at: Timestamp,
    changed_at: Timestamp,
}

impl Corrected {
    fn of(wire: v1::Correction) -> Result<Self> {
        Ok(Self {
            label: Label::from_number(wire.label)?,
            text: wire.text.context("the suite sent no text")?,
            answer: wire.answer.context("the suite sent no sentiment")?.try_into()?,
            id: wire.id,
            by: wire.by,
            note: wire.note,
            at: Timestamp::from_micros(wire.at_us),
            changed_at: Timestamp::from_micros(wire.changed_at_us),
        })
    }

    /// The text on one line, as files of labelled texts have it.
    fn line(&self) -> String {
        self.text.text.replace(['\n', '\r'], " ")
    }

    fn document(&self) -> Value {
        json!({
            "id": self.id, "label": self.label, "text": self.text.text, "language": self.text.language,
            "about": self.text.about, "answer": self.answer, "by": self.by, "note": self.note, "at": self.at,
            "changed_at": self.changed_at,
        })
    }
}

fn table(corrections: &[Corrected]) -> Result<()> {
    let header = [
        "id",
        "label",
        "text",
        "language",
        "answer",
        "score",
        "confidence",
        "model",
        "by",
        "note",
        "at",
        "changed_at",
    ];
    let rows = corrections.iter().map(|it| {
        let Corrected { text, answer, .. } = it;
        [
            it.id.clone(),
            it.label.name().to_owned(),
            text.text.clone(),
            text.language.clone().unwrap_or_default(),
            answer.label.name().to_owned(),
            format!("{:.4}", answer.score),
            format!("{:.4}", answer.confidence),
            answer.model.clone(),
            it.by.clone().unwrap_or_default(),
            it.note.clone().unwrap_or_default(),
            it.at.to_string(),
            it.changed_at.to_string(),
        ]
    });
    output::csv(header, rows)
}
