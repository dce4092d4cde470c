//! The ticket app fails from 13:20 to 16:50: complaints, calls for help, status posts, and a support account that answers.

use backtweet_domain::{Network, ReferenceKind, Timestamp};

use super::cast::Stage;
use super::spread::{Taste, later, spread};
use crate::brand::{Brand, NETWORKS};
use crate::rng::Rng;
use crate::text::Theme;
use crate::world::{Naming, Voice, World};

const US: Brand = Brand::Tramlo;

/// Complaints and calls for help in each quarter of an hour from 13:15 on.
const ANGER: [u64; 20] = [
    25, 70, 130, 160, 170, 160, 150, 130, 120, 110, 110, 120, 120, 90, 60, 35, 20, 12, 8, 5,
];

pub(super) fn play(stage: &mut Stage) {
    let mut rng = Rng::new(stage.seed, 50);
    small_talk(stage, &mut rng);
    for network in NETWORKS {
        status(stage, &mut rng, network);
    }
    for (quarter, &count) in ANGER.iter().enumerate() {
        for _ in 0..count {
            let at = stage.at(13, 15 + 15 * quarter as i64).micros() + rng.below(900_000_000) as i64;
            cry(stage, &mut rng, Timestamp::from_micros(at));
        }
    }
}

fn voice(rng: &mut Rng) -> Voice {
    [Voice::Word, Voice::Account, Voice::Support][rng.weighted(&[40, 35, 25])]
}

/// On every day somebody asks or complains.
fn small_talk(stage: &mut Stage, rng: &mut Rng) {
    for hour in 0..24 {
        for _ in 0..6 {
            let network = NETWORKS[rng.weighted(&[35, 15, 50])];
            let author = stage.someone(network, rng);
            let at = Timestamp::from_micros(stage.at(hour, 0).micros() + rng.below(3_600_000_000) as i64);
            let theme = [Theme::Ask, Theme::Complaint, Theme::Praise, Theme::Help][rng.weighted(&[50, 20, 15, 15])];
            let naming = Naming::of(US, voice(rng));
            let post = stage.world.post(author, at, theme, naming);
            if matches!(theme, Theme::Ask | Theme::Help) && rng.chance(700) {
                support(stage, rng, post);
            }
        }
    }
}

/// The app's own posts: one before it all, then bad news, half good news, good news.
fn status(stage: &mut Stage, rng: &mut Rng, network: Network) {
    let account = World::account(US, Voice::Account, network);
    let angry = [
        (60, Theme::Grumble, Naming::default()),
        (20, Theme::Plea, Naming::default()),
        (10, Theme::Reaction, Naming::default()),
        (10, Theme::Complaint, Naming::of(US, Voice::Word).with_tag(true)),
    ];
    let relieved = [
        (60, Theme::Thanks, Naming::default()),
        (40, Theme::Grumble, Naming::default()),
    ];
    for (hour, minute, size) in [(7, 0, 12), (13, 50, 260), (15, 5, 220), (16, 52, 150)] {
        let at = later(stage.at(hour, minute), 2, rng);
        let post = stage
            .world
            .post(account, at, Theme::TramloNews, Naming::linked(US).with_link(hour > 12));
        let words: &[_] = if hour == 16 { &relieved } else { &angry };
        spread(
            stage,
            rng,
            post,
            size,
            &Taste {
                mix: [30, 25, 45],
                pace_min: 14,
                direct: 650,
                words,
            },
        );
    }
}

/// One complaint or call for help, its echo, and often an answer.
fn cry(stage: &mut Stage, rng: &mut Rng, at: Timestamp) {
    let network = NETWORKS[rng.weighted(&[30, 12, 58])];
    let author = stage.someone(network, rng);
    let theme = if rng.chance(420) { Theme::Help } else { Theme::Complaint };
    let rival = rng.chance(15).then_some(Brand::Brewlark);
    let tag = rng.chance(350);
    let naming = Naming {
        rival,
        ..Naming::of(US, voice(rng)).with_tag(tag).with_link(rng.chance(40))
    };
    let post = stage.world.post(author, at, theme, naming);
    let echo = [
        (55, Theme::Grumble, Naming::tagged(US).with_tag(rng.chance(300))),
        (25, Theme::Reaction, Naming::default()),
        (20, Theme::Plea, Naming::default()),
    ];
    let size = rng.streak(380, 10) as usize;
    spread(
        stage,
        rng,
        post,
        size,
        &Taste {
            mix: [45, 10, 45],
            pace_min: 12,
            direct: 800,
            words: &echo,
        },
    );
    if theme == Theme::Help && rng.chance(650) || rng.chance(150) {
        support(stage, rng, post);
    }
}

/// The support account answers `post`; some write back, and some of them are answered once more.
fn support(stage: &mut Stage, rng: &mut Rng, post: u32) {
    let network = stage.world.network(post);
    let account = World::account(US, Voice::Support, network);
    let customer = stage.world.acts[post as usize].author;
    let mut last = post;
    for _ in 0..rng.between(1, 3) {
        let at = later(stage.world.acts[last as usize].at, 22, rng);
        if at >= stage.end() {
            return;
        }
        let says = |theme| Some((theme, Naming::default()));
        last = stage
            .world
            .refer(account, at, &[(ReferenceKind::Reply, last)], says(Theme::Answer));
        let at = later(at, 9, rng);
        if at >= stage.end() || rng.chance(400) {
            return;
        }
        let theme = if rng.chance(650) { Theme::Thanks } else { Theme::Plea };
        last = stage
            .world
            .refer(customer, at, &[(ReferenceKind::Reply, last)], says(theme));
    }
}
