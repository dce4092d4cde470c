//! What becomes of posts and accounts: edits, deletions, un-reposts, suspensions. Nothing new is posted here.
//!
//! Only posts that nobody refers to are edited so that they drop or take up a brand: what such an edit does to the posts below is
//! nobody's rule yet. Deletions and suspensions strike anywhere but at the brands and at the posts that thousands pass on.

use backtweet_domain::{AccountState, Network, Timestamp};
use rustc_hash::FxHashMap;

use super::cast::Stage;
use super::spread::later;
use crate::brand::Brand;
use crate::rng::{Rng, mix};
use crate::text::{Theme, spoken};
use crate::world::{Naming, Says, Turn, Voice};

/// How many accounts are suspended and come back, are suspended for good, and are deleted.
const TURNS: [(usize, &[AccountState]); 3] = [
    (40, &[AccountState::Hidden, AccountState::Active]),
    (25, &[AccountState::Hidden]),
    (15, &[AccountState::Deleted]),
];

/// A post with more posts on it than this is left alone.
const FAMOUS: u32 = 60;

pub(super) fn play(stage: &mut Stage) {
    let mut rng = Rng::new(stage.seed, 60);
    for act in 0..stage.world.acts.len() {
        let made = &stage.world.acts[act];
        let owned = stage.world.people[made.author as usize].owner.is_some();
        if owned || !made.seen || made.children > FAMOUS {
            continue;
        }
        edit(stage, &mut rng, act);
        delete(stage, &mut rng, act);
    }
    turn(stage, &mut rng);
}

fn edit(stage: &mut Stage, rng: &mut Rng, act: usize) {
    let made = &stage.world.acts[act];
    let person = stage.world.person(act as u32);
    let Some(says) = made.says else { return };
    if person.id.network() == Network::Bluesky {
        return;
    }
    let reword = |theme, naming, salt| {
        let seed = mix(says.seed, salt);
        Says {
            theme,
            language: spoken(theme, person.language),
            seed,
            naming,
        }
    };
    let lonely = made.children == 0;
    let wordings = match rng.below(1000) {
        0..20 => vec![reword(says.theme, says.naming, 1)],
        20..24 => vec![reword(says.theme, says.naming, 1), reword(says.theme, says.naming, 2)],
        24..34 if lonely && says.naming.brand.is_some() => vec![reword(Theme::Chatter, Naming::default(), 1)],
        34..38 if lonely && says.naming.brand.is_some() => {
            vec![
                reword(Theme::Chatter, Naming::default(), 1),
                reword(says.theme, says.naming, 2),
            ]
        }
        38..44 if lonely && says.theme == Theme::Chatter => {
            let brand = rng.pick(&Brand::ALL);
            vec![reword(Theme::Praise, Naming::of(brand, Voice::Word), 1)]
        }
        _ => return,
    };
    let mut at = made.at;
    for says in wordings {
        at = later(at, 15, rng);
        stage.world.acts[act].edits.push((at, says));
    }
}

fn delete(stage: &mut Stage, rng: &mut Rng, act: usize) {
    let made = &mut stage.world.acts[act];
    let permille = if made.is_repost() { 30 } else { 20 };
    if rng.chance(permille) {
        let last = made.edits.last().map_or(made.at, |&(at, _)| at);
        made.deleted = Some(later(last, 40, rng));
    }
}

/// Accounts change their state some time after they posted last, and only those that did so before the evening.
fn turn(stage: &mut Stage, rng: &mut Rng) {
    let evening = stage.at(21, 0);
    let mut last: FxHashMap<u32, Timestamp> = FxHashMap::default();
    let mut famous: Vec<u32> = vec![];
    for act in &stage.world.acts {
        let at = last.entry(act.author).or_insert(act.at);
        *at = act.at.max(*at);
        if act.children > FAMOUS {
            famous.push(act.author);
        }
    }
    let unknown = |person: &u32| stage.world.people[*person as usize].owner.is_none() && !famous.contains(person);
    let mut candidates: Vec<(u32, Timestamp)> = last
        .into_iter()
        .filter(|(person, at)| unknown(person) && *at < evening)
        .collect();
    candidates.sort_unstable();
    for (count, states) in TURNS {
        for _ in 0..count.min(candidates.len()) {
            let (person, mut at) = candidates.swap_remove(rng.index(candidates.len()));
            for (seq, &state) in states.iter().enumerate() {
                at = later(at, 25, rng);
                stage.world.turns.push(Turn {
                    person,
                    state,
                    seq: 100 + seq as u64,
                    at,
                });
            }
        }
    }
}
