//! Who counts as live, and who lags.

use backtweet_domain::ManualClock;
use backtweet_store::FjallStore;

use super::*;

const NOON: Timestamp = Timestamp::from_seconds(1_780_000_000);

fn store() -> (tempfile::TempDir, FjallStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    (folder, store)
}

fn at(partition: u32, offset: u64) -> Position {
    Position { partition, offset }
}

#[tokio::test]
async fn a_change_waits_for_every_live_classifier_and_for_no_dead_one() {
    let (_folder, store) = store();
    announce(&store, "dead", &[0, 0], NOON.minus(LIVE)).await.unwrap();
    announce(&store, "slow", &[5, 1], NOON).await.unwrap();
    announce(&store, "quick", &[6, 2], NOON).await.unwrap();
    let clock = ManualClock::at(NOON);

    assert_eq!(laggards(&store, &clock, &[at(0, 5), at(1, 1)]).await.unwrap(), ["slow"]);
    assert_eq!(
        laggards(&store, &clock, &[at(0, 4)]).await.unwrap(),
        Vec::<String>::new()
    );
    assert_eq!(laggards(&store, &clock, &[at(7, 0)]).await.unwrap(), ["quick", "slow"]);

    announce(&store, "slow", &[6, 2], NOON).await.unwrap();
    assert!(
        laggards(&store, &clock, &[at(0, 5), at(1, 1)])
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_classifier_that_stops_in_order_is_waited_for_no_more() {
    let (_folder, store) = store();
    announce(&store, "a", &[0], NOON).await.unwrap();
    let clock = ManualClock::at(NOON);
    assert_eq!(laggards(&store, &clock, &[at(0, 0)]).await.unwrap(), ["a"]);
    withdraw(&store, "a").await.unwrap();
    assert!(laggards(&store, &clock, &[at(0, 0)]).await.unwrap().is_empty());
    assert!(members(&store).await.unwrap().is_empty());
}

#[tokio::test]
async fn crashed_classifiers_do_not_pile_up_for_good() {
    let (_folder, store) = store();
    announce(&store, "a", &[0], NOON).await.unwrap();
    let clock = ManualClock::at(NOON.plus(FORGOTTEN));
    assert!(laggards(&store, &clock, &[at(0, 0)]).await.unwrap().is_empty());
    assert!(members(&store).await.unwrap().is_empty());
}

#[test]
fn an_announcement_reads_back_as_written() {
    let announcement = Announcement {
        offsets: vec![0, u64::MAX, 7],
        at: NOON,
    };
    assert_eq!(Announcement::decode(&announcement.encode()), Some(announcement));
    assert_eq!(Announcement::decode(b"half"), None);
    assert_eq!(Announcement::decode(b""), None);
}
