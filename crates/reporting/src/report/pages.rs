//! Which of the subject's own pages and profiles backtweets point at, and whether that goes together with visits that somebody else counted.
//! They are counted by day, so the window is rounded outwards to days.

mod correlation;
mod owned;
mod visits;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use backtweet_domain::{Subject, Timestamp};
use backtweet_store::{Store, StoreError};
use backtweet_wire::v1::{self, PageKind};
use rustc_hash::FxHashSet;

use self::visits::Visits;
use super::reads::Reads;
use super::{ReportError, coverage, timeline};
use crate::fold::Head;
use crate::invalid::Violations;
use crate::slot;
use crate::window::{Bucket, Length, Window, day_of};

const DEFAULT: u32 = 20;
const MOST: u32 = 100;
/// How many links and accounts are looked at: those that stand beside owned ones are among them.
const LOOKED_AT: usize = 2_000;
/// What counts as fresh.
const FRESH_DAYS: i64 = 30;
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Answers `ReportService.Pages`.
pub(crate) async fn pages(
    store: &dyn Store,
    subject: &Subject,
    now: Timestamp,
    request: v1::PagesRequest,
) -> Result<v1::PagesResponse, ReportError> {
    let mut violations = Violations::default();
    let window = Window::read(request.window, &mut violations).rounded(Length::Day);
    let limit = limit(request.limit, &mut violations);
    let visits = Visits::read(&request.visits, window, &mut violations);
    violations.check("pages request")?;
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let head = reads.head().await?;
    let ranked = reads.rankings(vec![slot::PAGES.to_owned()], LOOKED_AT).await?;
    let ranked: Vec<_> = ranked.into_iter().flatten().collect();
    let last = ranked.last().filter(|_| ranked.len() == LOOKED_AT);
    let missed = last.map_or(0, |(_, references)| references.unsigned_abs());
    let mut found = referred_to(reads, subject, window, ranked.into_iter().map(|(page, _)| page)).await?;
    found.sort_by_cached_key(|page| (Reverse(page.references()), page.name.clone()));
    found.truncate(limit);
    let last_day = last_day(window, now);
    let mut pages = Vec::with_capacity(found.len());
    for page in found {
        let authors = page.authors(reads, is_everything(&head, window)).await?;
        let visits = visits.of(&page.name);
        pages.push(page.figures(reads, window, last_day, authors, visits).await?);
    }
    let by_name = days(reads, window, visits.pages()).await?;
    Ok(v1::PagesResponse {
        pages,
        missed,
        by_page: visits.by_page(&by_name),
        by_day: visits.by_day(&by_name),
        refused_total: visits.refused_total(),
        refused: visits.into_refused(),
        window: Some(window.to_wire()),
        subject: request.subject,
        coverage: Some(coverage(&head)),
    })
}

fn limit(limit: u32, violations: &mut Violations) -> usize {
    if limit > MOST {
        violations.add("limit", format!("{limit} is too many: ask for at most {MOST}"));
    }
    if limit == 0 { DEFAULT as usize } else { limit as usize }
}

/// The last day whose references could have come in by now.
fn last_day(window: Window, now: Timestamp) -> i64 {
    let end = window.end_us().unwrap_or(i64::MAX).min(now.micros().saturating_add(1));
    day_of(Timestamp::from_micros(end.saturating_sub(1)))
}

/// Whether nothing that there is lies outside of the window.
fn is_everything(head: &Head, window: Window) -> bool {
    timeline::minutes(head, window) == timeline::minutes(head, Window::default())
}

/// An owned page within a window: what it is kept under (an account may have an id and handles), and its references by day.
struct Page {
    kind: PageKind,
    name: String,
    kept: Vec<String>,
    days: BTreeMap<i64, i64>,
}

/// The owned ones among `pages` that anything in the window points at.
async fn referred_to(
    reads: Reads<'_>,
    subject: &Subject,
    window: Window,
    pages: impl Iterator<Item = String>,
) -> Result<Vec<Page>, StoreError> {
    let mut owned: BTreeMap<(bool, String), Page> = BTreeMap::new();
    for page in pages {
        let Some((kind, name)) = owned::owner(subject, &page) else {
            continue;
        };
        let owned = owned.entry((kind == PageKind::Link, name.clone())).or_insert(Page {
            kind,
            name,
            kept: Vec::new(),
            days: BTreeMap::new(),
        });
        owned.kept.push(page);
    }
    let mut found: Vec<Page> = owned.into_values().collect();
    let kept: Vec<_> = found.iter().map(|page| page.kept.clone()).collect();
    for (page, days) in found
        .iter_mut()
        .zip(by_day(reads, window, &kept, slot::page_days).await?)
    {
        page.days = days;
    }
    found.retain(|page| !page.days.is_empty());
    Ok(found)
}

