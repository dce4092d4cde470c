//! A morning small enough to count by hand.

use backtweet_domain::{AccountState, Network, ReferenceKind, Timestamp};
use backtweet_wire::v1::Count;

use super::*;
use crate::brand::Brand::Fixwell;
use crate::text::{Language, Theme};
use crate::world::{Naming, Person, Turn, Voice, address};

const HOUR: i64 = 3_600;

fn person(world: &mut World, network: Network, name: &str, followers: u64) -> u32 {
    let (id, handle) = address(network, "toot.example", name, name.len() as u64);
    world.people.push(Person {
        id,
        handle,
        name: name.to_owned(),
        followers,
        told: followers > 0,
        bot: false,
        language: Language::English,
        born: Timestamp::EPOCH,
        owner: None,
    });
    world.people.len() as u32 - 1
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_789_430_400 + seconds)
}

fn count(name: &str, count: u64) -> Count {
    Count {
        name: name.to_owned(),
        count,
    }
}

const PLAIN: Naming = Naming {
    brand: None,
    voice: None,
    tag: false,
    link: false,
    rival: None,
};

/// On X, where every reply mentions whom it answers: the brand posts; ann reposts it; bob quotes it; cem answers bob; dot praises by
/// mention in the next hour; eve answers dot, which mentions the brand automatically; the brand answers dot; dot thanks it.
fn morning() -> (World, [u32; 8], [u32; 5]) {
    let mut world = World::new(1);
    let people = [
        ("ann", 10),
        ("bobby", 200),
        ("cemile", 3_000),
        ("dorothy", 40_000),
        ("eve-lyn-x", 0),
    ]
    .map(|(name, followers)| person(&mut world, Network::X, name, followers));
    let [ann, bob, cem, dot, eve] = people;
    let us = World::account(Fixwell, Voice::Account, Network::X);
    let origin = world.post(us, at(0), Theme::FixwellNews, PLAIN);
    let repost = world.refer(ann, at(60), &[(ReferenceKind::Repost, origin)], None);
    let quote = world.refer(
        bob,
        at(120),
        &[(ReferenceKind::Quote, origin)],
        Some((Theme::Cheer, PLAIN)),
    );
    let indirect = world.refer(
        cem,
        at(180),
        &[(ReferenceKind::Quote, quote)],
        Some((Theme::Cheer, PLAIN)),
    );
    let praise = world.post(
        dot,
        at(HOUR),
        Theme::Praise,
        Naming::of(Fixwell, Voice::Account).with_tag(true),
    );
    let echo = world.refer(
        eve,
        at(HOUR + 60),
        &[(ReferenceKind::Reply, praise)],
        Some((Theme::Reaction, PLAIN)),
    );
    let answer = world.refer(
        us,
        at(HOUR + 120),
        &[(ReferenceKind::Reply, praise)],
        Some((Theme::Answer, PLAIN)),
    );
    let thanks = world.refer(
        dot,
        at(HOUR + 180),
        &[(ReferenceKind::Reply, answer)],
        Some((Theme::Thanks, PLAIN)),
    );
    (
        world,
        [origin, repost, quote, indirect, praise, echo, answer, thanks],
        people,
    )
}

fn about(world: &World) -> Truth {
    truths(world).swap_remove(1)
}

#[test]
fn a_morning_adds_up_to_what_a_person_counts() {
    let (world, acts, _) = morning();
    let truth = about(&world);
    let figures = &truth.figures;
    assert_eq!((figures.origins, figures.answers, figures.indirect), (1, 1, 1));
    // The repost, the quote, the praise, the echo that only the network addressed to the brand, and the thanks.
    assert_eq!(
        (
            figures.backtweets,
            figures.reposts,
            figures.citations,
            figures.automatic
        ),
        (5, 1, 4, 1)
    );
    let kinds = [
        count("repost", 1),
        count("quote", 1),
        count("reply", 1),
        count("mention", 3),
        count("hashtag", 1),
    ];
    assert_eq!(figures.kinds, kinds);
    assert_eq!(figures.networks, [count("x", 5)]);
    assert_eq!(figures.languages, [count("en", 5)]);
    assert_eq!(
        (figures.impressions, figures.impressions_unknown),
        (10 + 200 + 40_000 + 40_000, 1)
    );
    assert_eq!(figures.authors, 4);
    assert_eq!(truth.deepest, 2);
    assert_eq!(
        truth.largest,
        Some((render::id(&world, acts[4]).max(render::id(&world, acts[0])), 3))
    );
    let hours: Vec<_> = truth
        .hours
        .iter()
        .map(|(start, figures)| (*start, figures.backtweets, figures.authors))
        .collect();
    assert_eq!(hours, [(at(0).micros(), 2, 2), (at(HOUR).micros(), 3, 2)]);
    assert_eq!(
        truth.authors[0],
        (
            "x:".to_owned() + world.people[world.acts[acts[4] as usize].author as usize].id.native(),
            2
        )
    );
    let meant: Vec<_> = truth
        .intended
        .iter()
        .map(|intended| (intended.intent, intended.sentiment))
        .collect();
    let (praise, other) = ((Intent::Praise, Label::Positive), (Intent::Other, Label::Neutral));
    assert_eq!(meant, [praise, praise, praise, other, praise]);
    assert!(
        truths(&world)
            .iter()
            .filter(|truth| truth.subject.as_str() != "fixwell")
            .all(|truth| truth.figures == Figures::default())
    );
}

