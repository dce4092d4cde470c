//! The week of the Higgs rumour (SNAP's `higgs-activity_time`): who retweeted, mentioned and answered whom, and when.

use backtweet_domain::{AccountId, Kind, KindSet, Network, Role, Scored, SubjectId, Timestamp};

use super::super::asked::{Answers, ask_about, windows};
use super::super::naive;
use super::super::world::{MINUTE_US, START_US, new_subject, retracted, stores};
use super::{fold_shuffled, read, sighted};
use crate::tests::order::fold_all;

/// The second at which the file begins.
const FIRST_SECOND: i64 = 1_341_100_972;
/// One line in so many goes through.
const ONE_IN: usize = 30;

/// Each line as a backtweet by its first user, as many minutes behind [`START_US`] as it lies behind the first.
fn events(subject: &SubjectId, text: &str) -> Vec<Scored> {
    let lines = text.lines().step_by(ONE_IN).enumerate();
    let event = |(number, line): (usize, &str)| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let (who, second): (&str, i64) = (fields[0], fields[2].parse().unwrap());
        let kind = match fields[3] {
            "RT" => Kind::Repost,
            "RE" => Kind::Reply,
            _ => Kind::Mention,
        };
        sighted(subject, number as u64, |sighting| {
            sighting.role = Role::Backtweet;
            sighting.kinds = KindSet::EMPTY.with(kind);
            sighting.automatic = KindSet::EMPTY;
            sighting.lineage.root = sighting.post.id.clone();
            sighting.lineage.parent = None;
            sighting.post.author.id = AccountId::new(Network::X, who).unwrap();
            let minute = (second - FIRST_SECOND) / 60;
            sighting.post.witnessed_at = Timestamp::from_micros(START_US + minute * MINUTE_US);
        })
    };
    lines.map(event).collect()
}

#[test]
fn summaries_timelines_and_authors_of_a_real_rumour_are_those_of_a_batch_computation() {
    let Some(text) = read("higgs/activity_time.txt.gz") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for store in runtime.block_on(stores(folder.path())) {
        let subject = new_subject();
        let mut events = events(&subject, &text);
        let posts = events.len() as u64;
        let asked = &windows()[..2];
        runtime.block_on(async {
            fold_shuffled(store.as_ref(), &events).await;
            compare(
                ask_about(store.as_ref(), &subject, asked).await,
                &naive::answers_about(&subject, &events, asked),
            );
            let gone: Vec<_> = (0..posts)
                .step_by(7)
                .map(|post| retracted(&subject, post, naive::FINAL))
                .collect();
            fold_all(store.as_ref(), &gone, 100).await;
            events.extend(gone);
            let left = naive::answers_about(&subject, &events, asked);
            compare(ask_about(store.as_ref(), &subject, asked).await, &left);
            let figures = left.summaries[0].figures.as_ref().unwrap();
            println!(
                "{posts} of {} lines; left are {} by {} authors",
                text.lines().count(),
                figures.backtweets,
                figures.authors
            );
        });
    }
}

/// Exactly, but for authors that are estimated: those lie within five times the error that is stated.
fn compare(mut answers: Answers, expected: &Answers) {
    let timelines = answers.timelines.iter_mut().zip(&expected.timelines);
    for (answer, expected) in timelines.flat_map(|(answer, expected)| answer.buckets.iter_mut().zip(&expected.buckets))
    {
        let (answer, expected) = (answer.figures.as_mut().unwrap(), expected.figures.as_ref().unwrap());
        if let Some(error) = answer.authors_error.take() {
            let bound = 5.0 * error * expected.authors as f64;
            assert!(
                answer.authors.abs_diff(expected.authors) as f64 <= bound,
                "{answer:?} is not {expected:?}"
            );
            answer.authors = expected.authors;
        }
    }
    // Report by report, so that what differs can be read.
    assert_eq!(answers.summaries, expected.summaries);
    assert_eq!(answers.authors, expected.authors);
    for (answer, expected) in answers.timelines.iter().zip(&expected.timelines) {
        assert_eq!(answer, expected);
    }
    assert!(answers == *expected, "the heat maps, contents or feeds differ");
}
