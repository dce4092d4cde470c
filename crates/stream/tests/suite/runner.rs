//! The runner, its stages and their stores: what a user would lose if the order of things, a retry or a dead letter went wrong.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use backtweet_domain::Timestamp;
use backtweet_stream::{Phase, RunnerOptions};

use crate::support::logs::{Gate, GatedLog};
use crate::support::place::{Place, eventually, fresh, record, value, within};
use crate::support::stages::{Depths, Relay, Running, WordCount, options, start};
use crate::support::stores::MemoryStore;

/// Records that cannot be processed.
mod dead_letters;

use self::dead_letters::letters;

/// A relay between two topics of its own.
async fn relay(place: &Place, partitions: u32) -> Relay {
    Relay {
        name: fresh("stage"),
        from: place.kept(partitions).await,
        to: place.kept(partitions).await,
    }
}

async fn until_done(running: &Running, records: u64) {
    eventually("all records are done", || async {
        running.stats.figures().records_in >= records
    })
    .await;
}

/// The values of a topic, by partition and offset.
async fn values(place: &Place, topic: &str) -> Vec<String> {
    let mut all = place.everything(topic).await;
    all.sort_by_key(|delivered| delivered.position);
    all.iter().map(value).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_record_passes_in_order_and_its_offset_is_stored() {
    let place = Place::embedded();
    let (stage, options) = (relay(&place, 3).await, options(&place).await);
    let (name, from, to) = (stage.name, stage.from, stage.to);
    place
        .append(
            from,
            (0..500).map(|n| record(format!("key-{}", n % 17), format!("{n}"))),
        )
        .await;
    let running = start(stage, place.log.clone(), Arc::<MemoryStore>::default(), options);
    until_done(&running, 500).await;
    let figures = running.stats.figures();
    running.stop().await.unwrap();

    let mut last = BTreeMap::new();
    let passed = place.everything(to).await;
    assert_eq!(passed.len(), 500);
    for delivered in passed {
        let number: u32 = value(&delivered).parse().unwrap();
        assert!(
            last.insert(delivered.record.key, number) < Some(number),
            "a key's records changed places"
        );
    }
    let ends = place.log.ends(from).await.unwrap();
    let stored: Vec<u64> = place
        .log
        .stored(name, from)
        .await
        .unwrap()
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(stored, ends, "what is done has to be stored, or it all comes again");
    assert_eq!((figures.records_out, figures.dead_letters), (500, 0));
    assert!(figures.spent(Phase::Append) > Duration::ZERO);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offset_waits_until_its_outputs_are_acknowledged() {
    let place = Place::embedded();
    let (stage, options) = (relay(&place, 1).await, options(&place).await);
    let (name, from, to) = (stage.name, stage.from, stage.to);
    let gate = Arc::new(Gate::closed(to));
    let log = Arc::new(GatedLog {
        log: place.log.clone(),
        gate: gate.clone(),
    });
    place.append(from, (0..5).map(|n| record("key", format!("{n}")))).await;
    let running = start(stage, log, Arc::<MemoryStore>::default(), options);
    within(gate.reached()).await;
    assert_eq!(
        place.log.stored(name, from).await.unwrap(),
        [None],
        "a crash now would lose the outputs"
    );
    gate.open();
    until_done(&running, 5).await;
    running.stop().await.unwrap();
    assert_eq!(place.log.stored(name, from).await.unwrap(), [Some(5)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_and_a_store_that_go_away_are_waited_for() {
    let place = Place::embedded();
    let stage = WordCount {
        name: fresh("stage"),
        from: place.kept(2).await,
        to: place.kept(1).await,
    };
    let (from, to) = (stage.from, stage.to);
    let options = options(&place).await;
    let (store, gate) = (Arc::<MemoryStore>::default(), Arc::new(Gate::failing(to, 5)));
    store.outages.store(7, Ordering::SeqCst);
    let log = Arc::new(GatedLog {
        log: place.log.clone(),
        gate: gate.clone(),
    });
    place
        .append(from, (0..60).map(|n| record(["ab", "cd", "ef"][n % 3], format!("{n}"))))
        .await;
    let running = start(stage, log, store.clone(), options.clone());
    until_done(&running, 60).await;
    assert!(running.stats.figures().retries >= 12);
    running.stop().await.unwrap();
    for word in ["ab", "cd", "ef"] {
        assert_eq!(WordCount::ids(store.record(word, "count").as_ref()).len(), 20);
    }
    assert_eq!(place.everything(to).await.len(), 60);
    assert!(
        letters(&place, &options).await.is_empty(),
        "an outage is nobody's fault"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_meets_a_conflict_reads_again_and_counts_once() {
    let place = Place::embedded();
    let options = options(&place).await;
    let store = Arc::<MemoryStore>::default();
    store.conflicts.store(9, Ordering::SeqCst);
    let stage = WordCount {
        name: fresh("stage"),
        from: place.kept(3).await,
        to: place.kept(1).await,
    };
    let from = stage.from;
    // Two topics feed the same words, so that two runners really write over each other.
    let other = WordCount {
        name: fresh("stage"),
        from: place.kept(3).await,
        to: stage.to,
    };
    place
        .append(
            from,
            (0..200).map(|n| record(format!("word-{}", n % 2), format!("a{n}"))),
        )
        .await;
    place
        .append(
            other.from,
            (0..200).map(|n| record(format!("word-{}", n % 2), format!("b{n}"))),
        )
        .await;
    let one = start(stage, place.log.clone(), store.clone(), options.clone());
    let two = start(
        other,
        place.log.clone(),
        store.clone(),
        RunnerOptions {
            stats: Arc::default(),
            ..options
        },
    );
    until_done(&one, 200).await;
    until_done(&two, 200).await;
    assert!(one.stats.figures().conflicts + two.stats.figures().conflicts >= 4);
    one.stop().await.unwrap();
    two.stop().await.unwrap();
    for word in ["word-0", "word-1"] {
        assert_eq!(
            WordCount::ids(store.record(word, "count").as_ref()).len(),
            200,
            "a write was lost"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_is_woken_and_wakes_those_who_wait_for_it() {
    let place = Place::embedded();
    let stage = Depths {
        name: fresh("stage"),
        from: place.kept(1).await,
        to: place.kept(1).await,
    };
    let (from, to) = (stage.from, stage.to);
    // The deepest comes first and the root last, each in a batch of its own.
    let thread = (1..=30)
        .rev()
        .map(|n| record(format!("post-{n}"), format!("post-{}", n - 1)));
    place.append(from, thread.chain([record("post-0", "-")])).await;
    let options = RunnerOptions {
        max_batch: 1,
        ..options(&place).await
    };
    let running = start(stage, place.log.clone(), Arc::<MemoryStore>::default(), options);
    until_done(&running, 31).await;
    assert_eq!(running.stats.figures().woken, 30);
    running.stop().await.unwrap();
    let depths: BTreeMap<_, _> = place
        .table(to)
        .await
        .into_iter()
        .map(|(key, depth)| (key, depth.len()))
        .collect();
    assert_eq!(depths.len(), 31, "a post that waited was never placed");
    assert_eq!(
        values(&place, to).await,
        (0..=30).map(|n| n.to_string()).collect::<Vec<_>>()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_finishes_what_is_in_hand() {
    let place = Place::embedded();
    let (stage, options) = (relay(&place, 1).await, options(&place).await);
    let (name, from, to) = (stage.name, stage.from, stage.to);
    let gate = Arc::new(Gate::closed(to));
    let log = Arc::new(GatedLog {
        log: place.log.clone(),
        gate: gate.clone(),
    });
    place.append(from, (0..5).map(|n| record("key", format!("{n}")))).await;
    let running = start(stage, log, Arc::<MemoryStore>::default(), options);
    within(gate.reached()).await;
    running.shutdown.cancel();
    gate.open();
    running.stop().await.unwrap();
    assert_eq!(values(&place, to).await.len(), 5);
    assert_eq!(
        place.log.stored(name, from).await.unwrap(),
        [Some(5)],
        "a finished batch would come again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_waits_neither_for_ever_nor_for_who_is_gone() {
    let place = Place::embedded();
    let stage = relay(&place, 1).await;
    let (name, from, to) = (stage.name, stage.from, stage.to);
    place.append(from, [record("key", "value")]).await;
    // Somebody who never answers: the grace ends it.
    let gate = Arc::new(Gate::closed(to));
    let log = Arc::new(GatedLog {
        log: place.log.clone(),
        gate: gate.clone(),
    });
    let short = RunnerOptions {
        grace: Duration::from_millis(20),
        ..options(&place).await
    };
    let running = start(stage, log, Arc::<MemoryStore>::default(), short);
    within(gate.reached()).await;
    running.stop().await.unwrap();
    // Somebody who says that he is away: no grace is spent on him.
    let gate = Arc::new(Gate::failing(to, usize::MAX));
    let log = Arc::new(GatedLog {
        log: place.log.clone(),
        gate: gate.clone(),
    });
    let long = RunnerOptions {
        grace: Duration::from_secs(3_600),
        ..options(&place).await
    };
    let running = start(Relay { name, from, to }, log, Arc::<MemoryStore>::default(), long);
    eventually("the append was tried", || async { running.stats.figures().retries > 0 }).await;
    running.stop().await.unwrap();
    assert_eq!(
        place.log.stored(name, from).await.unwrap(),
        [None],
        "what is not done has to come again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_lost_its_last_writes_gets_them_again() {
    let place = Place::embedded();
    let stage = WordCount {
        name: fresh("stage"),
        from: place.kept(1).await,
        to: place.kept(1).await,
    };
    let (name, from, to) = (stage.name, stage.from, stage.to);
    let options = RunnerOptions {
        max_batch: 1,
        rewind: Some(Duration::from_secs(60)),
        ..options(&place).await
    };
    let store = Arc::<MemoryStore>::default();
    let at = |seconds: i64, word: &str, id: &str| {
        let mut record = record(word, id);
        record.time = Timestamp::from_seconds(1_000_000 + seconds);
        record
    };
    place
        .append(
            from,
            [at(0, "word", "old"), at(50, "word", "young"), at(100, "word", "new")],
        )
        .await;
    let running = start(stage, place.log.clone(), store.clone(), options.clone());
    until_done(&running, 3).await;
    // The server comes back without what it had.
    store.forget();
    let ids = || WordCount::ids(store.record("word", "count").as_ref());
    eventually("the margin is read again", || async { ids() == ["young", "new"] }).await;
    running.stop().await.unwrap();
    // A start goes back as well, since nobody knows what was lost while nobody ran. This one dies in the middle of the margin.
    store.forget();
    let gate = Arc::new(Gate::letting(to, 1));
    let log = Arc::new(GatedLog {
        log: place.log.clone(),
        gate: gate.clone(),
    });
    let short = RunnerOptions {
        grace: Duration::from_millis(20),
        stats: Arc::default(),
        ..options.clone()
    };
    let running = start(WordCount { name, from, to }, log, store.clone(), short);
    within(gate.reached()).await;
    running.stop().await.unwrap();
    assert_eq!(
        place.log.stored(name, from).await.unwrap(),
        [Some(3)],
        "reading again moves no stored offset back"
    );
    let again = RunnerOptions {
        stats: Arc::default(),
        ..options
    };
    let running = start(WordCount { name, from, to }, place.log.clone(), store.clone(), again);
    eventually("the margin is read again", || async { ids() == ["young", "new"] }).await;
    running.stop().await.unwrap();
}
