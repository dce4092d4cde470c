//! What a consumer group has to do: who gets what, again or not, and from where.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use backtweet_stream::{Polled, Position, Record};

use crate::support::members::{Members, take_part};
use crate::support::place::{Place, assigned, eventually, fresh, now, record, take, value, within};

pub async fn a_crash_redelivers_what_was_not_stored_and_only_that(place: Place) {
    let (topic, group) = (place.kept(2).await, fresh("group"));
    place
        .append(topic, (0..100).map(|n| record(format!("key-{n}"), format!("{n}"))))
        .await;
    let mut consumer = place.log.join(group, topic).await.unwrap();
    let all = take(consumer.as_mut(), 100).await;
    let ends = place.log.ends(topic).await.unwrap();
    let stored: Vec<u64> = ends.iter().map(|end| end / 2).collect();
    for (partition, next) in (0..).zip(&stored) {
        consumer.store(partition, *next).unwrap();
    }
    drop(consumer);
    let mut consumer = place.log.join(group, topic).await.unwrap();
    let expected: BTreeSet<Position> = all
        .iter()
        .map(|delivered| delivered.position)
        .filter(|position| position.offset >= stored[position.partition as usize])
        .collect();
    let again = take(consumer.as_mut(), expected.len()).await;
    assert_eq!(
        again
            .iter()
            .map(|delivered| delivered.position)
            .collect::<BTreeSet<_>>(),
        expected
    );
    consumer.close().await.unwrap();
}

pub async fn a_member_that_leaves_in_order_hands_over_where_it_stopped(place: Place) {
    let (topic, group) = (place.kept(1).await, fresh("group"));
    assert_eq!(place.log.stored(group, topic).await.unwrap(), [None]);
    place
        .append(topic, (0..10).map(|n| record("key", format!("{n}"))))
        .await;
    let mut consumer = place.log.join(group, topic).await.unwrap();
    let records = take(consumer.as_mut(), 10).await;
    consumer.store(0, records[6].position.offset + 1).unwrap();
    consumer.close().await.unwrap();
    assert_eq!(place.log.stored(group, topic).await.unwrap(), [Some(7)]);
    let mut consumer = place.log.join(group, topic).await.unwrap();
    assert_eq!(value(&take(consumer.as_mut(), 3).await[0]), "7");
    consumer.close().await.unwrap();
}

pub async fn nothing_is_lost_or_owned_twice_while_members_come_and_go(place: Place) {
    let (topic, group) = (place.kept(6).await, fresh("group"));
    let members = Arc::new(Members::default());
    let first = take_part(&place, group, topic, &members, 1).await;
    let append = |from: usize| {
        place.append(
            topic,
            (from..from + 100).map(|n| record(format!("key-{n}"), format!("{n}"))),
        )
    };
    append(0).await;
    eventually("one member owns it all", || async { members.owned(1) == 6 }).await;
    let second = take_part(&place, group, topic, &members, 2).await;
    let mut appended = 100;
    while members.owned(2) != 3 || members.owned(1) != 3 {
        append(appended).await;
        appended += 100;
        assert!(appended < 200_000, "the partitions are never shared out: {members:?}");
    }
    append(appended).await;
    second.leave().await;
    append(appended + 100).await;
    eventually("the one that stays owns it all again", || async {
        members.owned(1) == 6
    })
    .await;
    eventually("every record is done", || async { members.done() == appended + 200 }).await;
    first.leave().await;
    assert_eq!(members.faults(), Vec::<String>::new());
}

pub async fn a_store_after_the_revocation_has_no_effect(place: Place) {
    let (topic, group) = (place.kept(2).await, fresh("group"));
    place
        .append(topic, (0..40).map(|n| record(format!("key-{n}"), "value")))
        .await;
    let mut first = place.log.join(group, topic).await.unwrap();
    assigned(first.as_mut(), 2).await;
    let mut second = place.log.join(group, topic).await.unwrap();
    let mut revoked = Vec::new();
    let mut gained = Vec::new();
    while revoked.is_empty() || gained.is_empty() {
        tokio::select! {
            polled = within(first.poll(1)) => if let Polled::Revoked(partitions) = polled.unwrap() { revoked = partitions },
            polled = within(second.poll(1)) => if let Polled::Assigned(partitions) = polled.unwrap() { gained = partitions },
        }
    }
    assert_eq!(revoked, gained);
    let kept = 1 - revoked[0];
    first.store(revoked[0], 5).unwrap();
    first.store(kept, 3).unwrap();
    first.close().await.unwrap();
    second.close().await.unwrap();
    let stored = place.log.stored(group, topic).await.unwrap();
    assert_eq!(stored[revoked[0] as usize], None, "the new owner's place would be lost");
    assert_eq!(stored[kept as usize], Some(3));
}

