//! What a client meets over gRPC: edges that come while the suite runs, what is wrong with a request, and what is not there.

use tonic::{Code, Status};
use tonic_types::StatusExt;

use backtweet_domain::{Finding, Intent, Role, Scored};
use backtweet_stream::Record;
use backtweet_wire::{record, topics, v1};

use super::super::audience::{account, follow};
use super::super::suite::{Suite, eventually, generation, id};
use super::super::world::seen;

/// A backtweet by an author of its own, with this many followers.
fn backtweet(post: u64, followers: Option<u64>) -> Scored {
    let mut event = seen(&id("acme"), 1, post, generation(1));
    if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
        (sighting.role, sighting.intent) = (Role::Backtweet, Intent::Praise);
        sighting.post.author.id = account("amplifier", post);
        sighting.post.author.followers = followers;
    }
    event
}

fn fields(status: &Status) -> Vec<String> {
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    let violations = status.get_details_bad_request().unwrap().field_violations;
    violations.into_iter().map(|violation| violation.field).collect()
}

fn request(overlap: &[String]) -> v1::ReachRequest {
    v1::ReachRequest {
        subject: "acme".into(),
        overlap: overlap.to_vec(),
        ..v1::ReachRequest::default()
    }
}

#[tokio::test]
async fn reach_is_a_range_until_the_follow_edges_are_there_and_measured_from_then_on() {
    let mut suite = Suite::start().await;
    suite.put("acme", "anvil").await;
    suite.append(&[backtweet(1, Some(3)), backtweet(2, Some(2))]).await;
    let overlap = [1, 2].map(|number| account("amplifier", number).to_string());
    let reports = suite.reports.clone();
    let ask = || {
        let (mut reports, request) = (reports.clone(), request(&overlap));
        async move { reports.reach(request).await.map(tonic::Response::into_inner) }
    };
    let range = eventually(ask, |found| found.as_ref().is_ok_and(|found| found.amplifiers == 2))
        .await
        .unwrap();
    let figure = |low, high| v1::ReachFigure {
        low,
        high,
        ..v1::ReachFigure::default()
    };
    assert_eq!(range.reach, Some(figure(3, 5)));
    assert_eq!(range.overlap.unwrap().both, Some(figure(0, 2)));
    assert_eq!((range.amplifiers_known, range.beyond), (0, None));

    let edges = [(1, 10), (1, 11), (1, 12), (2, 12), (2, 13)];
    let record = |(amplifier, fan): (u64, u64)| {
        let event = follow(
            &format!("{amplifier}-{fan}"),
            &account("fan", fan),
            Some(&account("amplifier", amplifier)),
            1,
        );
        Record {
            key: event.key().into(),
            value: Some(record::encode_post_event(&event)),
            time: suite.ports.clock.now(),
        }
    };
    let records = edges.into_iter().map(record).collect();
    suite.ports.log.append(topics::POSTS, records).await.unwrap();
    let measured = eventually(ask, |found| {
        found.as_ref().is_ok_and(|found| found.amplifiers_whole == 2)
    })
    .await
    .unwrap();
    let exact = |number| v1::ReachFigure {
        measured: true,
        estimate: Some(number),
        low: number,
        high: number,
        unknown: 0,
    };
    assert_eq!(measured.reach, Some(exact(4)));
    assert_eq!(measured.overlap.unwrap().both, Some(exact(1)));
    let marginals: Vec<_> = measured.top.into_iter().map(|row| row.marginal.unwrap()).collect();
    assert_eq!(marginals, [exact(2), exact(1)]);
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said_field_by_field() {
    let mut suite = Suite::start().await;
    suite.put("acme", "anvil").await;
    let window = Some(v1::Window {
        from_us: Some(9),
        to_us: Some(8),
    });
    let wrong = v1::ReachRequest {
        window,
        root: "nonsense".into(),
        limit: 101,
        ..request(&["x:1".into()])
    };
    let error = suite.reports.reach(wrong).await.unwrap_err();
    assert_eq!(fields(&error), ["window.to_us", "root", "limit", "overlap"]);
    let error = suite
        .reports
        .reach(request(&["x:1".into(), "ann".into()]))
        .await
        .unwrap_err();
    assert_eq!(fields(&error), ["overlap[1]"]);
    let error = suite
        .reports
        .reach(request(&["x:1".into(), "x:2".into()]))
        .await
        .unwrap_err();
    assert_eq!(fields(&error), ["overlap[0]"]);
    let wrong = v1::PeopleRequest {
        subject: "acme".into(),
        window,
        order: 9,
        limit: 1_001,
        ..v1::PeopleRequest::default()
    };
    let error = suite.reports.people(wrong).await.unwrap_err();
    assert_eq!(fields(&error), ["window.to_us", "order", "limit"]);
    let nobody = v1::PeopleRequest {
        subject: "nobody".into(),
        ..v1::PeopleRequest::default()
    };
    assert_eq!(suite.reports.people(nobody).await.unwrap_err().code(), Code::NotFound);
    let root = v1::ReachRequest {
        root: "x:1".into(),
        ..request(&[])
    };
    let nothing = suite.reports.reach(root).await.unwrap_err();
    assert_eq!(nothing.code(), Code::NotFound);
    assert!(nothing.message().contains("`x:1` began no cascade"), "{nothing}");
}

#[tokio::test]
async fn likely_bots_are_shown_with_their_evidence_or_left_out() {
    let mut suite = Suite::start().await;
    suite.put("acme", "anvil").await;
    let mut bot = backtweet(1, None);
    if let Finding::Seen { sighting, .. } = &mut bot.classified.finding {
        sighting.post.author.bot = true;
    }
    suite.append(&[bot, backtweet(2, None)]).await;
    let reports = suite.reports.clone();
    let ask = |without_bots| {
        let mut reports = reports.clone();
        let request = v1::PeopleRequest {
            subject: "acme".into(),
            without_bots,
            ..v1::PeopleRequest::default()
        };
        async move { reports.people(request).await.unwrap().into_inner() }
    };
    let all = eventually(|| ask(false), |found| found.authors == 2).await;
    assert_eq!(all.likely_bots, 1);
    let is_bot = |person: &v1::Person| person.bot.as_ref().is_some_and(|bot| bot.likely_bot && bot.declared);
    assert_eq!(all.people.iter().map(is_bot).collect::<Vec<_>>(), [true, false]);
    let people = ask(true).await.people;
    assert_eq!(people.len(), 1);
    assert_eq!(people[0].author, account("amplifier", 2).to_string());
}
