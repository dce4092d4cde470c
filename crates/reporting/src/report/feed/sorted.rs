//! Pages of a window that is sorted by something else than time. Nothing keeps it in that order, so every page looks at all of it.

use backtweet_store::{Direction, FeedEntry};
use backtweet_wire::v1;

use super::{CHUNK, Chunk, MOST_SCANNED, Page, Scan};
use crate::fold::Impact;
use crate::invalid::Invalid;
use crate::report::ReportError;

/// What a window is sorted by, highest first.
#[derive(Clone, Copy)]
pub(super) enum Key {
    Signal,
    Followers,
}

impl Key {
    fn of(self, impact: &Impact) -> i64 {
        match self {
            Key::Signal => impact.signal_milli,
            Key::Followers => impact
                .followers
                .map_or(-1, |followers| i64::try_from(followers).unwrap_or(i64::MAX)),
        }
    }
}

/// Where a post stands: highest key first, then newest first, then by id, descending.
type Place = (i64, i64, String);

impl Scan<'_> {
    /// The page behind `after`, whose order is a key and whose id holds time and id.
    pub(super) async fn sorted_page(
        &self,
        key: Key,
        after: Option<FeedEntry>,
        most: usize,
    ) -> Result<Page, ReportError> {
        let after = after.and_then(place_of);
        let mut items = self.all(key).await?;
        items.retain(|(place, _)| after.as_ref().is_none_or(|after| place < after));
        items.sort_unstable_by(|(one, _), (other, _)| other.cmp(one));
        let mut page = Page::default();
        for (place, item) in items {
            if page.is_full(most) {
                return Ok(page);
            }
            page.push(item);
            page.next = Some(entry_of(place));
        }
        page.next = None;
        Ok(page)
    }

    /// All that passes the filter.
    async fn all(&self, key: Key) -> Result<Vec<(Place, v1::FeedItem)>, ReportError> {
        let (mut items, mut scanned) = (Vec::new(), 0);
        let mut after = self.start(Direction::Descending);
        loop {
            let Chunk { posts, next } = self.chunk(Direction::Descending, after.as_ref(), CHUNK).await?;
            scanned += posts.len();
            if scanned > MOST_SCANNED {
                let reason = format!(
                    "it holds more than {MOST_SCANNED} posts, and all of them have to be sorted: give a narrower one, or sort by time"
                );
                return Err(Invalid::one("feed request", "window", reason).into());
            }
            for (entry, post) in posts {
                if let Some((item, impact)) = self.item(&entry, &post)?.zip(post.effective()) {
                    items.push(((key.of(impact), entry.order, entry.id), item));
                }
            }
            if next.is_none() {
                return Ok(items);
            }
            after = next;
        }
    }
}

fn entry_of((key, at_us, id): Place) -> FeedEntry {
    FeedEntry {
        order: key,
        id: format!("{at_us} {id}"),
    }
}

fn place_of(entry: FeedEntry) -> Option<Place> {
    let (at_us, id) = entry.id.split_once(' ')?;
    Some((entry.order, at_us.parse().ok()?, id.to_owned()))
}
