//! Minutes and hours that were let go: whatever can still be asked is what a naive count says, in whatever order and batches posts came, and
//! what cannot says so.

use backtweet_domain::{Scored, SubjectId, Timestamp};
use backtweet_store::{Found, LookUp, Store};
use backtweet_wire::v1;
use proptest::prelude::*;

use super::naive;
use super::order::{Case, run};
use super::world::{MINUTE_US, NOW_US, START_US, fold, new_subject, stores};
use crate::report::{ReportError, authors, heatmap, summary, timeline};
use crate::slot;
use crate::window::{Bucket, Length};
use crate::{FoldStage, Keeps};

/// Within the days over which posts are spread, so that some lie on either side.
const HOURS_KEPT: i64 = 4 * 24;
const MINUTES_KEPT: i64 = 30;

fn stage() -> FoldStage {
    let hours = |hours: i64| Some(std::time::Duration::from_secs(3_600 * hours.unsigned_abs()));
    FoldStage {
        keeps: Keeps {
            minutes: hours(MINUTES_KEPT),
            hours: hours(HOURS_KEPT),
        },
        ..FoldStage::default()
    }
}

/// Edges in every stretch that is kept otherwise.
fn windows() -> Vec<Option<v1::Window>> {
    let at = |minute: i64| Some(START_US + minute * MINUTE_US);
    let window = |from_us, to_us| Some(v1::Window { from_us, to_us });
    vec![
        None,
        window(at(17), at(4_711)),
        window(at(-9_999), at(-7_777)),
        window(at(3_333), None),
        window(None, at(2_951)),
        window(at(4_001), at(4_607)),
    ]
}

pub(super) async fn fold_all(store: &dyn Store, events: &[Scored], batch: usize) {
    for batch in events.chunks(batch) {
        fold(store, &stage(), batch).await;
    }
}

/// Everything that can be asked, and what a naive count says of the windows that answers name.
pub(super) async fn check(
    store: &dyn Store,
    subject: &SubjectId,
    events: &[Scored],
) -> Result<Vec<String>, TestCaseError> {
    let mut answers = Vec::new();
    for window in windows() {
        let now = Timestamp::from_micros(NOW_US);
        let subject = subject.to_string();
        let request = v1::SummaryRequest {
            subject: subject.clone(),
            window,
            compare: true,
            ..Default::default()
        };
        let mut answer = summary::summary(store, request, now).await.unwrap();
        is_around(answer.window, window)?;
        prop_assert_eq!(
            answer.figures.clone(),
            Some(naive::figures_within(events, answer.window).0)
        );
        for comparison in [&answer.previous, &answer.week_before].into_iter().flatten() {
            let expected = naive::figures_within(events, comparison.window).0;
            prop_assert_eq!(comparison.figures.clone(), Some(expected));
        }
        answer.coverage = None;
        answers.push(format!("{answer:?}"));

        let request = v1::TopAuthorsRequest {
            subject: subject.clone(),
            window,
            limit: 2,
            ..Default::default()
        };
        let mut answer = authors::top_authors(store, request).await.unwrap();
        let expected = naive::authors_within(events, answer.window);
        prop_assert_eq!(&answer.authors, &expected);
        answer.coverage = None;
        answers.push(format!("{answer:?}"));

        let request = v1::HeatMapRequest {
            subject: subject.clone(),
            window,
            time_zone: "Asia/Kathmandu".to_owned(),
            ..Default::default()
        };
        let answer = heatmap::heat_map(store, request).await.unwrap();
        let counted: u64 = answer.cells.iter().map(|cell| cell.backtweets).sum();
        let covered = naive::figures_within(events, answer.window).0;
        prop_assert_eq!(counted, covered.backtweets);

        for bucket in [
            v1::Bucket::Unspecified,
            v1::Bucket::Minute,
            v1::Bucket::Hour,
            v1::Bucket::Day,
        ] {
            let request = v1::TimelineRequest {
                subject: subject.clone(),
                window,
                bucket: bucket.into(),
                ..Default::default()
            };
            let answer = match timeline::timeline(store, request).await {
                Ok(answer) => answer,
                Err(ReportError::Invalid(_)) if matches!(bucket, v1::Bucket::Minute | v1::Bucket::Hour) => continue,
                Err(error) => panic!("{bucket:?} of {window:?}: {error}"),
            };
            for bucket in &answer.buckets {
                let whole = answer.window.unwrap_or_default();
                let part = v1::Window {
                    from_us: whole.from_us.max(Some(bucket.start_us)),
                    to_us: Some(bucket.end_us.min(whole.to_us.unwrap_or(i64::MAX))),
                };
                let expected = naive::figures_within(events, Some(part)).0;
                prop_assert_eq!(bucket.figures.clone(), Some(expected));
            }
            let sum = |figure: fn(&v1::Figures) -> u64| -> u64 {
                answer
                    .buckets
                    .iter()
                    .filter_map(|bucket| bucket.figures.as_ref())
                    .map(figure)
                    .sum()
            };
            let whole = naive::figures_within(events, answer.window).0;
            prop_assert_eq!(sum(|figures| figures.backtweets), whole.backtweets);
        }
    }
    Ok(answers)
}

