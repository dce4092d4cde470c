//! What live sources missed of a report's window, and what is not kept of it, put beside its figures. How coverage is kept and what bounds follow from it is the
//! runtime's; which window a report has is its own.

use backtweet_domain::{Clock, Timestamp};
use backtweet_runtime::coverage;
use backtweet_store::{Store, StoreError};
use backtweet_wire::v1;

/// Leaves in `coverage` what is not kept of the window, and adds what the live sources reported of the window, where there were any. An open end of the window is that of the
/// subject's contributions; its figures lie within.
pub(crate) async fn measure(
    store: &dyn Store,
    clock: &dyn Clock,
    coverage: &mut Option<v1::Coverage>,
    window: Option<v1::Window>,
) -> Result<(), StoreError> {
    let (Some(beside), window) = (coverage, window.unwrap_or_default()) else {
        return Ok(());
    };
    let reaches = |kept: &v1::KeptSince| window.from_us.is_none_or(|from| from < kept.since_us);
    beside.kept.retain(reaches);
    let now = clock.now();
    let Some(from) = window.from_us.or(beside.first_us) else {
        return Ok(());
    };
    let to = window.to_us.unwrap_or(now.micros()).min(now.micros());
    let assignments = coverage::assignments(store).await?;
    let (from, to) = (Timestamp::from_micros(from), Timestamp::from_micros(to));
    let covered = coverage::covered(store, &assignments, from, to, now).await?;
    // An assignment that nobody was to read in the window says nothing about it.
    let wanted: Vec<_> = covered
        .into_iter()
        .filter(|covered| covered.coverage.wanted_seconds > 0.0 || !covered.coverage.gaps.is_empty())
        .collect();
    if let Some(bounds) = coverage::bounds(&wanted) {
        beside.measured = true;
        (beside.seen_low, beside.seen_high) = (Some(bounds.low), Some(bounds.high));
        beside.gaps = wanted.into_iter().flat_map(|covered| covered.coverage.gaps).collect();
    }
    Ok(())
}
