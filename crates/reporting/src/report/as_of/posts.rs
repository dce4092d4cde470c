//! The posts that changed since an earlier time, each as it was known then, beside those of a feed of today.

use std::collections::BTreeMap;
use std::ops::Bound;

use backtweet_store::{Direction, FeedEntry};
use rustc_hash::FxHashSet;

use crate::fold::Contribution;
use crate::window::Window;

/// Time and id, in which feeds are ordered.
type Place = (i64, String);

/// Posts that changed since.
#[derive(Default)]
pub(crate) struct Posts {
    ids: FxHashSet<String>,
    /// Those that counted then.
    known: BTreeMap<Place, Contribution>,
}

impl Posts {
    /// Takes in a post that may be another today.
    pub(super) fn take(&mut self, id: &str, post: &Contribution, before_us: i64) {
        self.ids.insert(id.to_owned());
        if let Some(known) = post.as_known(before_us)
            && let Some(at_us) = known.effective().map(|impact| impact.at_us)
        {
            self.known.insert((at_us, id.to_owned()), known);
        }
    }

    /// Whether what is known of a post today says nothing of what was known then.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Those of a window behind `after` and up to `last`, both in the direction asked for, in no order.
    pub(crate) fn between(
        &self,
        window: Window,
        direction: Direction,
        after: Option<&FeedEntry>,
        last: Option<&FeedEntry>,
    ) -> impl Iterator<Item = (FeedEntry, Contribution)> {
        let place = |entry: &FeedEntry| (entry.order, entry.id.clone());
        let after = after.map_or(Bound::Unbounded, |entry| Bound::Excluded(place(entry)));
        let last = last.map_or(Bound::Unbounded, |entry| Bound::Included(place(entry)));
        let range = match direction {
            Direction::Ascending => (after, last),
            Direction::Descending => (last, after),
        };
        let posts = self
            .known
            .range(range)
            .filter(move |((at_us, _), _)| window.holds(*at_us));
        posts.map(|((order, id), post)| {
            let (order, id) = (*order, id.clone());
            (FeedEntry { order, id }, post.clone())
        })
    }
}
