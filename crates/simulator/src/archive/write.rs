//! One event of an archive, written down. Which post passes on which, and what becomes of it, is decided elsewhere.

use backtweet_domain::{
    AccountId, Author, Classified, Edge, Engagement, Entities, Finding, Flags, Hashtag, Kind, KindSet, Lineage, Link,
    Network, PostId, Reference, ReferenceKind, Role, Scored, Sentiment, Sighting, Timestamp, Version,
};

use super::{Above, reading, subject_id, time};
use crate::ids;
use crate::rng::{Rng, mix};
use crate::stream::PARTS;

/// How many hashtags and links there are, the first ones used the most.
const HASHTAGS: u64 = 1 << 12;
const LINKS: u64 = 1 << 17;

/// One post at one revision.
#[derive(Debug, Clone)]
pub(super) struct Post {
    pub(super) seed: u64,
    pub(super) number: u64,
    pub(super) subject: u32,
    pub(super) author: u64,
    /// How many posts the archive has, which says when each was made.
    pub(super) of: u64,
    pub(super) above: Option<Above>,
    pub(super) kind: Kind,
    pub(super) role: Role,
    pub(super) revision: u64,
}

impl Post {
    pub(super) fn at(&self) -> Timestamp {
        time(self.number, self.of)
    }
}

pub(super) fn seen(post: &Post) -> Scored {
    let mut rng = Rng::new(post.seed, (post.number << 8) | (2 + post.revision));
    let (intent, label) = reading(&mut rng);
    let author = author_id(post.seed, post.subject, post.author);
    let is_repost = post.kind == Kind::Repost;
    let text = if is_repost { String::new() } else { text(&mut rng) };
    let entities = if is_repost {
        Entities::default()
    } else {
        entities(&mut rng)
    };
    let language = ["en", "en", "en", "de", "es", "pt", "ja"][rng.index(7)];
    let draft = backtweet_domain::Post {
        id: post_id(post),
        revision: post.revision,
        text,
        language: (!is_repost).then(|| language.to_owned()),
        created_at: Some(post.at()),
        witnessed_at: post.at(),
        references: reference(post).into_iter().collect(),
        entities,
        engagement: Engagement::default(),
        url: None,
        has_media: false,
        author: Author {
            handle: (author.network() != Network::Bluesky).then(|| format!("user{}", post.author)),
            name: None,
            followers: Some(followers(&author, post.author)),
            bot: false,
            created_at: None,
            id: author,
        },
    };
    let is_scored = !is_repost && post.role != Role::Answer;
    let sighting = Sighting {
        post: draft,
        role: post.role,
        kinds: KindSet::EMPTY.with(post.kind),
        automatic: KindSet::EMPTY,
        lineage: lineage(post),
        intent,
        intent_confidence: 0.75,
        flags: Flags::default(),
        named: vec![format!("brand{}", post.subject)],
    };
    let finding = Finding::Seen {
        version: version(post),
        sighting: Box::new(sighting),
    };
    Scored {
        classified: classified(post, finding),
        sentiment: is_scored.then(|| Sentiment {
            label,
            score: 0.5,
            confidence: 0.75,
            language: Some(language.to_owned()),
            model: "fast/1".to_owned(),
        }),
    }
}

pub(super) fn retracted(post: &Post) -> Scored {
    let finding = Finding::Retracted { version: version(post) };
    Scored {
        classified: classified(post, finding),
        sentiment: None,
    }
}

fn classified(post: &Post, finding: Finding) -> Classified {
    Classified {
        subject: subject_id(post.subject),
        post: post_id(post),
        at: post.at(),
        finding,
    }
}

fn version(post: &Post) -> Version {
    Version {
        generation: 1,
        revision: post.revision,
        lineage: 0,
    }
}

pub(super) fn post_id(post: &Post) -> PostId {
    id(post.seed, post.subject, post.number, post.author, post.at().micros())
}

pub(super) fn id(seed: u64, subject: u32, number: u64, author: u64, at_us: i64) -> PostId {
    let (account, at) = (author_id(seed, subject, author), Timestamp::from_micros(at_us));
    let native = match account.network() {
        Network::Bluesky => {
            let mut uri = format!("at://{}/app.bsky.feed.post/", account.native());
            ids::push_tid(&mut uri, ids::tid_number(at, number));
            uri
        }
        Network::Mastodon => {
            let user = account.native().rsplit('@').next().unwrap_or_default();
            format!("https://toot.example/users/{user}/statuses/{}", ids::toot(at, number))
        }
        _ => ids::snowflake(at, number).to_string(),
    };
    ids::post_id(account.network(), native)
}

/// Six in ten are on Bluesky, three on X, one on Mastodon.
pub(super) fn author_id(seed: u64, subject: u32, author: u64) -> AccountId {
    let number = u64::from(subject) << 40 | author;
    match author % 10 {
        0..=5 => {
            let mut did = String::with_capacity(32);
            ids::push_did(&mut did, mix(seed, number));
            ids::account_id(Network::Bluesky, did)
        }
        6..=8 => ids::account_id(Network::X, (1_000_000_000 + number).to_string()),
        _ => ids::account_id(Network::Mastodon, format!("https://toot.example/@u{number}")),
    }
}

/// Half of all accounts have up to 30 followers, and every doubling halves how many have more.
fn followers(account: &AccountId, author: u64) -> u64 {
    let draw = mix(author, account.native().len() as u64);
    (15 << draw.trailing_zeros().min(17)) + draw % 15
}

fn lineage(post: &Post) -> Lineage {
    let there = |(number, author): (u64, u64)| above_id(post, number, author);
    Lineage {
        root: post.above.map_or_else(|| post_id(post), |above| there(above.root)),
        parent: post.above.map(|above| there(above.parent)),
        depth: post.above.map_or(0, |above| above.depth),
        edge: Edge::Observed,
        by: post.above.map(|_| by(post.kind)),
    }
}

fn above_id(post: &Post, number: u64, author: u64) -> PostId {
    id(post.seed, post.subject, number, author, time(number, post.of).micros())
}

fn by(kind: Kind) -> ReferenceKind {
    match kind {
        Kind::Repost => ReferenceKind::Repost,
        Kind::Quote => ReferenceKind::Quote,
        _ => ReferenceKind::Reply,
    }
}

fn reference(post: &Post) -> Option<Reference> {
    let (number, author) = post.above?.parent;
    Some(Reference {
        kind: by(post.kind),
        target: Some(above_id(post, number, author)),
        author: Some(author_id(post.seed, post.subject, author)),
        author_handle: None,
        included: false,
    })
}

/// 120 characters on average.
fn text(rng: &mut Rng) -> String {
    let parts = 1 + rng.streak(720, 7);
    (0..parts).map(|_| rng.pick(&PARTS)).collect()
}

fn entities(rng: &mut Rng) -> Entities {
    let mut entities = Entities::default();
    if rng.chance(300) {
        entities.hashtags = (0..=rng.streak(400, 3))
            .map(|_| Hashtag {
                tag: format!("tag{}", frequent(rng, HASHTAGS)),
                span: None,
            })
            .collect();
    }
    if rng.chance(300) {
        let page = frequent(rng, LINKS);
        entities.links = vec![Link::new(
            format!("https://news.example/2025/{page:06}/what-happened"),
            None,
        )];
    }
    entities
}

/// A number below `many`: every octave comes as often as the next.
fn frequent(rng: &mut Rng, many: u64) -> u64 {
    let octave = rng.below(u64::from(many.ilog2()) + 1);
    rng.below(1 << octave)
}
