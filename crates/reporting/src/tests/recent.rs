//! What is kept in memory of past buckets: a question that is asked over and over while posts come, change and go is answered as if nothing
//! were kept.

use backtweet_wire::v1;
use proptest::prelude::*;

use super::asked::{calendars, windows};
use super::order::{Case, run};
use super::world::{fold, new_subject, stores};
use crate::FoldStage;
use crate::report::recent::Recent;
use crate::report::{authors, timeline};

#[test]
fn what_is_kept_in_memory_changes_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stores = runtime.block_on(stores(folder.path()));
    run(25, |case: Case| {
        runtime.block_on(async {
            for store in &stores {
                let (store, subject, recent) = (store.as_ref(), new_subject(), Recent::default());
                for batch in case.shuffled(&subject).chunks(case.batch) {
                    fold(store, &FoldStage::default(), batch).await;
                    for window in windows() {
                        let subject = subject.to_string();
                        let request = v1::TopAuthorsRequest {
                            subject: subject.clone(),
                            window,
                            limit: 2,
                            ..Default::default()
                        };
                        let kept = authors::remembered(store, &recent, request.clone()).await.unwrap();
                        prop_assert_eq!(kept, authors::top_authors(store, request).await.unwrap());
                        let (bucket, zone) = calendars(window)[1];
                        let request = v1::TimelineRequest {
                            subject,
                            window,
                            bucket: bucket.into(),
                            time_zone: zone.to_owned(),
                            ..Default::default()
                        };
                        let kept = timeline::remembered(store, &recent, request.clone()).await.unwrap();
                        prop_assert_eq!(kept, timeline::timeline(store, request).await.unwrap());
                    }
                }
            }
            Ok(())
        })
    });
}
