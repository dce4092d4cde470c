//! Exports in each format against the feed they are made of; what they hold while they run; posts that change meanwhile; and what is wrong
//! with a request.

mod calls;
mod read;

use std::pin::pin;

use backtweet_domain::{
    AccountId, Finding, Link, Mention, Network, Scored, SubjectId, SystemClock, Timestamp, Version,
};
use backtweet_store::{FjallStore, Store};
use backtweet_wire::v1::export_response::Part;
use backtweet_wire::v1::{self, ExportFormat, ExportManifest, ExportOrder, ExportRequest, FeedOrder, FeedRequest};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use self::read::{expected, rows};
use super::asked::whole_feed;
use super::naive;
use super::order::{Case, run};
use super::world::{fold, new_subject, retracted, seen, stores};
use crate::FoldStage;
use crate::report::export::Export;

pub(super) const FORMATS: [ExportFormat; 3] = [ExportFormat::Ndjson, ExportFormat::Csv, ExportFormat::Parquet];
const VERSION: Version = Version {
    generation: 1,
    revision: 1,
    lineage: 0,
};

/// A whole export, and the most bytes that it held.
struct Whole {
    data: Vec<u8>,
    manifest: ExportManifest,
    most_held: usize,
}

/// Takes an export to its end.
async fn whole(store: &dyn Store, mut export: Export) -> Whole {
    let mut data = Vec::new();
    loop {
        let part = export.next(store, &SystemClock).await.unwrap();
        match part.expect("an export ends with its manifest") {
            Part::Data(part) => {
                assert!((1..=256 << 10).contains(&part.len()), "a part of {} bytes", part.len());
                data.extend_from_slice(&part);
            }
            Part::Manifest(manifest) => {
                assert!(export.next(store, &SystemClock).await.unwrap().is_none());
                assert_eq!(manifest.bytes, data.len() as u64);
                let digest: String = Sha256::digest(&data).iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(manifest.sha256, digest);
                return Whole {
                    data,
                    manifest,
                    most_held: export.most_held,
                };
            }
        }
    }
}

async fn ask(store: &dyn Store, request: ExportRequest) -> Whole {
    whole(store, Export::start(store, request).await.unwrap()).await
}

fn everything(subject: &SubjectId, format: ExportFormat) -> ExportRequest {
    ExportRequest {
        subject: subject.to_string(),
        roles: vec![1, 2, 3, 4],
        format: format.into(),
        ..ExportRequest::default()
    }
}

/// The export of what a feed shows; exports go by time alone.
fn export_of(feed: FeedRequest, format: ExportFormat) -> ExportRequest {
    let order = match feed.order() {
        FeedOrder::Oldest => ExportOrder::Oldest,
        _ => ExportOrder::Newest,
    };
    ExportRequest {
        format: format.into(),
        order: order.into(),
        subject: feed.subject,
        window: feed.window,
        kinds: feed.kinds,
        intents: feed.intents,
        sentiments: feed.sentiments,
        roles: feed.roles,
        networks: feed.networks,
        languages: feed.languages,
        authors: feed.authors,
        flags: feed.flags,
        min_followers: feed.min_followers,
        roots: feed.roots,
        text: feed.text,
        raw_text: false,
    }
}

/// Compares an export of everything in a window with a count of what remains of `events`; whether it had rows.
pub(super) async fn is_what_remains(
    store: &dyn Store,
    subject: &SubjectId,
    events: &[Scored],
    window: Option<v1::Window>,
    format: ExportFormat,
) -> Result<bool, TestCaseError> {
    let feed = FeedRequest {
        subject: subject.to_string(),
        window,
        roles: vec![1, 2, 3, 4],
        ..FeedRequest::default()
    };
    let shown: Vec<_> = naive::feed_of(events, &feed).iter().map(expected).collect();
    let export = ask(store, export_of(feed, format)).await;
    prop_assert_eq!(export.manifest.rows, shown.len() as u64);
    prop_assert_eq!(rows(format, &export.data), shown.clone());
    Ok(!shown.is_empty())
}

async fn equals_the_feed(store: &dyn Store, case: &Case) -> Result<(), TestCaseError> {
    let subject = new_subject();
    for batch in case.shuffled(&subject).chunks(case.batch) {
        fold(store, &FoldStage::default(), batch).await;
    }
    for number in 0..6 {
        let mut feed = super::feed::request(&subject, case.seed ^ number);
        feed.order = [FeedOrder::Newest, FeedOrder::Oldest][number as usize % 2].into();
        let shown: Vec<_> = whole_feed(store, feed.clone()).await.iter().map(expected).collect();
        for format in FORMATS {
            let export = ask(store, export_of(feed.clone(), format)).await;
            prop_assert_eq!(rows(format, &export.data), shown.clone());
            prop_assert_eq!(export.manifest.rows, shown.len() as u64);
        }
    }
    Ok(())
}

