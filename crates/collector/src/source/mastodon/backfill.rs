//! Breaks of a stream, and how far each of them is made good from the instance's timeline, page by page. How pages are fetched, and how
//! the stream is read on meanwhile, is not known here.

use std::time::Duration;

use backtweet_domain::Timestamp;

use super::position::{Seen, StatusId};
use super::rest::{Failed, Page};
use crate::source::{Backfilled, Gap, GapCause, Read, Trouble};

/// How many breaks are remembered. Those before them are made good by their times, where ids hold any.
const MOST_BREAKS: usize = 16;
/// So many statuses of the stream have to be there before a backfill that meets the newest of them has met the stream: fewer may all have
/// been posted during the break and come late.
const ENOUGH: u32 = 40;
/// For how long no page may be had until a break is given up.
const STUCK: Duration = Duration::from_secs(30 * 60);
/// How long one break is worked on: longer means that the limits allow less than is posted.
const LONGEST: Duration = Duration::from_secs(6 * 3600);

/// A break, and how far it is made good.
#[derive(Debug)]
struct Break {
    /// When the stream stood again; names the break.
    to: Timestamp,
    /// Everything up to here is there; none where no status from before the break is known.
    after: Option<StatusId>,
    /// Where what is left begins behind the last page, and behind which status it goes on: once that part is asked for, the page is durable.
    handed: Option<(Timestamp, StatusId)>,
    /// How many statuses the stream brought since, as far as it matters, and the newest of them.
    brought: u32,
    met: Option<StatusId>,
    /// Since when it is worked on, and since when in vain.
    begun: Option<Timestamp>,
    stuck: Option<Timestamp>,
}

/// The last breaks. Those that are made good stay, too: nothing tells when their last page is durable.
#[derive(Debug, Default)]
pub(super) struct Breaks(Vec<Break>);

impl Breaks {
    /// The stream stands again at `to`, and everything up to `after` is there, where that is known.
    pub(super) fn add(&mut self, to: Timestamp, after: Option<StatusId>) {
        if self.0.len() == MOST_BREAKS {
            self.0.remove(0);
        }
        self.0.push(Break {
            to,
            after,
            handed: None,
            brought: 0,
            met: None,
            begun: None,
            stuck: None,
        });
    }

    /// The stream that stands since `connected` brought a status.
    pub(super) fn brought(&mut self, connected: Timestamp, id: &StatusId) {
        let Some(found) = self.0.iter_mut().find(|one| one.to == connected) else {
            return;
        };
        if found.brought < ENOUGH {
            found.brought += 1;
            if found.met.as_ref() < Some(id) {
                found.met = Some(id.clone());
            }
        }
    }

    /// Behind which status `gap` goes on. One that another collector met, or before which no status is known, begins by its time, where
    /// ids like `newest` hold one. None where no such id is known either: then the newest page tells.
    pub(super) fn next(&mut self, gap: &Gap, newest: Option<&StatusId>) -> Option<StatusId> {
        if !self.0.iter().any(|one| one.to == gap.to) {
            self.add(gap.to, None);
        }
        let found = self.0.iter_mut().find(|one| one.to == gap.to)?;
        if let Some((_, id)) = found.handed.take_if(|(from, _)| *from == gap.from) {
            found.after = Some(id);
        }
        if found.after.is_none() {
            found.after = newest.and_then(|newest| newest.like_this_at(gap.from));
        }
        found.after.clone()
    }

    /// Takes in what was asked for behind the status of [`Breaks::next`], or the newest page where that named none.
    pub(super) fn took(
        &mut self,
        gap: &Gap,
        page: Result<Page, Failed>,
        now: Timestamp,
    ) -> Result<Backfilled, Trouble> {
        let Some(found) = self.0.iter_mut().find(|one| one.to == gap.to) else {
            return Ok(given_up(gap, gap.cause, Vec::new()));
        };
        let begun = *found.begun.get_or_insert(now);
        let outcome = match page {
            Ok(page) => found.page(gap, page),
            Err(Failed::ForGood(reason)) => {
                tracing::warn!(reason, from = %gap.from, to = %gap.to, "a break of a stream cannot be made good");
                Ok(given_up(gap, gap.cause, Vec::new()))
            }
            Err(Failed::ForNow(trouble)) => found.failed(gap, trouble, now),
        };
        match outcome {
            Ok(Backfilled {
                read,
                left: Some(left),
                more: true,
            }) if now.since(begun) > LONGEST => Ok(given_up(&left, GapCause::RateLimited, read.lines)),
            outcome => outcome,
        }
    }
}

impl Break {
    fn page(&mut self, gap: &Gap, page: Page) -> Result<Backfilled, Trouble> {
        self.stuck = None;
        let closed = |lines| Backfilled {
            read: lines_of(lines),
            left: None,
            more: false,
        };
        if page.lines.is_empty() {
            return Ok(closed(page.lines));
        }
        let Some(after) = &self.after else {
            return Ok(self.begin(gap, page));
        };
        let Some(Seen { id, created_at }) = page.newest.filter(|newest| newest.id > *after) else {
            tracing::warn!(from = %gap.from, to = %gap.to, "pages of a timeline do not go forward: a break is not made good");
            return Ok(given_up(gap, gap.cause, page.lines));
        };
        if self.brought == ENOUGH && self.met.as_ref() <= Some(&id) {
            return Ok(closed(page.lines));
        }
        // Always further on than before, so that the two can be told apart.
        let moment = Duration::from_micros(1);
        let reached = created_at.unwrap_or(gap.from).max(gap.from.plus(moment));
        let reached = reached.min(gap.to.minus(moment));
        self.handed = Some((reached, id));
        Ok(Backfilled {
            read: lines_of(page.lines),
            left: Some(Gap {
                from: reached,
                ..gap.clone()
            }),
            more: true,
        })
    }

    /// The newest page tells whether ids hold times.
    fn begin(&mut self, gap: &Gap, page: Page) -> Backfilled {
        self.after = page.newest.and_then(|newest| newest.id.like_this_at(gap.from));
        if self.after.is_none() {
            tracing::warn!(from = %gap.from, to = %gap.to, "no status before a break is known, and ids hold no time: it is not made good");
            return given_up(gap, gap.cause, page.lines);
        }
        Backfilled {
            read: lines_of(page.lines),
            left: Some(gap.clone()),
            more: true,
        }
    }

    fn failed(&mut self, gap: &Gap, trouble: Trouble, now: Timestamp) -> Result<Backfilled, Trouble> {
        let since = *self.stuck.get_or_insert(now);
        if now.since(since) < STUCK {
            return Err(trouble);
        }
        tracing::warn!(%trouble, from = %gap.from, to = %gap.to, "a break of a stream is given up");
        let cause = match trouble {
            Trouble::Limited { .. } => GapCause::RateLimited,
            _ => gap.cause,
        };
        Ok(given_up(gap, cause, Vec::new()))
    }
}

fn lines_of(lines: Vec<bytes::Bytes>) -> Read {
    Read {
        lines,
        ..Read::default()
    }
}

/// What is left of `gap` stays missing.
fn given_up(gap: &Gap, cause: GapCause, lines: Vec<bytes::Bytes>) -> Backfilled {
    Backfilled {
        read: lines_of(lines),
        left: Some(Gap { cause, ..gap.clone() }),
        more: false,
    }
}
