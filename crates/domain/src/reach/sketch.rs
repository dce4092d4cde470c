//! A set of accounts small enough to keep for each author, and its unions. How its size is told from it lives in [`super::estimator`], how
//! it is written in [`super::bytes`].

use std::borrow::Cow;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Estimate;
use super::estimator::{Histogram, cardinality};
use crate::id::AccountId;

/// Bits of a hash that choose its register. 2^14 registers of six bits take 12 KiB and err by 0.8 %; 2^12 would take 3 KiB and err by 1.6 %.
/// Marginal reach is a small difference of large unions, so here the smaller error is worth its room.
pub const PRECISION: u32 = 14;

/// Followers that are kept one by one: as many hashes of eight bytes as take no more room than the registers. Most accounts have fewer, and
/// so have no error at all.
pub const EXACT: usize = REGISTERS * 6 / 64;

pub(super) const REGISTERS: usize = 1 << PRECISION;

/// The highest value of a register: all bits of a hash past [`PRECISION`] are zeros.
pub(super) const TOP: u8 = (64 - PRECISION + 1) as u8;

/// Part of what is stored: another seed makes other sketches.
const SEED: u64 = 0;

/// The hash by which a sketch knows an account: XXH3 of `network:native`, the same on each machine.
pub fn hash_of(account: &AccountId) -> u64 {
    let id = [account.network().name(), ":", account.native()].concat();
    xxh3_64_with_seed(id.as_bytes(), SEED)
}

/// The part of all hashes that one belongs to: those of a part begin with the same [`PRECISION`] bits, so that in any order of hashes they
/// stand side by side.
pub fn part_of(hash: u64) -> u64 {
    hash >> (64 - PRECISION)
}

/// A set of accounts: their hashes while there are at most [`EXACT`] of them, the registers of a HyperLogLog beyond (Flajolet, Fusy,
/// Gandouet, Meunier 2007).
///
/// Which form it has, and each byte of it, depends on the set alone: not on the order of insertions and unions. Accounts cannot be taken
/// out again; where a follower left, build it, or its [part](Sketch::rebuild), anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch(pub(super) Form);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// Ascending.
    Exact(Vec<u64>),
    /// One byte a register.
    Registers(Vec<u8>),
}

impl Default for Sketch {
    fn default() -> Self {
        Self(Form::Exact(Vec::new()))
    }
}

impl Sketch {
    /// Puts an account in.
    pub fn insert(&mut self, account: &AccountId) {
        self.insert_hash(hash_of(account));
    }

    /// Puts an account in by its [`hash_of`].
    pub fn insert_hash(&mut self, hash: u64) {
        match &mut self.0 {
            Form::Registers(registers) => raise(registers, register_of(hash)),
            Form::Exact(hashes) => {
                let Err(place) = hashes.binary_search(&hash) else {
                    return;
                };
                if hashes.len() < EXACT {
                    hashes.insert(place, hash);
                } else {
                    let mut registers = self.registers().into_owned();
                    raise(&mut registers, register_of(hash));
                    self.0 = Form::Registers(registers);
                }
            }
        }
    }

    /// Replaces all that it has of one [part](part_of) by `hashes` of that part: what is done where an account left and those that stay are
    /// known. Its form stays what it is, so where no more than [`EXACT`] stay in all, collect them anew.
    pub fn rebuild(&mut self, part: u64, hashes: impl IntoIterator<Item = u64>) {
        match &mut self.0 {
            Form::Exact(kept) => kept.retain(|&hash| part_of(hash) != part),
            Form::Registers(registers) => registers[part as usize] = 0,
        }
        self.extend(hashes);
    }

    /// Puts in all that `other` has. Commutative, associative and idempotent.
    pub fn merge(&mut self, other: &Self) {
        match (&mut self.0, &other.0) {
            (_, Form::Exact(hashes)) => hashes.iter().for_each(|&hash| self.insert_hash(hash)),
            (Form::Registers(ours), Form::Registers(theirs)) => {
                for (ours, theirs) in ours.iter_mut().zip(theirs) {
                    *ours = (*ours).max(*theirs);
                }
            }
            (Form::Exact(hashes), Form::Registers(_)) => {
                let hashes = std::mem::take(hashes);
                self.clone_from(other);
                self.merge(&Self(Form::Exact(hashes)));
            }
        }
    }

    /// All that any of `sketches` has.
    pub fn union<'a>(sketches: impl IntoIterator<Item = &'a Self>) -> Self {
        sketches.into_iter().fold(Self::default(), |mut union, sketch| {
            union.merge(sketch);
            union
        })
    }

    /// How many accounts it has.
    pub fn estimate(&self) -> Estimate {
        match &self.0 {
            Form::Exact(hashes) => Estimate::exact(hashes.len() as u64),
            Form::Registers(_) => Estimate::of_registers(self.cardinality()),
        }
    }

    /// The standard error of [`Self::estimate`] as a share of it: 0 while each account is kept.
    pub fn standard_error(&self) -> f64 {
        match self.0 {
            Form::Exact(_) => 0.0,
            Form::Registers(_) => super::RELATIVE_ERROR,
        }
    }

    /// What the registers say, in either form: differences of such figures share most of their error.
    pub(super) fn cardinality(&self) -> f64 {
        cardinality(&Histogram::of(&self.registers()))
    }

    /// Each register that some account raises, and how far; the same one may come more than once.
    pub(super) fn raised(&self) -> Box<dyn Iterator<Item = (usize, u8)> + '_> {
        match &self.0 {
            Form::Exact(hashes) => Box::new(hashes.iter().map(|&hash| register_of(hash))),
            Form::Registers(registers) => {
                Box::new(registers.iter().copied().enumerate().filter(|&(_, value)| value > 0))
            }
        }
    }

    fn registers(&self) -> Cow<'_, [u8]> {
        match &self.0 {
            Form::Registers(registers) => Cow::Borrowed(registers),
            Form::Exact(hashes) => {
                let mut registers = vec![0; REGISTERS];
                hashes.iter().for_each(|&hash| raise(&mut registers, register_of(hash)));
                Cow::Owned(registers)
            }
        }
    }
}

impl FromIterator<u64> for Sketch {
    fn from_iter<T: IntoIterator<Item = u64>>(hashes: T) -> Self {
        let mut sketch = Self::default();
        sketch.extend(hashes);
        sketch
    }
}

impl Extend<u64> for Sketch {
    fn extend<T: IntoIterator<Item = u64>>(&mut self, hashes: T) {
        hashes.into_iter().for_each(|hash| self.insert_hash(hash));
    }
}

fn raise(registers: &mut [u8], (place, value): (usize, u8)) {
    registers[place] = registers[place].max(value);
}

/// The register of a hash, and one more than the zeros that its other bits begin with.
fn register_of(hash: u64) -> (usize, u8) {
    let zeros = (hash << PRECISION).leading_zeros().min(64 - PRECISION);
    (part_of(hash) as usize, zeros as u8 + 1)
}
