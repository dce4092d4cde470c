//! The coffee roaster's campaign: announcements, micro-influencers who start it, a curve of uptake, and those who ride on the tag.

use backtweet_domain::{Network, ReferenceKind, Timestamp};

use super::cast::Stage;
use super::spread::{Taste, later, spread};
use crate::brand::{Brand, NETWORKS};
use crate::rng::Rng;
use crate::text::Theme;
use crate::world::{Naming, Voice, World};

const US: Brand = Brand::Brewlark;

/// Posts with the tag in each hour, UTC: slow, then everybody, then over.
const UPTAKE: [u64; 24] = [
    0, 0, 0, 0, 0, 4, 18, 60, 130, 210, 260, 240, 200, 170, 150, 130, 110, 90, 80, 70, 50, 30, 15, 5,
];

/// Announcements: hour and minute.
const NEWS: [(i64, i64); 3] = [(5, 30), (11, 0), (19, 30)];

pub(super) fn play(stage: &mut Stage) {
    let mut rng = Rng::new(stage.seed, 30);
    for network in NETWORKS {
        yesterday(stage, &mut rng, network);
        news(stage, &mut rng, network);
        influencers(stage, &mut rng, network);
    }
    crowd(stage, &mut rng);
}

fn words() -> [(u64, Theme, Naming); 5] {
    let tagged = Naming::tagged(US);
    [
        (50, Theme::Campaign, tagged),
        (12, Theme::CampaignNamed, Naming::of(US, Voice::Word).with_tag(true)),
        (8, Theme::CampaignNamed, Naming::of(US, Voice::Account)),
        (22, Theme::Reaction, Naming::default()),
        (8, Theme::Ask, Naming::of(US, Voice::Account)),
    ]
}

/// People still point at a post from the day before, which the stream does not carry.
fn yesterday(stage: &mut Stage, rng: &mut Rng, network: Network) {
    let account = World::account(US, Voice::Account, network);
    let at = Timestamp::from_micros(stage.start.micros() - 9 * 3_600_000_000);
    let old = stage.world.post(account, at, Theme::BrewlarkNews, Naming::default());
    stage.world.acts[old as usize].seen = false;
    for _ in 0..14 {
        let at = Timestamp::from_micros(stage.start.micros() + rng.below(6 * 3_600_000_000) as i64);
        let author = stage.someone(network, rng);
        let (kind, says) = match rng.below(3) {
            0 => (ReferenceKind::Repost, None),
            1 => (ReferenceKind::Quote, Some((Theme::Campaign, Naming::default()))),
            _ => (ReferenceKind::Reply, Some((Theme::Reaction, Naming::default()))),
        };
        stage.world.refer(author, at, &[(kind, old)], says);
    }
}

fn news(stage: &mut Stage, rng: &mut Rng, network: Network) {
    let account = World::account(US, Voice::Account, network);
    for (hour, minute) in NEWS {
        let at = later(stage.at(hour, minute), 2, rng);
        let naming = Naming::tagged(US).with_link(hour < 12);
        let origin = stage.world.post(account, at, Theme::BrewlarkNews, naming);
        let taste = Taste {
            mix: [55, 15, 30],
            pace_min: 35,
            direct: 750,
            words: &words(),
        };
        spread(stage, rng, origin, 110, &taste);
    }
}

/// People with some thousand followers, who start it; the brand passes one of their posts on.
fn influencers(stage: &mut Stage, rng: &mut Rng, network: Network) {
    let known = stage.with_followers(network, 3_000..60_000);
    for &person in known.iter().take(9) {
        let at = later(stage.at(6, 45), 50, rng);
        let naming = Naming::of(US, Voice::Account).with_tag(true).with_link(rng.chance(500));
        let post = stage.world.post(person, at, Theme::CampaignNamed, naming);
        let size = 20 + rng.index(40);
        spread(
            stage,
            rng,
            post,
            size,
            &Taste {
                mix: [60, 12, 28],
                pace_min: 25,
                direct: 700,
                words: &words(),
            },
        );
    }
    let account = World::account(US, Voice::Account, network);
    let Some(&first) = known.first() else { return };
    let found = stage
        .world
        .acts
        .iter()
        .position(|act| act.author == first && act.says.is_some_and(|says| says.naming.tag));
    if let Some(post) = found {
        let at = later(stage.world.acts[post].at, 20, rng);
        stage
            .world
            .refer(account, at, &[(ReferenceKind::Repost, post as u32)], None);
    }
}

fn crowd(stage: &mut Stage, rng: &mut Rng) {
    for (hour, &count) in UPTAKE.iter().enumerate() {
        for _ in 0..count {
            let network = NETWORKS[rng.weighted(&[45, 15, 40])];
            let at = Timestamp::from_micros(stage.at(hour as i64, 0).micros() + rng.below(3_600_000_000) as i64);
            let author = stage.someone(network, rng);
            let (theme, naming) = match rng.weighted(&[62, 18, 8, 8, 4]) {
                0 => (Theme::Campaign, Naming::tagged(US)),
                1 => (
                    Theme::CampaignNamed,
                    Naming::of(US, Voice::Word).with_tag(rng.chance(600)),
                ),
                2 => (Theme::CampaignNamed, Naming::of(US, Voice::Account).with_tag(true)),
                3 => (Theme::Campaign, Naming::linked(US).with_tag(rng.chance(500))),
                _ => (Theme::Spam, Naming::tagged(US)),
            };
            let post = stage.world.post(author, at, theme, naming);
            let size = rng.streak(450, 12) as usize;
            if theme != Theme::Spam {
                spread(
                    stage,
                    rng,
                    post,
                    size,
                    &Taste {
                        mix: [50, 10, 40],
                        pace_min: 18,
                        direct: 850,
                        words: &words(),
                    },
                );
            }
        }
    }
}
