//! What is remembered of a text.

use backtweet_domain::Network;
use proptest::prelude::*;

use super::*;

fn account(number: u64) -> AccountId {
    AccountId::new(Network::X, number.to_string()).unwrap()
}

fn all(posts: &[(u64, i64)]) -> Twins {
    posts.iter().fold(Twins::default(), |record, &(author, hours)| {
        remember(record, &account(author), Timestamp::from_seconds(hours * 3_600)).0
    })
}

fn who(record: &Twins) -> Vec<(Timestamp, u64)> {
    record.seen.iter().map(|seen| (seen.at, seen.author)).collect()
}

#[test]
fn a_text_is_the_same_text_with_another_link_name_or_capital() {
    let one = fingerprint("Win a FREE phone today! https://a.example/1 @ann").unwrap();
    assert_eq!(
        fingerprint("@bob win a free phone today https://b.example/2"),
        Some(one)
    );
    assert_ne!(fingerprint("win a free phone tomorrow"), Some(one));
    assert_ne!(fingerprint("wina free phone to day"), Some(one), "words are kept apart");
}

#[test]
fn what_everybody_says_is_nobodys_copy() {
    assert_eq!(fingerprint("thank you so much! https://a.example"), None);
    assert_eq!(fingerprint(""), None);
}

#[test]
fn one_author_twice_is_no_twin_and_neither_is_yesterdays() {
    let at = |hours: i64| Timestamp::from_seconds(hours * 3_600);
    let (record, twins) = remember(Twins::default(), &account(1), at(0));
    assert_eq!(twins, 0);
    let (record, twins) = remember(record, &account(1), at(1));
    assert_eq!(twins, 0, "oneself");
    let (record, twins) = remember(record, &account(2), at(25));
    assert_eq!(twins, 1, "within a day of the latest");
    let (_, twins) = remember(record, &account(3), at(60));
    assert_eq!(twins, 0, "too long ago");
}

#[test]
fn whoever_asks_again_is_told_what_was_noted_first() {
    let at = |hours: i64| Timestamp::from_seconds(hours * 3_600);
    let record = all(&[(1, 0), (2, 0), (3, 0)]);
    assert_eq!(remember(record.clone(), &account(2), at(0)), (record.clone(), 1));
    let (again, twins) = remember(record, &account(1), at(1));
    assert_eq!((twins, again.noted(&account(1), at(0))), (2, None), "another post");
}

#[test]
fn a_record_tells_whether_a_post_that_it_does_not_hold_may_have_been_in_it() {
    let at = |hours: i64| Timestamp::from_seconds(hours * 3_600);
    let record = all(&[(1, 0), (2, 5)]);
    assert!(!record.may_have_forgotten(&account(1), at(0)), "it is there");
    assert!(
        !record.may_have_forgotten(&account(3), at(1)),
        "it would still be there"
    );
    assert!(record.may_have_forgotten(&account(2), at(4)), "its author posted again");
    assert!(record.may_have_forgotten(&account(3), at(-20)), "it is too long ago");
    assert!(Twins::default().may_have_forgotten(&account(3), at(0)), "all are");
    let full: Vec<_> = (0..MOST as u64).map(|author| (author, 0)).collect();
    assert!(
        all(&full).may_have_forgotten(&account(99), at(0)),
        "others took its place"
    );
}

proptest! {
    #[test]
    fn a_record_is_the_same_in_any_order_and_however_often_posts_come(
        posts in prop::collection::vec((0_u64..40, 0_i64..60), 0..60),
        order in any::<prop::sample::Index>(),
    ) {
        let record = all(&posts);
        let mut turned = posts.clone();
        if !posts.is_empty() {
            turned.rotate_left(order.index(posts.len()));
        }
        turned.reverse();
        prop_assert_eq!(who(&all(&turned)), who(&record));
        turned.extend(&posts);
        prop_assert_eq!(who(&all(&turned)), who(&record));
        prop_assert!(record.seen.len() <= MOST);
    }

    #[test]
    fn a_record_reads_back_as_written(posts in prop::collection::vec((0_u64..40, -60_i64..60), 0..60)) {
        let record = all(&posts);
        prop_assert_eq!(Twins::decode(&record.encode()), Some(record));
    }
}
