//! A subject's own accounts: whatever they do with their own posts, none of it counts as pointing back. And chains of reposts: what each
//! network leaves of them.

use std::time::Duration;

use backtweet_domain::{
    AccountId, Edge, Kind, KindSet, Link, Mention, Network, OwnedAccount, Post, PostEvent, PostId, Reference,
    ReferenceKind, Role, Subject,
};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;

use crate::driver::{Run, run};
use crate::oracle::Sights;
use crate::world::{World, post};

const WORDS: &str = "our new harbour opens its doors today";

/// Two accounts, known by their handles.
fn subject() -> Subject {
    let own = OwnedAccount {
        network: None,
        native: None,
        handles: vec!["acme".into(), "acmehelp".into()],
    };
    let mut subject = World::random(1, 0, 1).subjects.remove(0);
    subject.accounts = vec![own];
    subject.keywords = Vec::new();
    subject
}

fn by(network: Network, number: u64, handle: &str, text: &str) -> Post {
    let mut post = post(0, handle, text);
    post.witnessed_at = post.witnessed_at.plus(Duration::from_secs(number));
    post.id = PostId::new(network, number.to_string()).unwrap();
    post.author.id = AccountId::new(network, format!("id of {handle}")).unwrap();
    post.author.handle = Some(handle.to_owned());
    post
}

fn referring(mut post: Post, kind: ReferenceKind, target: &Post) -> Post {
    post.references.push(Reference {
        kind,
        target: Some(target.id.clone()),
        author: Some(target.author.id.clone()),
        author_handle: target.author.handle.clone(),
        included: false,
    });
    post
}

fn found(posts: &[Post]) -> Sights {
    let mut events: Vec<_> = posts
        .iter()
        .map(|post| PostEvent::Created {
            post: Box::new(post.clone()),
        })
        .collect();
    let how = Run {
        partitions: 4,
        crashes: 0,
    };
    let mut rng = SmallRng::seed_from_u64(1);
    let sights = run(&[subject()], &events, &how, &mut rng);
    for _ in 0..20 {
        events.shuffle(&mut rng);
        assert_eq!(run(&[subject()], &events, &how, &mut rng), sights);
    }
    sights
}

/// What one account of the subject's does with a post of another, in every way there is.
fn doings(origin: &Post, handle: &str) -> Vec<Post> {
    let plain = |number, text: &str| by(Network::X, number, handle, text);
    let repost = referring(plain(2, ""), ReferenceKind::Repost, origin);
    let quote = referring(plain(3, "as we said"), ReferenceKind::Quote, origin);
    let reply = referring(plain(4, "and more of it"), ReferenceKind::Reply, origin);
    let chain = referring(plain(5, "and still more"), ReferenceKind::Reply, &reply);
    let mut link = plain(6, "read it again");
    link.entities.links.push(Link::new("https://x.com/acme/status/1", None));
    let by_hand = plain(7, &format!("RT @acme: {WORDS}"));
    let commented = plain(8, &format!("yes! MT @acme: {WORDS}"));
    let credit = plain(9, &format!("{WORDS} (via @acme)"));
    let mut mention = plain(10, "we are @acme");
    mention.entities.mentions.push(Mention {
        account: Some(origin.author.id.clone()),
        handle: origin.author.handle.clone(),
        span: None,
        automatic: false,
    });
    vec![repost, quote, reply, chain, link, by_hand, commented, credit, mention]
}

#[test]
fn nothing_that_an_owned_account_does_with_its_own_posts_points_back() {
    let origin = by(Network::X, 1, "acme", WORDS);
    for handle in ["acme", "acmehelp"] {
        let mut posts = doings(&origin, handle);
        posts.push(origin.clone());
        let sights = found(&posts);
        for ((_, post), sight) in &sights {
            assert!(matches!(sight.role, Role::Origin | Role::Answer), "{post}: {sight:?}");
            assert!(sight.kinds.is_empty(), "{post}: {sight:?}");
        }
        assert_eq!(sights.len(), posts.len() - 1, "all but the repost are there");
        let answers = sights.values().filter(|sight| sight.role == Role::Answer);
        assert_eq!(answers.count(), 2);
    }
}

#[test]
fn the_same_done_by_a_stranger_points_back_in_each_way() {
    let origin = by(Network::X, 1, "acme", WORDS);
    let mut posts = doings(&origin, "stranger");
    posts.push(origin.clone());
    let sights = found(&posts);
    let kinds_of = |number: u64| {
        let id = PostId::new(Network::X, number.to_string()).unwrap();
        let sight = &sights[&(subject().id, id)];
        assert_eq!(sight.root, origin.id);
        (sight.kinds, sight.how)
    };
    let only = |kind| KindSet::EMPTY.with(kind);
    let (repost, quote, reply) = (ReferenceKind::Repost, ReferenceKind::Quote, ReferenceKind::Reply);
    assert_eq!(kinds_of(2), (only(Kind::Repost), Some((repost, Edge::Flattened))));
    assert_eq!(kinds_of(3), (only(Kind::Quote), Some((quote, Edge::Observed))));
    assert_eq!(kinds_of(4), (only(Kind::Reply), Some((reply, Edge::Observed))));
    assert_eq!(kinds_of(5).0, KindSet::EMPTY, "it answers the stranger's own");
    assert_eq!(kinds_of(6), (only(Kind::Quote), Some((quote, Edge::Inferred))));
    assert_eq!(kinds_of(7), (only(Kind::Repost), Some((repost, Edge::Inferred))));
    assert_eq!(kinds_of(8), (only(Kind::Quote), Some((quote, Edge::Inferred))));
    assert_eq!(kinds_of(9), (only(Kind::Repost), Some((repost, Edge::Inferred))));
}

