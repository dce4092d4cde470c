//! The read side: each report is a function over the store. Nothing here knows gRPC's transport or who asks; which subjects exist is
//! known to `subjects`.

pub(crate) mod as_of;
pub(crate) mod authors;
mod cache;
pub(crate) mod campaign;
pub(crate) mod cascade;
pub(crate) mod cascades;
mod changes;
pub(crate) mod community;
pub(crate) mod compare;
mod comparison;
pub(crate) mod content;
pub(crate) mod crowd;
pub(crate) mod distinct;
pub(crate) mod erasure;
pub(crate) mod export;
pub(crate) mod feed;
mod following;
pub(crate) mod heatmap;
pub(crate) mod pages;
pub(crate) mod people;
pub(crate) mod praise;
pub(crate) mod propagation;
pub(crate) mod reach;
pub(crate) mod reads;
pub(crate) mod recent;
pub(crate) mod summary;
pub(crate) mod timeline;
pub(crate) mod used_together;
pub(crate) mod watch;

use backtweet_domain::Network;
use backtweet_store::StoreError;
use backtweet_wire::v1;

use crate::fold::{Contribution, Head};
use crate::invalid::Invalid;

/// Why a report was not given.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReportError {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was asked for is not there.
    #[error("{0}")]
    NotFound(String),
}

/// What stands beside every figure.
fn coverage(head: &Head) -> v1::Coverage {
    v1::Coverage {
        first_us: head.first_us,
        last_us: head.last_us,
        too_late: head.too_late,
        kept: kept(head),
        ..v1::Coverage::default()
    }
}

/// Since when posts are kept, once for all networks where it is the same for all.
fn kept(head: &Head) -> Vec<v1::KeptSince> {
    let since = Network::ALL.map(|network| head.kept_since(network));
    let is_same = since.iter().all(|one| *one == since[0]);
    let named = Network::ALL.map(|network| v1::Network::from(network).into());
    let kept = named.into_iter().zip(since).map(|(network, since_us)| v1::KeptSince {
        network: if is_same {
            v1::Network::Unspecified.into()
        } else {
            network
        },
        since_us,
    });
    kept.filter(|kept| kept.since_us != i64::MIN)
        .take(if is_same { 1 } else { Network::ALL.len() })
        .collect()
}

/// An effective post as reports show it.
fn feed_item(subject: &str, post: &str, contribution: &Contribution) -> Result<Option<v1::FeedItem>, StoreError> {
    let Some(impact) = contribution.effective() else {
        return Ok(None);
    };
    let event = prost::Message::decode(contribution.event.clone());
    let event: v1::ScoredEvent = event.map_err(|error| reads::corrupt(subject, post, error.to_string()))?;
    let finding = event.classified.and_then(|classified| classified.finding);
    let Some(v1::classified_event::Finding::Seen(mut seen)) = finding else {
        return Err(reads::corrupt(subject, post, "its event is no sighting".to_owned()));
    };
    if let Some(post) = seen.sighting.as_mut().and_then(|sighting| sighting.post.as_mut()) {
        post.witnessed_at_us = impact.at_us;
    }
    Ok(Some(v1::FeedItem {
        sighting: seen.sighting,
        sentiment: event.sentiment,
        signal_milli: impact.signal_milli,
        ..v1::FeedItem::default()
    }))
}
