//! Which authors stand for all where there are too many to add up. An author belongs to the sample of a level by nothing but a hash of
//! their id, so that samples of several buckets are a sample of what the buckets hold together, and whoever leaves a bucket leaves its
//! samples. Pure.

/// The level past which no samples are kept: one author in 4,096.
pub(crate) const MOST: u32 = 6;

/// An author as samples know them: their hash, and the last level that they are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sampled {
    pub(crate) name: String,
    pub(crate) level: u32,
}

impl Sampled {
    /// The author with this id.
    pub(crate) fn new(author: &str) -> Self {
        let hash = hash(author.as_bytes());
        Self {
            name: format!("{hash:016x}"),
            level: (hash.leading_zeros() / 2).min(MOST),
        }
    }
}

/// For how many authors one in the sample of a level stands.
pub(crate) fn weight(level: u32) -> u64 {
    4u64.pow(level.min(MOST))
}

/// The lowest level, 0 for everybody, at which `members` come to no more than `budget`.
pub(crate) fn level(members: u64, budget: u64) -> u32 {
    (0..MOST)
        .find(|&level| members / weight(level) <= budget)
        .unwrap_or(MOST)
}

/// The relative standard error of a number of authors that was estimated from `found` in the sample of a level: each is found by chance,
/// independent of the others (Cochran, Sampling Techniques, 3.2). `None` where it is exact.
pub(crate) fn error(found: u64, level: u32) -> Option<f64> {
    let missed = 1.0 - 1.0 / weight(level) as f64;
    (level > 0).then(|| (missed / found.max(1) as f64).sqrt())
}

/// FNV-1a, stirred as `splitmix64` ends, since its high bits alone follow the end of a text too closely. Stored: never to be changed.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let fnv = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (fnv ^ fnv >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_author_in_four_goes_on_to_the_next_level() {
        let authors: Vec<_> = (0..100_000)
            .map(|number| Sampled::new(&format!("x:{number}")))
            .collect();
        for level in 1..=MOST {
            let found = authors.iter().filter(|author| author.level >= level).count() as u64;
            let estimate = (found * weight(level)) as f64;
            let error = error(found, level).unwrap();
            assert!(
                (estimate / 100_000.0 - 1.0).abs() < 4.0 * error,
                "{estimate} at level {level}"
            );
        }
    }

    #[test]
    fn the_level_is_as_low_as_the_budget_lets_it_be() {
        assert_eq!(level(1_000, 1_000), 0);
        assert_eq!(level(2_000, 1_000), 1);
        assert_eq!(level(17_000, 1_000), 3);
        assert_eq!(level(u64::MAX, 1_000), MOST);
    }
}
