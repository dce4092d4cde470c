//! Hashes that stay the same for ever: trained weights rest on them.

const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// Begins a hash.
pub(crate) const fn seed() -> u64 {
    SEED
}

/// One step of a hash, mixed as in the last step of MurmurHash3. The upper half is mixed best.
pub(crate) const fn stir(hash: u64, value: u64) -> u64 {
    let mixed = (hash ^ value).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}
