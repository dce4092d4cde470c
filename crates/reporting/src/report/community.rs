//! How a subject and those who point back at it keep in touch: who is answered, who returns, and who points at each other. They are counted by
//! day, so the window is rounded outwards to days.

mod answers;
pub(crate) mod pairs;
pub(crate) mod returning;

use backtweet_store::{Store, StoreError};
use backtweet_wire::v1;

use self::answers::Answers;
use super::following::{Following, Rows};
use super::reads::Reads;
use super::{ReportError, cache, coverage};
use crate::invalid::Violations;
use crate::window::{Length, Window};

/// The answers of subjects that were asked for lately.
pub(crate) type Cache = cache::Cache<String, Following<Answers>>;

/// How many authors, and pairs, one answer reads.
const BUDGET: u64 = 50_000;
/// A sample with fewer than this says too little.
const FEWEST: u64 = 100;
const MINUTES_PER_DAY: i64 = 24 * 60;

/// Answers `ReportService.Community`.
pub(crate) async fn community(
    store: &dyn Store,
    cache: &Cache,
    request: v1::CommunityRequest,
) -> Result<v1::CommunityResponse, ReportError> {
    let mut violations = Violations::default();
    let window = Window::read(request.window, &mut violations).rounded(Length::Day);
    violations.check("community request")?;
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let live = cache.get(request.subject.clone(), |_| Following::new(Answers::default()));
    let mut live = live.lock().await;
    let head = live.catch_up(reads).await?;
    cache.settle(&request.subject, live.rows().size());
    live.rows_mut().look_up_parents(reads).await?;
    let answered = live.rows().within(window);
    drop(live);

    let (before, within) = days(reads, window).await?;
    let authors = returning::authors(reads, &before, &within, BUDGET).await?;
    let pairs = pairs::pairs(reads, &within, BUDGET).await?;
    let share = |part: u64, all: u64| (all > 0).then(|| (part as f64 / all as f64).min(1.0));
    let seen_before = (!before.is_empty()).then_some(authors.seen_before);
    Ok(v1::CommunityResponse {
        window: Some(window.to_wire()),
        authors: authors.all,
        authors_error: authors.error,
        answered_authors: answered.authors,
        answered_share: share(answered.authors, authors.all),
        answered_backtweets: answered.waits_us.len() as u64,
        median_answer_us: answered.median_us(),
        on_several_days: authors.on_several_days,
        on_several_days_share: share(authors.on_several_days, authors.all),
        seen_before,
        seen_before_share: seen_before.and_then(|seen| share(seen, authors.all)),
        pairs: pairs.all,
        pairs_error: pairs.error,
        mutual_pairs: pairs.mutual,
        reciprocity: share(pairs.mutual, pairs.all),
        subject: request.subject,
        coverage: Some(coverage(&head)),
    })
}

/// The days before a window and those in it on which anything happened.
async fn days(reads: Reads<'_>, window: Window) -> Result<(Vec<i64>, Vec<i64>), StoreError> {
    let is_in = |day: &i64| window.contains(day * MINUTES_PER_DAY * 60_000_000);
    let days = reads.days().await?;
    let within: Vec<i64> = days.iter().copied().filter(is_in).collect();
    let starts = |day: &i64| window.begins_at_or_after((day + 1) * MINUTES_PER_DAY);
    Ok((days.into_iter().filter(starts).collect(), within))
}
