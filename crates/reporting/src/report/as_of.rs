//! Figures as they were known at an earlier time: today's, and beside them what makes up for the posts that changed since. What was known of
//! one post is `fold`'s business.

pub(super) mod history;
mod posts;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use rustc_hash::FxHashMap;

use backtweet_domain::{Role, Timestamp};
use backtweet_store::{Batch, Found, LookUp, Outcome, Store, StoreError};
use backtweet_wire::v1;

pub(super) use self::posts::Posts;
use super::ReportError;
use super::reads::Reads;
use crate::figures::Sums;
use crate::fold::{Contribution, Impact};
use crate::invalid::Invalid;
use crate::slot;
use crate::window::{Bucket, Kept, Length, Window, day_of};

/// A store whose figures of one subject are those that were known at a time; everything else is as it is today.
pub(crate) struct Then<'a> {
    today: Reads<'a>,
    /// Whole buckets that are kept end here; `None` where nothing but today was asked for.
    before_us: Option<i64>,
    /// What the sums of a bucket differ by, by its collection's name and what the names of its fields begin with there.
    sums: FxHashMap<String, BTreeMap<&'static str, Sums>>,
    days: BTreeSet<i64>,
    changed: Vec<Changed>,
    /// Where posts themselves are to be shown.
    posts: Option<Posts>,
}

/// A post that counts otherwise today, before the time that was asked for.
pub(super) struct Changed {
    /// Without its author, like `now`.
    then: Option<Impact>,
    now: Option<Impact>,
    /// Empty where the post does not count today: then nothing is shown of its author.
    pub(super) author: String,
    /// What it hangs below in a cascade today, or did before it went; `None` for a root.
    pub(super) root: Option<String>,
    is_erased: bool,
}

impl Changed {
    /// What it was then, where that lies within a window.
    pub(super) fn then(&self, window: Window) -> Option<&Impact> {
        self.then.as_ref().filter(|impact| window.holds(impact.at_us))
    }

    /// What it is today, where that lies within a window.
    pub(super) fn now(&self, window: Window) -> Option<&Impact> {
        self.now.as_ref().filter(|impact| window.holds(impact.at_us))
    }
}

pub(super) fn is_backtweet(impact: &Impact) -> bool {
    impact.role() == Role::Backtweet
}

/// Refuses a time that lies ahead. What ends within the minute passes, since times are rounded up to it.
pub(crate) fn check(as_of_us: Option<i64>, now: Timestamp) -> Result<(), Invalid> {
    let ends_us = Window::until(now.micros()).end_us();
    match as_of_us {
        Some(as_of_us) if Some(as_of_us) > ends_us => {
            let at = Timestamp::from_micros(as_of_us);
            let reason =
                format!("{at} lies ahead of {now}: give an earlier time, or leave it out for what is known now");
            Err(Invalid::one("report as of a time", "as_of_us", reason))
        }
        _ => Ok(()),
    }
}

impl<'a> Then<'a> {
    /// Reads what changed since the time that was asked for, rounded up to what is kept.
    pub(crate) async fn read(today: Reads<'a>, kept: Kept, as_of_us: Option<i64>) -> Result<Self, ReportError> {
        let before_us = as_of_us.and_then(|as_of_us| Window::until(as_of_us).kept(kept).end_us());
        Self::read_before(today, before_us, None).await
    }

    /// The same with the posts themselves, to the minute.
    pub(super) async fn read_posts(today: Reads<'a>, as_of_us: Option<i64>) -> Result<Self, ReportError> {
        let before_us = as_of_us.and_then(|as_of_us| Window::until(as_of_us).end_us());
        Self::read_before(today, before_us, before_us.map(|_| Posts::default())).await
    }

    /// The same for what grew from each root, which is counted by whole days.
    pub(super) async fn read_contents(today: Reads<'a>, as_of_us: Option<i64>) -> Result<Self, ReportError> {
        let before_us = as_of_us.and_then(|as_of_us| Window::until(as_of_us).rounded(Length::Day).end_us());
        let mut then = Self::read_before(today, before_us, None).await?;
        then.make_up_contents();
        Ok(then)
    }

    async fn read_before(today: Reads<'a>, before_us: Option<i64>, posts: Option<Posts>) -> Result<Self, ReportError> {
        let mut then = Self {
            today,
            before_us,
            sums: FxHashMap::default(),
            days: BTreeSet::new(),
            changed: Vec::new(),
            posts,
        };
        if let Some(before_us) = then.before_us {
            then.make_up(before_us).await?;
        }
        Ok(then)
    }

