//! Adds up what a batch changes in one subject's figures, bucket by bucket, so that each key is written once.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use backtweet_domain::{Role, Timestamp};
use backtweet_store::{FeedEntry, Write};

use super::contribution::Impact;
use crate::figures::Sums;
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
        for bucket in Bucket::around(at).into_iter().filter(|&bucket| self.kept.holds(bucket)) {
            let cell = self.cells.entry(bucket).or_default();
            cell.sums.add(impact, sign);
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
                name: slot::DAYS.to_owned(),
                member: day.to_string(),
                delta,
            });
        }
        for (bucket, cell) in self.cells {
            let name = slot::figures(bucket);
            writes.extend(cell.sums.fields().map(|(field, delta)| Write::Add {
                name: name.clone(),
                field,
                delta,
            }));
            if cell.check != 0 {
                writes.push(Write::Add {
                    name: name.clone(),
                    field: slot::CHECK.to_owned(),
                    delta: cell.check,
                });
            }
            used(&slot::hashtags(bucket), cell.hashtags, writes);
            used(&slot::links(bucket), cell.links, writes);
            if slot::is_one(bucket) {
                // Few enough to stand beside the sums.
                writes.extend(cell.authors.into_iter().map(|(author, standing)| Write::Add {
                    name: name.clone(),
                    field: slot::author_field(author),
                    delta: standing.pack(),
                }));
                continue;
            }
            let name = slot::authors(bucket);
            for (author, standing) in cell.authors.into_iter().filter(|(_, standing)| standing.pack() != 0) {
                writes.push(Write::Count {
                    name: name.clone(),
                    member: author.to_owned(),
                    delta: standing.pack(),
                });
                sampled(bucket, author, standing.backtweets, writes);
                if bucket == Bucket::All && standing.signal_milli != 0 {
                    let (name, member) = (slot::RANKING.to_owned(), author.to_owned());
                    writes.push(Write::Rank {
                        name,
                        member,
                        delta: standing.signal_milli,
                    });
                }
            }
        }
    }
}

/// Counts an author in the samples that they are in, where samples are kept.
fn sampled(bucket: Bucket, author: &str, delta: i64, writes: &mut Vec<Write>) {
    if !slot::is_sampled(bucket) || delta == 0 {
        return;
    }
    let Sampled { name: member, level } = Sampled::new(author);
    writes.extend((1..=level).map(|level| Write::Count {
        name: slot::sample(bucket, level),
        member: member.clone(),
        delta,
    }));
}

/// What was used how much more often.
fn used(name: &str, deltas: FxHashMap<&str, i64>, writes: &mut Vec<Write>) {
    let changed = deltas.into_iter().filter(|(_, delta)| *delta != 0);
    writes.extend(changed.map(|(member, delta)| Write::Rank {
        name: name.to_owned(),
        member: member.to_owned(),
        delta,
    }));
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
