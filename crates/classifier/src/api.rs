//! `ClassifierService` as clients see it. What it answers with is worked out elsewhere: here requests are checked, and answers put into the
//! contract's words.

mod estimate;
mod explain;
mod validate;

pub use explain::explained;
pub use validate::validate;

use std::sync::Arc;

use backtweet_domain::{AccountId, Author, Entities, Intent, Kind, KindSet, Network, Post, PostId, Subject, entities};
use backtweet_runtime::Ports;
use backtweet_runtime::status::{IntoStatus, invalid, not_found};
use backtweet_stream::{Log, LogError, partition_of};
use backtweet_wire::v1::classifier_service_server::ClassifierService;
use backtweet_wire::{WireError, record, topics, v1};
use tonic::{Request, Response, Status};

use crate::index::{Match, SubjectIndex};
use crate::intent;
use crate::subjects::Subjects;

/// The most texts in one call.
const MOST: usize = 1_000;
/// How many records are read at once.
const AT_ONCE: usize = 1_000;

/// The classifier's gRPC service.
#[derive(Clone)]
pub struct ClassifierApi {
    ports: Ports,
    subjects: Arc<Subjects>,
}

impl ClassifierApi {
    pub(crate) fn new(ports: Ports, subjects: Arc<Subjects>) -> Self {
        Self { ports, subjects }
    }
}

#[tonic::async_trait]
impl ClassifierService for ClassifierApi {
    async fn classify(&self, request: Request<v1::ClassifyRequest>) -> Result<Response<v1::ClassifyResponse>, Status> {
        let texts = request.into_inner().texts;
        if texts.len() > MOST {
            let reason = format!("{} are too many: send at most {MOST} at once", texts.len());
            return Err(invalid("texts", reason));
        }
        let index = self.subjects.current();
        let classify = |(place, text): (usize, v1::Text)| {
            let post = post_of(text).map_err(|error| wrong(&format!("texts[{place}]"), &error))?;
            Ok(classification(&post, &index))
        };
        let classifications = texts
            .into_iter()
            .enumerate()
            .map(classify)
            .collect::<Result<_, Status>>()?;
        Ok(Response::new(v1::ClassifyResponse { classifications }))
    }

    async fn validate_query(
        &self,
        request: Request<v1::ValidateQueryRequest>,
    ) -> Result<Response<v1::ValidateQueryResponse>, Status> {
        let request = request.into_inner();
        let mut response = validate(&request);
        if response.valid {
            let estimated = estimate::volume(&request, self.ports.log.as_ref()).await;
            response.estimate = Some(estimated.map_err(IntoStatus::into_status)?);
        }
        Ok(Response::new(response))
    }

    async fn explain(&self, request: Request<v1::ExplainRequest>) -> Result<Response<v1::ExplainResponse>, Status> {
        let v1::ExplainRequest { of, text } = request.into_inner();
        let text = text.ok_or_else(|| invalid("text", "it is missing: set it".to_owned()))?;
        let post = post_of(text).map_err(|error| wrong("text", &error))?;
        let subject = match of {
            None => {
                return Err(invalid(
                    "of",
                    "it is missing: name a subject, or send a draft of one".to_owned(),
                ));
            }
            Some(v1::explain_request::Of::Draft(draft)) => {
                Subject::try_from(draft).map_err(|error| wrong("draft", &error))?
            }
            Some(v1::explain_request::Of::Subject(id)) => {
                let found = tracked(self.ports.log.as_ref(), &id).await;
                found.map_err(IntoStatus::into_status)?.ok_or_else(|| {
                    not_found(format!(
                        "there is no subject `{id}`: put it first, or send a draft of it"
                    ))
                })?
            }
        };
        Ok(Response::new(explained(&subject, &post)))
    }
}

fn wrong(field: &str, error: &WireError) -> Status {
    invalid(field, error.to_string())
}

/// A subject as it stands in the topic. The index keeps no more of it than it needs.
async fn tracked(log: &dyn Log, id: &str) -> Result<Option<Subject>, LogError> {
    let ends = log.ends(topics::SUBJECTS).await?;
    let partition = partition_of(id.as_bytes(), u32::try_from(ends.len()).unwrap_or(u32::MAX));
    let end = ends.get(partition as usize).copied().unwrap_or(0);
    let (mut next, mut subject) = (0, None);
    while next < end {
        let records = log.read(topics::SUBJECTS, partition, next, end, AT_ONCE).await?;
        let Some(last) = records.last() else { break };
        next = last.position.offset + 1;
        for delivered in records.iter().filter(|it| it.record.key.as_ref() == id.as_bytes()) {
            let value = delivered.record.value.as_ref();
            subject = value.and_then(|value| record::decode_subject(value).ok());
        }
    }
    Ok(subject)
}

/// The post to read. A plain text is one that nobody wrote anywhere.
fn post_of(text: v1::Text) -> Result<Post, WireError> {
    let post = match text.text {
        Some(v1::text::Text::Post(post)) => Post::try_from(post)?,
        Some(v1::text::Text::Plain(text)) => plain(text)?,
        None => plain(String::new())?,
    };
    Ok(with_entities(post))
}

/// The post with the entities that it brings along, repaired; with those of its text where it brings none.
pub fn with_entities(mut post: Post) -> Post {
    post.entities = if post.entities == Entities::default() {
        entities::extract_on(post.id.network(), &post.text)
    } else {
        entities::repair(post.entities, &post.text).0
    };
    post
}

/// A post that nobody wrote anywhere: it says its text, with what is found in it.
///
/// # Errors
/// None that a caller can bring about.
pub fn plain_post(text: String) -> Result<Post, WireError> {
    post_of(v1::Text {
        text: Some(v1::text::Text::Plain(text)),
    })
}

fn plain(text: String) -> Result<Post, WireError> {
    let id = |error: backtweet_domain::IdError| WireError::new("", error.to_string());
    Ok(Post {
        id: PostId::new(Network::Other, "text").map_err(id)?,
        revision: 0,
        author: Author {
            id: AccountId::new(Network::Other, "nobody").map_err(id)?,
            handle: None,
            name: None,
            followers: None,
            bot: false,
            created_at: None,
        },
        text,
        language: None,
        created_at: None,
        witnessed_at: backtweet_domain::Timestamp::EPOCH,
        references: Vec::new(),
        entities: Entities::default(),
        engagement: Default::default(),
        url: None,
        has_media: false,
    })
}

fn classification(post: &Post, index: &SubjectIndex) -> v1::Classification {
    let (intent, intent_confidence) = intent::of_post(post);
    let v1::Post {
        mentions,
        hashtags,
        cashtags,
        links,
        ..
    } = post.into();
    let matches = index.match_post(post);
    let named = matches.iter().filter_map(|found| {
        let subject = index.subject(found.subject)?;
        Some(pointing(subject.id.as_str(), found))
    });
    v1::Classification {
        mentions,
        hashtags,
        cashtags,
        links,
        intent: wire_of::<Intent, v1::Intent>(intent),
        intent_confidence,
        pointings: named.collect(),
    }
}

fn pointing(subject: &str, found: &Match) -> v1::Pointing {
    v1::Pointing {
        subject: subject.to_owned(),
        owned: found.owned,
        kinds: kinds(found.kinds),
        automatic: kinds(found.automatic),
    }
}

fn kinds(kinds: KindSet) -> Vec<i32> {
    kinds.iter().map(wire_of::<Kind, v1::Kind>).collect()
}

fn wire_of<D, W: From<D> + Into<i32>>(value: D) -> i32 {
    W::from(value).into()
}
