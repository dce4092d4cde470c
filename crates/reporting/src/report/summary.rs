//! Counts, authors, impressions and net sentiment of a window; and the figures of any set of buckets, for the other reports.

use std::collections::BTreeSet;

use backtweet_store::{Store, StoreError};
use backtweet_wire::v1;

use super::reads::Reads;
use super::{ReportError, coverage};
use crate::figures::Sums;
use crate::fold::Head;
use crate::invalid::Violations;
use crate::slot;
use crate::window::{Bucket, Cover, Window};

/// Answers `ReportService.Summary`.
pub(crate) async fn summary(
    store: &dyn Store,
    request: v1::SummaryRequest,
) -> Result<v1::SummaryResponse, ReportError> {
    let mut violations = Violations::default();
    let window = Window::read(request.window, &mut violations);
    violations.check("summary request")?;
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let head = reads.head().await?;
    let buckets = buckets(reads, &head, window).await?;
    let figures = figures(reads, &[buckets]).await?.into_iter().next().unwrap_or_default();
    let (window, coverage) = (Some(window.to_wire()), Some(coverage(&head)));
    Ok(v1::SummaryResponse {
        subject: request.subject,
        window,
        figures: Some(figures),
        coverage,
    })
}

/// The fewest buckets that a window comes to; [`Bucket::All`] alone where nothing lies outside of it.
pub(crate) async fn buckets(reads: Reads<'_>, head: &Head, window: Window) -> Result<Vec<Bucket>, StoreError> {
    let Some((first, last)) = head.span() else {
        return Ok(vec![Bucket::All]);
    };
    let minutes = window.minutes(first, last);
    if minutes == Window::default().minutes(first, last) {
        return Ok(vec![Bucket::All]);
    }
    let cover = Cover::of(minutes);
    let days = if cover.days.is_empty() {
        Vec::new()
    } else {
        reads.days().await?
    };
    Ok(cover.buckets(&days))
}

/// The figures of several sets of buckets. Authors are counted once a set, in however many of its buckets they are.
pub(crate) async fn figures(reads: Reads<'_>, sets: &[Vec<Bucket>]) -> Result<Vec<v1::Figures>, StoreError> {
    let names = sets.iter().flatten().map(|&bucket| slot::figures(bucket)).collect();
    let mut counters = reads.counters(names).await?.into_iter();
    let single: Vec<_> = sets.iter().filter(|set| set.len() == 1).flatten().copied().collect();
    let mut sizes = reads.author_counts(&single).await?.into_iter();
    let mut figures = Vec::with_capacity(sets.len());
    for set in sets {
        let mut sums = Sums::default();
        counters
            .by_ref()
            .take(set.len())
            .for_each(|fields| sums.add_fields(fields));
        let authors = match set.len() {
            1 => sizes.next().unwrap_or_default(),
            _ if sums.is_zero() => 0,
            _ => different_authors(reads, set).await?,
        };
        figures.push(sums.to_wire(authors));
    }
    Ok(figures)
}

async fn different_authors(reads: Reads<'_>, buckets: &[Bucket]) -> Result<u64, StoreError> {
    let mut authors = BTreeSet::new();
    for &bucket in buckets {
        authors.extend(reads.authors(bucket).await?.into_iter().map(|(author, _)| author));
    }
    Ok(authors.len() as u64)
}
