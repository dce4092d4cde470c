//! A small network of posts that refer to each other, with edits, deletions and account states.

use backtweet_domain::{
    AccountChange, AccountId, AccountState, Author, Entities, Network, OwnedAccount, Post, PostEvent, PostId,
    Reference, ReferenceKind, Subject, SubjectId, Timestamp,
};
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

/// What a world is made of.
pub struct World {
    pub subjects: Vec<Subject>,
    /// In the order in which they happened.
    pub events: Vec<PostEvent>,
}

const START: Timestamp = Timestamp::from_seconds(1_780_000_000);
const WORDS: [&str; 2] = ["acme", "zeta"];

pub fn account(name: &str) -> AccountId {
    AccountId::new(Network::Other, name).unwrap()
}

pub fn post_id(number: usize) -> PostId {
    PostId::new(Network::Other, format!("p{number}")).unwrap()
}

pub fn subject_id(number: usize) -> SubjectId {
    SubjectId::new(format!("s{number}")).unwrap()
}

fn subject(number: usize) -> Subject {
    let own = OwnedAccount {
        network: None,
        native: Some(format!("owner{number}")),
        handles: Vec::new(),
    };
    Subject {
        generation: 3,
        accounts: vec![own],
        keywords: vec![WORDS[number].to_owned()],
        ..Subject::new(subject_id(number))
    }
}

/// A plain post.
pub fn post(number: usize, author: &str, text: &str) -> Post {
    Post {
        id: post_id(number),
        revision: 1,
        author: Author {
            id: account(author),
            handle: None,
            name: None,
            followers: None,
            bot: false,
            created_at: None,
        },
        text: text.to_owned(),
        language: None,
        created_at: None,
        witnessed_at: START.plus(std::time::Duration::from_secs(10 * number as u64)),
        references: Vec::new(),
        entities: Entities::default(),
        engagement: Default::default(),
        url: None,
        has_media: false,
    }
}

impl World {
    /// A world of `posts` posts. Where there are two subjects, an edit never brings a post that is in a conversation into one more: what
    /// hangs on it would not hear of that.
    pub fn random(seed: u64, posts: usize, subjects: usize) -> Self {
        let mut rng = SmallRng::seed_from_u64(seed);
        let subjects: Vec<_> = (0..subjects).map(subject).collect();
        let mut events = Vec::new();
        for number in 0..posts {
            let post = random_post(&mut rng, number, subjects.len());
            let edit = rng
                .random_bool(0.25)
                .then(|| edited(&mut rng, &post, subjects.len()))
                .flatten();
            let deleted = rng.random_bool(0.2).then(|| PostEvent::Deleted {
                id: post.id.clone(),
                revision: if rng.random_bool(0.5) { u64::MAX } else { 1 },
                at: post.witnessed_at.plus(std::time::Duration::from_secs(500)),
            });
            events.push(PostEvent::Created { post: Box::new(post) });
            events.extend(edit.map(|post| PostEvent::Edited { post: Box::new(post) }));
            events.extend(deleted);
        }
        for seq in 1..=4 {
            let states = [AccountState::Active, AccountState::Hidden, AccountState::Deleted];
            let change = AccountChange {
                account: account(["ann", "bob"].choose(&mut rng).unwrap()),
                state: *states.choose(&mut rng).unwrap(),
                seq,
                at: START.plus(std::time::Duration::from_secs(1000 + seq)),
            };
            events.push(PostEvent::Account(change));
        }
        Self { subjects, events }
    }
}

fn random_post(rng: &mut SmallRng, number: usize, subjects: usize) -> Post {
    let authors = ["ann", "bob", "cat", "dan", "owner0", "owner1"];
    let mut post = post(number, authors.choose(rng).unwrap(), "");
    let jitter = std::time::Duration::from_secs(rng.random_range(0..60));
    post.witnessed_at = post.witnessed_at.plus(jitter);
    if number > 0 {
        for _ in 0..[0, 1, 1, 1, 2].choose(rng).copied().unwrap() {
            let kinds = [
                ReferenceKind::Repost,
                ReferenceKind::Quote,
                ReferenceKind::Reply,
                ReferenceKind::Reply,
            ];
            let target = rng.random_range(number.saturating_sub(5)..number);
            let kind = *kinds.choose(rng).unwrap();
            post.references.push(Reference {
                kind,
                target: Some(post_id(target)),
                author: None,
                author_handle: None,
                included: false,
            });
        }
    }
    if !post.is_repost() {
        post.text = text(rng, subjects);
    }
    post
}

fn text(rng: &mut SmallRng, subjects: usize) -> String {
    let words: Vec<_> = WORDS[..subjects]
        .iter()
        .filter(|_| rng.random_bool(0.25))
        .copied()
        .collect();
    format!("hello {}", words.join(" "))
}

fn edited(rng: &mut SmallRng, post: &Post, subjects: usize) -> Option<Post> {
    let mut post = post.clone();
    post.revision = 2;
    if post.is_repost() {
        return None;
    }
    let a_stranger =
        post.references.is_empty() && post.text == "hello " && !post.author.id.native().starts_with("owner");
    post.text = if subjects == 1 || a_stranger {
        text(rng, subjects)
    } else {
        "hello ".to_owned()
    };
    Some(post)
}