#[test]
fn every_format_holds_exactly_the_posts_that_the_feed_shows_after_any_deliveries() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stores = runtime.block_on(stores(folder.path()));
    run(30, |case| {
        for store in &stores {
            runtime.block_on(equals_the_feed(store.as_ref(), &case))?;
        }
        Ok(())
    });
}

/// Whatever makes a cell hard to write, and every column that the others leave empty.
fn nasty(subject: &SubjectId, number: u64, text: &str) -> Scored {
    let mut scored = seen(subject, 1, number, VERSION);
    let Finding::Seen { sighting, .. } = &mut scored.classified.finding else {
        panic!("it is a sighting");
    };
    let post = &mut sighting.post;
    post.text = text.to_owned();
    post.author.name = Some("Ann \"A\" O'Neil, Jr.".to_owned());
    post.author.followers = Some(5_000_000_000);
    post.created_at = Some(Timestamp::from_micros(-1));
    post.url = Some("https://example.org/a,b".to_owned());
    post.entities.links = vec![Link::new("https://example.org/?q=\"x\",y", None)];
    let mention = |account, handle: Option<&str>| Mention {
        account,
        handle: handle.map(str::to_owned),
        span: None,
        automatic: false,
    };
    let account = AccountId::new(Network::X, "12").unwrap();
    post.entities.mentions = vec![mention(Some(account), Some("ann")), mention(None, Some("bob"))];
    scored
}

const NASTY: [&str; 9] = [
    "=HYPERLINK(\"https://evil.example\")",
    "+1",
    "-1",
    "@acme hello",
    "'quoted'",
    "\ttab, \"quotes\"\r\nand lines",
    "＝1",
    "",
    "null\u{0}日本語 🎉",
];

#[tokio::test]
async fn texts_that_break_careless_writers_come_back_as_they_were_posted() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    let posts: Vec<_> = (0..)
        .zip(NASTY)
        .map(|(number, text)| nasty(&subject, number, text))
        .collect();
    fold(&store, &FoldStage::default(), &posts).await;
    let feed = FeedRequest {
        subject: subject.to_string(),
        roles: vec![1, 2, 3, 4],
        ..FeedRequest::default()
    };
    let shown: Vec<_> = whole_feed(&store, feed).await.iter().map(expected).collect();
    assert_eq!(shown.len(), NASTY.len());
    for format in FORMATS {
        let export = ask(&store, everything(&subject, format)).await;
        assert_eq!(rows(format, &export.data), shown, "{format:?}");
    }
    // Where no text is guarded, the same ones stand there without an apostrophe in front.
    let guarded = ask(&store, everything(&subject, ExportFormat::Csv)).await;
    let raw = ExportRequest {
        raw_text: true,
        ..everything(&subject, ExportFormat::Csv)
    };
    let raw = ask(&store, raw).await;
    let has = |data: &[u8], text: &str| String::from_utf8_lossy(data).contains(text);
    assert!(has(&guarded.data, "\"'=HYPERLINK(\"\"") && has(&raw.data, "\"=HYPERLINK(\"\""));
    // `=`, `+`, `-`, `@`, the tab, the wide sign and the apostrophe.
    assert_eq!(guarded.data.len() - raw.data.len(), 7);
}

#[tokio::test]
async fn what_an_export_holds_does_not_grow_with_the_number_of_posts() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    let long = "na ".repeat(1_500);
    let posts: Vec<_> = (0..6_000).map(|number| nasty(&subject, number, &long)).collect();
    for batch in posts.chunks(1_000) {
        fold(&store, &FoldStage::default(), batch).await;
    }
    for (format, bound) in FORMATS.into_iter().zip([4 << 20, 4 << 20, 12 << 20]) {
        let export = ask(&store, everything(&subject, format)).await;
        assert_eq!(export.manifest.rows, 6_000);
        assert!(export.most_held < bound, "{format:?} held {} bytes", export.most_held);
        // Far more went through: twice as much as is ever held, even where a row group is gathered first.
        assert!(6_000 * long.len() > 2 * bound);
    }
}

