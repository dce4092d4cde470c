//! What a day must be like to be believed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use backtweet_domain::{Network, PostEvent, ReferenceKind};

use super::*;
use crate::brand::Brand;

static DAY: LazyLock<Day> = LazyLock::new(|| Day::new(7));

/// Stirs what matters of every event into one number; fields that posts gain later do not change it.
fn digest(day: &Day) -> u64 {
    day.events().fold(0, |sum, event| {
        let text = match &event {
            PostEvent::Created { post } | PostEvent::Edited { post } => &post.text,
            _ => "",
        };
        let line = format!("{} {} {text}", event.key(), event.at().micros());
        line.bytes()
            .fold(sum, |sum, byte| crate::rng::mix(sum, u64::from(byte)))
    })
}

#[test]
fn a_seed_means_the_same_day_everywhere() {
    assert!(DAY.events().eq(Day::new(7).events()));
    // The same on every machine, until the day itself is changed on purpose.
    assert_eq!(digest(&DAY), 13_853_190_400_507_984_746);
    let other = Day::new(8);
    assert_ne!(DAY.events().next(), other.events().next());
    let moved = Day::starting(7, Timestamp::from_seconds(1_700_000_123));
    assert_eq!((moved.start().micros() % 3_600_000_000, moved.len()), (0, DAY.len()));
}

#[test]
fn the_day_is_as_large_as_it_says_and_mostly_chatter() {
    let day = &*DAY;
    assert!((30_000..60_000).contains(&day.len()), "{} events", day.len());
    assert_eq!(day.events().len(), day.len());
    assert_eq!(day.events().count(), day.len());
    let direct: u64 = day.oracle().iter().map(|truth| truth.figures.backtweets).sum();
    assert!(direct * 2 < day.len() as u64 && direct > 5_000, "{direct} backtweets");
    let authors: BTreeSet<_> = day.world().acts.iter().map(|act| act.author).collect();
    assert!((2_000..6_000).contains(&authors.len()), "{} authors", authors.len());
    let texts: BTreeSet<_> = day.events().filter_map(text_of).collect();
    assert!(texts.len() > 4_000, "only {} different texts", texts.len());
    let mut followers: Vec<u64> = day.world().people.iter().map(|person| person.followers).collect();
    followers.sort_unstable();
    let (median, most) = (followers[followers.len() / 2], followers[followers.len() - 1]);
    assert!(median < 200 && most > 100 * median, "median {median}, most {most}");
}

fn text_of(event: PostEvent) -> Option<String> {
    match event {
        PostEvent::Created { post } => Some(post.text),
        _ => None,
    }
}

#[test]
fn every_id_is_unique_and_tells_when_the_post_was_made() {
    let day = &*DAY;
    let world = day.world();
    let mut seen = BTreeSet::new();
    for act in 0..world.acts.len() as u32 {
        let (id, at) = (render::id(world, act), world.acts[act as usize].at);
        match id.network() {
            Network::Bluesky => assert_eq!(id.time(), Some(at), "{id}"),
            Network::X => assert_eq!(id.time().map(Timestamp::millis), Some(at.millis()), "{id}"),
            _ => assert_eq!(id.time(), None),
        }
        assert!(seen.insert(id.clone()), "{id} twice");
    }
    let mut accounts = BTreeSet::new();
    // The brands' people come in pairs, of which two of three brands use one.
    assert!(
        world
            .people
            .iter()
            .skip(18)
            .all(|person| accounts.insert(person.id.clone()))
    );
}

#[test]
fn entities_stand_where_they_say() {
    let day = &*DAY;
    let mut found = BTreeMap::<(Network, &str), u32>::new();
    for event in day.events() {
        let (PostEvent::Created { post } | PostEvent::Edited { post }) = event else {
            continue;
        };
        let network = post.id.network();
        let cut = |span: Option<backtweet_domain::Span>| {
            let span = span.unwrap();
            post.text
                .get(span.start as usize..span.end as usize)
                .unwrap()
                .to_owned()
        };
        for mention in &post.entities.mentions {
            let shown = cut(mention.span).to_lowercase();
            let named = mention.handle.clone().unwrap_or_default();
            assert!(
                shown.starts_with('@') && (network == Network::Bluesky || named.starts_with(&shown[1..])),
                "{shown}"
            );
            assert_eq!(mention.handle.is_none(), network == Network::Bluesky);
            assert!(mention.account.is_some() || network == Network::X);
            *found
                .entry((network, if mention.account.is_some() { "id" } else { "handle" }))
                .or_default() += 1;
        }
        for tag in &post.entities.hashtags {
            assert_eq!(cut(tag.span), format!("#{}", tag.tag));
        }
        for link in &post.entities.links {
            assert!(!cut(link.span).contains(' ') && link.url.starts_with(&link.canonical));
            assert_eq!(
                backtweet_domain::link::canonical(&link.url).as_ref(),
                Some(&link.canonical)
            );
            *found.entry((network, "link")).or_default() += 1;
        }
        assert_eq!(post.text.is_empty(), post.is_repost());
    }
    assert_eq!(found.len(), 3 * 2 + 1, "{found:?}");
}

