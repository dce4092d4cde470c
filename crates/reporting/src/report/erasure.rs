//! What became of an author's posts: which were erased, which still count, and where copies are left until when.

use std::time::Duration;

use backtweet_domain::{AccountId, Timestamp};
use backtweet_store::{Direction, Store, StoreError};
use backtweet_wire::{topics, v1};

use super::ReportError;
use super::reads::Reads;
use crate::invalid::Invalid;
use crate::slot;

/// How many posts are listed for one subject.
const MOST: usize = 1_000;

/// What is asked of each subject.
pub(crate) struct Asked {
    author: String,
}

impl Asked {
    /// Reads a request.
    pub(crate) fn read(request: &v1::ErasureReceiptRequest) -> Result<Self, Invalid> {
        let author = request.author.parse::<AccountId>();
        match author {
            Ok(author) => Ok(Self {
                author: author.to_string(),
            }),
            Err(error) => Err(Invalid::one("erasure receipt request", "author", error.to_string())),
        }
    }
}

/// Answers `ReportService.ErasureReceipt` for these subjects. `retention` is that of the topics.
pub(crate) async fn receipt(
    store: &dyn Store,
    asked: &Asked,
    subjects: &[String],
    now: Timestamp,
    retention: Duration,
) -> Result<v1::ErasureReceiptResponse, ReportError> {
    let mut held = Vec::new();
    for subject in subjects {
        let erasure = of_subject(Reads { store, subject }, &asked.author).await?;
        if !erasure.erased.is_empty() || erasure.still_counted > 0 {
            held.push(erasure);
        }
    }
    let is_erased = held.iter().any(|erasure| !erasure.erased.is_empty());
    Ok(v1::ErasureReceiptResponse {
        author: asked.author.clone(),
        asked_us: now.micros(),
        remainders: if is_erased {
            remainders(now, retention, store.purged_within())
        } else {
            Vec::new()
        },
        subjects: held,
    })
}

async fn of_subject(reads: Reads<'_>, author: &str) -> Result<v1::SubjectErasure, StoreError> {
    let look_up = |name: String| reads.page(&name, None, Direction::Descending, MOST + 1);
    let pages = vec![look_up(slot::erased(author)), look_up(slot::author(author))];
    let mut pages = reads.pages(pages).await?.into_iter();
    let (erased, counted) = (pages.next().unwrap_or_default(), pages.next().unwrap_or_default());
    Ok(v1::SubjectErasure {
        subject: reads.subject.to_owned(),
        more: erased.len() > MOST,
        still_more: counted.len() > MOST,
        still_counted: counted.len().min(MOST) as u64,
        erased: erased
            .into_iter()
            .take(MOST)
            .map(|entry| v1::ErasedPost {
                post: entry.id,
                at_us: (entry.order != i64::MIN).then_some(entry.order),
            })
            .collect(),
    })
}

/// What is left elsewhere: see "Text that is erased" in `docs/architecture.md`. `purged` is within how long it leaves the store's files, where
/// the store says so.
fn remainders(now: Timestamp, retention: Duration, purged: Option<Duration>) -> Vec<v1::Remainder> {
    let left = |place: &str, what: &str, within: Option<Duration>| v1::Remainder {
        place: place.to_owned(),
        what: what.to_owned(),
        gone_by_us: within.map(|within| now.plus(within).micros()),
    };
    let topics = [topics::POSTS, topics::CLASSIFIED, topics::SCORED, topics::DEAD_LETTERS];
    let in_topics = topics.map(|topic| left(topic, "the records in which the posts came", Some(retention)));
    let in_store = match purged {
        Some(_) => "the store's files keep what was removed until they are purged",
        None => "a Redis append-only file keeps what was written until it is rewritten",
    };
    let elsewhere = [
        left("store", in_store, purged),
        left(
            "backups",
            "copies that the operator made of the store, or exported, are not known to the suite",
            None,
        ),
    ];
    in_topics.into_iter().chain(elsewhere).collect()
}
