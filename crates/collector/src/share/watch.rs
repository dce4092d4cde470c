//! Who still renews what is theirs, told by versions that move and this replica's own clock: clocks of different machines are never compared.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// The versions as they were last seen, and since when.
#[derive(Debug, Default)]
pub(super) struct Watch(BTreeMap<String, (u64, Instant)>);

impl Watch {
    /// Looks at the versions as they are now. Returns whose moved within `patience`, or were not known before: nobody is given up at first
    /// sight.
    pub(super) fn living(
        &mut self,
        versions: Vec<(String, u64)>,
        patience: Duration,
        now: Instant,
    ) -> BTreeSet<String> {
        let mut seen = BTreeMap::new();
        let mut living = BTreeSet::new();
        for (name, version) in versions {
            let since = match self.0.get(&name) {
                Some(&(known, since)) if known == version => since,
                _ => now,
            };
            if now.duration_since(since) < patience {
                living.insert(name.clone());
            }
            seen.insert(name, (version, since));
        }
        self.0 = seen;
        living
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_has_not_moved_for_long_is_given_up() {
        let (patience, start) = (Duration::from_secs(5), Instant::now());
        let mut watch = Watch::default();
        let mut look = |a: u64, b: u64, second: u64| {
            let versions = vec![("a".to_owned(), a), ("b".to_owned(), b)];
            let living = watch.living(versions, patience, start + Duration::from_secs(second));
            living.into_iter().collect::<String>()
        };
        assert_eq!(look(1, 1, 0), "ab");
        assert_eq!(look(2, 1, 4), "ab");
        assert_eq!(look(2, 1, 6), "a");
        assert_eq!(look(2, 0, 6), "ab", "a version that goes back moves, too");
    }
}
