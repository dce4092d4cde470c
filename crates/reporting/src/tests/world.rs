//! Makes findings, folds them as the runner would, and asks for every report.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

use backtweet_domain::{
    AccountId, AccountState, Author, Classified, Entities, Finding, Flag, Hashtag, Intent, Kind, KindSet, Label, Link,
    Network, Post, PostId, Role, Scored, Sentiment, Sighting, SubjectId, Timestamp, Version,
};
use backtweet_store::{FjallStore, Outcome, RedisConfig, RedisStore, Store};
use backtweet_stream::{Effects, Stage};
use backtweet_wire::record;

use crate::{FoldStage, Item};

/// 2026-10-30T00:00:00Z: around it lie clock changes of Europe and America, the end of a month and the end of a week.
pub(crate) const START_US: i64 = 1_793_318_400_000_000;
pub(crate) const MINUTE_US: i64 = 60_000_000;
const MINUTES_PER_WEEK: i64 = 7 * 24 * 60;
/// Some minutes behind the middle of it all.
pub(crate) const NOW_US: i64 = START_US + 3_003 * MINUTE_US;

/// Hashtags as they are written and as they are counted.
pub(crate) const HASHTAGS: [(&str, &str); 4] =
    [("Acme", "acme"), ("ACME", "acme"), ("Été", "ete"), ("launch", "launch")];
/// What texts end in.
pub(crate) const TEXTS: [&str; 4] = ["It's NOT\n working", "working? not!", "Café noir", ""];

/// Links as they are written and as they are counted.
pub(crate) const LINKS: [(&str, &str); 3] = [
    ("https://www.acme.example/?utm_source=mail", "https://acme.example/"),
    ("https://acme.example/", "https://acme.example/"),
    ("http://other.example/a", "http://other.example/a"),
];

/// A subject that no other test uses.
pub(crate) fn new_subject() -> SubjectId {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    SubjectId::new(format!("s{}", NEXT.fetch_add(1, Ordering::Relaxed))).unwrap()
}

pub(crate) fn post_id(number: u64) -> PostId {
    let network = Network::ALL[(number % 4) as usize];
    PostId::new(network, format!("post-{number}")).unwrap()
}

/// A number that looks like chance and is the same every time.
pub(crate) fn mix(numbers: &[u64]) -> u64 {
    numbers.iter().fold(0x9e37_79b9_7f4a_7c15, |mixed, &number| {
        let mixed = (mixed ^ number).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ mixed >> 29).wrapping_mul(0x94d0_49bb_1331_11eb)
    })
}

/// The sighting of a post at a version, whose every part follows from `seed`, the post and the version.
pub(crate) fn seen(subject: &SubjectId, seed: u64, post: u64, version: Version) -> Scored {
    let mixed = mix(&[seed, post, version.generation, version.revision, version.lineage]);
    let pick = |shift: u32, many: u64| (mixed >> shift) % many;
    let id = post_id(post);
    let weeks_before = i64::from(pick(50, 4) == 0);
    let minute = pick(0, 5_000).cast_signed() - weeks_before * MINUTES_PER_WEEK;
    let at = Timestamp::from_micros(START_US + minute * MINUTE_US);
    let mut kinds = KindSet::EMPTY.with(Kind::ALL[pick(8, 7) as usize]);
    if pick(11, 3) == 0 {
        kinds = kinds.with(Kind::ALL[pick(13, 7) as usize]);
    }
    let automatic = if pick(16, 4) == 0 { kinds } else { KindSet::EMPTY };
    let author = Author {
        id: AccountId::new(id.network(), format!("author-{}", post % 3)).unwrap(),
        handle: (pick(18, 3) > 0).then(|| format!("handle-{}", pick(20, 5))),
        name: None,
        followers: (pick(22, 4) > 0).then(|| pick(24, 1_000)),
        bot: false,
        created_at: None,
    };
    let role = if pick(34, 3) > 0 {
        Role::Backtweet
    } else {
        [Role::Indirect, Role::Origin, Role::Answer][pick(36, 3) as usize]
    };
    let sentiment = (pick(38, 4) > 0).then(|| Sentiment {
        label: Label::ALL[pick(40, 4) as usize],
        score: 0.25,
        confidence: 0.5,
        language: Some("de".into()),
        model: ["test/1", "test/2"][pick(48, 2) as usize].into(),
    });
    let language = [None, Some("en-GB"), Some("pt")][pick(44, 3) as usize];
    let sighting = Sighting {
        post: Post {
            revision: version.revision,
            author,
            text: format!("text {mixed} {}", TEXTS[pick(52, 4) as usize]),
            language: language.map(str::to_owned),
            created_at: None,
            witnessed_at: at,
            references: Vec::new(),
            entities: entities(mixed),
            engagement: Default::default(),
            url: None,
            has_media: false,
            id,
        },
        role,
        kinds,
        automatic,
        lineage: super::cascade::lineage(post, mix(&[mixed])),
        intent: Intent::ALL[pick(46, 7) as usize],
        intent_confidence: 0.5,
        flags: Flag::ALL
            .into_iter()
            .filter(|&flag| pick(55 + flag as u32, 4) == 0)
            .collect(),
        named: Vec::new(),
    };
    let finding = Finding::Seen {
        version,
        sighting: Box::new(sighting),
    };
    let later = (pick(58, 2) == 0).then(|| mix(&[mixed, 1]) % 4_000);
    let known = Timestamp::from_micros(at.micros() + later.unwrap_or(0).cast_signed() * MINUTE_US);
    Scored {
        sentiment,
        ..finding_of(subject, post, known, finding)
    }
}

