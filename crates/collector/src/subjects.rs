//! The subjects as a source needs them whose network is asked for what concerns them: all of them at once, anew with every change. What they
//! mean to a post is not known here.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backtweet_domain::Subject;
use backtweet_stream::{Backoff, Delivered, Followed, Log, LogError};
use backtweet_wire::record::decode_subject;
use backtweet_wire::topics;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until};

use crate::patience::patiently;

/// How long the topic is left alone after it could not be read.
const PAUSE: Duration = Duration::from_secs(1);
/// How long changes are gathered before they are told: what is told is all subjects.
const QUIET: Duration = Duration::from_millis(500);

/// Follows the subjects. `ready` hears of it once all that are there have been read: until then there seem to be too few.
///
/// # Errors
/// When the topic can no longer be read.
pub(crate) async fn follow(
    log: &dyn Log,
    backoff: Backoff,
    subjects: watch::Sender<Arc<Vec<Subject>>>,
    ready: oneshot::Sender<()>,
) -> Result<(), LogError> {
    let mut known = BTreeMap::new();
    let mut ready = Some(ready);
    let mut due: Option<Instant> = None;
    let mut follower = patiently(backoff, || log.follow(topics::SUBJECTS)).await?;
    loop {
        let followed = tokio::select! {
            followed = follower.next() => followed,
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                due = None;
                subjects.send_replace(Arc::new(known.values().cloned().collect()));
                continue;
            }
        };
        match followed {
            Ok(Followed::Records(records)) => {
                records.iter().for_each(|delivered| take(&mut known, delivered));
                if ready.is_none() {
                    due = due.or_else(|| Some(Instant::now() + QUIET));
                }
            }
            Ok(Followed::CaughtUp) => {
                subjects.send_replace(Arc::new(known.values().cloned().collect()));
                // Nobody waits for it any more where the collector is stopping.
                ready.take().map(|ready| ready.send(()));
            }
            Err(error) if error.retry().is_retryable() => {
                tracing::warn!(%error, "the subjects are not followed at the moment");
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(error),
        }
    }
}

fn take(known: &mut BTreeMap<String, Subject>, delivered: &Delivered) {
    let key = String::from_utf8_lossy(&delivered.record.key).into_owned();
    match delivered.record.value.as_deref().map(decode_subject) {
        None => _ = known.remove(&key),
        Some(Ok(subject)) => _ = known.insert(key, subject),
        Some(Err(error)) => {
            tracing::error!(subject = key, %error, "a subject cannot be read; put it again. It stays as it was");
        }
    }
}
