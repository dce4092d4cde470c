//! Adds up what a batch changes in one subject's figures, bucket by bucket, so that each key is written once.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use backtweet_domain::{Role, Timestamp};
use backtweet_store::{FeedEntry, Write};

use super::contribution::Impact;
use crate::figures::{Sums, Terms};
use crate::sample::Sampled;
use crate::slot;
use crate::standing::Standing;
use crate::window::{Bucket, Kept, Length, day_of};

/// What changes in one bucket.
#[derive(Default)]
struct Cell<'a> {
    sums: Sums,
    /// Of days alone.
    check: i64,
    authors: FxHashMap<&'a str, Standing>,
    hashtags: FxHashMap<&'a str, i64>,
    links: FxHashMap<&'a str, i64>,
}

impl<'a> Cell<'a> {
    fn use_together(&mut self, impact: &'a Impact, sign: i64) {
        for hashtag in &impact.hashtags {
            *self.hashtags.entry(hashtag).or_default() += sign;
        }
        for link in &impact.links {
            *self.links.entry(link).or_default() += sign;
        }
    }
}

impl Cell<'_> {
    fn into_writes(self, bucket: Bucket, writes: &mut Vec<Write>) {
        let mut sums: Vec<_> = self.sums.fields().collect();
        if self.check != 0 {
            sums.push((slot::CHECK.into(), self.check));
        }
        used(slot::hashtags(bucket), bucket, self.hashtags, writes);
        used(slot::links(bucket), bucket, self.links, writes);
        let authors = self.authors.into_iter();
        let mut authors: Vec<_> = authors.filter(|(_, standing)| standing.pack() != 0).collect();
        if slot::is_one(bucket) {
            // Few enough to stand beside the sums.
            let authors = authors.drain(..);
            sums.extend(authors.map(|(author, standing)| (slot::author_field(author).into(), standing.pack())));
        }
        let begins = slot::begins(bucket);
        if !begins.is_empty() {
            sums.iter_mut()
                .for_each(|(field, _)| field.to_mut().insert_str(0, begins));
        }
        if !sums.is_empty() {
            writes.push(Write::Add {
                name: slot::figures(bucket),
                deltas: sums,
            });
        }
        // One collection after the other: they are sorted later on, and what stands together moves together.
        writes.extend(authors.iter().map(|(author, standing)| Write::Count {
            sized: true,
            name: slot::authors(bucket),
            member: (*author).to_owned(),
            delta: standing.pack(),
        }));
        if bucket == Bucket::All {
            let changed = authors.iter().filter(|(_, standing)| standing.signal_milli != 0);
            writes.extend(changed.map(|(author, standing)| Write::Rank {
                name: slot::RANKING.to_owned(),
                member: (*author).to_owned(),
                delta: standing.signal_milli,
            }));
        }
        if slot::is_sampled(bucket) {
            sampled(bucket, &authors, writes);
        }
    }
}

/// Counts authors in the samples that they are in.
fn sampled(bucket: Bucket, authors: &[(&str, Standing)], writes: &mut Vec<Write>) {
    for (author, standing) in authors.iter().filter(|(_, standing)| standing.backtweets != 0) {
        let Sampled { name: member, level } = Sampled::new(author);
        writes.extend((1..=level).map(|level| Write::Count {
            sized: false,
            name: slot::sample(bucket, level),
            member: member.clone(),
            delta: standing.backtweets,
        }));
    }
}

/// What was used how much more often.
fn used(name: String, bucket: Bucket, deltas: FxHashMap<&str, i64>, writes: &mut Vec<Write>) {
    let changed = deltas.into_iter().filter(|(_, delta)| *delta != 0);
    writes.extend(changed.map(|(member, delta)| {
        let (name, member) = (name.clone(), member.to_owned());
        match slot::is_ranked(bucket) {
            true => Write::Rank { name, member, delta },
            false => Write::Count {
                sized: false,
                name,
                member,
                delta,
            },
        }
    }));
}

/// What changes in one subject's slot, but for its records.
pub(super) struct Deltas<'a> {
    kept: Kept,
    cells: BTreeMap<Bucket, Cell<'a>>,
    days: BTreeMap<i64, i64>,
    /// Entries of feeds, in the order they change.
    entries: Vec<Write>,
}

