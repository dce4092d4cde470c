//! Ten thousand histories of posts that come late, twice, edited, deleted, hidden and restored, in whatever order and batches: each ends in
//! the figures of what remains, counted anew. `order` asks fewer of them for more.
//!
//! Every history is asked for the summary, timelines, heat map, authors, the subject's own posts, the feed and each cascade. The other reports
//! cost as much again, so that each history is asked two of them, by its seed: one of campaign, community, pages, people, praise and reach, of
//! events that are rich in what it is about, and one of export, propagation and receipt. In every second history, those that keep something in
//! memory are asked first when half of it has come.
//!
//! All are compared with counts of their own, which share nothing with the fold; only what the largest cascades come to together is added up by
//! the rules of the domain, from trees of what remains. None is compared with what a fresh store says of what remains: a fold that is wrong the
//! same way twice would be right, and not all of what went is without a trace. A post that is gone holds together what hangs on it, coverage and
//! receipts tell of it; the counts know that. When a post was erased is the one thing without a count: receipts are compared as well with those of
//! another subject, of which the same was heard in order.
//!
//! Left to others: follow edges, which are there from the start here and come in any order in `audience`, and answers as of a time (`as_of`).

mod newer;

use std::cell::RefCell;
use std::collections::BTreeMap;

use backtweet_domain::{Scored, SubjectId};
use backtweet_store::Store;
use backtweet_wire::v1;
use proptest::prelude::*;

use self::newer::{About, Memory, Newer, chosen};
use super::asked::{Answers, ask_about, windows};
use super::cascade::{self, ROOTS};
use super::order::{Case, fold_all, run};
use super::world::{mix, new_subject, post_id, stores};
use super::{naive, people};
use crate::report::cascade::Cache;

const INTERLEAVINGS: u32 = 10_000;
/// How many of the answers of a newer report must have something in them, in percent: a comparison of nothing with nothing shows nothing.
const FAIR_SHARE: u64 = 25;

/// One history, what it is asked for, and what is expected of that.
struct History {
    case: Case,
    subject: SubjectId,
    /// A subject of which the same is heard in order, all at once.
    in_order: SubjectId,
    newer: [Newer; 2],
    window: Option<v1::Window>,
    events: Vec<Scored>,
    /// The same as they are delivered.
    delivered: Vec<Scored>,
    expected: Answers,
}

impl History {
    fn of(case: Case) -> Self {
        let (subject, newer) = (new_subject(), chosen(case.seed));
        let window = windows()[(case.seed % windows().len() as u64) as usize];
        let events = dress(newer, case.events(&subject));
        Self {
            in_order: new_subject(),
            delivered: dress(newer, case.shuffled(&subject)),
            expected: naive::answers_about(&subject, &events, &[window]),
            case,
            subject,
            newer,
            window,
            events,
        }
    }

    fn flips(&self, salt: u64) -> bool {
        mix(&[self.case.seed, salt]).is_multiple_of(2)
    }

    /// Has a store hear it and compares all that is asked then; which of the newer reports had something to tell.
    async fn ends_as_counted(&self, store: &dyn Store) -> Result<Vec<(Newer, bool)>, TestCaseError> {
        let memory = Memory::default();
        let about = About {
            store,
            memory: &memory,
            subject: &self.subject,
            in_order: &self.in_order,
            events: &self.events,
            // Everything in every second history, so that there is enough to tell.
            window: self.window.filter(|_| self.flips(4)),
        };
        let (early, late) = self.delivered.split_at(self.delivered.len() / 2);
        fold_all(store, early, self.case.batch).await;
        for newer in self.newer.into_iter().filter(|newer| newer.is_kept() && self.flips(3)) {
            newer.is_as_counted(About { events: early, ..about }).await?;
        }
        fold_all(store, late, self.case.batch).await;
        self.older_are_as_counted(store).await?;
        if self.newer.contains(&Newer::Receipt) {
            let in_order = dress(self.newer, self.case.events(&self.in_order));
            fold_all(store, &in_order, in_order.len()).await;
        }
        let mut told = Vec::new();
        for newer in self.newer {
            told.push((newer, newer.is_as_counted(about).await?));
        }
        Ok(told)
    }

    /// Compares the reports that every history is asked for.
    async fn older_are_as_counted(&self, store: &dyn Store) -> Result<(), TestCaseError> {
        let answers = ask_about(store, &self.subject, &[self.window]).await;
        prop_assert_eq!(&answers, &self.expected);
        for root in (0..ROOTS).map(post_id) {
            let expected = cascade::expected(&cascade::fresh(&self.events, &root));
            let answer = cascade::ask(store, &Cache::default(), &self.subject, &root).await;
            prop_assert_eq!(answer, expected);
        }
        Ok(())
    }
}

/// The same events, with much among them that these reports are about.
fn dress(newer: [Newer; 2], events: Vec<Scored>) -> Vec<Scored> {
    newer.into_iter().fold(events, |events, newer| newer.dress(events))
}

/// How often a report was asked, and how often it had anything to tell.
#[derive(Default)]
struct Tally {
    asked: u64,
    told: u64,
}

#[test]
fn ten_thousand_interleavings_end_in_the_figures_of_what_remains() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stores = runtime.block_on(stores(folder.path()));
    for store in &stores {
        runtime.block_on(people::follow_all(store.as_ref()));
    }
    let tallies = RefCell::new(BTreeMap::<Newer, Tally>::new());
    run(INTERLEAVINGS, |case| {
        let history = History::of(case);
        for store in &stores {
            for (newer, told) in runtime.block_on(history.ends_as_counted(store.as_ref()))? {
                let mut tallies = tallies.borrow_mut();
                let tally = tallies.entry(newer).or_default();
                tally.asked += 1;
                tally.told += u64::from(told);
            }
        }
        Ok(())
    });
    println!("{INTERLEAVINGS} interleavings on each of {} stores", stores.len());
    for (newer, Tally { asked, told }) in tallies.into_inner() {
        let (histories, share) = (asked / stores.len() as u64, 100 * told / asked);
        println!("{newer:?}: asked of {histories} of them, with something to tell in {share} %");
        assert!(share >= FAIR_SHARE, "{newer:?} told too seldom of anything");
    }
}
