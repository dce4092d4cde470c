//! Owned pages and profiles after any deliveries, and visits beside them.

use backtweet_domain::{
    AccountId, Finding, Kind, Link, Mention, Network, OwnedAccount, Role, Scored, Subject, SubjectId, Timestamp,
};
use backtweet_store::{FjallStore, Store};
use backtweet_wire::v1;
use proptest::prelude::*;
use tonic::Code;

use super::asked::windows;
use super::campaign::by_few;
use super::naive;
use super::order::run;
use super::suite::{Suite, generation};
use super::world::{MINUTE_US, NOW_US, START_US, fold, mix, new_subject, seen, stores};
use crate::FoldStage;
use crate::report::pages::pages;

const DAY_US: i64 = 24 * 60 * MINUTE_US;

/// Owns all links of the world, and an account by its id and by a handle.
fn owner(id: &SubjectId) -> Subject {
    let account = OwnedAccount {
        network: None,
        native: Some("owner".into()),
        handles: vec![naive::pages::PROFILE.into()],
    };
    Subject {
        accounts: vec![account],
        links: vec!["http://www.other.example/a?utm_source=b".into()],
        domains: vec!["acme.example".into()],
        ..Subject::new(id.clone())
    }
}

/// The same events by few authors, most of which mention and link.
pub(super) fn pointing(events: Vec<Scored>) -> Vec<Scored> {
    let mut events = by_few(events);
    for event in &mut events {
        let Finding::Seen { sighting, version } = &mut event.classified.finding else {
            continue;
        };
        let mixed = mix(&[sighting.post.witnessed_at.micros().cast_unsigned(), version.revision]);
        let mention = |native: Option<&str>, handle: Option<&str>, automatic| Mention {
            account: native.map(|native| AccountId::new(Network::X, native).unwrap()),
            handle: handle.map(str::to_owned),
            span: None,
            automatic,
        };
        // A post names an account in one way; posts differ.
        let ours = [
            mention(Some("owner"), None, false),
            mention(None, Some("acme"), false),
            mention(Some("owner"), Some("old-name"), false),
        ];
        let mentions = [
            ours[(mixed >> 8) as usize % 3].clone(),
            mention(None, Some("stranger"), false),
            mention(None, Some("acme"), true),
        ];
        let chosen = mentions
            .into_iter()
            .enumerate()
            .filter(|(place, _)| mixed >> place & 1 == 1);
        sighting.post.entities.mentions = chosen.map(|(_, mention)| mention).collect();
        if !mixed.is_multiple_of(3) {
            sighting.kinds = sighting.kinds.with(Kind::Mention);
        }
        if !mixed.is_multiple_of(5) {
            sighting.kinds = sighting.kinds.with(Kind::Link);
        }
    }
    events
}

async fn ask(store: &dyn Store, subject: &SubjectId, request: v1::PagesRequest) -> v1::PagesResponse {
    let request = v1::PagesRequest {
        subject: subject.to_string(),
        ..request
    };
    pages(store, &owner(subject), Timestamp::from_micros(NOW_US), request)
        .await
        .unwrap()
}

/// Compares the best pages of each window with a count of what remains of `events`; whether there were any.
pub(super) async fn are_as_counted(
    store: &dyn Store,
    subject: &SubjectId,
    events: &[Scored],
    windows: &[Option<v1::Window>],
) -> Result<bool, TestCaseError> {
    let mut is_any = false;
    for &window in windows {
        let (days, expected) = naive::pages::figures(events, window, 2);
        is_any |= !expected.is_empty();
        let request = v1::PagesRequest {
            window,
            limit: 2,
            ..Default::default()
        };
        let found = ask(store, subject, request).await;
        prop_assert_eq!(found.window, Some(days));
        prop_assert_eq!(found.pages, expected);
    }
    Ok(is_any)
}

#[test]
fn owned_pages_are_what_a_count_of_what_remains_says() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stores = runtime.block_on(stores(folder.path()));
    run(100, |case| {
        runtime.block_on(async {
            for store in &stores {
                let (store, subject) = (store.as_ref(), new_subject());
                let events = pointing(case.shuffled(&subject));
                for batch in events.chunks(case.batch) {
                    fold(store, &FoldStage::default(), batch).await;
                }
                let windows = [windows()[0], windows()[1], windows()[4], windows()[6]];
                are_as_counted(store, &subject, &events, &windows).await?;
            }
            Ok(())
        })
    });
}

