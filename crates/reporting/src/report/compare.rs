//! Share of voice: several subjects side by side over one window.

use std::collections::BTreeSet;

use backtweet_store::Store;
use backtweet_wire::v1;
use futures::future::try_join_all;

use super::as_of::Then;
use super::reads::Reads;
use super::{ReportError, coverage, summary};
use crate::fold::Head;
use crate::invalid::Violations;
use crate::window::{Kept, Window};

const FEWEST: usize = 2;
const MOST: usize = 20;

/// Answers `ReportService.Compare`.
pub(crate) async fn compare(
    store: &dyn Store,
    request: v1::CompareRequest,
) -> Result<v1::CompareResponse, ReportError> {
    let mut violations = Violations::default();
    let window = Window::read(request.window, &mut violations);
    check(&request.subjects, &mut violations);
    violations.check("compare request")?;
    let heads = try_join_all(request.subjects.iter().map(|subject| Reads { store, subject }.head())).await?;
    let kept = heads.iter().map(Head::kept).fold(Kept::ALL, Kept::and);
    let thens = request.subjects.iter();
    let thens = thens.map(|subject| Then::read(Reads { store, subject }, kept, request.as_of_us));
    let thens = try_join_all(thens).await?;
    let window = thens.first().map_or(Ok(window), |then| then.clip(window))?.kept(kept);
    let subjects = thens.iter().zip(&heads).map(|(then, head)| one(then, head, window));
    let mut subjects = try_join_all(subjects).await?;
    share(&mut subjects);
    Ok(v1::CompareResponse {
        window: Some(window.to_wire()),
        subjects,
    })
}

fn check(subjects: &[String], violations: &mut Violations) {
    if !(FEWEST..=MOST).contains(&subjects.len()) {
        let reason = format!("{} subjects are given: compare {FEWEST} to {MOST}", subjects.len());
        violations.add("subjects", reason);
    }
    let mut before = BTreeSet::new();
    for (place, subject) in subjects.iter().enumerate() {
        if !before.insert(subject) {
            violations.add(
                format!("subjects[{place}]"),
                format!("`{subject}` is there already: give each once"),
            );
        }
    }
}

async fn one(then: &Then<'_>, head: &Head, window: Window) -> Result<v1::ComparedSubject, ReportError> {
    let reads = then.reads();
    Ok(v1::ComparedSubject {
        subject: reads.subject.to_owned(),
        figures: Some(summary::of_window(reads, head, window).await?),
        shares: None,
        coverage: Some(coverage(head)),
        as_of: then.to_wire(window),
    })
}

/// Works out each one's part in the sum of all.
fn share(subjects: &mut [v1::ComparedSubject]) {
    let total = |figure: fn(&v1::Figures) -> u64| -> u64 {
        subjects
            .iter()
            .filter_map(|subject| subject.figures.as_ref())
            .map(figure)
            .sum()
    };
    let all = FIGURES.map(total);
    for subject in subjects {
        let figures = subject.figures.clone().unwrap_or_default();
        let mut shares = FIGURES
            .iter()
            .zip(all)
            .map(|(figure, all)| (all > 0).then(|| figure(&figures) as f64 / all as f64));
        let mut next = || shares.next().flatten();
        subject.shares = Some(v1::Shares {
            backtweets: next(),
            reposts: next(),
            citations: next(),
            impressions: next(),
            authors: next(),
        });
    }
}

/// What is shared, in the order of the message's fields.
const FIGURES: [fn(&v1::Figures) -> u64; 5] = [
    |figures| figures.backtweets,
    |figures| figures.reposts,
    |figures| figures.citations,
    |figures| figures.impressions,
    |figures| figures.authors,
];
