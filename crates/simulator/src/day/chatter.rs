//! What everybody else talks about: posts that concern no brand, in the rhythm of a day.

use backtweet_domain::{ReferenceKind, Timestamp};

use super::cast::Stage;
use crate::brand::{NETWORKS, slot};
use crate::rng::Rng;
use crate::text::Theme;
use crate::world::Naming;

const POSTS: usize = 22_000;

/// How much is posted in each hour, UTC.
const RHYTHM: [u64; 24] = [
    22, 16, 12, 10, 11, 16, 28, 42, 52, 56, 55, 56, 62, 64, 60, 58, 60, 66, 74, 82, 84, 76, 56, 36,
];

/// How many of the latest posts of a network people may still react to.
const FRESH: usize = 300;

pub(super) fn play(stage: &mut Stage) {
    let mut rng = Rng::new(stage.seed, 20);
    let mut times: Vec<Timestamp> = (0..POSTS)
        .map(|_| {
            let hour = rng.weighted(&RHYTHM) as i64;
            Timestamp::from_micros(stage.at(hour, 0).micros() + rng.below(3_600_000_000) as i64)
        })
        .collect();
    times.sort_unstable();
    let mut fresh: [Vec<u32>; 3] = Default::default();
    for at in times {
        let network = NETWORKS[rng.weighted(&[45, 20, 35])];
        let author = stage.someone(network, &mut rng);
        let recent = &mut fresh[slot(network)];
        let says = |theme| Some((theme, Naming::default()));
        let post = if recent.is_empty() || rng.chance(520) {
            stage.world.post(author, at, Theme::Chatter, Naming::default())
        } else {
            let window = recent.len().min(FRESH);
            let target = recent[recent.len() - 1 - rng.index(window).min(rng.index(window))];
            let (kind, says) = match rng.weighted(&[48, 37, 15]) {
                0 => (ReferenceKind::Repost, None),
                1 => (ReferenceKind::Reply, says(Theme::Reaction)),
                _ => (ReferenceKind::Quote, says(Theme::Reaction)),
            };
            stage.world.refer(author, at, &[(kind, target)], says)
        };
        if !stage.world.acts[post as usize].is_repost() {
            recent.push(post);
        }
    }
}