#[tokio::test]
async fn visits_are_set_beside_references_and_what_cannot_be_taken_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    // Page n is pointed at n times, by one backtweet a day.
    let mut events = Vec::new();
    for page in 1..=6u64 {
        for day in 0..page {
            let mut event = seen(&subject, 1, 100 * page + day, generation(1));
            if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
                sighting.role = Role::Backtweet;
                sighting.kinds = sighting.kinds.with(Kind::Link);
                sighting.post.witnessed_at = Timestamp::from_micros(START_US + day.cast_signed() * DAY_US);
                let link = format!("https://www.acme.example/{page}?utm_source=x");
                sighting.post.entities.links = vec![Link::new(link, None)];
            }
            events.push(event);
        }
    }
    fold(&store, &FoldStage::default(), &events).await;
    let visits = |page: &str, day: Option<i64>, visits| v1::PageVisits {
        page: page.to_owned(),
        day_us: day.map(|day| START_US + day * DAY_US),
        visits,
    };
    let total = |page: u64| visits(&format!("acme.example/{page}"), None, page * page);
    let request = v1::PagesRequest {
        visits: (1..=6)
            .map(total)
            .chain([visits("no page", None, 1), visits("acme.example/1", None, u64::MAX)])
            .collect(),
        ..Default::default()
    };
    let found = ask(&store, &subject, request).await;
    assert_eq!(
        (
            found.pages[0].page.as_str(),
            found.pages[0].references,
            found.pages[0].visits
        ),
        ("https://acme.example/6", 6, Some(36))
    );
    let by_page = found.by_page.unwrap();
    assert_eq!((by_page.coefficient, by_page.n), (Some(1.0), 6));
    assert_eq!(found.by_day, None);
    let refused: Vec<_> = found.refused.iter().map(|refused| refused.index).collect();
    assert_eq!((refused, found.refused_total), (vec![6, 7], 2));

    // From day 0 on, 6, 5, 4, 3, 2 and 1 pages are pointed at; visits fall as well. A day outside of the window does not count.
    let request = v1::PagesRequest {
        window: Some(v1::Window {
            from_us: Some(START_US),
            to_us: Some(START_US + 6 * DAY_US),
        }),
        visits: (0..=6)
            .flat_map(|day| (1..=6).map(move |page| (day, page)))
            .map(|(day, page)| {
                visits(
                    &format!("acme.example/{page}"),
                    Some(day),
                    100 - 10 * day.unsigned_abs(),
                )
            })
            .collect(),
        ..Default::default()
    };
    let found = ask(&store, &subject, request).await;
    let by_day = found.by_day.unwrap();
    assert!((by_day.coefficient.unwrap() - 1.0).abs() < 1e-12 && by_day.n == 6);
    let by_page = found.by_page.unwrap();
    assert_eq!((by_page.coefficient, by_page.n), (None, 6));
}

#[tokio::test]
async fn what_is_wrong_with_a_request_for_pages_is_said_field_by_field() {
    let mut suite = Suite::start().await;
    suite.put("acme", "anvil").await;
    let row = v1::PageVisits {
        page: "acme.example".into(),
        ..Default::default()
    };
    let request = v1::PagesRequest {
        subject: "acme".into(),
        limit: 101,
        visits: vec![row; 20_001],
        ..Default::default()
    };
    let status = suite.reports.pages(request.clone()).await.unwrap_err();
    assert_eq!(super::grpc::fields(&status), ["limit", "visits"]);
    let request = v1::PagesRequest {
        limit: 0,
        visits: vec![],
        ..request
    };
    let nothing = suite.reports.pages(request.clone()).await.unwrap().into_inner();
    assert_eq!((nothing.pages, nothing.by_page), (vec![], None));
    let unknown = v1::PagesRequest {
        subject: "nobody".into(),
        ..request
    };
    let status = suite.reports.pages(unknown).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
}
