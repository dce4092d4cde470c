//! Makes findings, folds them as the runner would, and asks for every report.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use prost::Message;

use backtweet_domain::{
    AccountId, AccountState, Author, Classified, Finding, Intent, Kind, KindSet, Label, Network, Post, PostId, Role,
    Scored, Sentiment, Sighting, SubjectId, Timestamp, Version,
};
use backtweet_store::{FjallStore, Outcome, RedisConfig, RedisStore, Store};
use backtweet_stream::{Effects, Stage};
use backtweet_wire::{record, v1};

use crate::report::{authors, feed, summary, timeline};
use crate::{FoldStage, Item};

/// 2026-07-01T00:00:00Z.
pub(crate) const START_US: i64 = 1_782_864_000_000_000;
pub(crate) const MINUTE_US: i64 = 60_000_000;

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
    let at = Timestamp::from_micros(START_US + pick(0, 5_000).cast_signed() * MINUTE_US);
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
        model: "test-1".into(),
    });
    let language = [None, Some("en-GB"), Some("pt")][pick(44, 3) as usize];
    let sighting = Sighting {
        post: Post {
            revision: version.revision,
            author,
            text: format!("text {mixed}"),
            language: language.map(str::to_owned),
            created_at: None,
            witnessed_at: at,
            references: Vec::new(),
            entities: Default::default(),
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
        flags: backtweet_domain::Flags::NONE,
    };
    let finding = Finding::Seen {
        version,
        sighting: Box::new(sighting),
    };
    Scored {
        sentiment,
        ..finding_of(subject, post, finding)
    }
}

pub(crate) fn retracted(subject: &SubjectId, post: u64, version: Version) -> Scored {
    finding_of(subject, post, Finding::Retracted { version })
}

pub(crate) fn account(subject: &SubjectId, post: u64, state: AccountState, seq: u64) -> Scored {
    finding_of(subject, post, Finding::Account { state, seq })
}

fn finding_of(subject: &SubjectId, post: u64, finding: Finding) -> Scored {
    let classified = Classified {
        subject: subject.clone(),
        post: post_id(post),
        at: Timestamp::EPOCH,
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

/// Everything that can be asked about a subject.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answers {
    pub(crate) summaries: Vec<v1::SummaryResponse>,
    pub(crate) timelines: Vec<v1::TimelineResponse>,
    pub(crate) authors: Vec<v1::TopAuthorsResponse>,
    pub(crate) feed: Vec<v1::FeedItem>,
}

impl Answers {
    pub(crate) fn bytes(&self) -> Vec<Vec<u8>> {
        let summaries = self.summaries.iter().map(Message::encode_to_vec);
        let timelines = self.timelines.iter().map(Message::encode_to_vec);
        let authors = self.authors.iter().map(Message::encode_to_vec);
        summaries
            .chain(timelines)
            .chain(authors)
            .chain(self.feed.iter().map(Message::encode_to_vec))
            .collect()
    }
}

/// The windows that are asked about: everything, both ends, one end, within a day, and none of it.
pub(crate) fn windows() -> Vec<Option<v1::Window>> {
    let at = |minute: i64| Some(START_US + minute * MINUTE_US);
    let window = |from_us, to_us| Some(v1::Window { from_us, to_us });
    vec![
        None,
        window(at(17), at(4_711)),
        window(at(1_000), None),
        window(None, at(2_950)),
        window(at(1_450), at(1_800)),
        window(at(9_000), at(9_900)),
    ]
}

pub(crate) async fn ask(store: &dyn Store, subject: &SubjectId) -> Answers {
    let subject = subject.to_string();
    let (mut summaries, mut timelines, mut top_authors) = (Vec::new(), Vec::new(), Vec::new());
    for window in windows() {
        let subject = subject.clone();
        let request = v1::SummaryRequest {
            subject: subject.clone(),
            window,
        };
        summaries.push(summary::summary(store, request).await.unwrap());
        let request = v1::TimelineRequest {
            subject: subject.clone(),
            window,
            bucket: v1::Bucket::Hour.into(),
        };
        timelines.push(timeline::timeline(store, request).await.unwrap());
        let request = v1::TopAuthorsRequest {
            subject,
            window,
            limit: 2,
        };
        top_authors.push(authors::top_authors(store, request).await.unwrap());
    }
    Answers {
        summaries,
        timelines,
        authors: top_authors,
        feed: whole_feed(store, &subject).await,
    }
}

/// All pages of the feed, small ones.
async fn whole_feed(store: &dyn Store, subject: &str) -> Vec<v1::FeedItem> {
    let mut request = v1::FeedRequest {
        subject: subject.to_owned(),
        window: windows()[2],
        page_size: 2,
        roles: vec![v1::Role::Backtweet.into(), v1::Role::Indirect.into()],
        ..Default::default()
    };
    let mut items = Vec::new();
    loop {
        let page = feed::feed(store, request.clone()).await.unwrap();
        items.extend(page.items);
        if page.next_page_token.is_empty() {
            return items;
        }
        request.page_token = page.next_page_token;
    }
}

/// Every post that counts, of whatever role, by id.
pub(crate) async fn whole_feed_of(store: &dyn Store, subject: &str) -> BTreeMap<String, v1::FeedItem> {
    let roles = [
        v1::Role::Backtweet,
        v1::Role::Indirect,
        v1::Role::Origin,
        v1::Role::Answer,
    ];
    let roles = roles.map(Into::into).to_vec();
    let request = v1::FeedRequest {
        subject: subject.to_owned(),
        page_size: 500,
        roles,
        ..Default::default()
    };
    let page = feed::feed(store, request).await.unwrap();
    assert_eq!(page.next_page_token, "");
    let id = |item: &v1::FeedItem| item.sighting.as_ref().unwrap().post.as_ref().unwrap().id.clone();
    page.items.into_iter().map(|item| (id(&item), item)).collect()
}
