//! Who lives in the simulated network, and the stage that every story line of the day plays on.

use backtweet_domain::{Network, Timestamp};

use crate::brand::{NETWORKS, slot};
use crate::rng::{Rng, mix};
use crate::text::Language;
use crate::world::{Person, World, address};

const PEOPLE: [usize; 3] = [1_900, 900, 1_400];
const HOSTS: [&str; 5] = [
    "mastodon.example",
    "toot.example",
    "fedi.example",
    "social.town.example",
    "kolektiva.example",
];
const FIRST: [&str; 32] = [
    "ada", "anouk", "ben", "bea", "carla", "chidi", "dana", "emil", "fatou", "finn", "greta", "hiro", "ines", "ivo",
    "jana", "joao", "kofi", "lena", "luis", "mara", "milo", "nadia", "nils", "olga", "paul", "priya", "quinn", "rosa",
    "sven", "tilda", "umut", "zoe",
];
const LAST: [&str; 24] = [
    "bakes", "birch", "codes", "cole", "draws", "fern", "grove", "hale", "isles", "jones", "knits", "lund", "marsh",
    "moss", "north", "okoye", "pine", "reads", "rides", "santos", "stone", "vale", "weber", "yarn",
];

/// The world under construction.
pub(super) struct Stage {
    pub(super) world: World,
    pub(super) seed: u64,
    pub(super) start: Timestamp,
    /// Ordinary people of each network, in the order of `brand::NETWORKS`; the first are the busiest.
    crowd: [Vec<u32>; 3],
}

impl Stage {
    pub(super) fn new(seed: u64, start: Timestamp) -> Self {
        let mut stage = Self {
            world: World::new(seed),
            seed,
            start,
            crowd: Default::default(),
        };
        let mut rng = Rng::new(seed, 10);
        for network in NETWORKS {
            for _ in 0..PEOPLE[slot(network)] {
                let index = stage.world.people.len() as u32;
                stage.crowd[slot(network)].push(index);
                stage.world.people.push(person(network, index, start, &mut rng));
            }
        }
        stage
    }

    /// The time of day, in hours and minutes after the start.
    pub(super) fn at(&self, hour: i64, minute: i64) -> Timestamp {
        Timestamp::from_micros(self.start.micros() + (hour * 60 + minute) * 60_000_000)
    }

    /// The end of the day.
    pub(super) fn end(&self) -> Timestamp {
        self.at(24, 0)
    }

    /// Somebody on a network; busy people more often than others.
    pub(super) fn someone(&self, network: Network, rng: &mut Rng) -> u32 {
        let crowd = &self.crowd[slot(network)];
        crowd[rng.index(crowd.len()).min(rng.index(crowd.len()))]
    }

    /// People of a network whose follower count lies in `range`.
    pub(super) fn with_followers(&self, network: Network, range: std::ops::Range<u64>) -> Vec<u32> {
        let crowd = self.crowd[slot(network)].iter().copied();
        crowd
            .filter(|&person| range.contains(&self.world.people[person as usize].followers))
            .collect()
    }
}

fn person(network: Network, index: u32, start: Timestamp, rng: &mut Rng) -> Person {
    let (first, last) = (rng.pick(&FIRST), rng.pick(&LAST));
    let name = match rng.below(3) {
        0 => format!("{first}{last}{index}"),
        1 => format!("{first}_{index}"),
        _ => format!("{last}{first}{index}"),
    };
    // Bluesky's handles are host names.
    let name = if network == Network::Bluesky {
        name.replace('_', "-")
    } else {
        name
    };
    let (id, handle) = address(network, rng.pick(&HOSTS), &name, mix(rng.next(), u64::from(index)));
    Person {
        id,
        handle,
        name: format!("{} {}", title(first), title(last)),
        followers: rng.heavy(14),
        told: network != Network::Bluesky || rng.chance(850),
        bot: rng.chance(15),
        language: Language::ALL[rng.weighted(&[78, 7, 6, 5, 4])],
        born: Timestamp::from_micros(start.micros() - rng.between(30, 5_000) as i64 * 86_400_000_000),
        owner: None,
    }
}

fn title(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
