//! Visits as a request brings them, and how they go together with references. Pure.

use std::collections::BTreeMap;

use backtweet_domain::{Timestamp, link};
use backtweet_wire::v1;

use super::correlation::{pearson, spearman};
use crate::invalid::Violations;
use crate::window::{Window, day_of};

const MOST: usize = 20_000;
/// How many of those refused are named.
const MOST_NAMED: usize = 20;
/// More visits than this are none, and sums of their squares would leave what is exact.
const MOST_VISITS: u64 = 1_000_000_000_000;

/// References by page and day.
type References = BTreeMap<String, BTreeMap<i64, i64>>;

/// Visits by page, and by day where that was told.
pub(super) struct Visits {
    pages: BTreeMap<String, i64>,
    days: BTreeMap<i64, i64>,
    refused: Vec<v1::RefusedVisits>,
    refused_total: u32,
}

impl Visits {
    pub(super) fn read(rows: &[v1::PageVisits], window: Window, violations: &mut Violations) -> Self {
        let mut visits = Self {
            pages: BTreeMap::new(),
            days: BTreeMap::new(),
            refused: Vec::new(),
            refused_total: 0,
        };
        if rows.len() > MOST {
            let reason = format!(
                "{} are too many: send at most {MOST}, or a narrower window's",
                rows.len()
            );
            violations.add("visits", reason);
            return visits;
        }
        for (index, row) in rows.iter().enumerate() {
            match link::canonical(&row.page) {
                _ if row.visits > MOST_VISITS => {
                    visits.refuse(index, format!("{} visits are too many to be true", row.visits));
                }
                Some(page) => visits.add(page, row, window),
                None => {
                    let page: String = row.page.chars().take(80).collect();
                    visits.refuse(index, format!("`{page}` is no link to a web page"));
                }
            }
        }
        visits
    }

    fn add(&mut self, page: String, row: &v1::PageVisits, window: Window) {
        let count = i64::try_from(row.visits).unwrap_or(i64::MAX);
        match row.day_us {
            Some(day_us) if !window.contains(day_us) => {}
            Some(day_us) => {
                *self.days.entry(day_of(Timestamp::from_micros(day_us))).or_default() += count;
                *self.pages.entry(page).or_default() += count;
            }
            None => *self.pages.entry(page).or_default() += count,
        }
    }

    fn refuse(&mut self, index: usize, reason: String) {
        self.refused_total += 1;
        if self.refused.len() < MOST_NAMED {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            self.refused.push(v1::RefusedVisits { index, reason });
        }
    }

    /// The pages that were visited, in canonical form.
    pub(super) fn pages(&self) -> Vec<String> {
        self.pages.keys().cloned().collect()
    }

    /// The visits of a page; `None` where none were sent.
    pub(super) fn of(&self, page: &str) -> Option<u64> {
        self.pages.get(page).map(|visits| visits.cast_unsigned())
    }

    /// How references and visits of each page go together; `None` without visits.
    pub(super) fn by_page(&self, references: &References) -> Option<v1::Correlation> {
        let of = |page: &String| references.get(page).map_or(0, |days| days.values().sum());
        let pairs: Vec<(i64, i64)> = self.pages.iter().map(|(page, visits)| (of(page), *visits)).collect();
        (!pairs.is_empty()).then(|| spearman(&pairs))
    }

    /// How references to these pages and visits of each day go together; `None` without visits by day.
    pub(super) fn by_day(&self, references: &References) -> Option<v1::Correlation> {
        let of = |day: &i64| references.values().filter_map(|days| days.get(day)).sum();
        let pairs: Vec<(i64, i64)> = self.days.iter().map(|(day, visits)| (of(day), *visits)).collect();
        (!pairs.is_empty()).then(|| pearson(&pairs))
    }

    pub(super) fn refused_total(&self) -> u32 {
        self.refused_total
    }

    pub(super) fn into_refused(self) -> Vec<v1::RefusedVisits> {
        self.refused
    }
}
