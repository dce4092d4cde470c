//! Counts, authors, impressions and net sentiment of a window, beside those of earlier ones; and the figures of any set of buckets, for
//! the other reports.

use backtweet_domain::Timestamp;
use backtweet_store::{Store, StoreError};
use backtweet_wire::v1;

use super::as_of::Then;
use super::reads::Reads;
use super::{ReportError, comparison, coverage, distinct, timeline, used_together};
use crate::calendar::Calendar;
use crate::figures::Sums;
use crate::fold::Head;
use crate::invalid::Violations;
use crate::window::{Bucket, Cover, Length, Window, rounded};

/// Answers `ReportService.Summary`.
pub(crate) async fn summary(
    store: &dyn Store,
    request: v1::SummaryRequest,
    now: Timestamp,
) -> Result<v1::SummaryResponse, ReportError> {
    let mut violations = Violations::default();
    let window = Window::read(request.window, &mut violations);
    let calendar = Calendar::read(&request.time_zone, &mut violations);
    let top = used_together::limit(request.top, &mut violations);
    violations.check("summary request")?;
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let head = reads.head().await?;
    let then = Then::read(reads, head.kept(), request.as_of_us).await?;
    let (reads, window) = (then.reads(), then.clip(window)?.kept(head.kept()));
    let top = if request.as_of_us.is_none() { top } else { 0 };
    let figures = of_window(reads, &head, window).await?;
    let earlier = if request.compare {
        comparison::earlier(window, &calendar, now)
    } else {
        [None, None]
    };
    let mut comparisons = [None, None];
    for (comparison, earlier) in comparisons.iter_mut().zip(earlier) {
        *comparison = comparison::with(reads, &head, &figures, earlier).await?;
    }
    let [previous, week_before] = comparisons;
    Ok(v1::SummaryResponse {
        used_together: used_together::in_window(reads, &head, window, top).await?,
        as_of: then.to_wire(window),
        subject: request.subject,
        window: Some(window.to_wire()),
        figures: Some(figures),
        coverage: Some(coverage(&head)),
        previous,
        week_before,
    })
}

/// The figures of a window.
pub(crate) async fn of_window(reads: Reads<'_>, head: &Head, window: Window) -> Result<v1::Figures, StoreError> {
    let buckets = buckets(reads, head, window).await?;
    let figures = figures(reads, &[buckets]).await?;
    Ok(figures.into_iter().next().unwrap_or_default())
}

/// The fewest buckets that a window, rounded outwards to what is kept, comes to; [`Bucket::All`] alone where nothing lies outside of it.
pub(crate) async fn buckets(reads: Reads<'_>, head: &Head, window: Window) -> Result<Vec<Bucket>, StoreError> {
    let minutes = timeline::minutes(head, window);
    if minutes == timeline::minutes(head, Window::default()) {
        return Ok(vec![Bucket::All]);
    }
    Ok(Cover::of(minutes).buckets(&reads.days().await?))
}

/// The fewest buckets that a window, already rounded to whole buckets of a length, comes to where nothing shorter is kept.
pub(crate) async fn whole_buckets(
    reads: Reads<'_>,
    head: &Head,
    window: Window,
    length: Length,
) -> Result<Vec<Bucket>, StoreError> {
    let minutes = timeline::minutes(head, window);
    if minutes == timeline::minutes(head, Window::default()) {
        return Ok(vec![Bucket::All]);
    }
    let minutes = head.kept().around(rounded(minutes, length));
    Ok(Cover::of(minutes).buckets(&reads.days().await?))
}

/// The figures of several sets of buckets. An author counts once in a set, in however many of its buckets.
pub(crate) async fn figures(reads: Reads<'_>, sets: &[Vec<Bucket>]) -> Result<Vec<v1::Figures>, StoreError> {
    let authors = distinct::authors(reads, sets, distinct::BUDGET).await?;
    let sums = sums(reads, sets).await?;
    let figures = sums.iter().zip(authors).map(|(sums, authors)| v1::Figures {
        authors_error: authors.error,
        ..sums.to_wire(authors.count)
    });
    Ok(figures.collect())
}

/// The sums of several sets of buckets.
pub(crate) async fn sums(reads: Reads<'_>, sets: &[Vec<Bucket>]) -> Result<Vec<Sums>, StoreError> {
    let mut counters = reads.figures(&sets.concat()).await?.into_iter();
    let sums = sets.iter().map(|set| {
        let mut sums = Sums::default();
        counters
            .by_ref()
            .take(set.len())
            .for_each(|fields| sums.add_fields(fields));
        sums
    });
    Ok(sums.collect())
}
