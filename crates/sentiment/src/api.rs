//! `SentimentService` as clients see it. What it answers with is worked out elsewhere: here requests are checked, and answers put into the
//! contract's words.

mod ask;
mod models;
mod stream;

use std::sync::Arc;

use tokio::sync::OnceCell;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use backtweet_runtime::Ports;
use backtweet_runtime::status::{IntoStatus, invalid, not_found};
use backtweet_wire::v1::sentiment_service_server::SentimentService;
use backtweet_wire::{WireError, v1};

use self::ask::Asked;
use self::stream::Answer;
use crate::corrections::{Corrections, Place, Said};
use crate::id::TextId;
use crate::kept::Kept;
use crate::{Choice, Config, Folders, Model};

/// The most texts in one call.
const MOST: usize = 1_000;
/// The longest text, declared language, name of what a text is about, and the most of those, in bytes and pieces.
const LONGEST_TEXT: usize = 65_536;
const LONGEST_LANGUAGE: usize = 64;
const LONGEST_NAME: usize = 256;
const MOST_NAMES: usize = 32;
/// Who corrects, and why, in bytes.
const LONGEST_BY: usize = 256;
const LONGEST_NOTE: usize = 4_096;
/// Corrections in a page.
const PAGE: u32 = 100;
const LARGEST_PAGE: u32 = 1_000;

/// The sentiment's gRPC service.
#[derive(Clone)]
pub struct SentimentApi {
    choice: Choice,
    folders: Folders,
    asked: Asked,
    corrections: Corrections,
    /// Worked out when somebody asks for the first time: the intervals take a while.
    models: Arc<OnceCell<Vec<v1::SentimentModel>>>,
    shutdown: CancellationToken,
}

impl SentimentApi {
    /// Answers with `model`, which is the configured one. Open streams end at `shutdown`.
    pub(crate) fn new(config: &Config, model: Arc<dyn Model>, ports: &Ports, shutdown: CancellationToken) -> Self {
        let kept = Kept::new(ports);
        Self {
            choice: config.model,
            folders: config.folders.clone(),
            asked: Asked::new(model, kept.clone()),
            corrections: Corrections::new(ports, kept),
            models: Arc::default(),
            shutdown,
        }
    }
}

#[tonic::async_trait]
impl SentimentService for SentimentApi {
    async fn score(&self, request: Request<v1::ScoreRequest>) -> Result<Response<v1::ScoreResponse>, Status> {
        let v1::ScoreRequest { texts, forget } = request.into_inner();
        if texts.is_empty() || texts.len() > MOST {
            let reason = format!("{} texts are in it: send from 1 to {MOST} at once", texts.len());
            return Err(invalid("texts", reason));
        }
        for (place, text) in texts.iter().enumerate() {
            check(text).map_err(|error| error.at(place).within("texts").into_status())?;
        }
        let readings = self.asked.read(texts, |_| !forget).await?;
        Ok(Response::new(v1::ScoreResponse { readings }))
    }

    type ScoreStreamStream = ReceiverStream<Answer>;

    async fn score_stream(
        &self,
        request: Request<Streaming<v1::ScoreStreamRequest>>,
    ) -> Result<Response<Self::ScoreStreamStream>, Status> {
        let answers = stream::open(self.asked.clone(), request.into_inner(), self.shutdown.clone());
        Ok(Response::new(answers))
    }

    async fn list_models(&self, _: Request<v1::ListModelsRequest>) -> Result<Response<v1::ListModelsResponse>, Status> {
        let (in_use, folders) = (self.choice, self.folders.clone());
        let work = || async move { tokio::task::spawn_blocking(move || models::list(in_use, &folders)).await };
        let models = self
            .models
            .get_or_try_init(work)
            .await
            .map_err(|error| broken(&error))?;
        Ok(Response::new(v1::ListModelsResponse { models: models.clone() }))
    }

