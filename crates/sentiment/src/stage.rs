//! The stage: findings in, the same findings with their sentiment out. No look-ups, no writes; what a text feels like is the model's
//! business.

use std::sync::Arc;

use bytes::Bytes;

use backtweet_domain::{Classified, Finding, Role, Scored};
use backtweet_store::{Found, LookUp};
use backtweet_stream::{Effects, Output, Poison, Stage};
use backtweet_wire::{record, topics};

use crate::model::{Model, Text};

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
        let texts: Vec<_> = items.iter().filter_map(text).collect();
        let mut sentiments = self.model.score(&texts).into_iter();
        let outputs = items.iter().map(|classified| {
            let sentiment = text(classified).and_then(|_| sentiments.next());
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

/// What there is to score: the words of others in the subject's conversation. Reposts have none of their own.
fn text(classified: &Classified) -> Option<Text<'_>> {
    let Finding::Seen { sighting, .. } = &classified.finding else {
        return None;
    };
    let post = &sighting.post;
    let scored =
        matches!(sighting.role, Role::Backtweet | Role::Indirect) && !post.is_repost() && !post.text.is_empty();
    scored.then(|| Text {
        text: &post.text,
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