#[test]
fn every_story_line_shows_in_the_figures() {
    let day = &*DAY;
    let truths = day.oracle();
    let [campaign, viral, outage] = &truths[..] else {
        panic!("{} subjects", truths.len())
    };
    let of = |truth: &Truth, name: &str| {
        truth
            .figures
            .kinds
            .iter()
            .find(|row| row.name == name)
            .map_or(0, |row| row.count)
    };
    assert!(of(campaign, "hashtag") > 1_500 && campaign.figures.reposts > 300);
    assert!(
        viral.figures.indirect > 3 * viral.figures.backtweets && viral.deepest >= 5,
        "{:?}",
        viral.figures
    );
    assert!(
        outage.figures.answers > 200 && of(outage, "reply") > 300,
        "{:?}",
        outage.figures
    );
    assert!(viral.figures.automatic > 50 && outage.figures.automatic > 50);
    for truth in &truths {
        assert!(
            Kinds(&truth.figures).all_but_repost() && truth.figures.origins > 3,
            "{:?}",
            truth.figures
        );
        assert!(
            truth.figures.networks.len() == 3 && truth.figures.languages.len() == 6,
            "{:?}",
            truth.figures
        );
        assert!(truth.figures.impressions > 100_000 && truth.figures.impressions_unknown > 10);
    }
    let busiest = outage
        .hours
        .iter()
        .max_by_key(|(_, figures)| figures.backtweets)
        .unwrap();
    assert_eq!(
        (busiest.0 - day.start().micros()) / 3_600_000_000,
        14,
        "the outage peaks in the hour after it began"
    );
}

struct Kinds<'a>(&'a backtweet_wire::v1::Figures);

impl Kinds<'_> {
    fn all_but_repost(&self) -> bool {
        ["quote", "reply", "mention", "link", "hashtag", "keyword"]
            .iter()
            .all(|kind| self.0.kinds.iter().any(|row| row.name == *kind && row.count > 0))
    }
}

#[test]
fn the_stream_is_as_untidy_as_a_real_one() {
    let day = &*DAY;
    let mut seen = BTreeSet::new();
    let (mut orphans, mut twice, mut edits, mut deletions, mut unreposts, mut turns, mut unresolved) =
        (0, 0, 0, 0, 0, 0, 0);
    for event in day.events() {
        match event {
            PostEvent::Created { post } => {
                let known = |target| seen.contains(target);
                orphans += u32::from(
                    post.references
                        .iter()
                        .any(|to| to.target.as_ref().is_some_and(|id| !known(id))),
                );
                unresolved += u32::from(post.references.iter().any(|to| to.target.is_none()));
                twice += u32::from(!seen.insert(post.id.clone()));
            }
            PostEvent::Edited { .. } => edits += 1,
            PostEvent::Deleted { id, .. } if id.native().contains("repost") => unreposts += 1,
            PostEvent::Deleted { .. } => deletions += 1,
            PostEvent::Account(_) => turns += 1,
            PostEvent::Engagement { .. } | PostEvent::Follow(_) => {}
        }
    }
    let counts = [orphans, twice, edits, deletions, unreposts, turns, unresolved];
    assert!(counts.iter().all(|&count| count > 50), "{counts:?}");
    let late = |slot: &Slot| match slot.what {
        What::Created(act) => slot.arrival.since(day.world().witnessed(act)).as_secs() > 1_800,
        _ => false,
    };
    assert!((5..400).contains(&day.slots.iter().filter(|slot| late(slot)).count()));
    assert!(day.slots.is_sorted_by_key(|slot| slot.arrival));
}

#[test]
fn nobody_refers_to_what_was_made_later_or_elsewhere_and_brands_answer_only_their_own_conversation() {
    let day = &*DAY;
    let world = day.world();
    for (index, act) in world.acts.iter().enumerate() {
        for &(kind, target) in &act.refs {
            let there = &world.acts[target as usize];
            assert!(there.at < act.at && (target as usize) < index);
            assert_eq!(world.network(target), world.network(index as u32));
            assert!(!there.is_repost() && (kind != ReferenceKind::Repost || act.is_repost()));
        }
    }
    for brand in Brand::ALL {
        let owned = |act: &crate::world::Act| world.people[act.author as usize].owner == Some(brand);
        let answers = world
            .acts
            .iter()
            .filter(|act| owned(act) && act.refs.iter().any(|to| to.0 == ReferenceKind::Reply));
        let about = |target: u32| {
            let there = &world.acts[target as usize];
            let ours = there.finally().is_some_and(|says| says.naming.brand == Some(brand));
            ours || there.refs.iter().any(|&(_, above)| owned(&world.acts[above as usize]))
        };
        assert!(answers.flat_map(|act| &act.refs).all(|&(_, target)| about(target)));
    }
}
