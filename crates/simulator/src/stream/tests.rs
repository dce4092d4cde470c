//! What a measurement may rely on.

use std::collections::BTreeMap;

use backtweet_domain::{Network, Post, PostId};

use super::shape::Way;
use super::*;

fn load() -> Load {
    Load {
        posts: 30_000,
        subjects: 40,
        matching: 0.05,
        seed: 3,
    }
}

fn posts(load: &Load) -> impl Iterator<Item = Post> {
    load.events().map(|event| match event {
        PostEvent::Created { post } => *post,
        other => panic!("{other:?}"),
    })
}

#[test]
fn a_seed_means_the_same_stream_and_any_post_of_it_can_be_made_alone() {
    let (one, two): (Vec<_>, Vec<_>) = (posts(&load()).collect(), posts(&load()).collect());
    assert_eq!(one, two);
    assert_ne!(one[0], posts(&Load { seed: 4, ..load() }).next().unwrap());
    // Memory is flat since nothing is carried from one post to the next.
    let alone = write::post(&load().events().shapes, 29_999);
    assert_eq!(Some(&alone), one.last());
    assert!(size_of::<Events>() <= 64);
}

#[test]
fn shares_and_lengths_are_as_documented() {
    let all: Vec<Post> = posts(&load()).collect();
    let share = |holds: &dyn Fn(&Post) -> bool| all.iter().filter(|post| holds(post)).count() * 1_000 / all.len();
    let near = |value: usize, wanted: usize| value.abs_diff(wanted) <= 15;
    let kind = |wanted| move |post: &Post| post.reference(wanted).is_some();
    use backtweet_domain::ReferenceKind::{Quote, Reply, Repost};
    let shares = [
        share(&kind(Repost)),
        share(&kind(Reply)),
        share(&kind(Quote)),
        share(&|post| post.references.is_empty()),
    ];
    assert!(
        shares
            .into_iter()
            .zip([220, 200, 80, 500])
            .all(|(found, wanted)| near(found, wanted)),
        "{shares:?}"
    );
    let texts: Vec<usize> = all
        .iter()
        .filter(|post| !post.is_repost())
        .map(|post| post.text.chars().count())
        .collect();
    let mean = texts.iter().sum::<usize>() / texts.len();
    assert!((105..135).contains(&mean), "{mean} characters on average");
    for (network, wanted) in [(Network::Bluesky, 600), (Network::X, 300), (Network::Mastodon, 100)] {
        assert!(near(share(&|post| post.id.network() == network), wanted));
    }
}

#[test]
fn references_point_at_posts_that_the_stream_carries_under_that_id() {
    let mut ids = BTreeMap::<PostId, Post>::new();
    let (mut found, mut recent) = (0, 0);
    for post in posts(&load()) {
        for to in &post.references {
            let target = ids.get(to.target.as_ref().unwrap());
            if let Some(target) = target {
                assert!(!target.is_repost() && to.author.as_ref() == Some(&target.author.id));
                assert_eq!(target.id.network(), post.id.network());
                found += 1;
                recent += u32::from(post.witnessed_at.since(target.witnessed_at).as_secs() < 15);
            }
        }
        assert!(
            post.id
                .time()
                .is_none_or(|time| time.millis() == post.witnessed_at.millis()),
            "{}",
            post.id
        );
        assert!(ids.insert(post.id.clone(), post).is_none());
    }
    assert!(
        found > 10_000 && recent * 10 > found * 9,
        "{found} found, {recent} of them recent"
    );
}

/// Counts again from the posts alone.
fn recount(load: &Load) -> Vec<Expected> {
    let subjects = load.subjects();
    let mut places = BTreeMap::<PostId, Vec<usize>>::new();
    let mut counts: Vec<Expected> = subjects
        .iter()
        .map(|subject| Expected {
            subject: subject.id.clone(),
            backtweets: 0,
            reposts: 0,
            indirect: 0,
        })
        .collect();
    for post in posts(load) {
        let above: Vec<usize> = post
            .references
            .iter()
            .flat_map(|to| places.get(to.target.as_ref().unwrap()).cloned().unwrap_or_default())
            .collect();
        let direct: Vec<usize> = (0..subjects.len())
            .filter(|&index| concerns(&post, &subjects[index]))
            .collect();
        for &index in &direct {
            counts[index].backtweets += 1;
            counts[index].reposts += u64::from(post.is_repost());
        }
        for &index in above.iter().filter(|index| !direct.contains(index)) {
            counts[index].indirect += 1;
        }
        let mut all = [direct, above].concat();
        all.sort_unstable();
        all.dedup();
        places.insert(post.id, all);
    }
    counts
}

fn concerns(post: &Post, subject: &Subject) -> bool {
    let owned = |id: &backtweet_domain::AccountId| {
        let is = |account: &backtweet_domain::OwnedAccount| {
            account.network == Some(id.network()) && account.native.as_deref() == Some(id.native())
        };
        subject.accounts.iter().any(is)
    };
    let known = |handle: &String| subject.accounts.iter().any(|account| account.handles.contains(handle));
    let words: Vec<&str> = post.text.split(|c: char| !c.is_alphanumeric()).collect();
    post.references.iter().any(|to| to.author.as_ref().is_some_and(owned))
        || post
            .entities
            .mentions
            .iter()
            .any(|to| to.account.as_ref().is_some_and(owned) || to.handle.as_ref().is_some_and(known))
        || post.entities.hashtags.iter().any(|tag| tag.tag == subject.hashtags[0])
        || post
            .entities
            .links
            .iter()
            .any(|link| link.url.contains(&format!("//{}/", subject.domains[0])))
        || words.contains(&subject.keywords[0].as_str())
}

#[test]
fn what_is_expected_is_what_the_posts_say() {
    let load = load();
    let expected = load.expected();
    assert_eq!(expected, recount(&load));
    let direct: u64 = expected.iter().map(|of| of.backtweets).sum();
    assert!((1_300..1_700).contains(&direct), "{direct} of 30,000");
    assert!(expected.iter().map(|of| of.indirect).sum::<u64>() > 200);
    let ways = (0..30_000)
        .filter_map(|post| load.events().shapes.matched(post))
        .map(|hit| hit.way);
    let ways: Vec<Way> = ways.collect();
    assert!(
        [Way::Owned, Way::Mention, Way::Word, Way::Tag, Way::Link]
            .iter()
            .all(|way| ways.contains(way))
    );
}

#[test]
fn thousands_of_subjects_keep_different_names() {
    let subjects = Load {
        subjects: 5_000,
        ..load()
    }
    .subjects();
    let names: std::collections::BTreeSet<_> = subjects.iter().map(|subject| &subject.id).collect();
    assert_eq!(names.len(), 5_000);
}

#[test]
fn spans_cut_out_what_they_name() {
    for post in posts(&load()) {
        let cut = |span: Option<backtweet_domain::Span>| {
            span.and_then(|span| post.text.get(span.start as usize..span.end as usize))
                .unwrap()
                .to_owned()
        };
        assert!(post.entities.mentions.iter().all(|to| cut(to.span).starts_with('@')));
        assert!(post.entities.hashtags.iter().all(|tag| cut(tag.span)[1..] == tag.tag));
        assert!(post.entities.links.iter().all(|link| cut(link.span) == link.canonical));
    }
}
