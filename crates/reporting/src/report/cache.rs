//! What was asked for lately, so that the next question about it costs what changed since. What is kept is the report's.

use std::sync::{Arc, Mutex, PoisonError};

/// How many entries are kept at most.
const MOST: usize = 256;
/// How many posts they may have together: some hundreds of bytes each. The one asked for last is kept however large it is.
const MOST_POSTS: u64 = 1_000_000;

type Shared<T> = Arc<tokio::sync::Mutex<T>>;

struct Kept<T> {
    subject: String,
    what: String,
    live: Shared<T>,
    posts: u64,
}

/// Live entries by subject and what they are about, the one asked for last at the end.
pub(crate) struct Cache<T> {
    kept: Mutex<Vec<Kept<T>>>,
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self { kept: Mutex::default() }
    }
}

impl<T> Cache<T> {
    /// The entry; a new one, not read yet, where it was not asked for lately.
    pub(super) fn get(&self, subject: &str, what: &str, new: impl FnOnce() -> T) -> Shared<T> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept
            .iter()
            .position(|kept| kept.subject == subject && kept.what == what);
        let entry = match place {
            Some(place) => kept.remove(place),
            None => Kept {
                subject: subject.to_owned(),
                what: what.to_owned(),
                live: Arc::new(tokio::sync::Mutex::new(new())),
                posts: 0,
            },
        };
        let live = Arc::clone(&entry.live);
        kept.push(entry);
        live
    }

    /// Hears how large an entry is, and lets go of those that were not asked for the longest where there are too many.
    pub(super) fn settle(&self, subject: &str, what: &str, posts: u64) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept
            .iter_mut()
            .find(|kept| kept.subject == subject && kept.what == what)
        {
            kept.posts = posts;
        }
        let (mut entries, mut posts) = (0, 0);
        let stays = |kept: &Kept<T>| {
            entries += 1;
            posts += kept.posts;
            entries == 1 || entries <= MOST && posts <= MOST_POSTS
        };
        let stay: Vec<bool> = kept.iter().rev().map(stays).collect();
        let mut stay = stay.into_iter().rev();
        kept.retain(|_| stay.next().unwrap_or(true));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(cache: &Cache<()>) -> Vec<String> {
        let kept = cache.kept.lock().unwrap();
        kept.iter().map(|kept| kept.what.clone()).collect()
    }

    #[test]
    fn those_asked_for_longest_ago_make_room_and_the_last_one_always_stays() {
        let cache = Cache::default();
        let ask = |number: usize, posts: u64| {
            cache.get("acme", &number.to_string(), || ());
            cache.settle("acme", &number.to_string(), posts);
        };
        ask(1, 400_000);
        ask(2, 400_000);
        ask(1, 400_000);
        assert_eq!(kept(&cache), ["2", "1"]);
        ask(3, 400_000);
        assert_eq!(kept(&cache), ["1", "3"]);
        ask(4, 5_000_000);
        assert_eq!(kept(&cache), ["4"]);
        (10..400).for_each(|number| ask(number, 1));
        assert_eq!(kept(&cache).len(), MOST);
        assert_eq!(kept(&cache).last().unwrap(), "399");
    }
}
