//! Marginal reach: whom nobody but one amplifier brought.

use super::Estimate;
use super::estimator::{Histogram, cardinality};
use super::sketch::{Form, REGISTERS, Sketch};

/// For each of `audiences`, in their order, the accounts that are in no other: the union of all less the union of all others. Exact where
/// the union of all is.
///
/// Takes one walk over each audience: which register would fall without whom is kept on the way, so no union is built twice, and the memory
/// does not grow with the number of audiences.
pub fn marginal(audiences: &[&Sketch]) -> Vec<Estimate> {
    match Sketch::union(audiences.iter().copied()).0 {
        Form::Exact(union) => one_by_one(audiences, &union),
        Form::Registers(_) => by_registers(audiences),
    }
}

fn one_by_one(audiences: &[&Sketch], union: &[u64]) -> Vec<Estimate> {
    let place_of = |hash: &u64| union.binary_search(hash).unwrap_or_default();
    let mut holders = vec![0_u32; union.len()];
    for audience in audiences {
        hashes(audience).iter().for_each(|hash| holders[place_of(hash)] += 1);
    }
    let alone = |audience: &&Sketch| {
        let alone = hashes(audience).iter().filter(|hash| holders[place_of(hash)] == 1);
        Estimate::exact(alone.count() as u64)
    };
    audiences.iter().map(alone).collect()
}

/// What a part of a union of hashes has: hashes as well.
fn hashes(audience: &Sketch) -> &[u64] {
    match &audience.0 {
        Form::Exact(hashes) => hashes,
        Form::Registers(_) => &[],
    }
}

/// A register of the union.
#[derive(Clone, Copy, Default)]
struct Register {
    value: u8,
    holder: usize,
    /// What it is without its holder.
    otherwise: u8,
}

impl Register {
    fn raise(&mut self, who: usize, value: u8) {
        if value > self.value {
            if who != self.holder {
                self.otherwise = self.value;
            }
            (self.value, self.holder) = (value, who);
        } else if who != self.holder {
            self.otherwise = self.otherwise.max(value);
        }
    }
}

fn by_registers(audiences: &[&Sketch]) -> Vec<Estimate> {
    let mut registers = vec![Register::default(); REGISTERS];
    for (who, audience) in audiences.iter().enumerate() {
        audience
            .raised()
            .for_each(|(place, value)| registers[place].raise(who, value));
    }
    let values: Vec<u8> = registers.iter().map(|register| register.value).collect();
    let histogram = Histogram::of(&values);
    let union = cardinality(&histogram);
    let mut without = vec![histogram; audiences.len()];
    for register in &registers {
        without[register.holder].change(register.value, register.otherwise);
    }
    let others = without.iter().map(cardinality);
    others
        .zip(audiences)
        .map(|(others, audience)| Estimate::difference(union, others).capped(audience.estimate().high))
        .collect()
}
