//! What a batch changes in what grew from each root: the figures of its backtweets by day and over everything.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use backtweet_domain::{Role, Timestamp};
use backtweet_store::Write;

use super::contribution::{Contribution, Impact};
use crate::figures::{Sums, Terms};
use crate::slot;
use crate::window::{Bucket, Length};

/// What changes below one root in one bucket.
#[derive(Default)]
struct Cell<'a> {
    sums: Sums,
    backtweets: i64,
    authors: FxHashMap<&'a str, i64>,
}

/// Changes of a subject's content.
#[derive(Default)]
pub(super) struct Contents<'a> {
    cells: BTreeMap<(&'a str, Bucket), Cell<'a>>,
}

impl<'a> Contents<'a> {
    /// Takes out what `post` was below its root and puts in what it is now.
    pub(super) fn replace(&mut self, post: &str, old: &'a Contribution, new: &'a Contribution) {
        self.add(post, old, -1);
        self.add(post, new, 1);
    }

    fn add(&mut self, post: &str, contribution: &'a Contribution, sign: i64) {
        let Some((root, impact)) = below(post, contribution) else {
            return;
        };
        let terms = Terms::of(impact);
        let kept = |bucket: &Bucket| matches!(bucket, Bucket::All | Bucket::Of(Length::Day, _));
        for bucket in Bucket::around(Timestamp::from_micros(impact.at_us))
            .into_iter()
            .filter(kept)
        {
            let cell = self.cells.entry((root, bucket)).or_default();
            cell.sums.add_terms(&terms, sign);
            cell.backtweets += sign;
            *cell.authors.entry(&impact.author).or_default() += sign;
        }
    }

    /// The writes that all this comes to.
    pub(super) fn into_writes(self, writes: &mut Vec<Write>) {
        for ((root, bucket), cell) in self.cells {
            if cell.backtweets != 0 {
                writes.push(Write::Rank {
                    name: slot::contents(bucket),
                    member: root.to_owned(),
                    delta: cell.backtweets,
                });
            }
            let name = slot::content(root, bucket);
            let deltas: Vec<_> = cell.sums.fields().collect();
            if !deltas.is_empty() {
                writes.push(Write::Add { name, deltas });
            }
            let name = slot::content_authors(root, bucket);
            let changed = cell.authors.into_iter().filter(|(_, delta)| *delta != 0);
            writes.extend(changed.map(|(author, delta)| Write::Count {
                sized: false,
                name: name.clone(),
                member: author.to_owned(),
                delta,
            }));
        }
    }
}

/// The root of an effective backtweet that is none itself, and what it adds there.
fn below<'a>(post: &str, contribution: &'a Contribution) -> Option<(&'a str, &'a Impact)> {
    let (impact, place) = (contribution.effective()?, contribution.place.as_ref()?);
    let counts = impact.role() == Role::Backtweet && place.root != post;
    counts.then_some((place.root.as_str(), impact))
}
