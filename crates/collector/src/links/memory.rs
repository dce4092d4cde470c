//! What is known of links already, kept in the store so that each is asked once by all collectors: where it leads, or that this could not
//! be found out and when it is tried again.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use backtweet_domain::Timestamp;
use backtweet_store::{Batch, Found, Key, LookUp, Store, StoreError, Stored, Write};
use backtweet_stream::Backoff;

use crate::patience::patiently;

/// The record's name within its slot.
const NAME: &str = "leads-to";

/// What is known of one link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Known {
    /// The canonical form of the page that it leads to.
    Leads(String),
    /// It could not be found out, and is not to be tried yet.
    Lost,
    /// It is to be asked for; so often did that fail before.
    Unknown { failures: u32 },
}

/// The record of one link.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// The shortened link: the slot only holds a hash of it.
    link: String,
    /// Where it leads, as the last server gave it, and in its canonical form.
    url: Option<String>,
    page: Option<String>,
    /// How often in a row it could not be found out.
    failures: u32,
    /// Until when this holds.
    until: Timestamp,
}

/// For how long answers and failures hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spans {
    pub(super) answers: Duration,
    /// After the first failure; each further one in a row holds four times as long.
    pub(super) failures: Duration,
    pub(super) failures_at_most: Duration,
}

impl Spans {
    /// How long a link is left alone after so many failures in a row.
    fn pause(&self, failures: u32) -> Duration {
        let factor = 4u32.saturating_pow(failures.saturating_sub(1));
        self.failures.saturating_mul(factor).min(self.failures_at_most)
    }
}

/// What was found out about one link.
pub(super) struct Finding {
    /// The shortened link.
    pub(super) link: String,
    /// The address that it leads to and its canonical form; `None` where that could not be found out.
    pub(super) leads_to: Option<(String, String)>,
    /// How often that had failed before.
    pub(super) failures: u32,
}

/// Reads what is known of each link, in one round trip.
pub(super) async fn recall(
    store: &dyn Store,
    backoff: Backoff,
    now: Timestamp,
    links: &[String],
) -> Result<Vec<Known>, StoreError> {
    if links.is_empty() {
        return Ok(Vec::new());
    }
    let look_ups: Vec<_> = links
        .iter()
        .map(|link| LookUp::Record(Key::new(slot(link), NAME)))
        .collect();
    let found = patiently(backoff, || store.read(&look_ups)).await?;
    Ok(std::iter::zip(links, found)
        .map(|(link, found)| known(link, found, now))
        .collect())
}

/// A record that cannot be read, or is another link's, counts as none: it is written anew.
fn known(link: &str, found: Found, now: Timestamp) -> Known {
    let kept = match found {
        Found::Record(Some(stored)) => serde_json::from_slice::<Kept>(&stored.bytes).ok(),
        _ => None,
    };
    match kept.filter(|kept| kept.link == link) {
        None => Known::Unknown { failures: 0 },
        Some(kept) if now >= kept.until => Known::Unknown {
            failures: kept.failures,
        },
        Some(Kept { page: Some(page), .. }) => Known::Leads(page),
        Some(_) => Known::Lost,
    }
}

/// Keeps what was found out.
pub(super) async fn keep(
    store: &dyn Store,
    backoff: Backoff,
    now: Timestamp,
    spans: Spans,
    findings: &[Finding],
) -> Result<(), StoreError> {
    if findings.is_empty() {
        return Ok(());
    }
    let batches: Vec<_> = findings.iter().map(|finding| batch(finding, now, spans)).collect();
    patiently(backoff, || store.apply(&batches)).await?;
    Ok(())
}

fn batch(finding: &Finding, now: Timestamp, spans: Spans) -> Batch {
    let (url, page) = finding.leads_to.clone().unzip();
    let failures = if page.is_some() {
        0
    } else {
        finding.failures.saturating_add(1)
    };
    let until = now.plus(if page.is_some() {
        spans.answers
    } else {
        spans.pause(failures)
    });
    // The count of failures outlives them, so that the next one holds longer.
    let expires = if page.is_some() {
        until
    } else {
        until.plus(spans.failures_at_most)
    };
    let kept = Kept {
        link: finding.link.clone(),
        url,
        page,
        failures,
        until,
    };
    let stored = Stored {
        version: u64::try_from(now.micros()).unwrap_or(0),
        open: false,
        // Only maps with keys that are no strings can fail, and there are none.
        bytes: serde_json::to_vec(&kept).unwrap_or_default().into(),
    };
    Batch {
        slot: slot(&finding.link),
        guards: Vec::new(),
        writes: vec![Write::Put {
            name: NAME.to_owned(),
            stored,
            expires: Some(expires),
        }],
    }
}

fn slot(link: &str) -> String {
    format!("link:{:032x}", xxh3_128(link.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_in_a_row_holds_longer_up_to_a_bound() {
        let hour = Duration::from_secs(3600);
        let spans = Spans {
            answers: 720 * hour,
            failures: hour,
            failures_at_most: 168 * hour,
        };
        let hours = [1, 2, 3, 4, 5, u32::MAX].map(|failures| spans.pause(failures).as_secs() / 3600);
        assert_eq!(hours, [1, 4, 16, 64, 168, 168]);
    }
}
