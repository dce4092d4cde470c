//! All rows that the embedded store keeps of a subject, but for what goes by the order in which things were done.

use std::collections::{BTreeMap, BTreeSet};

use fjall::Keyspace;
use proptest::prelude::*;

use backtweet_domain::SubjectId;
use backtweet_store::{Direction, Store};

use crate::fold::Contribution;
use crate::report::reads::Reads;
use crate::slot;

/// What is kept of a subject.
pub(super) struct Rows {
    /// Of all collections that are not read below.
    raw: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Records of posts that were seen, as if they had not been changed in any order.
    posts: BTreeMap<String, Contribution>,
    /// Posts that something is known of that was said before they were seen.
    unseen: BTreeSet<String>,
    changes: BTreeSet<String>,
    aside: BTreeSet<(i64, String)>,
    permissions: BTreeSet<String>,
}

/// Reads them.
pub(super) async fn of(store: &dyn Store, data: &Keyspace, id: &SubjectId) -> Rows {
    let slot = format!("{}\0", slot::of(id.as_str())).into_bytes();
    let (mut raw, mut names, mut permissions) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
    for row in data.iter() {
        let (key, value) = row.into_inner().unwrap();
        // The store puts a hash in front of the slot.
        let Some(place) = key.windows(slot.len()).position(|part| part == slot) else {
            continue;
        };
        let rest = &key[place + slot.len()..];
        let name = rest.split(|byte| *byte == 0).next().unwrap_or_default();
        let name = String::from_utf8(name.to_vec()).unwrap();
        match name.split_once(':').map_or(name.as_str(), |(sort, _)| sort) {
            "post" => names.push(name["post:".len()..].to_owned()),
            "permission" => _ = permissions.insert(name["permission:".len()..].to_owned()),
            slot::HEAD | slot::CHANGES | slot::ASIDE => {}
            _ => _ = raw.insert(rest.to_vec(), value.to_vec()),
        }
    }
    let reads = Reads {
        store,
        subject: id.as_str(),
    };
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let records = reads.posts_by_id(&names).await.unwrap();
    let records = names.iter().map(|name| (*name).to_owned()).zip(records);
    let (seen, unseen): (Vec<_>, Vec<_>) = records.partition(|(_, post)| post.seen_us().is_some());
    let feed = async |name| reads.feed(name, None, Direction::Ascending, 1_000).await.unwrap();
    let unseen: BTreeSet<_> = unseen
        .into_iter()
        .map(|(name, post)| {
            assert!(post.aged_from().is_some(), "{name} is kept for nothing");
            assert!(post.event.is_empty() && post.effective().is_none(), "{post:?}");
            name
        })
        .collect();
    let aside = feed(slot::ASIDE)
        .await
        .into_iter()
        .filter(|entry| !unseen.contains(&entry.id));
    let unnumbered = |(name, mut post): (String, Contribution)| {
        post.sequence = 0;
        (name, post)
    };
    Rows {
        raw,
        posts: seen.into_iter().map(unnumbered).collect(),
        aside: aside.map(|entry| (entry.order, entry.id)).collect(),
        changes: feed(slot::CHANGES).await.into_iter().map(|entry| entry.id).collect(),
        unseen,
        permissions,
    }
}

/// Whether a store that saw posts come and go keeps what a fresh one does. What was said of posts that it had not seen, or not any more, it keeps
/// in its time: their names, and no word of theirs.
pub(super) fn same(lived: &Rows, fresh: &Rows) -> Result<(), TestCaseError> {
    let raw = |rows: &Rows| -> Vec<_> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        rows.raw.iter().map(|(key, value)| (text(key), value.clone())).collect()
    };
    prop_assert_eq!(raw(lived), raw(fresh));
    prop_assert_eq!(&lived.posts, &fresh.posts);
    prop_assert_eq!(&lived.changes, &fresh.changes);
    prop_assert_eq!(&lived.aside, &fresh.aside);
    prop_assert!(
        lived.unseen.is_superset(&fresh.unseen),
        "{:?} {:?}",
        lived.unseen,
        fresh.unseen
    );
    let without: Vec<_> = lived
        .permissions
        .iter()
        .filter(|post| !lived.posts.contains_key(*post))
        .collect();
    prop_assert!(without.is_empty(), "permissions of {:?} are left", without);
    Ok(())
}
