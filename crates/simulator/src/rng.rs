//! Random numbers that are the same on every machine: integers only, since floating-point logarithms and powers differ between
//! machines. Nothing here is fit for secrets.

/// A small, seeded source of random numbers (the SplitMix64 sequence).
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Stirs two numbers into one that looks like neither.
pub(crate) const fn mix(a: u64, b: u64) -> u64 {
    let mut z = a.wrapping_add(b.wrapping_mul(GOLDEN)).wrapping_add(GOLDEN);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number below `n` made of one random number: 0 where `n` is 0.
pub(crate) const fn scale(random: u64, n: u64) -> u64 {
    ((random as u128 * n as u128) >> 64) as u64
}

impl Rng {
    /// The sequence named by a seed and a purpose, so that one part's draws never shift another's.
    pub(crate) const fn new(seed: u64, purpose: u64) -> Self {
        Self(mix(seed, purpose))
    }

    /// The next number.
    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0, 0)
    }

    /// A number below `n`.
    pub(crate) const fn below(&mut self, n: u64) -> u64 {
        scale(self.next(), n)
    }

    /// A place in a list of `n`.
    pub(crate) const fn index(&mut self, n: usize) -> usize {
        self.below(n as u64) as usize
    }

    /// A number from `low` up to but without `high`.
    pub(crate) const fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low))
    }

    /// True `permille` times in a thousand.
    pub(crate) const fn chance(&mut self, permille: u64) -> bool {
        self.below(1000) < permille
    }

    /// One of a list that is not empty.
    pub(crate) const fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.index(list.len())]
    }

    /// The place in a list of weights, in proportion to them.
    pub(crate) fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (place, &weight) in weights.iter().enumerate() {
            if left < weight {
                return place;
            }
            left -= weight;
        }
        0
    }

    /// How often a coin of `permille` falls on the same side, at most `cap` times.
    pub(crate) const fn streak(&mut self, permille: u64, cap: u32) -> u32 {
        let mut count = 0;
        while count < cap && self.chance(permille) {
            count += 1;
        }
        count
    }

    /// A waiting time around `median`, in its unit: as often half as twice as long, seldom sixteen times.
    pub(crate) const fn delay(&mut self, median: i64) -> i64 {
        let octaves = self.streak(500, 4);
        let base = if self.chance(500) {
            median << octaves
        } else {
            median >> octaves
        };
        base / 2 + self.below(base as u64 + 1) as i64 + 1
    }

    /// A heavy-tailed size from `base` upwards: every doubling is reached by 55 of 100 that reached the one before.
    pub(crate) const fn heavy(&mut self, base: u64) -> u64 {
        let floor = base << self.streak(550, 17);
        floor + self.below(floor)
    }
}
