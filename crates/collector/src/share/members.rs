//! Which collectors there are: each leaves a record whose version moves with every beat.

use backtweet_runtime::coverage::SLOT;
use backtweet_store::{
    Batch, Direction, FeedEntry, Found, Guard, Key, LookUp, Outcome, Store, StoreError, Stored, Write,
};
use bytes::Bytes;

const MEMBERS: &str = "members";
/// More replicas than anybody runs.
const MOST: usize = 1_000;

/// Says that `name` lives. Returns every member with the version of its record.
pub(super) async fn beat(store: &dyn Store, name: &str) -> Result<Vec<(String, u64)>, StoreError> {
    let mut members = members(store).await?;
    let version = members
        .iter()
        .find(|(member, _)| member == name)
        .map(|(_, version)| *version);
    let next = version.unwrap_or(0) + 1;
    let batch = Batch {
        slot: SLOT.to_owned(),
        guards: vec![Guard {
            name: record(name),
            version,
        }],
        writes: vec![
            Write::Put {
                name: record(name),
                stored: Stored {
                    version: next,
                    open: false,
                    bytes: Bytes::new(),
                },
                expires: None,
            },
            Write::Enter {
                name: MEMBERS.to_owned(),
                entry: entry(name),
            },
        ],
    };
    // A conflict is a beat of its own whose answer was lost.
    if let Some(Outcome::Applied(_)) = store.apply(&[batch]).await?.first() {
        members.retain(|(member, _)| member != name);
        members.push((name.to_owned(), next));
    }
    Ok(members)
}

/// Takes `name` off the list.
pub(super) async fn leave(store: &dyn Store, name: &str) -> Result<(), StoreError> {
    let batch = Batch {
        slot: SLOT.to_owned(),
        guards: Vec::new(),
        writes: vec![
            Write::Remove { name: record(name) },
            Write::Leave {
                name: MEMBERS.to_owned(),
                entry: entry(name),
            },
        ],
    };
    store.apply(&[batch]).await.map(drop)
}

async fn members(store: &dyn Store) -> Result<Vec<(String, u64)>, StoreError> {
    let page = LookUp::Feed {
        key: Key::new(SLOT, MEMBERS),
        after: None,
        direction: Direction::Ascending,
        limit: MOST,
    };
    let Some(Found::Feed(entries)) = store.read(&[page]).await?.pop() else {
        return Ok(Vec::new());
    };
    let look_ups: Vec<_> = entries
        .iter()
        .map(|entry| LookUp::Record(Key::new(SLOT, record(&entry.id))))
        .collect();
    let found = store.read(&look_ups).await?;
    let member = |(entry, found): (FeedEntry, Found)| match found {
        Found::Record(Some(stored)) => Some((entry.id, stored.version)),
        _ => None,
    };
    Ok(entries.into_iter().zip(found).filter_map(member).collect())
}

fn record(name: &str) -> String {
    format!("member:{name}")
}

fn entry(name: &str) -> FeedEntry {
    FeedEntry {
        order: 0,
        id: name.to_owned(),
    }
}
