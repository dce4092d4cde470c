//! The posts and subjects of a stream, written down. Built for speed: one pass, few allocations.

use std::fmt::Write as _;

use backtweet_domain::{
    AccountId, Author, Engagement, Entities, Hashtag, Link, Mention, Network, OwnedAccount, Post, PostId, Reference,
    ReferenceKind, Span, Subject, SubjectId,
};

use super::shape::{Form, Hit, Shapes, Target, Way};
use crate::ids;
use crate::render::PutBy;
use crate::rng::{mix, scale};

/// Parts of texts, none of which holds a subject's name; about 34 characters on average.
pub(crate) const PARTS: [&str; 24] = [
    "I have been thinking about this all week, and ",
    "nobody told me that it would be this easy, ",
    "the weather turned out much better than promised, ",
    "we stayed until the lights went out. ",
    "still waiting for the parcel from Tuesday, ",
    "my sister says it was the funniest thing ",
    "so here is the picture from this morning: ",
    "you will not believe what the cat did 😹 ",
    "and that is why I never lend out books. ",
    "three hours on the train and not one seat, ",
    "honestly the soup was the best part, ",
    "does anybody have a good recipe for it? ",
    "good morning to everyone but the alarm ☀️ ",
    "reading it again after twenty years, ",
    "what a match, what a goal, what a night! ",
    "the garden is finally doing something 🌱 ",
    "there has to be a faster way to do this, ",
    "my neighbour practises the trumpet at six, ",
    "that song has been in my head since Monday. ",
    "small steps, but they do count, ",
    "it rained, of course it did, ",
    "más café, por favor, ",
    "schönen Feierabend zusammen, ",
    "I said what I said. ",
];

/// Sixteen syllables make sixteen times as many names with each further one.
const SYLLABLES: [&str; 16] = [
    "zor", "vex", "quil", "mab", "dru", "fenn", "kip", "lor", "tam", "wix", "jun", "pag", "ros", "hib", "nau", "yel",
];

/// The tracked word of a subject, the same in every stream.
fn name(subject: u32) -> String {
    let mut name = String::with_capacity(12);
    let mut left = subject;
    for place in 0.. {
        name.push_str(SYLLABLES[left as usize % 16]);
        left /= 16;
        if left == 0 && place >= 2 {
            break;
        }
    }
    name
}

pub(super) fn subject_id(subject: u32) -> SubjectId {
    SubjectId::new(name(subject)).expect("the names are short and of letters alone")
}

pub(super) fn subject(seed: u64, subject: u32) -> Subject {
    let name = name(subject);
    let account = |network| {
        let id = owned(seed, subject, network);
        OwnedAccount {
            network: Some(network),
            native: Some(id.native().to_owned()),
            handles: vec![handle(network, &name)],
        }
    };
    Subject {
        generation: 1,
        accounts: [Network::Bluesky, Network::Mastodon, Network::X]
            .into_iter()
            .map(account)
            .collect(),
        keywords: vec![name.clone()],
        hashtags: vec![format!("{name}now")],
        domains: vec![format!("{name}site.example")],
        name,
        ..Subject::new(subject_id(subject))
    }
}

fn handle(network: Network, name: &str) -> String {
    match network {
        Network::Bluesky => format!("{name}hq.bsky.social"),
        Network::Mastodon => format!("{name}hq@toot.example"),
        _ => format!("{name}hq"),
    }
}

/// The account of a subject on a network.
fn owned(seed: u64, subject: u32, network: Network) -> AccountId {
    match network {
        Network::Mastodon => ids::account_id(network, format!("https://toot.example/@{}hq", name(subject))),
        _ => numbered(seed, network, 1 << 40 | u64::from(subject)),
    }
}

/// The account with a number on its network.
fn numbered(seed: u64, network: Network, number: u64) -> AccountId {
    let mut native = String::with_capacity(34);
    match network {
        Network::Bluesky => ids::push_did(&mut native, mix(seed, number)),
        Network::Mastodon => push(&mut native, format_args!("https://toot.example/@u{number}")),
        _ => push(&mut native, format_args!("{}", 1_000_000_000 + number)),
    }
    ids::account_id(network, native)
}

fn push(text: &mut String, words: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(words);
}

fn id(network: Network, author: &AccountId, number: i64, form: Form) -> PostId {
    let at = Shapes::time(number);
    let mut native = String::with_capacity(80);
    match network {
        Network::Bluesky => {
            native.push_str("at://");
            native.push_str(author.native());
            native.push_str(if form == Form::Repost {
                "/app.bsky.feed.repost/"
            } else {
                "/app.bsky.feed.post/"
            });
            ids::push_tid(&mut native, ids::tid_number(at, number as u64));
        }
        Network::Mastodon => {
            let user = author.native().rsplit('@').next().unwrap_or_default();
            let toot = ids::toot(at, number as u64);
            push(
                &mut native,
                format_args!("https://toot.example/users/{user}/statuses/{toot}"),
            );
            if form == Form::Repost {
                native.push_str("/activity");
            }
        }
        _ => push(&mut native, format_args!("{}", ids::snowflake(at, number as u64))),
    }
    ids::post_id(network, native)
}

