//! Figures of what real people did, beside a batch computation that sees all of it at once: `higgs` for counts, authors and timelines,
//! `weibo` for cascades. Only part of the data goes through, since tests are built without optimisation; each says how much.

mod higgs;
mod weibo;

use std::io::Read;

use flate2::read::GzDecoder;

use backtweet_domain::{Finding, Scored, Sighting, SubjectId};
use backtweet_store::Store;

use super::order::fold_all;
use super::world::{mix, seen};

/// How many findings are folded at once.
const BATCH: usize = 500;

/// A file of the collection; `None`, and a word about it, where it is not here.
fn read(name: &str) -> Option<String> {
    let path = format!("{}/../../../shared/data/{name}", env!("CARGO_MANIFEST_DIR"));
    let Ok(file) = std::fs::File::open(&path) else {
        println!("skipped: {path} is not here");
        return None;
    };
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    Some(text)
}

/// The sighting of a post, all of it made up but what `real` puts there.
fn sighted(subject: &SubjectId, post: u64, real: impl FnOnce(&mut Sighting)) -> Scored {
    let version = backtweet_domain::Version {
        generation: 1,
        revision: 1,
        lineage: 1,
    };
    let mut event = seen(subject, 11, post, version);
    if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
        real(sighting);
    }
    event
}

/// Folds all in another order, and every third event once more.
async fn fold_shuffled(store: &dyn Store, events: &[Scored]) {
    let mut delivered: Vec<_> = events
        .iter()
        .chain(events.iter().step_by(3))
        .cloned()
        .enumerate()
        .collect();
    delivered.sort_by_key(|(place, _)| mix(&[3, *place as u64]));
    let delivered: Vec<_> = delivered.into_iter().map(|(_, event)| event).collect();
    fold_all(store, &delivered, BATCH).await;
}
