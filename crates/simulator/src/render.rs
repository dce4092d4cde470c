//! Acts as the posts that a collector would make of them: native ids, entities the way each network gives them, spans in place.

use backtweet_domain::{
    Author, Engagement, Entities, Hashtag, Link, Mention, Network, Post, PostId, Reference, ReferenceKind, Span,
    Timestamp,
};

use crate::ids;
use crate::rng::{Rng, mix};
use crate::text::{ASIDES, CHATTER_LINKS, CHATTER_TAGS, Page, Theme, sentences, write};
use crate::world::{Person, Says, Voice, World};

/// Appended to a link by those who share it; none of it is part of the page.
const TRACKING: [&str; 6] = [
    "",
    "",
    "?utm_source=share&utm_medium=social",
    "?fbclid=IwAR0x1y2z",
    "?utm_campaign=september&gclid=Cj0KCQ",
    "?mc_cid=7f3a91",
];

/// The post that `act` is after its first `edits` edits. A Mastodon reply whose target is not `resolved` yet stands below itself.
pub(crate) fn post(world: &World, act: u32, edits: usize, resolved: Resolved) -> Post {
    let made = &world.acts[act as usize];
    let person = world.person(act);
    let network = person.id.network();
    let says = if edits == 0 {
        made.says
    } else {
        Some(made.edits[edits - 1].1)
    };
    let mut draft = Draft {
        world,
        network,
        says,
        text: String::new(),
        entities: Entities::default(),
    };
    if let Some(says) = says {
        draft.compose(&made.automatic, says);
    }
    Post {
        id: id(world, act),
        revision: revision(world, act, edits, resolved),
        author: author(person),
        text: draft.text,
        language: language(world, act, says),
        created_at: Some(Timestamp::from_millis(made.at.millis())),
        witnessed_at: world.witnessed(act),
        references: made
            .refs
            .iter()
            .map(|&(kind, target)| reference(world, act, kind, target, resolved))
            .collect(),
        entities: draft.entities,
        engagement: fresh(network),
        url: url(world, act),
        has_media: says.is_some_and(|says| says.seed % 7 == 0),
    }
}

/// Whether the collector knows already what a reply answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resolved {
    Yes,
    NotYet,
}

/// The id of an act, in its network's own scheme.
pub(crate) fn id(world: &World, act: u32) -> PostId {
    let made = &world.acts[act as usize];
    let person = world.person(act);
    let native = match person.id.network() {
        Network::Bluesky => {
            let collection = if made.is_repost() { "repost" } else { "post" };
            let mut uri = format!("at://{}/app.bsky.feed.{collection}/", person.id.native());
            ids::push_tid(&mut uri, ids::tid_number(made.at, u64::from(act)));
            uri
        }
        Network::Mastodon => {
            let (user, host) = person
                .handle
                .split_once('@')
                .unwrap_or((&person.handle, "toot.example"));
            let end = if made.is_repost() { "/activity" } else { "" };
            format!(
                "https://{host}/users/{user}/statuses/{}{end}",
                ids::toot(made.at, u64::from(act))
            )
        }
        Network::X | Network::Other => ids::snowflake(made.at, u64::from(act)).to_string(),
    };
    ids::post_id(person.id.network(), native)
}

/// What a client that pushes the post calls its edition; the collector keeps room below it.
fn revision(world: &World, act: u32, edits: usize, resolved: Resolved) -> u64 {
    let made = &world.acts[act as usize];
    let edited = edits.checked_sub(1).map(|last| made.edits[last].0);
    match world.network(act) {
        Network::Bluesky => ids::tid_number(edited.unwrap_or(made.at), u64::from(act)),
        Network::Mastodon => edited.map_or(0, |at| at.micros() as u64) * 2 + u64::from(resolved == Resolved::Yes),
        Network::X | Network::Other => edits as u64,
    }
}

/// Takes back every revision that the network can order before the deletion.
pub(crate) fn deletion(world: &World, act: u32, at: Timestamp) -> u64 {
    match world.network(act) {
        Network::Bluesky => ids::tid_number(at, u64::from(act)),
        _ => u64::MAX,
    }
}

fn author(person: &Person) -> Author {
    let bluesky = person.id.network() == Network::Bluesky;
    Author {
        id: person.id.clone(),
        handle: (!bluesky).then(|| person.handle.to_lowercase()),
        name: (!bluesky).then(|| person.name.clone()),
        followers: person.told.then_some(person.followers),
        bot: person.bot,
        created_at: (!bluesky).then_some(person.born),
    }
}

/// Reposts declare no language, except on X, where they carry that of what they repost.
fn language(world: &World, act: u32, says: Option<Says>) -> Option<String> {
    let says = says.or_else(|| {
        let &(_, target) = world.acts[act as usize].refs.first()?;
        (world.network(act) == Network::X).then(|| world.acts[target as usize].says)?
    });
    says.map(|says| says.language.code().to_owned())
}

fn reference(world: &World, act: u32, kind: ReferenceKind, target: u32, resolved: Resolved) -> Reference {
    let author = world.person(target);
    let odd = world.acts[target as usize].seen && mix(u64::from(act), 9).is_multiple_of(8);
    let unnamed = match (author.id.network(), kind) {
        (Network::Bluesky, _) => false,
        (Network::Mastodon, ReferenceKind::Reply) => odd || resolved == Resolved::NotYet,
        (Network::Mastodon, _) => false,
        _ => odd && kind != ReferenceKind::Reply,
    };
    Reference {
        kind,
        target: (kind != ReferenceKind::Reply || resolved == Resolved::Yes).then(|| id(world, target)),
        author: (!unnamed).then(|| author.id.clone()),
        author_handle: None,
        included: false,
    }
}