/// Post number `number` of the stream.
pub(super) fn post(shapes: &Shapes, number: i64) -> Post {
    let network = Shapes::network(number);
    let form = shapes.form(number);
    let at = Shapes::time(number);
    let account = shapes.author(number);
    let author = numbered(shapes.seed, network, account);
    let target = shapes.target(number);
    let mut draft = Draft {
        network,
        text: String::new(),
        entities: Entities::default(),
    };
    if form != Form::Repost {
        draft.text.reserve(192);
        draft.compose(shapes, number, target);
    }
    let id = id(network, &author, number, form);
    let at = if network == Network::Bluesky {
        at
    } else {
        backtweet_domain::Timestamp::from_millis(at.millis())
    };
    Post {
        revision: revision(network, number),
        language: (form != Form::Repost).then(|| "en".to_owned()),
        references: target
            .map(|target| reference(shapes, network, number, form, target))
            .into_iter()
            .collect(),
        text: draft.text,
        entities: draft.entities,
        created_at: Some(at),
        witnessed_at: at,
        engagement: Engagement::default(),
        url: None,
        has_media: account.is_multiple_of(8),
        author: Author {
            id: author,
            handle: (network != Network::Bluesky).then(|| person(network, account)),
            name: None,
            followers: Some(followers(account)),
            bot: false,
            created_at: None,
        },
        id,
    }
}

fn revision(network: Network, number: i64) -> u64 {
    match network {
        Network::Bluesky => ids::tid_number(Shapes::time(number), number as u64),
        Network::Mastodon => 1,
        _ => 0,
    }
}

/// Half of all accounts have up to 30 followers, and every doubling halves how many have more.
fn followers(account: u64) -> u64 {
    let draw = mix(account, 3);
    let floor = 15 << draw.trailing_zeros().min(17);
    floor + scale(draw, floor)
}

fn person(network: Network, account: u64) -> String {
    match network {
        Network::Mastodon => format!("u{account}@toot.example"),
        _ => format!("u{account}"),
    }
}

fn reference(shapes: &Shapes, network: Network, number: i64, form: Form, target: Target) -> Reference {
    let (author, number, form_there) = match target {
        Target::Post(post) => (
            numbered(shapes.seed, network, shapes.author(post)),
            post,
            shapes.form(post),
        ),
        // One of a hundred posts from before the stream, always the same for the same account.
        Target::Owned(subject) => {
            let old = -1_000 * (1 + number.rem_euclid(100)) - i64::from(subject % 100);
            (owned(shapes.seed, subject, network), old, Form::Fresh)
        }
    };
    Reference {
        kind: match form {
            Form::Repost => ReferenceKind::Repost,
            Form::Quote => ReferenceKind::Quote,
            Form::Reply | Form::Fresh => ReferenceKind::Reply,
        },
        target: Some(id(network, &author, number, form_there)),
        author: Some(author),
        author_handle: None,
        included: false,
    }
}

/// A text and its entities while they are written.
struct Draft {
    network: Network,
    text: String,
    entities: Entities,
}

impl Draft {
    fn compose(&mut self, shapes: &Shapes, number: i64, target: Option<Target>) {
        if shapes.form(number) == Form::Reply && self.network != Network::Bluesky {
            self.prefix(shapes, target);
        }
        let draw = shapes.draw(number, 6);
        let parts = 1 + scale(draw, 5);
        let hit = shapes.matched(number);
        for part in 0..parts {
            let pick = scale(mix(draw, part), PARTS.len() as u64);
            self.text.push_str(PARTS[pick as usize]);
            if let Some(hit) = hit.filter(|_| part == 0) {
                self.point(shapes.seed, hit, number);
            }
        }
        self.text.truncate(self.text.trim_end().len());
    }

    /// The mention that X and Mastodon put in front of a reply.
    fn prefix(&mut self, shapes: &Shapes, target: Option<Target>) {
        let (handle, id) = match target {
            Some(Target::Post(post)) => {
                let account = shapes.author(post);
                (
                    person(self.network, account),
                    numbered(shapes.seed, self.network, account),
                )
            }
            Some(Target::Owned(subject)) => (
                handle(self.network, &name(subject)),
                owned(shapes.seed, subject, self.network),
            ),
            None => return,
        };
        self.mention(handle, id, PutBy::Network);
    }

    fn point(&mut self, seed: u64, hit: Hit, number: i64) {
        let name = name(hit.subject);
        match hit.way {
            Way::Owned => {}
            Way::Mention => self.mention(
                handle(self.network, &name),
                owned(seed, hit.subject, self.network),
                PutBy::Author,
            ),
            Way::Word => {
                self.text.push_str(&name);
                self.text.push_str(", ");
            }
            Way::Tag => {
                let tag = format!("{name}now");
                let start = self.mark("#", &tag);
                self.entities.hashtags.push(Hashtag { tag, span: Some(start) });
            }
            Way::Link => {
                let canonical = format!("https://{name}site.example/p/{}", number.rem_euclid(50));
                let span = self.mark("", &canonical);
                let url = format!("{canonical}?utm_source=share");
                self.entities.links.push(Link {
                    url,
                    canonical,
                    span: Some(span),
                });
            }
        }
    }

    /// Bluesky says the account, X the handle, Mastodon both.
    fn mention(&mut self, handle: String, account: AccountId, by: PutBy) {
        let shown = if self.network == Network::Mastodon {
            handle.split('@').next().unwrap_or_default()
        } else {
            &handle
        };
        let span = self.mark("@", shown);
        self.entities.mentions.push(Mention {
            account: (self.network != Network::X).then_some(account),
            handle: (self.network != Network::Bluesky).then_some(handle),
            span: Some(span),
            automatic: by == PutBy::Network,
        });
    }

    fn mark(&mut self, sign: &str, word: &str) -> Span {
        let start = self.text.len() as u32;
        self.text.push_str(sign);
        self.text.push_str(word);
        let span = Span {
            start,
            end: self.text.len() as u32,
        };
        self.text.push(' ');
        span
    }
}
