//! Records that cannot be processed: who goes to the dead letters, with what, and who does not.

use std::sync::Arc;
use std::time::Duration;

use backtweet_domain::Timestamp;
use backtweet_stream::{Replay, RunnerError, RunnerOptions};
use backtweet_wire::v1::DeadLetter;
use prost::Message;

use super::{relay, until_done, values};
use crate::support::place::{Place, fresh, record, within};
use crate::support::stages::{Depths, Relay, options, start};
use crate::support::stores::MemoryStore;

pub async fn letters(place: &Place, options: &RunnerOptions) -> Vec<DeadLetter> {
    let all = place.everything(options.dead_letters.as_deref().unwrap()).await;
    all.iter()
        .map(|delivered| DeadLetter::decode(delivered.record.value.clone().unwrap()).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn waiters_that_go_round_in_circles_end_in_the_dead_letters() {
    let place = Place::embedded();
    let stage = Depths {
        name: fresh("stage"),
        from: place.kept(1).await,
        to: place.kept(1).await,
    };
    let (from, to) = (stage.from, stage.to);
    place
        .append(from, [record("circle", "circle"), record("post", "-")])
        .await;
    let options = options(&place).await;
    let running = start(stage, place.log.clone(), Arc::<MemoryStore>::default(), options.clone());
    until_done(&running, 2).await;
    running.stop().await.unwrap();
    let letters = letters(&place, &options).await;
    assert_eq!(letters.len(), 1);
    assert_eq!((&letters[0].key[..], letters[0].attempts), (&b"circle"[..], 2));
    assert!(letters[0].cause.contains("circles"), "{}", letters[0].cause);
    assert_eq!(place.table(to).await.len(), 1, "the others have to pass");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_culprit_of_a_batch_goes_to_the_dead_letters() {
    let place = Place::embedded();
    let (stage, options) = (relay(&place, 1).await, options(&place).await);
    let (name, from, to) = (stage.name, stage.from, stage.to);
    let words = ["one", "poison-a", "two", "panic-b", "three", "huge-c", "four"];
    place.append(from, words.map(|word| record("key", word))).await;
    let running = start(stage, place.log.clone(), Arc::<MemoryStore>::default(), options.clone());
    until_done(&running, 7).await;
    assert_eq!(running.stats.figures().dead_letters, 3);
    running.stop().await.unwrap();
    assert_eq!(values(&place, to).await, ["one", "two", "three", "four"]);
    let letters = letters(&place, &options).await;
    let causes = [
        "`poison-a` is not a word",
        "the stage panicked: cannot bear panic-b",
        "the limit is 8388608",
    ];
    for ((letter, (offset, word)), cause) in letters
        .iter()
        .zip([(1, "poison-a"), (3, "panic-b"), (5, "huge-c")])
        .zip(causes)
    {
        assert_eq!(
            (letter.topic.as_str(), letter.stage.as_str(), letter.partition),
            (from, name, 0)
        );
        assert_eq!((letter.offset, &letter.key[..]), (offset, &b"key"[..]));
        assert_eq!(letter.value.as_deref(), Some(word.as_bytes()));
        assert!(letter.cause.contains(cause), "{}", letter.cause);
        assert_eq!(letter.attempts, 2, "once in its batch, once alone");
        assert!(letter.at_us > 0);
    }
    assert_eq!(letters.len(), 3);
    assert_eq!(
        place.log.stored(name, from).await.unwrap(),
        [Some(7)],
        "the partition went on"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_too_large_for_the_dead_letters_leaves_at_least_its_cause() {
    let place = Place::embedded();
    let (stage, options) = (relay(&place, 1).await, options(&place).await);
    let from = stage.from;
    let most = 8 * 1024 * 1024;
    let mut large = record("", format!("poison{}", "x".repeat(most - 6)));
    large.time = Timestamp::EPOCH.plus(Duration::from_secs(4_000_000_000));
    place.append(from, [large]).await;
    let running = start(stage, place.log.clone(), Arc::<MemoryStore>::default(), options.clone());
    until_done(&running, 1).await;
    running.stop().await.unwrap();
    let letters = letters(&place, &options).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].value, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_whose_log_is_unusable_stops_and_loses_nothing() {
    let place = Place::embedded();
    let options = options(&place).await;
    let stage = Relay {
        name: fresh("stage"),
        from: place.kept(1).await,
        to: fresh("absent"),
    };
    let (name, from, to) = (stage.name, stage.from, stage.to);
    place.append(from, [record("key", "value")]).await;
    let running = start(stage, place.log.clone(), Arc::<MemoryStore>::default(), options.clone());
    let error = within(running.task).await.unwrap().unwrap_err();
    assert!(
        matches!(error, RunnerError::Log(_)) && error.to_string().contains(to),
        "{error}"
    );
    assert_eq!(place.log.stored(name, from).await.unwrap(), [None]);
    assert!(letters(&place, &options).await.is_empty(), "the record is not to blame");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_replayed_is_worked_off_once_more_and_buried_no_second_time() {
    let place = Place::embedded();
    let (stage, options) = (relay(&place, 1).await, options(&place).await);
    let (from, to) = (stage.from, stage.to);
    place
        .append(from, ["one", "poison-a", "two"].map(|word| record("key", word)))
        .await;
    let replay = Replay::new(
        Arc::new(stage),
        place.log.clone(),
        Arc::<MemoryStore>::default(),
        Arc::new(backtweet_domain::SystemClock),
        options.clone(),
        tokio_util::sync::CancellationToken::new(),
    );
    let records = place.log.read(from, 0, 0, u64::MAX, 10).await.unwrap();
    assert!(replay.work(&records).await.unwrap());
    assert_eq!(values(&place, to).await, ["one", "two"]);
    assert_eq!(options.stats.figures().dead_letters, 1);
    assert!(letters(&place, &options).await.is_empty());
}