#[test]
fn what_is_deleted_or_hidden_leaves_the_figures_and_what_hangs_on_it_stays() {
    let (mut world, acts, [_, bob, _, dot, _]) = morning();
    world.acts[acts[2] as usize].deleted = Some(at(500));
    world.turns.push(Turn {
        person: dot,
        state: AccountState::Hidden,
        seq: 1,
        at: at(7_000),
    });
    world.turns.push(Turn {
        person: bob,
        state: AccountState::Active,
        seq: 1,
        at: at(7_000),
    });
    let truth = about(&world);
    assert_eq!(
        (truth.figures.backtweets, truth.figures.indirect, truth.figures.answers),
        (2, 1, 1)
    );
    assert_eq!((truth.figures.impressions, truth.figures.impressions_unknown), (10, 1));
    assert_eq!(truth.deepest, 2, "the post below the deleted quote keeps its depth");
    world.turns.push(Turn {
        person: dot,
        state: AccountState::Active,
        seq: 2,
        at: at(8_000),
    });
    assert_eq!(about(&world).figures.backtweets, 4);
}

#[test]
fn the_last_wording_decides() {
    let (mut world, acts, people) = morning();
    let [origin, .., answer, _] = acts;
    let aside = world.refer(
        people[0],
        at(200),
        &[(ReferenceKind::Quote, origin)],
        Some((Theme::Cheer, PLAIN)),
    );
    let chatter = world.post(people[1], at(300), Theme::Chatter, PLAIN);
    assert_eq!(about(&world).figures.backtweets, 6);
    let says = world.acts[chatter as usize].says.unwrap();
    let named = crate::world::Says {
        theme: Theme::Praise,
        naming: Naming::of(Fixwell, Voice::Word),
        ..says
    };
    world.acts[chatter as usize].edits.push((at(400), named));
    assert_eq!(about(&world).figures.backtweets, 7);
    world.acts[chatter as usize].edits.push((at(500), says));
    assert_eq!(about(&world).figures.backtweets, 6);
    // Two references: the quote outranks the answer.
    let both = [(ReferenceKind::Reply, answer), (ReferenceKind::Quote, aside)];
    world.refer(people[2], at(9_000), &both, Some((Theme::Cheer, PLAIN)));
    let truth = about(&world);
    assert_eq!(
        truth.figures.kinds.iter().find(|row| row.name == "reply"),
        Some(&count("reply", 2))
    );
    assert_eq!(truth.largest, Some((render::id(&world, origin), 5)));
}

#[test]
fn posts_from_before_the_stream_count_as_targets_only() {
    let (mut world, acts, people) = morning();
    world.acts[acts[0] as usize].seen = false;
    let truth = about(&world);
    assert_eq!((truth.figures.origins, truth.figures.backtweets), (0, 5));
    assert_eq!(truth.deepest, 2, "praise, answer, thanks");
    assert_eq!(truth.largest.map(|(_, size)| size), Some(3));
    let stranger = world.post(people[3], at(-100), Theme::Chatter, PLAIN);
    world.acts[stranger as usize].seen = false;
    world.refer(people[4], at(700), &[(ReferenceKind::Repost, stranger)], None);
    assert_eq!(about(&world).figures, truth.figures);
}

#[test]
fn figures_compare_whatever_order_their_rows_come_in() {
    let rows = |rows: &[(&str, u64)]| rows.iter().map(|&(name, n)| count(name, n)).collect::<Vec<_>>();
    let reported = Figures {
        languages: rows(&[("es", 1), ("de", 0), ("en", 2)]),
        signal_milli: 7,
        ..Figures::default()
    };
    let truth = Figures {
        languages: rows(&[("en", 2), ("es", 1)]),
        ..Figures::default()
    };
    assert_eq!(comparable(&reported), comparable(&truth));
}