fn fresh(network: Network) -> Engagement {
    let none = (network != Network::Bluesky).then_some(0);
    Engagement {
        reposts: none,
        quotes: none,
        replies: none,
        likes: none,
        views: (network == Network::X).then_some(0),
    }
}

fn url(world: &World, act: u32) -> Option<String> {
    let made = &world.acts[act as usize];
    let person = world.person(act);
    let native = id(world, act);
    let key = native.native().rsplit('/').next()?;
    match person.id.network() {
        _ if made.is_repost() => None,
        Network::Bluesky => Some(format!("https://bsky.app/profile/{}/post/{key}", person.id.native())),
        Network::Mastodon => Some(format!("{}/{key}", person.id.native())),
        _ => Some(format!("https://x.com/{}/status/{key}", person.handle)),
    }
}

/// A text and its entities while they are written.
struct Draft<'a> {
    world: &'a World,
    network: Network,
    says: Option<Says>,
    text: String,
    entities: Entities,
}

impl Draft<'_> {
    fn compose(&mut self, automatic: &[u32], says: Says) {
        let mut rng = Rng::new(says.seed, 1);
        for &person in automatic {
            self.mention(person, PutBy::Network);
            self.text.push(' ');
        }
        let start = self.text.len();
        write(rng.pick(sentences(says.theme, says.language)), &mut rng, self);
        if let Some(first) = self.text.get_mut(start..start + 1) {
            first.make_ascii_uppercase();
        }
        if let Some(rival) = says.naming.rival {
            let words = rng.pick(&ASIDES).replace("{it}", rival.facts().words[0]);
            self.text.push_str(&words);
        }
        self.text.truncate(self.text.trim_end().len());
        self.tag_and_link(says, &mut rng);
    }

    fn tag_and_link(&mut self, says: Says, rng: &mut Rng) {
        match says.naming.brand.map(|brand| brand.facts()) {
            Some(facts) => {
                if says.naming.tag {
                    let lower = rng.chance(200);
                    self.tag(&if lower {
                        facts.tag.to_lowercase()
                    } else {
                        facts.tag.to_owned()
                    });
                }
                if says.naming.link {
                    self.link(rng.pick(facts.pages), rng.pick(&TRACKING), rng.next());
                }
            }
            None if says.theme == Theme::Chatter => {
                if rng.chance(120) {
                    self.tag(rng.pick(&CHATTER_TAGS));
                }
                if rng.chance(80) {
                    self.link(rng.pick(&CHATTER_LINKS), "", rng.next());
                }
            }
            None => {}
        }
    }

    /// Mentions somebody: Bluesky says the DID, X the name and seldom the id, Mastodon both.
    fn mention(&mut self, person: u32, by: PutBy) {
        let person = &self.world.people[person as usize];
        let handle = person.handle.to_lowercase();
        let shown = match self.network {
            Network::Mastodon => person.handle.split('@').next().unwrap_or_default(),
            _ => &person.handle,
        };
        let start = self.text.len();
        self.text.push('@');
        self.text.push_str(shown);
        let with_id = self.network != Network::X || self.says.is_some_and(|says| says.seed % 8 == 1);
        self.entities.mentions.push(Mention {
            account: with_id.then(|| person.id.clone()),
            handle: (self.network != Network::Bluesky).then_some(handle),
            span: Some(self.since(start)),
            automatic: by == PutBy::Network,
        });
    }

    fn tag(&mut self, tag: &str) {
        self.text.push(' ');
        let start = self.text.len();
        self.text.push('#');
        self.text.push_str(tag);
        self.entities.hashtags.push(Hashtag {
            tag: tag.to_owned(),
            span: Some(self.since(start)),
        });
    }

    /// Links a page: Bluesky shows it shortened, X behind its own redirect, Mastodon as it is.
    fn link(&mut self, page: &str, tracking: &str, seed: u64) {
        self.text.push(' ');
        let start = self.text.len();
        let url = if page.contains('?') {
            page.to_owned()
        } else {
            format!("{page}{tracking}")
        };
        match self.network {
            Network::Bluesky => {
                self.text.extend(page.trim_start_matches("https://").chars().take(26));
                self.text.push('…');
            }
            Network::Mastodon => self.text.push_str(&url),
            _ => {
                self.text.push_str("https://t.co/");
                ids::push_short(&mut self.text, seed);
            }
        }
        self.entities.links.push(Link {
            url,
            canonical: page.to_owned(),
            span: Some(self.since(start)),
        });
    }

    fn since(&self, start: usize) -> Span {
        Span {
            start: start as u32,
            end: self.text.len() as u32,
        }
    }
}

/// Who put a mention where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PutBy {
    Author,
    Network,
}

impl Page for Draft<'_> {
    fn say(&mut self, words: &str) {
        self.text.push_str(words);
    }

    fn name(&mut self) {
        let Some(Says { seed, naming, .. }) = self.says else {
            return;
        };
        let Some(brand) = naming.brand else { return };
        match naming.voice {
            Some(voice @ (Voice::Account | Voice::Support)) => {
                self.mention(World::account(brand, voice, self.network), PutBy::Author);
            }
            _ => {
                let mut rng = Rng::new(seed, 2);
                let word = rng.pick(brand.facts().words);
                let shout = rng.below(10);
                self.text.push_str(&match shout {
                    0 => word.to_uppercase(),
                    1 | 2 => word.to_lowercase(),
                    _ => word.to_owned(),
                });
            }
        }
    }
}
