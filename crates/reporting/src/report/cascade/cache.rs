//! The cascades that were asked for lately, so that the next question about one costs what changed since. What a tree holds is known to
//! `live`.

use std::sync::{Arc, Mutex, PoisonError};

use backtweet_domain::PostId;

use super::live::Live;

/// How many cascades are kept at most.
const MOST_TREES: usize = 256;
/// How many posts they may have together: some hundreds of bytes each. The one asked for last is kept however large it is.
const MOST_POSTS: u64 = 1_000_000;

pub(crate) type Shared = Arc<tokio::sync::Mutex<Live>>;

struct Kept {
    subject: String,
    root: PostId,
    live: Shared,
    posts: u64,
}

/// Live cascades, the one asked for last at the end.
#[derive(Default)]
pub(crate) struct Cache {
    kept: Mutex<Vec<Kept>>,
}

impl Cache {
    /// The cascade of this root, not read yet where it was not asked for lately.
    pub(crate) fn get(&self, subject: &str, root: &PostId) -> Shared {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept
            .iter()
            .position(|kept| kept.subject == subject && kept.root == *root);
        let entry = match place {
            Some(place) => kept.remove(place),
            None => Kept {
                subject: subject.to_owned(),
                root: root.clone(),
                live: Arc::new(tokio::sync::Mutex::new(Live::new(root.clone()))),
                posts: 0,
            },
        };
        let live = Arc::clone(&entry.live);
        kept.push(entry);
        live
    }

    /// Hears how large a cascade is, and lets go of those that were not asked for the longest where there are too many.
    pub(crate) fn settle(&self, subject: &str, root: &PostId, posts: u64) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept
            .iter_mut()
            .find(|kept| kept.subject == subject && kept.root == *root)
        {
            kept.posts = posts;
        }
        let (mut trees, mut posts) = (0, 0);
        let stays = |kept: &Kept| {
            trees += 1;
            posts += kept.posts;
            trees == 1 || trees <= MOST_TREES && posts <= MOST_POSTS
        };
        let stay: Vec<bool> = kept.iter().rev().map(stays).collect();
        let mut stay = stay.into_iter().rev();
        kept.retain(|_| stay.next().unwrap_or(true));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backtweet_domain::Network;

    fn kept(cache: &Cache) -> Vec<String> {
        let kept = cache.kept.lock().unwrap();
        kept.iter().map(|kept| kept.root.native().to_owned()).collect()
    }

    #[test]
    fn those_asked_for_longest_ago_make_room_and_the_last_one_always_stays() {
        let cache = Cache::default();
        let root = |number: usize| PostId::new(Network::X, number.to_string()).unwrap();
        let ask = |number: usize, posts: u64| {
            cache.get("acme", &root(number));
            cache.settle("acme", &root(number), posts);
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
        assert_eq!(kept(&cache).len(), MOST_TREES);
        assert_eq!(kept(&cache).last().unwrap(), "399");
    }
}
