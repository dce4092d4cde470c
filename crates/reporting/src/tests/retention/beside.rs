//! What takes away beside others and beside trouble: a fold that is faster, a store that dies, another that does the same.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;

use backtweet_store::{Batch, Found, LookUp, StoreError};

use super::*;

/// A store that dies once so many batches were applied, and does not tell of the last.
struct Dying<'a> {
    store: &'a dyn Store,
    left: AtomicUsize,
}

#[async_trait]
impl Store for Dying<'_> {
    async fn read(&self, look_ups: &[LookUp]) -> Result<Vec<Found>, StoreError> {
        self.store.read(look_ups).await
    }

    async fn apply(&self, batches: &[Batch]) -> Result<Vec<Outcome>, StoreError> {
        let outcomes = self.store.apply(batches).await?;
        match self.left.fetch_sub(1, Ordering::Relaxed) {
            1 => Err(StoreError::Unavailable {
                reason: "it died".to_owned(),
            }),
            _ => Ok(outcomes),
        }
    }

    async fn expire(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.store.expire(before, limit).await
    }

    fn losses(&self) -> u64 {
        0
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.store.ping().await
    }
}

#[test]
fn a_pass_that_breaks_off_anywhere_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let pairs = runtime.block_on(pairs(folder.path()));
    let pair = &pairs[0];
    let [lived, fresh] = pair.stores.each_ref().map(|store| store.as_ref());
    let [lived_rows, fresh_rows] = pair.rows.as_ref().unwrap();
    run(20, |case| {
        runtime.block_on(async {
            let id = new_subject();
            let subject = any_retention(&id, mix(&[case.seed]));
            let end = Timestamp::from_micros(START_US + 3 * DAY_US);
            let events = settled(case.shuffled(&id), case.seed);
            keep(fresh, &subject, end, AT_ONCE).await.unwrap();
            fold_all(fresh, &still_kept(&events, &subject, end, case.seed)).await;
            fold_all(lived, &events).await;
            // Each time it is a step further.
            loop {
                let dying = Dying {
                    store: lived,
                    left: AtomicUsize::new(1),
                };
                if keep(&dying, &subject, end, 1).await.is_ok() {
                    break;
                }
            }
            rows::same(
                &rows::of(lived, lived_rows, &id).await,
                &rows::of(fresh, fresh_rows, &id).await,
            )
        })
    });
}

/// A store into which somebody else folds whenever feeds were read from it.
struct Meddled<'a> {
    store: &'a dyn Store,
    pending: Mutex<Vec<Scored>>,
}

#[async_trait]
impl Store for Meddled<'_> {
    async fn read(&self, look_ups: &[LookUp]) -> Result<Vec<Found>, StoreError> {
        let found = self.store.read(look_ups).await;
        if look_ups.iter().any(|look_up| matches!(look_up, LookUp::Feed { .. })) {
            let next = self.pending.lock().unwrap().pop();
            if let Some(event) = next {
                fold(self.store, &FoldStage::default(), &[event]).await;
            }
        }
        found
    }

    async fn apply(&self, batches: &[Batch]) -> Result<Vec<Outcome>, StoreError> {
        self.store.apply(batches).await
    }

    async fn expire(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.store.expire(before, limit).await
    }

    fn losses(&self) -> u64 {
        0
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.store.ping().await
    }
}

#[test]
fn a_step_that_a_fold_overtook_is_taken_again() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let pairs = runtime.block_on(pairs(folder.path()));
    run(30, |case| {
        runtime.block_on(async {
            for pair in &pairs {
                let [lived, fresh] = pair.stores.each_ref().map(|store| store.as_ref());
                let id = new_subject();
                let subject = kept_for(&id, Some(1), &[]);
                let end = Timestamp::from_micros(START_US + 4 * DAY_US);
                let events = settled(case.shuffled(&id), case.seed);
                keep(fresh, &subject, end, AT_ONCE).await.unwrap();
                fold_all(fresh, &still_kept(&events, &subject, end, case.seed)).await;
                let meddled = Meddled {
                    store: lived,
                    pending: Mutex::new(events.clone()),
                };
                keep(&meddled, &subject, end, 40).await.unwrap();
                fold_all(lived, &events).await;
                keep(lived, &subject, end, AT_ONCE).await.unwrap();
                let expected = ask(fresh, &Live::default(), &id, None).await;
                prop_assert_eq!(&ask(lived, &Live::default(), &id, None).await, &expected);
                nothing_is_older(lived, &subject, end).await?;
            }
            Ok(())
        })
    });
}

/// Folds one event after another, reading again where somebody was faster.
async fn fold_beside(store: &dyn Store, events: &[Scored]) {
    for event in events {
        let items = items(std::slice::from_ref(event));
        loop {
            let effects = effects(store, &FoldStage::default(), &items).await;
            let outcomes = store.apply(&effects.writes).await.unwrap();
            if outcomes.iter().all(|outcome| *outcome != Outcome::Conflict) {
                break;
            }
        }
    }
}

/// Takes away as the clock moves on, over and over while others do.
async fn keep_beside(store: &dyn Store, subject: &Subject, end: Timestamp) {
    for minute in (0..=10).rev() {
        let now = Timestamp::from_micros(end.micros() - minute * 7 * HOUR_US);
        keep(store, subject, now, AT_ONCE).await.unwrap();
    }
}

#[test]
fn two_that_take_away_and_a_fold_at_the_same_time_come_to_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap();
    let pairs = runtime.block_on(pairs(folder.path()));
    run(25, |case| {
        for pair in &pairs {
            runtime.block_on(async {
                let id = new_subject();
                let subject = any_retention(&id, mix(&[case.seed]));
                let end = Timestamp::from_micros(START_US + 4 * DAY_US);
                let events = settled(case.shuffled(&id), case.seed);
                let [lived, fresh] = pair.stores.clone();
                keep(fresh.as_ref(), &subject, end, AT_ONCE).await.unwrap();
                fold_all(fresh.as_ref(), &still_kept(&events, &subject, end, case.seed)).await;

                let keeping = [0, 1].map(|_| {
                    let (lived, subject) = (Arc::clone(&lived), subject.clone());
                    tokio::spawn(async move { keep_beside(lived.as_ref(), &subject, end).await })
                });
                fold_beside(lived.as_ref(), &events).await;
                for task in keeping {
                    task.await.unwrap();
                }
                keep(lived.as_ref(), &subject, end, AT_ONCE).await.unwrap();
                let expected = ask(fresh.as_ref(), &Live::default(), &id, None).await;
                prop_assert_eq!(&ask(lived.as_ref(), &Live::default(), &id, None).await, &expected);
                if let Some([lived_rows, fresh_rows]) = &pair.rows {
                    let lived = rows::of(lived.as_ref(), lived_rows, &id).await;
                    rows::same(&lived, &rows::of(fresh.as_ref(), fresh_rows, &id).await)?;
                }
                Ok(())
            })?;
        }
        Ok(())
    });
}