impl<'a> Deltas<'a> {
    /// No change yet of a slot that keeps these buckets.
    pub(super) fn new(kept: Kept) -> Self {
        Self {
            kept,
            cells: BTreeMap::new(),
            days: BTreeMap::new(),
            entries: Vec::new(),
        }
    }

    /// Takes out what `post` was and puts in what it is now.
    pub(super) fn replace(&mut self, post: &str, old: Option<&'a Impact>, new: Option<&'a Impact>) {
        if let Some(old) = old {
            self.add(old, -1);
            for (name, entry) in entries(post, old) {
                self.entries.push(Write::Leave { name, entry });
            }
        }
        if let Some(new) = new {
            self.add(new, 1);
            for (name, entry) in entries(post, new) {
                self.entries.push(Write::Enter { name, entry });
            }
        }
    }

    /// The minutes that something changes in.
    pub(super) fn minutes(&self) -> impl Iterator<Item = i64> {
        self.cells.keys().filter_map(|bucket| match bucket {
            Bucket::Of(Length::Minute, minute) => Some(*minute),
            _ => None,
        })
    }

    /// Moves `post` within the feed of changes; 0 is out of it.
    pub(super) fn sequence(&mut self, post: &str, old: i64, new: i64) {
        let entry = |order| FeedEntry {
            order,
            id: post.to_owned(),
        };
        if old != 0 {
            self.entries.push(Write::Leave {
                name: slot::CHANGES.to_owned(),
                entry: entry(old),
            });
        }
        if new != 0 {
            self.entries.push(Write::Enter {
                name: slot::CHANGES.to_owned(),
                entry: entry(new),
            });
        }
    }

    fn add(&mut self, impact: &'a Impact, sign: i64) {
        let at = Timestamp::from_micros(impact.at_us);
        let check = sign * impact.check();
        let terms = Terms::of(impact);
        for bucket in Bucket::around(at).into_iter().filter(|&bucket| self.kept.holds(bucket)) {
            let cell = self.cells.entry(bucket).or_default();
            cell.sums.add_terms(&terms, sign);
            if matches!(bucket, Bucket::Of(Length::Day, _)) {
                cell.check += check;
            }
            if impact.role() == Role::Backtweet {
                let standing = cell.authors.entry(&impact.author).or_default();
                standing.backtweets += sign;
                standing.signal_milli += sign * impact.signal_milli;
                if matches!(bucket, Bucket::All | Bucket::Of(Length::Hour | Length::Day, _)) {
                    cell.use_together(impact, sign);
                }
            }
        }
        *self.days.entry(day_of(at)).or_default() += sign;
    }

    /// The writes that all this comes to. Nothing is written for what comes out even.
    pub(super) fn into_writes(self, writes: &mut Vec<Write>) {
        writes.extend(self.entries);
        for (day, delta) in self.days.into_iter().filter(|(_, delta)| *delta != 0) {
            writes.push(Write::Count {
                sized: false,
                name: slot::DAYS.to_owned(),
                member: day.to_string(),
                delta,
            });
        }
        for (bucket, cell) in self.cells {
            cell.into_writes(bucket, writes);
        }
    }
}

/// The feeds that an effective post stands in.
fn entries(post: &str, impact: &Impact) -> impl Iterator<Item = (String, FeedEntry)> {
    let mut feeds = vec![slot::FEED.to_owned()];
    if impact.role() == Role::Backtweet {
        feeds.push(slot::author(&impact.author));
    }
    if impact.role() == Role::Answer {
        feeds.push(slot::ANSWERS.to_owned());
    }
    if matches!(impact.role(), Role::Backtweet | Role::Origin) {
        feeds.extend(impact.hashtags.iter().map(|hashtag| slot::hashtag(hashtag)));
    }
    let entry = FeedEntry {
        order: impact.at_us,
        id: post.to_owned(),
    };
    let praise = praise_order(impact).map(|order| (slot::PRAISE.to_owned(), FeedEntry { order, ..entry.clone() }));
    feeds.into_iter().map(move |feed| (feed, entry.clone())).chain(praise)
}

/// Where praise that can be shown again stands among all: by its signal, then by its time to the second. `None` for anything else.
pub(crate) fn praise_order(impact: &Impact) -> Option<i64> {
    let second = impact.at_us.div_euclid(1_000_000).clamp(0, i64::from(u32::MAX));
    impact.is_praise.then_some(impact.signal_milli << 32 | second)
}
