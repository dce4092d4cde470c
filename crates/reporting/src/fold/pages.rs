//! What a batch changes in what backtweets point at: references to each link and account by day, and their authors.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use backtweet_domain::{Mention, Network, Role, Timestamp};
use backtweet_store::Write;

use super::contribution::Impact;
use crate::figures::MOST_FOLLOWERS;
use crate::magnitude::log10_milli;
use crate::slot;
use crate::window::{Bucket, Length, day_of};

/// What changes of one page on one day.
#[derive(Default)]
struct Cell<'a> {
    references: i64,
    authority_milli: i64,
    unknown: i64,
    authors: FxHashMap<&'a str, i64>,
}

/// Changes of a subject's pages.
#[derive(Default)]
pub(super) struct Pages<'a> {
    cells: BTreeMap<(&'a str, i64), Cell<'a>>,
}

impl<'a> Pages<'a> {
    /// Takes out what a post pointed at and puts in what it points at now.
    pub(super) fn replace(&mut self, old: Option<&'a Impact>, new: Option<&'a Impact>) {
        for (impact, sign) in [(old, -1), (new, 1)] {
            let backtweet = impact.filter(|impact| impact.role() == Role::Backtweet);
            backtweet.into_iter().for_each(|impact| self.add(impact, sign));
        }
    }

    fn add(&mut self, impact: &'a Impact, sign: i64) {
        let day = day_of(Timestamp::from_micros(impact.at_us));
        let followers = impact.followers.filter(|&followers| followers <= MOST_FOLLOWERS);
        for page in &impact.pages {
            let cell = self.cells.entry((page, day)).or_default();
            cell.references += sign;
            match followers {
                Some(followers) => cell.authority_milli += sign * log10_milli(followers + 1),
                None => cell.unknown += sign,
            }
            *cell.authors.entry(&impact.author).or_default() += sign;
        }
    }

    /// The writes that all this comes to.
    pub(super) fn into_writes(self, writes: &mut Vec<Write>) {
        for ((page, day), cell) in self.cells {
            let counts = [
                (slot::page_days(page), cell.references),
                (slot::page_authority(page), cell.authority_milli),
                (slot::page_unknown(page), cell.unknown),
            ];
            let changed = counts.into_iter().filter(|(_, delta)| *delta != 0);
            writes.extend(changed.map(|(name, delta)| Write::Count {
                sized: false,
                name,
                member: day.to_string(),
                delta,
            }));
            if cell.references != 0 {
                writes.push(Write::Rank {
                    name: slot::PAGES.to_owned(),
                    member: page.to_owned(),
                    delta: cell.references,
                });
            }
            for (author, delta) in cell.authors.into_iter().filter(|(_, delta)| *delta != 0) {
                let buckets = [Bucket::All, Bucket::Of(Length::Day, day)];
                writes.extend(buckets.map(|bucket| Write::Count {
                    sized: true,
                    name: slot::page_authors(page, bucket),
                    member: author.to_owned(),
                    delta,
                }));
            }
        }
    }
}

/// An account that is mentioned: its id and handle, as far as the mention tells; empty where it tells neither.
pub(super) fn profile(network: Network, mention: &Mention) -> String {
    let native = mention.account.as_ref().map_or("", |account| account.native());
    let handle = mention.handle.as_deref().unwrap_or_default();
    if native.is_empty() && handle.is_empty() {
        return String::new();
    }
    format!("{network}:{native} @{handle}")
}

/// The network, id and handle of a [`profile`], empty where not known; `None` for a link: these hold no spaces.
pub(crate) fn account(page: &str) -> Option<(Network, &str, &str)> {
    let (account, handle) = page.rsplit_once(" @")?;
    let (network, native) = account.split_once(':')?;
    Some((network.parse().ok()?, native, handle))
}
