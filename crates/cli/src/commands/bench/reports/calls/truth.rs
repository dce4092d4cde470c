//! Figures counted the simple way: post by post.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Result, ensure};
use backtweet_domain::{Label, Role};
use backtweet_simulator::{ArchiveTruth, Fact};
use backtweet_wire::v1;

use super::HOUR_US;

/// What some posts come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in super::super) struct Figures {
    backtweets: u64,
    reposts: u64,
    indirect: u64,
    impressions: u64,
    positive: u64,
    negative: u64,
    signal_milli: i64,
    pub(super) authors: u64,
}

impl Figures {
    fn add(&mut self, fact: &Fact) {
        match fact.role {
            Role::Indirect => self.indirect += 1,
            Role::Backtweet => {
                self.backtweets += 1;
                self.reposts += u64::from(fact.is_repost);
                self.impressions += u64::from(fact.followers);
                self.positive += u64::from(fact.label == Some(Label::Positive));
                self.negative += u64::from(fact.label == Some(Label::Negative));
                self.signal_milli += i64::from(fact.signal_milli);
            }
            Role::Origin | Role::Answer => {}
        }
    }

    /// Compares all but the number of authors, which may be an estimate.
    pub(super) fn check(&self, found: &v1::Figures, subject: &str) -> Result<()> {
        let labelled = |name: &str| {
            let count = found.sentiments.iter().find(|count| count.name == name);
            count.map_or(0, |count| count.count)
        };
        let found = Self {
            backtweets: found.backtweets,
            reposts: found.reposts,
            indirect: found.indirect,
            impressions: found.impressions,
            positive: labelled("positive"),
            negative: labelled("negative"),
            signal_milli: found.signal_milli,
            authors: self.authors,
        };
        ensure!(
            found == *self,
            "{subject}: the figures are {found:?} and should be {self:?}"
        );
        Ok(())
    }
}

pub(super) fn figures(truth: &ArchiveTruth, subject: usize, within: Range<i64>) -> Figures {
    let mut figures = Figures::default();
    let mut authors = BTreeSet::new();
    for fact in truth.of(subject, within) {
        figures.add(fact);
        if fact.role == Role::Backtweet {
            authors.insert(fact.author());
        }
    }
    figures.authors = authors.len() as u64;
    figures
}

/// The hours in which anything happened.
pub(super) fn by_hour(truth: &ArchiveTruth, subject: usize, within: Range<i64>) -> Vec<(i64, Figures)> {
    let mut hours: BTreeMap<i64, Figures> = BTreeMap::new();
    for fact in truth.of(subject, within) {
        let start = fact.at_us.div_euclid(HOUR_US) * HOUR_US;
        hours.entry(start).or_default().add(fact);
    }
    hours.into_iter().collect()
}

/// Those with the highest signal: id, backtweets and signal.
pub(super) fn top_authors(
    truth: &ArchiveTruth,
    subject: usize,
    within: Range<i64>,
    many: usize,
) -> Vec<(String, u64, i64)> {
    let mut authors: BTreeMap<u32, (u64, i64)> = BTreeMap::new();
    for fact in truth.of(subject, within).filter(|fact| fact.role == Role::Backtweet) {
        let (backtweets, signal_milli) = authors.entry(fact.author()).or_default();
        *backtweets += 1;
        *signal_milli += i64::from(fact.signal_milli);
    }
    let ranked = authors.into_iter().filter(|(_, (_, signal_milli))| *signal_milli != 0);
    let named = ranked.map(|(author, (backtweets, signal))| (truth.author_id(subject, author), backtweets, signal));
    let mut ranked: Vec<_> = named.collect();
    ranked.sort_unstable_by(|a, b| (Reverse(a.2), &a.0).cmp(&(Reverse(b.2), &b.0)));
    ranked.truncate(many);
    ranked
}

/// The newest backtweets.
pub(super) fn newest(truth: &ArchiveTruth, subject: usize, within: Range<i64>, many: usize) -> Vec<String> {
    let newest = truth
        .of(subject, within)
        .rev()
        .filter(|fact| fact.role == Role::Backtweet);
    newest.take(many).map(|fact| truth.post_id(subject, fact)).collect()
}