fn entities(mixed: u64) -> Entities {
    let chosen = |place: usize, shift: u32| mixed.rotate_right(shift) >> (3 * place) & 7 < 2;
    let hashtags = HASHTAGS.iter().enumerate().filter(|(place, _)| chosen(*place, 23));
    let links = LINKS.iter().enumerate().filter(|(place, _)| chosen(*place, 37));
    Entities {
        hashtags: hashtags
            .map(|(_, (written, _))| Hashtag {
                tag: (*written).to_owned(),
                span: None,
            })
            .collect(),
        links: links.map(|(_, (written, _))| Link::new(*written, None)).collect(),
        ..Entities::default()
    }
}

pub(crate) fn retracted(subject: &SubjectId, post: u64, version: Version) -> Scored {
    let known = known(&[post, version.generation, version.revision, version.lineage]);
    finding_of(subject, post, known, Finding::Retracted { version })
}

pub(crate) fn account(subject: &SubjectId, post: u64, state: AccountState, seq: u64) -> Scored {
    let known = known(&[post, state as u64, seq]);
    finding_of(subject, post, known, Finding::Account { state, seq })
}

/// When what is told by these numbers was known: on the days on which posts are seen.
fn known(numbers: &[u64]) -> Timestamp {
    let minute = (mix(numbers) % 6_000).cast_signed();
    Timestamp::from_micros(START_US + minute * MINUTE_US)
}

fn finding_of(subject: &SubjectId, post: u64, at: Timestamp, finding: Finding) -> Scored {
    let classified = Classified {
        subject: subject.clone(),
        post: post_id(post),
        at,
        finding,
    };
    Scored {
        classified,
        sentiment: None,
    }
}

pub(crate) fn items(events: &[Scored]) -> Vec<Item> {
    let stage = FoldStage::default();
    let decode = |event| {
        let value = record::encode_scored(event);
        stage.decode(&Bytes::new(), Some(&value)).unwrap().unwrap()
    };
    events.iter().map(decode).collect()
}

/// What the batch comes to, on what the store holds now.
pub(crate) async fn effects(store: &dyn Store, stage: &FoldStage, items: &[Item]) -> Effects {
    let found = store.read(&stage.look_ups(items)).await.unwrap();
    stage.process(items, &found)
}

/// Folds one batch.
pub(crate) async fn fold(store: &dyn Store, stage: &FoldStage, events: &[Scored]) {
    let effects = effects(store, stage, &items(events)).await;
    let outcomes = store.apply(&effects.writes).await.unwrap();
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Applied(_))));
}

/// The stores that are at hand: the embedded one, and Redis where there is one.
pub(crate) async fn stores(folder: &Path) -> Vec<Arc<dyn Store>> {
    let mut stores: Vec<Arc<dyn Store>> = vec![Arc::new(FjallStore::open_at(folder).unwrap())];
    match std::env::var("BACKTWEET_TEST_REDIS") {
        Ok(url) => {
            let prefix = format!(
                "reporting-{}-{}",
                std::process::id(),
                mix(&[folder.as_os_str().len() as u64])
            );
            let config = RedisConfig {
                prefix: format!("{prefix}{}", folder.display()),
                ..RedisConfig::single(url)
            };
            stores.push(Arc::new(RedisStore::connect(config).await.unwrap()));
        }
        Err(_) => eprintln!("not tested on Redis: BACKTWEET_TEST_REDIS is not set"),
    }
    stores
}
