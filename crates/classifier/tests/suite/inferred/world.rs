//! A small X: people who answer, quote, repost, link to and pass on by hand what they read, and edit and delete what they wrote. What that
//! comes to is not known here.

use std::collections::BTreeSet;
use std::time::Duration;

use backtweet_domain::{
    AccountId, Author, Entities, Link, Network, OwnedAccount, Post, PostEvent, PostId, Reference, ReferenceKind,
    Subject, SubjectId, Timestamp,
};
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

const START: Timestamp = Timestamp::from_seconds(1_780_000_000);
const PEOPLE: [&str; 4] = ["acme", "ann", "bob", "cat"];
const TEXTS: [&str; 4] = [
    "the sun came up over the harbour",
    "nobody knows where the ferry went",
    "acme keeps the lights on tonight",
    "they say that acme closes at noon",
];

pub fn subject() -> Subject {
    let own = OwnedAccount {
        network: Some(Network::X),
        native: None,
        handles: vec!["acme".into()],
    };
    Subject {
        generation: 1,
        accounts: vec![own],
        keywords: vec!["lights".into()],
        ..Subject::new(SubjectId::new("s").unwrap())
    }
}

pub fn id(number: usize) -> PostId {
    PostId::new(Network::X, (number + 1).to_string()).unwrap()
}

/// How a made-up post points at another: what the oracle knows without reading any text.
#[derive(Debug, Clone)]
pub enum Pointing {
    Nothing,
    Reply(usize),
    Quote(usize),
    Repost(usize),
    /// A link to a post of somebody's.
    Link(usize),
    /// `RT @who: text`, with words in front or without.
    ByHand {
        who: &'static str,
        text: &'static str,
        commented: bool,
    },
    /// `text via @who`.
    Credit {
        who: &'static str,
        text: &'static str,
    },
}

impl Pointing {
    /// The post that it points at, where that is known.
    fn number(&self) -> Option<usize> {
        match self {
            Pointing::Reply(to) | Pointing::Quote(to) | Pointing::Repost(to) | Pointing::Link(to) => Some(*to),
            Pointing::Nothing | Pointing::ByHand { .. } | Pointing::Credit { .. } => None,
        }
    }
}

/// One revision of a post.
#[derive(Debug, Clone)]
pub struct Written {
    pub number: usize,
    pub revision: u64,
    pub author: &'static str,
    /// Its own words; none where it only passes on.
    pub text: &'static str,
    pub pointing: Pointing,
}

impl Written {
    fn at(&self) -> Timestamp {
        START.plus(Duration::from_secs(10 * self.number as u64))
    }

    fn post(&self, all: &[Written]) -> Post {
        let author = |number: usize| all.iter().find(|it| it.number == number).unwrap().author;
        let reference = |kind, number| Reference {
            kind,
            target: Some(id(number)),
            author: None,
            author_handle: Some(author(number).to_owned()),
            included: false,
        };
        let mut entities = Entities::default();
        let (mut references, mut text) = (Vec::new(), self.text.to_owned());
        match &self.pointing {
            Pointing::Nothing => {}
            Pointing::Reply(to) => references.push(reference(ReferenceKind::Reply, *to)),
            Pointing::Quote(of) => references.push(reference(ReferenceKind::Quote, *of)),
            Pointing::Repost(of) => references.push(reference(ReferenceKind::Repost, *of)),
            Pointing::Link(to) => {
                let url = format!("https://x.com/{}/status/{}", author(*to), to + 1);
                entities.links.push(Link::new(url, None));
            }
            Pointing::ByHand {
                who,
                text: copied,
                commented,
            } => {
                text = format!("{}RT @{who}: {copied}", if *commented { "indeed! " } else { "" });
            }
            Pointing::Credit { who, text: copied } => text = format!("{copied} (via @{who})"),
        }
        Post {
            id: id(self.number),
            revision: self.revision,
            author: Author {
                id: AccountId::new(Network::X, format!("id-{}", self.author)).unwrap(),
                handle: Some(self.author.to_owned()),
                name: None,
                followers: None,
                bot: false,
                created_at: None,
            },
            text,
            language: None,
            created_at: None,
            witnessed_at: self.at(),
            references,
            entities,
            engagement: Default::default(),
            url: None,
            has_media: false,
        }
    }
}

#[derive(Debug)]
pub struct World {
    pub written: Vec<Written>,
    pub deleted: BTreeSet<usize>,
}

impl World {
    pub fn random(seed: u64, posts: usize) -> Self {
        let mut rng = SmallRng::seed_from_u64(seed);
        let mut world = Self {
            written: Vec::new(),
            deleted: BTreeSet::new(),
        };
        let made: Vec<_> = (0..posts).map(|number| random_post(&mut rng, number)).collect();
        let referred: BTreeSet<_> = made.iter().filter_map(|it| it.pointing.number()).collect();
        for written in made {
            let number = written.number;
            let is_fresh = matches!(
                written.pointing,
                Pointing::Nothing | Pointing::Link(_) | Pointing::Reply(_)
            );
            world.written.push(written.clone());
            if is_fresh && rng.random_bool(0.4) {
                // An edit that moves a post does not reach what hung on it by a reference, but what was passed on by hand it does.
                let moves = number > 0 && !referred.contains(&number) && rng.random_bool(0.6);
                world.written.push(Written {
                    revision: 2,
                    text: TEXTS.choose(&mut rng).unwrap(),
                    pointing: if moves {
                        Pointing::Link(before(&mut rng, number))
                    } else {
                        written.pointing.clone()
                    },
                    ..written
                });
            }
            if rng.random_bool(0.1) {
                world.deleted.insert(number);
            }
        }
        world
    }

    pub fn events(&self) -> Vec<PostEvent> {
        let written = self.written.iter().map(|it| {
            let post = Box::new(it.post(&self.written));
            match it.revision {
                1 => PostEvent::Created { post },
                _ => PostEvent::Edited { post },
            }
        });
        let deleted = self.deleted.iter().map(|number| PostEvent::Deleted {
            id: id(*number),
            revision: u64::MAX,
            at: START.plus(Duration::from_secs(5_000)),
        });
        written.chain(deleted).collect()
    }
}

/// One of the posts just before.
fn before(rng: &mut SmallRng, number: usize) -> usize {
    rng.random_range(number.saturating_sub(6)..number)
}

fn random_post(rng: &mut SmallRng, number: usize) -> Written {
    let author = PEOPLE.choose(rng).unwrap();
    let (who, text) = (PEOPLE.choose(rng).unwrap(), TEXTS.choose(rng).unwrap());
    let pointing = match if number == 0 { 0 } else { rng.random_range(0..10) } {
        0..=2 => Pointing::Nothing,
        3 => Pointing::Reply(before(rng, number)),
        4 => Pointing::Quote(before(rng, number)),
        5 => Pointing::Repost(before(rng, number)),
        6 => Pointing::Link(before(rng, number)),
        7 | 8 => Pointing::ByHand {
            who,
            text,
            commented: rng.random_bool(0.3),
        },
        _ => Pointing::Credit { who, text },
    };
    let says_nothing = matches!(
        pointing,
        Pointing::Repost(_) | Pointing::ByHand { .. } | Pointing::Credit { .. }
    );
    Written {
        number,
        revision: 1,
        author,
        text: if says_nothing { "" } else { TEXTS.choose(rng).unwrap() },
        pointing,
    }
}
