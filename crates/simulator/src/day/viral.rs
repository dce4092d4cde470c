//! A stranger praises the repair shop, and half the network passes it on. Most of them name nobody.

use backtweet_domain::{Network, ReferenceKind};

use super::cast::Stage;
use super::spread::{Taste, later, spread};
use crate::brand::{Brand, NETWORKS};
use crate::rng::Rng;
use crate::text::Theme;
use crate::world::{Naming, Voice, World};

const US: Brand = Brand::Fixwell;

/// Network, hour, minute and size of each telling of the story; the first is the one that starts it.
const TELLINGS: [(Network, i64, i64, usize); 5] = [
    (Network::Bluesky, 9, 12, 3_600),
    (Network::X, 10, 40, 1_300),
    (Network::Mastodon, 11, 25, 600),
    (Network::X, 13, 5, 350),
    (Network::Bluesky, 15, 50, 250),
];

pub(super) fn play(stage: &mut Stage) {
    let mut rng = Rng::new(stage.seed, 40);
    quiet_morning(stage, &mut rng);
    let mut first = None;
    for (network, hour, minute, size) in TELLINGS {
        let author = stage.someone(network, &mut rng);
        let voice = if first.is_none() || rng.chance(500) {
            Voice::Account
        } else {
            Voice::Word
        };
        let naming = Naming::of(US, voice).with_link(first.is_some());
        let story = stage
            .world
            .post(author, later(stage.at(hour, minute), 1, &mut rng), Theme::Story, naming);
        spread(
            stage,
            &mut rng,
            story,
            size,
            &Taste {
                mix: [66, 18, 16],
                pace_min: 30,
                direct: 420,
                words: &words(),
            },
        );
        first = first.or(Some(story));
    }
    if let Some(story) = first {
        answer(stage, &mut rng, story);
    }
    newcomers(stage, &mut rng);
}

fn words() -> [(u64, Theme, Naming); 7] {
    [
        (58, Theme::Cheer, Naming::default()),
        (14, Theme::Wonder, Naming::default()),
        (10, Theme::Doubt, Naming::default()),
        (8, Theme::Praise, Naming::of(US, Voice::Word)),
        (4, Theme::Praise, Naming::of(US, Voice::Account).with_tag(true)),
        (3, Theme::Cheer, Naming::linked(US)),
        (3, Theme::Ask, Naming::of(US, Voice::Account)),
    ]
}

/// A small shop is seldom talked about.
fn quiet_morning(stage: &mut Stage, rng: &mut Rng) {
    for hour in 4..9 {
        for network in NETWORKS {
            let author = stage.someone(network, rng);
            let at = later(stage.at(hour, 5), 20, rng);
            let theme = if rng.chance(600) { Theme::Praise } else { Theme::Ask };
            stage.world.post(author, at, theme, Naming::of(US, Voice::Word));
        }
    }
}

/// The shop finds out: it answers the story, quotes it, and posts on every network.
fn answer(stage: &mut Stage, rng: &mut Rng, story: u32) {
    let account = World::account(US, Voice::Account, Network::Bluesky);
    let glad = later(stage.at(12, 20), 5, rng);
    let says = Some((Theme::Answer, Naming::default()));
    let answer = stage.world.refer(account, glad, &[(ReferenceKind::Reply, story)], says);
    let taste = Taste {
        mix: [45, 15, 40],
        pace_min: 20,
        direct: 800,
        words: &words(),
    };
    spread(stage, rng, answer, 90, &taste);
    let says = Some((Theme::FixwellNews, Naming::default()));
    let quote = stage
        .world
        .refer(account, later(glad, 8, rng), &[(ReferenceKind::Quote, story)], says);
    spread(stage, rng, quote, 240, &taste);
    for network in NETWORKS {
        let account = World::account(US, Voice::Account, network);
        let naming = Naming::linked(US).with_tag(true);
        let post = stage
            .world
            .post(account, later(stage.at(14, 0), 10, rng), Theme::FixwellNews, naming);
        spread(stage, rng, post, 80, &taste);
    }
}

/// People who heard of it write about the shop themselves.
fn newcomers(stage: &mut Stage, rng: &mut Rng) {
    for hour in 10..24 {
        for _ in 0..36 {
            let network = NETWORKS[rng.weighted(&[50, 15, 35])];
            let author = stage.someone(network, rng);
            let at = later(stage.at(hour, 0), 25, rng);
            if at >= stage.end() {
                continue;
            }
            let (theme, naming) = match rng.weighted(&[50, 20, 15, 15]) {
                0 => (Theme::Praise, Naming::of(US, Voice::Word).with_link(rng.chance(300))),
                1 => (Theme::Praise, Naming::of(US, Voice::Account)),
                2 => (Theme::Cheer, Naming::linked(US)),
                _ => (Theme::Ask, Naming::of(US, Voice::Word)),
            };
            stage.world.post(author, at, theme, naming);
        }
    }
}