/// What is kept by day of each set of pages, within a window.
async fn by_day(
    reads: Reads<'_>,
    window: Window,
    sets: &[Vec<String>],
    slot: fn(&str) -> String,
) -> Result<Vec<BTreeMap<i64, i64>>, StoreError> {
    let names: Vec<_> = sets.iter().flatten().map(|page| slot(page)).collect();
    let sets_of: Vec<usize> = (0..sets.len()).flat_map(|set| vec![set; sets[set].len()]).collect();
    let mut days = vec![BTreeMap::new(); sets.len()];
    let add = |place: usize, members: Vec<(String, i64)>| {
        for (day, count) in members {
            let day = day.parse().unwrap_or_default();
            if window.contains(day * MICROS_PER_DAY) {
                *days[sets_of[place]].entry(day).or_default() += count;
            }
        }
    };
    reads.members(&names, add).await?;
    Ok(days)
}

/// The references by day of links that visits name.
async fn days(
    reads: Reads<'_>,
    window: Window,
    pages: Vec<String>,
) -> Result<BTreeMap<String, BTreeMap<i64, i64>>, StoreError> {
    let sets: Vec<_> = pages.iter().map(|page| vec![page.clone()]).collect();
    let days = by_day(reads, window, &sets, slot::page_days).await?;
    Ok(pages.into_iter().zip(days).collect())
}

impl Page {
    fn references(&self) -> i64 {
        self.days.values().sum()
    }

    /// How many different authors point at it.
    async fn authors(&self, reads: Reads<'_>, all: bool) -> Result<u64, StoreError> {
        let buckets: Vec<_> = if all {
            vec![Bucket::All]
        } else {
            self.days.keys().map(|&day| Bucket::Of(Length::Day, day)).collect()
        };
        let names = self
            .kept
            .iter()
            .flat_map(|page| buckets.iter().map(|&bucket| slot::page_authors(page, bucket)));
        let names: Vec<_> = names.collect();
        if let [name] = names.as_slice() {
            let sizes = reads.sizes(std::slice::from_ref(name)).await?;
            return Ok(sizes.into_iter().sum());
        }
        let mut authors = FxHashSet::default();
        let add = |_, members: Vec<(String, i64)>| authors.extend(members.into_iter().map(|(author, _)| author));
        reads.members(&names, add).await?;
        Ok(authors.len() as u64)
    }

    async fn figures(
        self,
        reads: Reads<'_>,
        window: Window,
        last_day: i64,
        authors: u64,
        visits: Option<u64>,
    ) -> Result<v1::PageFigures, StoreError> {
        let kept = [self.kept.clone()];
        let sum = async |slot| -> Result<u64, StoreError> {
            let days = by_day(reads, window, &kept, slot).await?;
            Ok(days.iter().flat_map(BTreeMap::values).sum::<i64>().cast_unsigned())
        };
        let (authority_milli, followers_unknown) = (sum(slot::page_authority).await?, sum(slot::page_unknown).await?);
        let references = self.references();
        let fresh: i64 = self
            .days
            .range(last_day - FRESH_DAYS + 1..=last_day)
            .map(|(_, count)| count)
            .sum();
        Ok(v1::PageFigures {
            references: references.cast_unsigned(),
            authors,
            authority_milli,
            followers_unknown,
            fresh_share: fresh as f64 / references as f64,
            median_age_days: u32::try_from((last_day - self.median_day()).max(0)).unwrap_or(u32::MAX),
            last_day_us: self.days.keys().next_back().map_or(0, |day| day * MICROS_PER_DAY),
            visits,
            kind: self.kind.into(),
            page: self.name,
        })
    }

    /// The last day such that half of the references lie on it or after it.
    fn median_day(&self) -> i64 {
        let half = (self.references() + 1) / 2;
        let mut younger = 0;
        let found = self.days.iter().rev().find(|(_, count)| {
            younger += **count;
            younger >= half
        });
        found.map_or(0, |(day, _)| *day)
    }
}
