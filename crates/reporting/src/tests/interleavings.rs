//! Ten thousand histories of posts that come late, twice, edited, deleted, hidden and restored, in whatever order and batches: each ends in
//! the figures of what remains, counted anew. `order` asks fewer of them for more.

use super::asked::{ask_about, windows};
use super::cascade::{self, ROOTS};
use super::naive;
use super::order::{fold_all, run};
use super::world::{new_subject, post_id, stores};
use crate::report::cascade::Cache;

const INTERLEAVINGS: u32 = 10_000;

#[test]
fn ten_thousand_interleavings_end_in_the_figures_of_what_remains() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stores = runtime.block_on(stores(folder.path()));
    let window_of = |seed: u64| windows()[(seed % windows().len() as u64) as usize];
    run(INTERLEAVINGS, |case| {
        runtime.block_on(async {
            let subject = new_subject();
            let (delivered, window) = (case.shuffled(&subject), window_of(case.seed));
            let events = case.events(&subject);
            let expected = naive::answers_about(&subject, &events, &[window]);
            for store in &stores {
                fold_all(store.as_ref(), &delivered, case.batch).await;
                let answers = ask_about(store.as_ref(), &subject, &[window]).await;
                proptest::prop_assert_eq!(&answers, &expected);
                for root in (0..ROOTS).map(post_id) {
                    let expected = cascade::expected(&cascade::fresh(&events, &root));
                    let answer = cascade::ask(store.as_ref(), &Cache::default(), &subject, &root).await;
                    proptest::prop_assert_eq!(answer, expected);
                }
            }
            Ok(())
        })
    });
    println!("{INTERLEAVINGS} interleavings on each of {} stores", stores.len());
}
