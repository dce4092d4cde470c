//! Sees to it that what was erased leaves the embedded store's files in time, for as long as somebody holds the store.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use backtweet_domain::Clock;
use backtweet_store::{FjallStore, Purged, StoreError};

/// How often it is looked whether something is due.
const LOOK: Duration = Duration::from_secs(60);
/// How long it is waited after a purge that did not get through: it may have written much.
const AGAIN: Duration = Duration::from_secs(3600);

/// Purges what is due, now and again.
pub(super) fn keep(store: &Arc<FjallStore>, clock: Arc<dyn Clock>) {
    let store = Arc::downgrade(store);
    tokio::spawn(async move {
        let mut pause = LOOK;
        loop {
            tokio::time::sleep(pause).await;
            let Some(store) = store.upgrade() else { break };
            pause = match look(store, clock.as_ref()).await {
                Ok(_) => LOOK,
                Err(error) => {
                    tracing::error!(%error, "what was erased cannot be purged from the store's files");
                    AGAIN
                }
            };
        }
    });
}

async fn look(store: Arc<FjallStore>, clock: &dyn Clock) -> Result<Option<Purged>, StoreError> {
    let since = store.erased_since();
    let age = since.map_or(Duration::ZERO, |since| clock.now().since(since));
    metrics::gauge!("backtweet_store_erased_age_seconds").set(age.as_secs_f64());
    let start = Instant::now();
    let purged = apart(move || store.purge_due()).await?;
    if let Some(Purged { since, bytes }) = purged {
        let took = start.elapsed();
        metrics::counter!("backtweet_store_purges_total").increment(1);
        metrics::histogram!("backtweet_store_purge_seconds").record(took.as_secs_f64());
        tracing::info!(%since, bytes, ?took, "what was erased is purged from the store's files");
    }
    Ok(purged)
}

/// Does what may take minutes on a thread that a program which ends does not wait for: a purge that is cut short loses nothing.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let failed = |reason: String| StoreError::Unavailable { reason };
    let (tell, told) = oneshot::channel();
    std::thread::Builder::new()
        .name("backtweet-purge".to_owned())
        .spawn(move || {
            // Nobody listens any more when the program ends.
            let _ = tell.send(work());
        })
        .map_err(|error| failed(format!("a thread does not start ({error}); raise the limit on threads")))?;
    told.await
        .unwrap_or_else(|_| Err(failed("its thread panicked".to_owned())))
}

#[cfg(test)]
mod tests {
    use backtweet_domain::{ManualClock, Timestamp};
    use backtweet_store::{Batch, PURGED_WITHIN, Store, Write};
    use backtweet_stream::{Cleanup, FjallLog, Log, Record, Topic};
    use fjall::Database;

    use super::*;

    #[tokio::test]
    async fn what_was_erased_is_purged_while_there_is_time_and_not_at_every_look() {
        let folder = tempfile::tempdir().unwrap();
        let noon = Timestamp::from_seconds(1_800_000_000);
        let clock = Arc::new(ManualClock::at(noon));
        let db = Database::builder(folder.path()).open().unwrap();
        let store = Arc::new(FjallStore::open_with(&db, Arc::clone(&clock) as _).unwrap());
        let look = async || look(Arc::clone(&store), clock.as_ref()).await.unwrap();
        assert_eq!(look().await, None);

        let remove = Write::Remove {
            name: "post".to_owned(),
        };
        let batch = Batch {
            slot: "subject".to_owned(),
            writes: vec![remove],
            ..Batch::default()
        };
        store.apply(&[batch]).await.unwrap();
        assert_eq!(look().await, None);
        assert_eq!(store.erased_since(), Some(noon));
        // So late that one attempt that fails can be made up for.
        clock.set(noon.plus(PURGED_WITHIN - 2 * AGAIN));
        assert_eq!(look().await.map(|purged| purged.since), Some(noon));
        assert_eq!(store.erased_since(), None);
        assert_eq!(look().await, None);
    }

    #[tokio::test]
    async fn a_log_that_shares_the_database_keeps_its_records_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let topics = ["posts", "scored"].map(|name| Topic {
            name: name.to_owned(),
            partitions: 4,
            cleanup: Cleanup::Compact,
        });
        let append = async |log: &FjallLog, turn: u32| {
            let record = |number: u32| Record {
                key: format!("{turn} {number}").into(),
                value: Some(format!("record {number}").into()),
                time: Timestamp::from_seconds(1_800_000_000),
            };
            log.append("posts", (0..100).map(record).collect()).await.unwrap();
        };
        let records = async |log: &FjallLog| {
            let mut records = Vec::new();
            for partition in 0..4 {
                records.extend(log.read("posts", partition, 0, u64::MAX, 1_000).await.unwrap());
            }
            records
        };
        let mut before = Vec::new();
        for turn in 0..2 {
            let db = Database::builder(folder.path()).open().unwrap();
            let log = FjallLog::open(&db).unwrap();
            log.create(&topics).await.unwrap();
            let store = FjallStore::open(&db).unwrap();
            assert_eq!(records(&log).await, before);
            append(&log, turn).await;
            before = records(&log).await;
            assert_eq!(before.len(), 100 * (turn as usize + 1));
            let clear = Batch {
                slot: "subject".to_owned(),
                writes: vec![Write::Clear],
                ..Batch::default()
            };
            store.apply(&[clear]).await.unwrap();
            assert!(store.purge().unwrap().is_some());
            assert_eq!(records(&log).await, before);
        }
    }
}