#[tokio::test]
async fn an_export_lets_others_run_between_pages_also_where_nothing_passes_its_filter() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    fold(&store, &FoldStage::default(), &[seen(&subject, 1, 1, VERSION)]).await;
    let request = ExportRequest {
        text: "nowhere".to_owned(),
        ..everything(&subject, ExportFormat::Ndjson)
    };
    let mut export = Export::start(&store, request).await.unwrap();
    let mut next = pin!(export.next(&store, &SystemClock));
    assert!(futures::poll!(next.as_mut()).is_pending());
    assert!(matches!(next.await, Ok(Some(Part::Manifest(_)))));
}

#[tokio::test]
async fn a_post_that_is_retracted_before_it_is_read_is_in_no_export() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    for format in FORMATS {
        let subject = new_subject();
        let posts: Vec<_> = (0..1_200).map(|number| seen(&subject, 1, number, VERSION)).collect();
        fold(&store, &FoldStage::default(), &posts).await;
        let feed = FeedRequest {
            subject: subject.to_string(),
            roles: vec![1, 2, 3, 4],
            ..FeedRequest::default()
        };
        let shown = whole_feed(&store, feed).await;
        let id = |place: usize| {
            shown[place]
                .sighting
                .as_ref()
                .unwrap()
                .post
                .as_ref()
                .unwrap()
                .id
                .clone()
        };
        let retract = async |place: usize| {
            let number = id(place).rsplit('-').next().unwrap().parse().unwrap();
            let later = Version { revision: 2, ..VERSION };
            fold(&store, &FoldStage::default(), &[retracted(&subject, number, later)]).await;
        };
        retract(0).await;
        let mut export = Export::start(&store, everything(&subject, format)).await.unwrap();
        let mut data = Vec::new();
        if let Some(Part::Data(part)) = export.next(&store, &SystemClock).await.unwrap() {
            data.extend_from_slice(&part);
        }
        // The whole of it is read within one part as Parquet: only what is read page by page can be overtaken.
        if format != ExportFormat::Parquet {
            retract(1_199).await;
        }
        let manifest = loop {
            match export.next(&store, &SystemClock).await.unwrap() {
                Some(Part::Data(part)) => data.extend_from_slice(&part),
                Some(Part::Manifest(manifest)) => break manifest,
                None => panic!("no manifest"),
            }
        };
        let exported: Vec<_> = rows(format, &data).iter().map(|row| row["id"].clone()).collect();
        assert!(!exported.contains(&id(0).into()));
        if format != ExportFormat::Parquet {
            assert!(!exported.contains(&id(1_199).into()), "{format:?}");
            assert_eq!(exported.len(), 1_198);
            assert_eq!(manifest.sequence_at_end, manifest.sequence_at_start + 1);
        }
    }
}

#[tokio::test]
async fn what_cannot_be_exported_is_refused_field_by_field() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let request = ExportRequest {
        format: 9,
        order: 7,
        kinds: vec![0],
        text: "\"open".to_owned(),
        raw_text: true,
        ..everything(&new_subject(), ExportFormat::Csv)
    };
    let Err(error) = Export::start(&store, request).await else {
        panic!("it was not refused");
    };
    let error = error.to_string();
    for part in [
        "format: 9 is no format: use ndjson, csv or parquet",
        "order: 7 is no order: use newest or oldest",
        "kinds[0]",
        "not closed",
        "raw_text: only texts of a csv",
    ] {
        assert!(error.contains(part), "{part} is missing in {error}");
    }
}

#[tokio::test]
async fn the_documentation_tells_every_column_of_the_manifest_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let export = ask(&store, everything(&new_subject(), ExportFormat::Csv)).await;
    let columns = export.manifest.columns.iter().map(|column| {
        let kind = column.r#type().as_str_name().trim_start_matches("EXPORT_TYPE_");
        let optional = if column.optional { "?" } else { "" };
        (column.name.clone(), format!("{}{optional}", kind.to_lowercase()))
    });
    let page = include_str!("../../../../docs/export.md");
    let told = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let told = told.filter_map(|line| line.split_once("` | "));
    let told = told.map(|(name, rest)| (name.to_owned(), rest.split(" |").next().unwrap().to_owned()));
    assert_eq!(told.collect::<Vec<_>>(), columns.collect::<Vec<_>>());
    assert_eq!(export.manifest.rows, 0);
    assert_eq!(String::from_utf8(export.data).unwrap().lines().count(), 1);
}