    async fn correct(&self, request: Request<v1::CorrectRequest>) -> Result<Response<v1::CorrectResponse>, Status> {
        let request = request.into_inner();
        let unknown = || {
            not_found(format!(
                "no text is kept under `{}`: score it again, without `forget`, and correct it by the id that comes back",
                shortened(&request.id)
            ))
        };
        let said = said(&request)?;
        let id = TextId::parse(&request.id).ok_or_else(unknown)?;
        let correction = match said {
            Some(said) => {
                let correction = self
                    .corrections
                    .put(&id, &said)
                    .await
                    .map_err(IntoStatus::into_status)?;
                Some(correction.ok_or_else(unknown)?)
            }
            None => {
                let withdrawn = self.corrections.withdraw(&id).await.map_err(IntoStatus::into_status)?;
                withdrawn.then_some(()).ok_or_else(unknown)?;
                None
            }
        };
        Ok(Response::new(v1::CorrectResponse { correction }))
    }

    async fn list_corrections(
        &self,
        request: Request<v1::ListCorrectionsRequest>,
    ) -> Result<Response<v1::ListCorrectionsResponse>, Status> {
        let v1::ListCorrectionsRequest { page_size, page_token } = request.into_inner();
        let after = match page_token.as_str() {
            "" => None,
            token => Some(Place::parse(token).ok_or_else(|| {
                let reason = "it is not from an earlier response: hand it in unchanged, or leave it out to start anew";
                invalid("page_token", reason)
            })?),
        };
        let limit = if page_size == 0 {
            PAGE
        } else {
            page_size.min(LARGEST_PAGE)
        };
        let page = self.corrections.page(after, limit as usize).await;
        let page = page.map_err(IntoStatus::into_status)?;
        Ok(Response::new(v1::ListCorrectionsResponse {
            corrections: page.corrections,
            next_page_token: page.next.map(|place| place.write()).unwrap_or_default(),
        }))
    }
}

/// Whether a text can be scored; counts those that cannot.
fn check(text: &v1::SentimentText) -> Result<(), WireError> {
    within_bounds(text).inspect_err(|_| metrics::counter!("backtweet_sentiment_texts_refused_total").increment(1))
}

fn within_bounds(text: &v1::SentimentText) -> Result<(), WireError> {
    at_most("text", &text.text, LONGEST_TEXT)?;
    at_most(
        "language",
        text.language.as_deref().unwrap_or_default(),
        LONGEST_LANGUAGE,
    )?;
    if text.about.len() > MOST_NAMES {
        let reason = format!("{} names are too many: send at most {MOST_NAMES}", text.about.len());
        return Err(WireError::new("about", reason));
    }
    for (place, name) in text.about.iter().enumerate() {
        at_most("", name, LONGEST_NAME).map_err(|error| error.at(place).within("about"))?;
    }
    Ok(())
}

/// What the person says; `None` where they take it back.
fn said(request: &v1::CorrectRequest) -> Result<Option<Said>, Status> {
    let label = match v1::Label::try_from(request.label) {
        Ok(v1::Label::Unspecified) => return Ok(None),
        Ok(label @ (v1::Label::Negative | v1::Label::Neutral | v1::Label::Positive)) => label,
        Ok(v1::Label::Unknown) | Err(_) => {
            let reason = format!(
                "{} is no label that people give: use LABEL_NEGATIVE, LABEL_NEUTRAL or LABEL_POSITIVE, or LABEL_UNSPECIFIED to \
                 withdraw",
                request.label
            );
            return Err(invalid("label", reason));
        }
    };
    at_most("by", request.by.as_deref().unwrap_or_default(), LONGEST_BY).map_err(IntoStatus::into_status)?;
    at_most("note", request.note.as_deref().unwrap_or_default(), LONGEST_NOTE).map_err(IntoStatus::into_status)?;
    Ok(Some(Said {
        label,
        by: request.by.clone(),
        note: request.note.clone(),
    }))
}

fn at_most(field: &str, value: &str, most: usize) -> Result<(), WireError> {
    if value.len() <= most {
        return Ok(());
    }
    let reason = format!("{} bytes are too many: cut it to {most}", value.len());
    Err(WireError::new(field, reason))
}

/// As much of a client's value as a message can bear.
fn shortened(value: &str) -> String {
    value.chars().take(80).collect()
}

fn broken(error: &tokio::task::JoinError) -> Status {
    tracing::error!(%error, "a model broke down");
    Status::internal("the model broke down on this request: report it, with the texts that were sent")
}
