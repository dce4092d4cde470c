//! What was asked for lately, kept so that the next question about it costs what changed since. What is kept is known to whoever keeps it.

use std::sync::{Arc, Mutex, PoisonError};

/// How many things are kept at most.
const MOST_KEPT: usize = 256;
/// How many posts they may have together: some hundreds of bytes each. What was asked for last is kept however large it is.
const MOST_POSTS: u64 = 1_000_000;

type Shared<T> = Arc<tokio::sync::Mutex<T>>;

struct Kept<K, T> {
    key: K,
    live: Shared<T>,
    posts: u64,
}

/// Live things by key, the one asked for last at the end.
pub(crate) struct Cache<K, T> {
    kept: Mutex<Vec<Kept<K, T>>>,
}

impl<K, T> Default for Cache<K, T> {
    fn default() -> Self {
        Self { kept: Mutex::default() }
    }
}

impl<K: PartialEq, T> Cache<K, T> {
    /// What is kept under this key; made `anew` where it was not asked for lately.
    pub(crate) fn get(&self, key: K, anew: impl FnOnce(&K) -> T) -> Shared<T> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|kept| kept.key == key);
        let entry = match place {
            Some(place) => kept.remove(place),
            None => Kept {
                live: Arc::new(tokio::sync::Mutex::new(anew(&key))),
                key,
                posts: 0,
            },
        };
        let live = Arc::clone(&entry.live);
        kept.push(entry);
        live
    }

    /// Hears how large something is, and lets go of what was not asked for the longest where there is too much.
    pub(super) fn settle(&self, key: &K, posts: u64) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.iter_mut().find(|kept| kept.key == *key) {
            kept.posts = posts;
        }
        let (mut many, mut posts) = (0, 0);
        let stays = |kept: &Kept<K, T>| {
            many += 1;
            posts += kept.posts;
            many == 1 || many <= MOST_KEPT && posts <= MOST_POSTS
        };
        let stay: Vec<bool> = kept.iter().rev().map(stays).collect();
        let mut stay = stay.into_iter().rev();
        kept.retain(|_| stay.next().unwrap_or(true));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(cache: &Cache<u64, ()>) -> Vec<u64> {
        let kept = cache.kept.lock().unwrap();
        kept.iter().map(|kept| kept.key).collect()
    }

    #[test]
    fn those_asked_for_longest_ago_make_room_and_the_last_one_always_stays() {
        let cache = Cache::default();
        let ask = |number: u64, posts: u64| {
            cache.get(number, |_| ());
            cache.settle(&number, posts);
        };
        ask(1, 400_000);
        ask(2, 400_000);
        ask(1, 400_000);
        assert_eq!(kept(&cache), [2, 1]);
        ask(3, 400_000);
        assert_eq!(kept(&cache), [1, 3]);
        ask(4, 5_000_000);
        assert_eq!(kept(&cache), [4]);
        (10..400).for_each(|number| ask(number, 1));
        assert_eq!(kept(&cache).len(), MOST_KEPT);
        assert_eq!(kept(&cache).last(), Some(&399));
    }
}