fn is_around(found: Option<v1::Window>, asked: Option<v1::Window>) -> Result<(), TestCaseError> {
    let (found, asked) = (found.unwrap_or_default(), asked.unwrap_or_default());
    prop_assert_eq!(
        (found.from_us.is_some(), found.to_us.is_some()),
        (asked.from_us.is_some(), asked.to_us.is_some())
    );
    prop_assert!(found.from_us <= asked.from_us && found.to_us >= asked.to_us);
    let day = 1_440 * MINUTE_US;
    let grown = |found: Option<i64>, asked: Option<i64>| (found.unwrap_or(0) - asked.unwrap_or(0)).abs();
    prop_assert!(grown(found.from_us, asked.from_us) < day && grown(found.to_us, asked.to_us) < day);
    Ok(())
}

/// Buckets that were let go hold nothing, whatever came after.
async fn nothing_is_left(store: &dyn Store, subject: &SubjectId, events: &[Scored]) -> Result<(), TestCaseError> {
    let Some(last) = naive::figures_within(events, None).1.last_us else {
        return Ok(());
    };
    let minute = |us: i64| us.div_euclid(MINUTE_US);
    let of = |length: Length, minute: i64| Bucket::Of(length, minute.div_euclid(length.minutes()));
    let gone_minutes = minute(START_US) - 10_100..minute(last) - MINUTES_KEPT * 60 - 60;
    let gone_hours = minute(START_US) - 10_100..minute(last) - HOURS_KEPT * 60 - 1_440;
    let minutes = gone_minutes.map(|minute| of(Length::Minute, minute));
    let hours = gone_hours
        .step_by(15)
        .flat_map(|minute| [Length::QuarterHour, Length::Hour].map(|length| of(length, minute)));
    let look_ups: Vec<_> = minutes
        .chain(hours)
        .flat_map(|bucket| {
            let key = |name: String| slot::key(subject.as_str(), name);
            [
                LookUp::Counters(key(slot::figures(bucket))),
                LookUp::Members(key(slot::authors(bucket))),
            ]
        })
        .collect();
    for look_ups in look_ups.chunks(4_000) {
        for found in store.read(look_ups).await.unwrap() {
            let is_empty = matches!(&found, Found::Counters(found) | Found::Members(found) if found.is_empty());
            prop_assert!(is_empty, "{found:?}");
        }
    }
    Ok(())
}

#[test]
fn what_can_be_asked_after_buckets_were_let_go_is_exact_and_the_same_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stores = runtime.block_on(stores(folder.path()));
    run(60, |case: Case| {
        runtime.block_on(async {
            let mut answers = Vec::new();
            for store in &stores {
                let (one, other) = (new_subject(), new_subject());
                fold_all(store.as_ref(), &case.shuffled(&one), case.batch).await;
                fold_all(store.as_ref(), &case.events(&other), 1).await;
                for subject in [one, other] {
                    let events = case.events(&subject);
                    let found = check(store.as_ref(), &subject, &events).await?;
                    answers.push(found.join("\n").replace(&format!("\"{subject}\""), "it"));
                    nothing_is_left(store.as_ref(), &subject, &events).await?;
                }
            }
            prop_assert!(answers.iter().all(|answer| *answer == answers[0]));
            Ok(())
        })
    });
}
