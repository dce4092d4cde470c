//! A day in the life of three brands on three networks: a campaign, a stranger's praise that goes viral, and an outage, among the
//! chatter of a few thousand people. What the true figures are is worked out in `oracle`.

mod arrival;
mod campaign;
mod cast;
mod chatter;
mod fate;
mod outage;
mod spread;
mod viral;

use backtweet_domain::{AccountChange, Engagement, PostEvent, Subject, Timestamp};

use crate::oracle::{self, Truth};
use crate::render::{self, Resolved};
use crate::world::World;
use arrival::{Slot, What};

/// The day, planned but not yet written: texts are made while events are drawn, so that only the plan is held in memory.
///
/// The same seed and start give the same events, byte for byte, on every machine; another seed gives other people, ids and times.
/// An edit carries the event time of the post that it changes, as every source hands it on. Replies on Mastodon may come twice: first
/// without their target, then, one revision higher, with it. Some references on X and Mastodon do not say who made the post that they
/// point at.
#[derive(Debug, Clone)]
pub struct Day {
    world: World,
    slots: Vec<Slot>,
    start: Timestamp,
}

impl Day {
    /// The day of Tuesday, 15 September 2026 (UTC).
    pub fn new(seed: u64) -> Self {
        Self::starting(seed, Timestamp::from_seconds(1_789_430_400))
    }

    /// The day that begins at `start`, rounded down to a whole hour. A start nearer to the present keeps the day inside every
    /// retention bound.
    pub fn starting(seed: u64, start: Timestamp) -> Self {
        let hour = 3_600_000_000;
        let start = Timestamp::from_micros(start.micros().div_euclid(hour) * hour);
        let mut stage = cast::Stage::new(seed, start);
        chatter::play(&mut stage);
        campaign::play(&mut stage);
        viral::play(&mut stage);
        outage::play(&mut stage);
        fate::play(&mut stage);
        let slots = arrival::order(&stage.world, seed);
        Self {
            world: stage.world,
            slots,
            start,
        }
    }

    /// The three brands, as subjects of generation 1.
    pub fn subjects(&self) -> Vec<Subject> {
        self.world.subjects()
    }

    /// When the day begins.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// How many events there are, repeated ones included.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Never: a day has events.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Everything that happens, in the order in which it reaches a collector: some children before their parents, some records twice,
    /// a few hours late.
    pub fn events(&self) -> impl ExactSizeIterator<Item = PostEvent> + '_ {
        self.slots.iter().map(|slot| self.event(slot.what))
    }

    /// When the event at `index` of [`Day::events`] reaches a collector: what a live replay paces itself by.
    pub fn arrival(&self, index: usize) -> Option<Timestamp> {
        self.slots.get(index).map(|slot| slot.arrival)
    }

    /// The true figures of each subject, in the order of [`Day::subjects`].
    pub fn oracle(&self) -> Vec<Truth> {
        oracle::truths(&self.world)
    }

    fn event(&self, what: What) -> PostEvent {
        let post = |act, edits, resolved| Box::new(render::post(&self.world, act, edits, resolved));
        match what {
            What::Created(act) => PostEvent::Created {
                post: post(act, 0, Resolved::Yes),
            },
            What::Unresolved(act) => PostEvent::Created {
                post: post(act, 0, Resolved::NotYet),
            },
            What::Edited(act, edits) => PostEvent::Edited {
                post: post(act, edits as usize, Resolved::Yes),
            },
            What::Deleted(act, at) => {
                let revision = render::deletion(&self.world, act, at);
                PostEvent::Deleted {
                    id: render::id(&self.world, act),
                    revision,
                    at,
                }
            }
            What::Counted(act, reposts, at) => {
                let engagement = Engagement {
                    reposts: Some(reposts),
                    ..Engagement::default()
                };
                PostEvent::Engagement {
                    id: render::id(&self.world, act),
                    engagement,
                    at,
                }
            }
            What::Turned(turn) => {
                let turn = self.world.turns[turn as usize];
                let account = self.world.people[turn.person as usize].id.clone();
                PostEvent::Account(AccountChange {
                    account,
                    state: turn.state,
                    seq: turn.seq,
                    at: turn.at,
                })
            }
        }
    }
}

#[cfg(test)]
impl Day {
    /// The day's books.
    pub(crate) fn world(&self) -> &World {
        &self.world
    }
}

#[cfg(test)]
mod tests;