pub async fn a_paused_partition_waits_while_others_go_on(place: Place) {
    let topic = place.kept(2).await;
    place
        .append(topic, (0..50).map(|n| record(format!("key-{n}"), "early")))
        .await;
    let mut consumer = place.log.join(fresh("group"), topic).await.unwrap();
    assigned(consumer.as_mut(), 2).await;
    consumer.pause(0).unwrap();
    let ends = place.log.ends(topic).await.unwrap();
    assert!(ends.iter().all(|end| *end > 0));
    let others = take(consumer.as_mut(), ends[1] as usize).await;
    assert!(others.iter().all(|delivered| delivered.position.partition == 1));
    let wait = tokio::time::timeout(Duration::from_millis(200), consumer.poll(10)).await;
    assert!(wait.is_err(), "a paused partition spoke: {wait:?}");
    consumer.resume(0).unwrap();
    let late = take(consumer.as_mut(), ends[0] as usize).await;
    assert!(late.iter().all(|delivered| delivered.position.partition == 0));
    assert_eq!(late[0].position.offset, 0, "nothing was skipped");
    consumer.close().await.unwrap();
}

pub async fn a_rewind_goes_back_by_the_margin_and_no_further(place: Place) {
    let (topic, group) = (place.kept(1).await, fresh("group"));
    let base = now().minus(Duration::from_secs(1_000));
    let at = |seconds: u64| Record {
        time: base.plus(Duration::from_secs(seconds)),
        ..record("key", seconds.to_string())
    };
    // One record is late, as times are where many networks meet.
    place.append(topic, [0, 40, 20, 50, 70, 100, 110, 120].map(at)).await;
    let mut consumer = place.log.join(group, topic).await.unwrap();
    take(consumer.as_mut(), 8).await;
    consumer.rewind(0, Duration::from_secs(60)).await.unwrap();
    assert_eq!(
        value(&take(consumer.as_mut(), 8).await[0]),
        "0",
        "nothing is stored, so all is read again"
    );
    consumer.store(0, 6).unwrap();
    consumer.close().await.unwrap();
    let mut consumer = place.log.join(group, topic).await.unwrap();
    assigned(consumer.as_mut(), 1).await;
    consumer.rewind(0, Duration::from_secs(60)).await.unwrap();
    let again: Vec<String> = take(consumer.as_mut(), 7).await.iter().map(value).collect();
    assert_eq!(
        again,
        ["40", "20", "50", "70", "100", "110", "120"],
        "back to 60 s before the record at 100 s"
    );
    consumer.rewind(0, Duration::from_secs(30)).await.unwrap();
    assert_eq!(value(&take(consumer.as_mut(), 4).await[0]), "70");
    consumer.close().await.unwrap();
}

pub async fn a_dropped_poll_loses_nothing(place: Place) {
    let topic = place.kept(2).await;
    let mut consumer = place.log.join(fresh("group"), topic).await.unwrap();
    let mut seen = BTreeSet::new();
    let append = async {
        for n in 0..60 {
            place.append(topic, [record(format!("key-{n}"), format!("{n}"))]).await;
        }
    };
    let poll = async {
        while seen.len() < 60 {
            // Gives up after as little as it likes, as a select does whenever another branch is first.
            let patience = Duration::from_micros(seen.len() as u64 * 50);
            if let Ok(Ok(Polled::Records { records, .. })) = tokio::time::timeout(patience, consumer.poll(3)).await {
                seen.extend(records.iter().map(value));
            } else {
                tokio::task::yield_now().await;
            }
            if seen.is_empty() {
                seen.extend(take(consumer.as_mut(), 1).await.iter().map(value));
            }
        }
    };
    within(async { tokio::join!(append, poll) }).await;
    consumer.close().await.unwrap();
}
