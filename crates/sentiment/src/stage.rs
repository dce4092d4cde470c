//! The stage: findings in, the same findings with their sentiment out. No look-ups, no writes; what a text feels like is the model's
//! business.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;

use backtweet_domain::{Classified, Finding, Role, Scored};
use backtweet_store::{Found, LookUp};
use backtweet_stream::{Effects, Output, Poison, Stage};
use backtweet_wire::{record, topics};

use crate::model::{Model, Text};
use crate::target::said_about;

/// Scores `backtweet.classified` into `backtweet.scored`.
pub struct ScoreStage {
    model: Arc<dyn Model>,
}

impl ScoreStage {
    /// A stage that asks `model`.
    pub fn new(model: Arc<dyn Model>) -> Self {
        Self { model }
    }
}

impl Stage for ScoreStage {
    type Item = Classified;

    fn name(&self) -> &'static str {
        "sentiment"
    }

    fn topic(&self) -> &'static str {
        topics::CLASSIFIED
    }

    fn decode(&self, _: &Bytes, value: Option<&Bytes>) -> Result<Option<Classified>, Poison> {
        let Some(value) = value else {
            return Err(Poison {
                cause: "the record has no value; findings are never tombstones".to_owned(),
            });
        };
        record::decode_classified(value).map(Some).map_err(|error| Poison {
            cause: error.to_string(),
        })
    }

    fn look_ups(&self, _: &[Classified]) -> Vec<LookUp> {
        Vec::new()
    }

    fn process(&self, items: &[Classified], _: &[Found]) -> Effects {
        let said: Vec<_> = items.iter().map(said).collect();
        let texts: Vec<_> = said.iter().flatten().map(Said::text).collect();
        let mut sentiments = self.model.score(&texts).into_iter();
        let outputs = items.iter().zip(&said).map(|(classified, said)| {
            let sentiment = said.as_ref().and_then(|_| sentiments.next());
            if let Some(sentiment) = &sentiment {
                metrics::counter!("backtweet_sentiment_scored_total", "label" => sentiment.label.name()).increment(1);
            }
            output(Scored {
                classified: classified.clone(),
                sentiment,
            })
        });
        Effects {
            writes: Vec::new(),
            outputs: outputs.collect(),
        }
    }
}

/// What there is to score of a post.
struct Said<'a> {
    words: Cow<'a, str>,
    language: Option<&'a str>,
}

impl Said<'_> {
    fn text(&self) -> Text<'_> {
        Text {
            text: &self.words,
            language: self.language,
        }
    }
}

/// What there is to score: what others say about the subject in its conversation, in their own words. Reposts have none, and neither have
/// posts that only quote.
fn said(classified: &Classified) -> Option<Said<'_>> {
    let Finding::Seen { sighting, .. } = &classified.finding else {
        return None;
    };
    let post = &sighting.post;
    if !matches!(sighting.role, Role::Backtweet | Role::Indirect) || post.is_repost() {
        return None;
    }
    let names: Vec<&str> = sighting.named.iter().map(String::as_str).collect();
    let words = said_about(&post.text, &names);
    (!words.trim().is_empty()).then_some(Said {
        words,
        language: post.language.as_deref(),
    })
}

fn output(scored: Scored) -> Output {
    Output {
        topic: topics::SCORED,
        key: scored.classified.subject.to_string().into(),
        value: Some(record::encode_scored(&scored)),
    }
}

#[cfg(test)]
mod tests;
