//! What authors are told was erased: the posts of theirs that were seen once and are not there any more for good, in whatever order all that came.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;

use backtweet_domain::{AccountId, AccountState, Finding, Network, Scored, SubjectId, Timestamp};
use backtweet_store::Store;
use backtweet_wire::v1;

use super::naive;
use super::order::{fold_all, run};
use super::world::{new_subject, post_id, stores};
use crate::report::erasure::{Asked, receipt};

const NOW: Timestamp = Timestamp::from_micros(1_000_000);
const WEEK: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Everybody whose posts were ever seen, and somebody else.
fn authors(events: &[Scored]) -> BTreeSet<AccountId> {
    let author = |event: &Scored| match &event.classified.finding {
        Finding::Seen { sighting, .. } => Some(sighting.post.author.id.clone()),
        _ => None,
    };
    let stranger = AccountId::new(Network::Other, "stranger").unwrap();
    events.iter().filter_map(author).chain([stranger]).collect()
}

async fn ask(store: &dyn Store, subject: &str, author: &AccountId) -> v1::ErasureReceiptResponse {
    let request = v1::ErasureReceiptRequest {
        author: author.to_string(),
        subject: subject.to_owned(),
    };
    let asked = Asked::read(&request).unwrap();
    receipt(store, &asked, &[subject.to_owned()], NOW, WEEK).await.unwrap()
}

/// The posts of an author that were seen, and of which a retraction outranks every sighting or the account was deleted.
fn erased(events: &[Scored], author: &AccountId) -> BTreeSet<String> {
    let of = |post: u64| {
        events
            .iter()
            .filter(move |event| event.classified.post == post_id(post))
    };
    let is_erased = |post: &u64| {
        let seen = of(*post).filter_map(|event| match &event.classified.finding {
            Finding::Seen { version, sighting } if sighting.post.author.id == *author => Some(*version),
            _ => None,
        });
        let retracted = of(*post).filter_map(|event| match event.classified.finding {
            Finding::Retracted { version } => Some(version),
            _ => None,
        });
        let is_deleted = of(*post).any(|event| {
            matches!(
                event.classified.finding,
                Finding::Account {
                    state: AccountState::Deleted,
                    ..
                }
            )
        });
        seen.max()
            .is_some_and(|seen| is_deleted || retracted.max() >= Some(seen))
    };
    (0..6).filter(is_erased).map(|post| post_id(post).to_string()).collect()
}

/// Compares what each author is told about a subject with a count of what was erased and what remains of `events`, and with what is told about
/// another subject of which the same was heard in another order; whether anything was erased.
pub(super) async fn is_told(
    store: &dyn Store,
    [subject, other]: [&SubjectId; 2],
    events: &[Scored],
) -> Result<bool, TestCaseError> {
    let mut is_any = false;
    let counted = naive::backtweets_by(events);
    for author in authors(events) {
        let told = ask(store, subject.as_str(), &author).await;
        let mut same = ask(store, other.as_str(), &author).await;
        same.subjects
            .iter_mut()
            .for_each(|held| held.subject = subject.to_string());
        prop_assert_eq!(&told, &same);
        let held = told.subjects.into_iter().next().unwrap_or_default();
        is_any |= !held.erased.is_empty();
        let listed: BTreeSet<_> = held.erased.into_iter().map(|post| post.post).collect();
        prop_assert_eq!(listed, erased(events, &author));
        prop_assert_eq!(
            held.still_counted,
            counted.get(author.to_string().as_str()).copied().unwrap_or(0)
        );
    }
    Ok(is_any)
}

#[test]
fn an_author_is_told_what_was_erased_and_what_still_counts_in_whatever_order_it_came() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stores = runtime.block_on(stores(folder.path()));
    run(200, |case| {
        runtime.block_on(async {
            for store in &stores {
                let (store, subject, other) = (store.as_ref(), new_subject(), new_subject());
                let events = case.events(&subject);
                fold_all(store, &case.shuffled(&subject), case.batch).await;
                fold_all(store, &case.events(&other), 100).await;
                is_told(store, [&subject, &other], &events).await?;
            }
            Ok(())
        })
    });
}

#[tokio::test]
async fn copies_are_told_only_where_something_was_erased_and_topics_by_their_retention() {
    let folder = tempfile::tempdir().unwrap();
    let store = backtweet_store::FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    let version = backtweet_domain::Version {
        generation: 1,
        revision: 1,
        lineage: 0,
    };
    let seen = super::world::seen(&subject, 1, 0, version);
    let Finding::Seen { sighting, .. } = &seen.classified.finding else {
        unreachable!()
    };
    let author = sighting.post.author.id.clone();
    fold_all(&store, std::slice::from_ref(&seen), 1).await;
    assert_eq!(ask(&store, subject.as_str(), &author).await.remainders, []);
    assert_eq!(store.erased_since(), None);
    fold_all(&store, &[super::world::retracted(&subject, 0, naive::FINAL)], 1).await;
    let told = ask(&store, subject.as_str(), &author).await;
    assert_eq!(told.subjects[0].erased.len(), 1);
    let week = NOW.plus(WEEK).micros();
    let in_topics = told.remainders.iter().filter(|left| left.gone_by_us == Some(week));
    assert_eq!(in_topics.count(), 4);
    let in_store = told.remainders.iter().find(|left| left.place == "store").unwrap();
    let day = NOW.plus(backtweet_store::PURGED_WITHIN).micros();
    assert_eq!(in_store.gone_by_us, Some(day), "{}", in_store.what);
    // What the receipt says holds since the fold had the store mark it.
    assert!(store.erased_since().is_some());
    let request = v1::ErasureReceiptRequest {
        author: "nobody".to_owned(),
        subject: String::new(),
    };
    assert!(Asked::read(&request).is_err_and(|error| error.violations[0].field == "author"));
}
