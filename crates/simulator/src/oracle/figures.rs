//! Sums over the places of acts: the figures of a subject, of its hours and of its authors.

use std::collections::{BTreeMap, BTreeSet};

use backtweet_domain::{Kind, Network, Role};
use backtweet_wire::v1::{Count, Figures};

use super::place::Place;
use crate::world::World;

const HOUR_US: i64 = 3_600_000_000;

/// What is counted by name on the way to the figures.
#[derive(Default)]
struct Tally<'a> {
    kinds: BTreeMap<Kind, u64>,
    networks: BTreeMap<Network, u64>,
    languages: BTreeMap<&'a str, u64>,
    authors: BTreeSet<u32>,
}

/// The figures of `acts`.
pub(super) fn figures(world: &World, places: &[Option<Place>], acts: &[u32]) -> Figures {
    let mut figures = Figures::default();
    let mut tally = Tally::default();
    for &act in acts {
        let Some(place) = &places[act as usize] else { continue };
        match place.role {
            Role::Origin => figures.origins += 1,
            Role::Answer => figures.answers += 1,
            Role::Indirect => figures.indirect += 1,
            Role::Backtweet => backtweet(world, act, place, &mut figures, &mut tally),
        }
    }
    figures.kinds = rows(tally.kinds.into_iter().map(|(kind, count)| (kind.name(), count)));
    figures.networks = rows(
        tally
            .networks
            .into_iter()
            .map(|(network, count)| (network.name(), count)),
    );
    figures.languages = rows(tally.languages);
    figures.authors = tally.authors.len() as u64;
    figures
}

fn backtweet<'a>(world: &World, act: u32, place: &Place, figures: &mut Figures, tally: &mut Tally<'a>) {
    let person = world.person(act);
    figures.backtweets += 1;
    if place.kinds.contains(Kind::Repost) {
        figures.reposts += 1;
    } else {
        figures.citations += 1;
    }
    figures.automatic += u64::from(place.automatic);
    if person.told {
        figures.impressions += person.followers;
    } else {
        figures.impressions_unknown += 1;
    }
    for kind in place.kinds.iter() {
        *tally.kinds.entry(kind).or_default() += 1;
    }
    *tally.networks.entry(person.id.network()).or_default() += 1;
    *tally.languages.entry(language(world, act)).or_default() += 1;
    tally.authors.insert(world.acts[act as usize].author);
}

fn language(world: &World, act: u32) -> &'static str {
    let made = &world.acts[act as usize];
    let reposted = || {
        let &(_, target) = made.refs.first()?;
        (world.network(act) == Network::X).then(|| world.acts[target as usize].says)?
    };
    made.finally()
        .or_else(reposted)
        .map_or("und", |says| says.language.code())
}

fn rows<'a>(counts: impl IntoIterator<Item = (&'a str, u64)>) -> Vec<Count> {
    counts
        .into_iter()
        .map(|(name, count)| Count {
            name: name.to_owned(),
            count,
        })
        .collect()
}

/// The figures of each hour in which one of `acts` was witnessed.
pub(super) fn hours(world: &World, places: &[Option<Place>], acts: &[u32]) -> Vec<(i64, Figures)> {
    let mut hours = BTreeMap::<i64, Vec<u32>>::new();
    for &act in acts {
        let hour = world.witnessed(act).micros().div_euclid(HOUR_US) * HOUR_US;
        hours.entry(hour).or_default().push(act);
    }
    hours
        .into_iter()
        .map(|(hour, acts)| (hour, figures(world, places, &acts)))
        .collect()
}

/// Authors of backtweets, those of the most first.
pub(super) fn authors(world: &World, places: &[Option<Place>], acts: &[u32]) -> Vec<(String, u64)> {
    let mut counts = BTreeMap::<String, u64>::new();
    for &act in acts {
        if places[act as usize]
            .as_ref()
            .is_some_and(|place| place.role == Role::Backtweet)
        {
            *counts.entry(world.person(act).id.to_string()).or_default() += 1;
        }
    }
    let mut ranking: Vec<_> = counts.into_iter().collect();
    ranking.sort_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.cmp(b)));
    ranking
}

/// `figures` brought into the form of [`super::Truth::figures`]: without what a model decides, without rows of 0, rows in one order.
/// A caller compares reported figures with true ones after passing both through here.
pub fn comparable(figures: &Figures) -> Figures {
    let tidy = |rows: &[Count]| {
        let mut rows: Vec<Count> = rows.iter().filter(|row| row.count > 0).cloned().collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        rows
    };
    Figures {
        kinds: tidy(&figures.kinds),
        networks: tidy(&figures.networks),
        languages: tidy(&figures.languages),
        intents: vec![],
        sentiments: vec![],
        net_sentiment: None,
        signal_milli: 0,
        models: vec![],
        authors_error: None,
        ..*figures
    }
}
