//! Share of voice against a naive count of each subject by itself.

use backtweet_domain::{Scored, SubjectId, Version};
use backtweet_store::FjallStore;
use backtweet_wire::v1;

use super::asked::{compared, windows};
use super::naive;
use super::world::{fold, new_subject, retracted, seen};
use crate::FoldStage;
use crate::report::compare;

const VERSION: Version = Version {
    generation: 1,
    revision: 1,
    lineage: 0,
};

/// Some posts, some of which go again.
fn events(subject: &SubjectId, posts: u64) -> Vec<Scored> {
    let seen = (0..posts).map(|post| seen(subject, posts, post, VERSION));
    let gone = (0..posts).step_by(5).map(|post| retracted(subject, post, VERSION));
    seen.chain(gone).collect()
}

#[tokio::test]
async fn each_share_is_that_of_what_all_subjects_come_to() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subjects = [new_subject(), new_subject(), new_subject()];
    let events = [events(&subjects[0], 60), events(&subjects[1], 17), Vec::new()];
    for events in &events {
        fold(&store, &FoldStage::default(), events).await;
    }
    for window in windows() {
        let response = compared(&store, &subjects, window).await;
        let expected = events.each_ref().map(|events| naive::figures_within(events, window));
        let share = |figure: fn(&v1::Figures) -> u64, figures: &v1::Figures| {
            let all: u64 = expected.iter().map(|(figures, _)| figure(figures)).sum();
            (all > 0).then(|| figure(figures) as f64 / all as f64)
        };
        for ((row, subject), (figures, coverage)) in response.subjects.iter().zip(&subjects).zip(&expected) {
            let shares = v1::Shares {
                backtweets: share(|figures| figures.backtweets, figures),
                reposts: share(|figures| figures.reposts, figures),
                citations: share(|figures| figures.citations, figures),
                impressions: share(|figures| figures.impressions, figures),
                authors: share(|figures| figures.authors, figures),
            };
            let expected = v1::ComparedSubject {
                subject: subject.to_string(),
                figures: Some(figures.clone()),
                shares: Some(shares),
                coverage: Some(coverage.clone()),
                as_of: None,
            };
            assert_eq!(row, &expected);
        }
    }
}

#[tokio::test]
async fn a_comparison_names_what_is_wrong_with_its_subjects() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let refused = async |subjects: Vec<String>| {
        let request = v1::CompareRequest {
            subjects,
            ..Default::default()
        };
        compare::compare(&store, request).await.unwrap_err().to_string()
    };
    assert!(
        refused(vec!["a".into()])
            .await
            .contains("1 subjects are given: compare 2 to 20")
    );
    assert!(
        refused(vec!["a".into(), "b".into(), "a".into()])
            .await
            .contains("subjects[2]: `a` is there already")
    );
    let many = (0..21).map(|number| format!("s{number}")).collect();
    assert!(refused(many).await.contains("21 subjects"));
}
