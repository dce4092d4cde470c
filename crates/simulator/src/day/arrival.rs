//! In which order the day reaches a collector: latencies, late posts, repeated records, replies that are resolved only later.

use backtweet_domain::{Network, ReferenceKind, Timestamp};

use crate::rng::Rng;
use crate::world::World;

/// One record on its way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub(super) arrival: Timestamp,
    pub(super) what: What,
}

/// What a record says; posts and turns by their place in the books.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Created(u32),
    /// A Mastodon reply of which only the parent's local id is known.
    Unresolved(u32),
    /// After so many edits.
    Edited(u32, u32),
    Deleted(u32, Timestamp),
    /// Reposts were counted.
    Counted(u32, u64, Timestamp),
    Turned(u32),
}

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;

/// Everything in the order of its arrival; what arrives at once keeps the order of the books.
pub(super) fn order(world: &World, seed: u64) -> Vec<Slot> {
    let mut rng = Rng::new(seed, 70);
    let mut slots = Vec::with_capacity(world.acts.len() * 11 / 10);
    for act in 0..world.acts.len() as u32 {
        if world.acts[act as usize].seen {
            one(world, act, &mut rng, &mut slots);
        }
    }
    for (turn, made) in world.turns.iter().enumerate() {
        let arrival = made.at.micros() + latency(&mut rng);
        slots.push(slot(arrival, What::Turned(turn as u32)));
    }
    slots.sort_by_key(|slot| slot.arrival);
    slots
}

/// The records of one post. An edit or deletion never overtakes what it changes; a repeated record may come behind both.
fn one(world: &World, act: u32, rng: &mut Rng, slots: &mut Vec<Slot>) {
    let made = &world.acts[act as usize];
    let mut arrival = world.witnessed(act).micros() + latency(rng);
    if made.children == 0 && rng.chance(3) {
        arrival += rng.between(30, 300) as i64 * MINUTE;
    }
    let reply = made.refs.iter().any(|(kind, _)| *kind == ReferenceKind::Reply);
    if reply && world.network(act) == Network::Mastodon && rng.chance(150) {
        slots.push(slot(arrival, What::Unresolved(act)));
        arrival += rng.between(5, 200) as i64 * SECOND;
    }
    slots.push(slot(arrival, What::Created(act)));
    if rng.chance(15) {
        slots.push(slot(arrival + rng.below(20 * MINUTE as u64) as i64, What::Created(act)));
    }
    for (edit, &(at, _)) in made.edits.iter().enumerate() {
        arrival = (arrival + 1).max(at.micros() + latency(rng));
        slots.push(slot(arrival, What::Edited(act, edit as u32 + 1)));
    }
    if made.children > 100 {
        count(world, act, slots);
    }
    if let Some(at) = made.deleted {
        arrival = (arrival + 1).max(at.micros() + latency(rng));
        slots.push(slot(arrival, What::Deleted(act, at)));
        if rng.chance(20) {
            slots.push(slot(
                arrival + rng.below(5 * MINUTE as u64) as i64,
                What::Deleted(act, at),
            ));
        }
    }
}

/// The networks count the reposts of a well-known post anew every two hours.
fn count(world: &World, act: u32, slots: &mut Vec<Slot>) {
    let made = &world.acts[act as usize];
    for step in 1..4 {
        let at = Timestamp::from_micros(made.at.micros() + step * 120 * MINUTE);
        let passed = |other: &&crate::world::Act| other.at < at && other.refs.contains(&(ReferenceKind::Repost, act));
        let reposts = world.acts.iter().filter(passed).count() as u64;
        slots.push(slot(at.micros() + SECOND, What::Counted(act, reposts, at)));
    }
}

/// A second or so; one record in twenty takes up to four minutes and is overtaken by its children.
fn latency(rng: &mut Rng) -> i64 {
    let most = if rng.chance(50) { 4 * MINUTE } else { 3 * SECOND };
    200_000 + rng.below(most as u64) as i64
}

fn slot(arrival: i64, what: What) -> Slot {
    Slot {
        arrival: Timestamp::from_micros(arrival),
        what,
    }
}
