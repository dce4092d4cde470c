//! How far the retained posts were read for each subject that was put: written by whichever classifier reads them, shown by the subject
//! service. The reading is not here.

use backtweet_domain::SubjectId;
use backtweet_store::{Batch, Found, Guard, Key, LookUp, Outcome, Store, StoreError, Stored, Write};
use backtweet_wire::v1::{History, HistoryRecord};
use prost::Message;

const RECORD: &str = "history";

/// A subject's record and the version that it was read at.
pub type Kept = Option<(u64, HistoryRecord)>;

fn slot(subject: &SubjectId) -> String {
    format!("{RECORD}:{subject}")
}

/// What the store keeps of each subject's history, place by place.
///
/// # Errors
/// When the store does not answer, or holds something else where a history should be.
pub async fn read<'a>(
    store: &dyn Store,
    subjects: impl IntoIterator<Item = &'a SubjectId>,
) -> Result<Vec<Kept>, StoreError> {
    let keys: Vec<Key> = subjects.into_iter().map(|id| Key::new(slot(id), RECORD)).collect();
    let look_ups: Vec<LookUp> = keys.iter().cloned().map(LookUp::Record).collect();
    let found = store.read(&look_ups).await?;
    let kept = |(key, found): (&Key, Found)| match found {
        Found::Record(None) => Ok(None),
        Found::Record(Some(Stored { version, bytes, .. })) => match HistoryRecord::decode(bytes) {
            Ok(record) => Ok(Some((version, record))),
            Err(error) => Err(corrupt(key, error.to_string())),
        },
        _ => Err(corrupt(key, "it is no record".to_owned())),
    };
    keys.iter().zip(found).map(kept).collect()
}

/// Writes each history at the version that it was read at. Says of each at which version it stands now; `None`: somebody else wrote it
/// meanwhile, and it was left alone.
///
/// # Errors
/// When the store does not answer: any of them may then have been written.
pub async fn write(
    store: &dyn Store,
    histories: &[(&SubjectId, Option<u64>, &HistoryRecord)],
) -> Result<Vec<Option<u64>>, StoreError> {
    let next = |version: Option<u64>| version.map_or(1, |version| version + 1);
    let batch = |(subject, version, record): &(&SubjectId, Option<u64>, &HistoryRecord)| Batch {
        slot: slot(subject),
        guards: vec![Guard {
            name: RECORD.to_owned(),
            version: *version,
        }],
        writes: vec![Write::Put {
            name: RECORD.to_owned(),
            stored: Stored {
                version: next(*version),
                open: false,
                bytes: record.encode_to_vec().into(),
            },
            expires: None,
        }],
    };
    let batches: Vec<Batch> = histories.iter().map(batch).collect();
    let outcomes = store.apply(&batches).await?;
    let stands = |((_, version, _), outcome): (&(&SubjectId, Option<u64>, &HistoryRecord), Outcome)| {
        matches!(outcome, Outcome::Applied(_)).then(|| next(*version))
    };
    Ok(histories.iter().zip(outcomes).map(stands).collect())
}

/// A history as clients are shown it.
pub fn progress(record: &HistoryRecord) -> History {
    let sum = |part: fn(&backtweet_wire::v1::HistoryPart) -> u64| record.parts.iter().map(part).sum();
    History {
        records: sum(|part| part.end),
        done: sum(|part| part.next.min(part.end)),
        started_at_us: record.started_at_us,
        finished_at_us: record.finished_at_us,
    }
}

fn corrupt(key: &Key, reason: String) -> StoreError {
    StoreError::Corrupt {
        key: format!("{}/{}", key.slot, key.name),
        reason,
    }
}