    /// The subject as it was known then.
    pub(crate) fn reads(&self) -> Reads<'_> {
        match self.before_us {
            Some(_) => Reads {
                store: self,
                ..self.today
            },
            None => self.today,
        }
    }

    /// The part of a window that lies before the time.
    pub(crate) fn clip(&self, window: Window) -> Result<Window, Invalid> {
        let Some(before_us) = self.before_us else {
            return Ok(window);
        };
        if window.start_us().is_some_and(|start| start >= before_us) {
            let at = Timestamp::from_micros(before_us);
            let reason = format!("nothing of the window was there at {at}: give a later time, or an earlier window");
            return Err(Invalid::one("report as of a time", "as_of_us", reason));
        }
        Ok(window.until_at_most(before_us))
    }

    /// What is said of it beside the figures of a window.
    pub(crate) fn to_wire(&self, window: Window) -> Option<v1::AsOf> {
        let is_within = |post: &&Changed| post.then(window).is_some() || post.now(window).is_some();
        let is_unknown = |post: &&Changed| post.is_erased && post.then(window).is_some_and(is_backtweet);
        Some(v1::AsOf {
            as_of_us: self.before_us?,
            changed_since: self.changed.iter().filter(is_within).count() as u64,
            author_unknown: self.changed.iter().filter(is_unknown).count() as u64,
        })
    }

    /// The time that was used.
    pub(super) fn before_us(&self) -> Option<i64> {
        self.before_us
    }

    /// The subject as it is known today.
    pub(super) fn today(&self) -> Reads<'a> {
        self.today
    }

    /// The posts that changed since, where they were read.
    pub(super) fn posts(&self) -> Option<&Posts> {
        self.posts.as_ref()
    }

    /// The posts that count otherwise today.
    pub(super) fn changed(&self) -> &[Changed] {
        &self.changed
    }

    async fn make_up(&mut self, before_us: i64) -> Result<(), ReportError> {
        let today = self.today;
        let take = |id: &str, post: &Contribution| {
            self.replace(id, post, before_us);
            if let Some(posts) = &mut self.posts {
                posts.take(id, post, before_us);
            }
        };
        history::each(today, before_us, take).await
    }

    /// Takes out what a post is today and puts in what it was. Whatever lies behind the time is no part of any window.
    fn replace(&mut self, id: &str, post: &Contribution, before_us: i64) {
        let Some((then, now)) = history::change(post, before_us) else {
            return;
        };
        for (impact, sign) in [(&now, -1), (&then, 1)] {
            let Some(impact) = impact else { continue };
            let at = Timestamp::from_micros(impact.at_us);
            for bucket in Bucket::around(at) {
                let sums = self.sums.entry(slot::figures(bucket)).or_default();
                sums.entry(slot::begins(bucket)).or_default().add(impact, sign);
            }
            self.days.insert(day_of(at));
        }
        let author = post.effective().map(|impact| impact.author.clone());
        let root = post.place.as_ref().map(|place| place.root.clone());
        self.changed.push(Changed {
            then,
            now,
            author: author.unwrap_or_default(),
            root: root.filter(|root| root != id),
            is_erased: post.is_erased(),
        });
    }

    /// The same for what grew from each root.
    fn make_up_contents(&mut self) {
        for post in &self.changed {
            let Some(root) = &post.root else { continue };
            for (impact, sign) in [(&post.now, -1), (&post.then, 1)] {
                let Some(impact) = impact.as_ref().filter(|impact| is_backtweet(impact)) else {
                    continue;
                };
                for bucket in Bucket::around(Timestamp::from_micros(impact.at_us)) {
                    if matches!(bucket, Bucket::All | Bucket::Of(Length::Day, _)) {
                        let sums = self.sums.entry(slot::content(root, bucket)).or_default();
                        sums.entry("").or_default().add(impact, sign);
                    }
                }
            }
        }
    }

    fn correct(&self, look_up: &LookUp, found: &mut Found) {
        let slot = slot::of(self.today.subject);
        match (look_up, found) {
            (LookUp::Counters(key), Found::Counters(fields)) if key.slot == slot => {
                for (begins, sums) in self.sums.get(&key.name).into_iter().flatten() {
                    fields.extend(sums.fields().map(|(name, sum)| (format!("{begins}{name}"), sum)));
                }
            }
            (LookUp::Members(key), Found::Members(days)) if key.slot == slot && key.name == slot::DAYS => {
                let known: BTreeSet<_> = days.iter().map(|(day, _)| day.clone()).collect();
                let more = self.days.iter().map(i64::to_string).filter(|day| !known.contains(day));
                days.extend(more.map(|day| (day, 0)));
            }
            _ => {}
        }
    }
}

#[async_trait]
impl Store for Then<'_> {
    async fn read(&self, look_ups: &[LookUp]) -> Result<Vec<Found>, StoreError> {
        let mut found = self.today.store.read(look_ups).await?;
        for (look_up, found) in look_ups.iter().zip(&mut found) {
            self.correct(look_up, found);
        }
        Ok(found)
    }

    async fn apply(&self, batches: &[Batch]) -> Result<Vec<Outcome>, StoreError> {
        self.today.store.apply(batches).await
    }

    async fn expire(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.today.store.expire(before, limit).await
    }

    fn losses(&self) -> u64 {
        self.today.store.losses()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.today.store.ping().await
    }
}
