//! Texts in, readings out: scored on threads of their own, and kept before anybody learns their ids.

use std::borrow::Cow;
use std::sync::Arc;
use std::thread::available_parallelism;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tonic::Status;

use backtweet_runtime::status::IntoStatus;
use backtweet_wire::v1;

use super::broken;
use crate::id::TextId;
use crate::kept::Kept;
use crate::target::said_about;
use crate::{Model, Text};

/// Reads whatever is asked for. Cheap to clone.
#[derive(Clone)]
pub(super) struct Asked {
    model: Arc<dyn Model>,
    kept: Kept,
    /// A batch on each core: more at once would only wait for each other, and hold memory meanwhile.
    cores: Arc<Semaphore>,
}

impl Asked {
    /// Reads with `model`.
    pub(super) fn new(model: Arc<dyn Model>, kept: Kept) -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self {
            model,
            kept,
            cores: Arc::new(Semaphore::new(cores)),
        }
    }

    /// One reading for each text, in order. Those of which `is_kept` are kept.
    pub(super) async fn read(
        &self,
        texts: Vec<v1::SentimentText>,
        is_kept: impl Fn(usize) -> bool,
    ) -> Result<Vec<v1::Reading>, Status> {
        let scored = self.score(texts).await?;
        let kept = scored.iter().enumerate().filter(|(place, _)| is_kept(*place));
        let kept = self.kept.keep(kept.map(|(_, scored)| scored)).await;
        kept.map_err(IntoStatus::into_status)?;
        let reading = |(id, scored): Scored| v1::Reading {
            id: id.to_string(),
            sentiment: scored.sentiment,
        };
        Ok(scored.into_iter().map(reading).collect())
    }

    async fn score(&self, texts: Vec<v1::SentimentText>) -> Result<Vec<Scored>, Status> {
        metrics::counter!("backtweet_sentiment_asked_total").increment(texts.len() as u64);
        // Nobody closes it. A caller who goes away does not stop the thread, which therefore holds the core itself.
        let core = Arc::clone(&self.cores).acquire_owned().await;
        let model = Arc::clone(&self.model);
        let scored = spawn_blocking(move || {
            let _core = core;
            score(model.as_ref(), texts)
        });
        scored.await.map_err(|error| broken(&error))
    }
}

/// A text as it is kept, under its id.
type Scored = (TextId, v1::ScoredText);

fn score(model: &dyn Model, texts: Vec<v1::SentimentText>) -> Vec<Scored> {
    let words: Vec<_> = texts.iter().map(words).collect();
    let inputs: Vec<_> = texts
        .iter()
        .zip(&words)
        .map(|(text, words)| Text {
            text: words,
            language: text.language.as_deref(),
        })
        .collect();
    let sentiments = model.score(&inputs);
    let scored = |(text, sentiment): (v1::SentimentText, backtweet_domain::Sentiment)| {
        let id = TextId::of(&text);
        let scored = v1::ScoredText {
            text: Some(text),
            sentiment: Some((&sentiment).into()),
        };
        (id, scored)
    };
    texts.into_iter().zip(sentiments).map(scored).collect()
}

/// What is read of a text: what it says about those that it is asked about, as the stage reads posts; all of it where it is asked about
/// nobody.
fn words(text: &v1::SentimentText) -> Cow<'_, str> {
    if text.about.is_empty() {
        return Cow::Borrowed(&text.text);
    }
    let names: Vec<&str> = text.about.iter().map(String::as_str).collect();
    said_about(&text.text, &names)
}
