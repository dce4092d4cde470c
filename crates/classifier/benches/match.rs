//! How many posts a second one core looks up in the subject index, beside asking each subject by itself.

use std::hint::black_box;

use backtweet_classifier::SubjectIndex;
use backtweet_domain::{
    AccountId, Author, Entities, Link, Mention, Network, OwnedAccount, Post, PostId, Subject, SubjectId, Timestamp,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const SUBJECTS: usize = 1_000;
const POSTS: usize = 2_000;

/// Word `number` of a made-up language: no word begins another.
fn word(number: usize) -> String {
    const SYLLABLES: [&str; 16] = [
        "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va",
    ];
    let syllable = |at: u32| SYLLABLES[number.wrapping_mul(2_654_435_761) >> (4 * at) & 15];
    (2..6).map(syllable).collect()
}

fn subject(number: usize) -> Option<Subject> {
    let handles = vec![format!("owner{number}")];
    Some(Subject {
        id: SubjectId::new(format!("s{number}")).ok()?,
        name: String::new(),
        generation: 1,
        accounts: vec![OwnedAccount {
            network: None,
            native: Some(format!("did:{number}")),
            handles,
        }],
        keywords: vec![
            format!("{} {}", word(number + 50_000), word(number + 60_000)),
            word(number + 70_000) + "x",
        ],
        hashtags: vec![word(number + 80_000)],
        links: Vec::new(),
        domains: vec![format!("{}.example", word(number))],
        query: String::new(),
        context: String::new(),
        exclude: String::new(),
    })
}

/// A post of 25 words with a mention and a link; one of 20 names a subject's phrase.
fn post(number: usize) -> Option<Post> {
    let mut text: String = (0..25).map(|at| word(number * 31 + at) + " ").collect();
    if number.is_multiple_of(20) {
        text.push_str(&subject(number % SUBJECTS)?.keywords[0]);
    }
    if number.is_multiple_of(5) {
        text.push_str(" schön ✨");
    }
    let mention = Mention {
        account: None,
        handle: Some(format!("user{number}")),
        span: None,
        automatic: false,
    };
    let links = vec![Link::new(format!("https://news{number}.example.org/a"), None)];
    Some(Post {
        id: PostId::new(Network::Bluesky, number.to_string()).ok()?,
        revision: 0,
        author: Author {
            id: AccountId::new(Network::Bluesky, format!("did:plc:{number}")).ok()?,
            handle: None,
            name: None,
            followers: None,
            bot: false,
            created_at: None,
        },
        text,
        language: None,
        created_at: None,
        witnessed_at: Timestamp::EPOCH,
        references: Vec::new(),
        entities: Entities {
            mentions: vec![mention],
            links,
            ..Entities::default()
        },
        engagement: Default::default(),
        url: None,
        has_media: false,
    })
}

fn matching(criterion: &mut Criterion) {
    let subjects: Vec<Subject> = (0..SUBJECTS).filter_map(subject).collect();
    let posts: Vec<Post> = (0..POSTS).filter_map(post).collect();
    let Ok(index) = SubjectIndex::compile(&subjects) else {
        return;
    };
    let singles: Vec<_> = subjects
        .chunks(1)
        .filter_map(|subject| SubjectIndex::compile(subject).ok())
        .collect();
    let found = posts.iter().filter(|post| !index.match_post(post).is_empty()).count();
    assert_eq!(found, POSTS / 20, "the bench shall match one post in twenty");

    let mut group = criterion.benchmark_group("match_1000_subjects");
    group.sample_size(10);
    group.throughput(Throughput::Elements(POSTS as u64));
    group.bench_function("index", |bench| {
        bench.iter(|| {
            posts
                .iter()
                .map(|post| index.match_post(black_box(post)).len())
                .sum::<usize>()
        });
    });
    let few = &posts[..POSTS / 100];
    group.throughput(Throughput::Elements(few.len() as u64));
    group.bench_function("each_subject_by_itself", |bench| {
        let each = |post: &Post| {
            singles
                .iter()
                .map(|index| index.match_post(black_box(post)).len())
                .sum::<usize>()
        };
        bench.iter(|| few.iter().map(each).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, matching);
criterion_main!(benches);