#[test]
fn who_is_passed_on_by_hand_is_pointed_at_even_where_nobody_saw_the_post() {
    let sights = found(&[
        by(Network::X, 1, "ann", "RT @acme: something that was said long ago"),
        by(Network::X, 2, "ann", "so true RT @acme yes!"),
        by(Network::X, 3, "ann", "something that was said long ago via @acme"),
        by(
            Network::Mastodon,
            4,
            "ann@a.example",
            "RT @acme: something that was said long ago",
        ),
    ]);
    let kinds: Vec<_> = sights
        .values()
        .map(|sight| (sight.kinds, sight.parent.clone()))
        .collect();
    let only = |kind| (KindSet::EMPTY.with(kind), None);
    // Known by network, and a credit alone may be for anything.
    assert_eq!(kinds, [only(Kind::Repost), only(Kind::Repost), only(Kind::Quote)]);
}

#[test]
fn a_link_from_another_network_attaches_to_the_post_that_it_leads_to() {
    let origin = by(Network::X, 77, "acme", WORDS);
    let mut link = by(Network::Mastodon, 1, "ann@a.example", "worth a look");
    let fix = "https://fxtwitter.com/acme/status/77?s=20";
    link.entities.links.push(Link::new(fix, None));
    link.witnessed_at = origin.witnessed_at.plus(Duration::from_secs(1));
    let sights = found(&[link.clone(), origin.clone()]);
    let sight = &sights[&(subject().id, link.id)];
    assert_eq!((&sight.root, sight.depth), (&origin.id, 1));
    assert_eq!(sight.kinds, KindSet::EMPTY.with(Kind::Quote));
}

#[test]
fn what_the_network_says_decides_where_a_post_hangs_and_both_count() {
    let (origin, other) = (
        by(Network::X, 1, "acme", WORDS),
        by(Network::X, 2, "ann", "nothing to see"),
    );
    let other = referring(other, ReferenceKind::Reply, &origin);
    let mut post = referring(by(Network::X, 3, "bob", "look at this"), ReferenceKind::Reply, &other);
    let link = Link::new("https://x.com/acme/status/1", None);
    post.entities.links.push(link);
    let sights = found(&[origin.clone(), other.clone(), post.clone()]);
    let sight = &sights[&(subject().id, post.id.clone())];
    assert_eq!((sight.parent.as_ref(), sight.depth), (Some(&other.id), 2));
    assert_eq!(sight.how, Some((ReferenceKind::Reply, Edge::Observed)));
    assert_eq!(sight.kinds, KindSet::EMPTY.with(Kind::Quote));

    let sights = found(&[origin.clone(), post.clone()]);
    let sight = &sights[&(subject().id, post.id)];
    assert_eq!((sight.parent.as_ref(), sight.depth), (Some(&origin.id), 1));
}

#[test]
fn a_chain_of_reposts_survives_where_the_network_tells_it_and_is_marked_where_it_does_not() {
    let origin = by(Network::Bluesky, 1, "acme", WORDS);
    let through = |mut post: Post, via: u64| {
        let reference = Reference {
            kind: ReferenceKind::Repost,
            target: Some(PostId::new(Network::Bluesky, via.to_string()).unwrap()),
            author: None,
            author_handle: None,
            included: false,
        };
        post.references.insert(0, reference);
        post
    };
    let repost = |network, number| {
        let repost = by(network, number, "ann", "");
        referring(repost, ReferenceKind::Repost, &origin)
    };
    let chain = [
        origin.clone(),
        repost(Network::Bluesky, 2),
        through(repost(Network::Bluesky, 3), 2),
        through(repost(Network::Bluesky, 4), 3),
        through(repost(Network::Bluesky, 5), 99),
    ];
    let sights = found(&chain);
    let of = |number: u64| {
        let id = PostId::new(Network::Bluesky, number.to_string()).unwrap();
        let sight = &sights[&(subject().id, id)];
        assert_eq!(sight.kinds, KindSet::EMPTY.with(Kind::Repost));
        let edge = sight.how.unwrap().1;
        (sight.parent.as_ref().unwrap().native().to_owned(), sight.depth, edge)
    };
    assert_eq!(of(2), ("1".into(), 1, Edge::Observed));
    assert_eq!(of(3), ("2".into(), 2, Edge::Observed));
    assert_eq!(of(4), ("3".into(), 3, Edge::Observed));
    assert_eq!(
        of(5),
        ("1".into(), 1, Edge::Flattened),
        "nobody saw what it was found through"
    );

    let origin = by(Network::Mastodon, 1, "acme", WORDS);
    let boost = referring(by(Network::Mastodon, 2, "ann", ""), ReferenceKind::Repost, &origin);
    let sights = found(&[origin, boost.clone()]);
    let how = sights[&(subject().id, boost.id)].how;
    assert_eq!(how, Some((ReferenceKind::Repost, Edge::Flattened)));
}
