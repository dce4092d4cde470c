//! Who takes part in a campaign, ranked by signal, and by how far those with a middling audience carried it.

use std::cmp::{Ordering, Reverse};

use backtweet_store::StoreError;
use backtweet_wire::v1;
use rustc_hash::FxHashMap;

use super::super::authors::cards;
use super::super::reads::Reads;
use super::Member;
use super::posts::Posts;
use crate::slot;

/// How many followers a micro-influencer has.
const MICRO: std::ops::RangeInclusive<u64> = 1_000..=100_000;

/// What an author's backtweets of the campaign within the window come to.
struct Participant<'a> {
    author: &'a str,
    posts: Vec<&'a str>,
    followers: Option<u64>,
    signal_milli: i64,
}

/// Everybody who takes part.
pub(super) struct Participants<'a>(Vec<Participant<'a>>);

impl<'a> Participants<'a> {
    /// The authors of backtweets, which are in order of time.
    pub(super) fn of(backtweets: &[Member<'a>]) -> Self {
        let mut places: FxHashMap<&str, usize> = FxHashMap::default();
        let mut participants: Vec<Participant<'a>> = Vec::new();
        for (post, impact) in backtweets {
            let place = *places.entry(&impact.author).or_insert_with(|| {
                participants.push(Participant {
                    author: &impact.author,
                    posts: Vec::new(),
                    followers: None,
                    signal_milli: 0,
                });
                participants.len() - 1
            });
            let participant = &mut participants[place];
            participant.posts.push(post);
            participant.followers = impact.followers;
            participant.signal_milli += impact.signal_milli;
        }
        Self(participants)
    }

    pub(super) fn total(&self) -> u64 {
        self.0.len() as u64
    }

    /// How many came to the subject with the campaign.
    pub(super) fn first_time(&self, posts: &Posts) -> u64 {
        let came = self.0.iter().filter(|participant| posts.came_with(participant.author));
        came.count() as u64
    }

    /// The best `limit` by signal, and of the micro-influencers.
    pub(super) async fn listed(
        mut self,
        reads: Reads<'_>,
        posts: &Posts,
        limit: usize,
    ) -> Result<(Vec<v1::Participant>, Vec<v1::Participant>), StoreError> {
        self.0
            .sort_unstable_by_key(|one| (Reverse(one.signal_milli), Reverse(one.posts.len()), one.author));
        let top: Vec<_> = self.0.iter().take(limit).collect();
        let is_micro = |one: &&Participant<'_>| one.followers.is_some_and(|followers| MICRO.contains(&followers));
        let micro: Vec<_> = self.0.iter().filter(is_micro).collect();
        let passed_on = passed_on(reads, &micro).await?;
        let mut micro: Vec<_> = micro.into_iter().zip(passed_on).collect();
        micro.retain(|(_, passed_on)| *passed_on > 0);
        micro.sort_unstable_by(|one, other| by_follower(other, one).then_with(|| one.0.author.cmp(other.0.author)));
        micro.truncate(limit);
        let passed_on = self::passed_on(reads, &top).await?;
        let top = shown(reads, posts, top.into_iter().zip(passed_on).collect()).await?;
        Ok((top, shown(reads, posts, micro).await?))
    }
}

/// Compares how often two were passed on per follower, then how often.
fn by_follower(one: &(&Participant<'_>, u64), other: &(&Participant<'_>, u64)) -> Ordering {
    let times = |passed_on: u64, followers: Option<u64>| u128::from(passed_on) * u128::from(followers.unwrap_or(0));
    times(one.1, other.0.followers)
        .cmp(&times(other.1, one.0.followers))
        .then(one.1.cmp(&other.1))
}

/// How many posts by others hang on the posts of each.
async fn passed_on(reads: Reads<'_>, participants: &[&Participant<'_>]) -> Result<Vec<u64>, StoreError> {
    let names = participants
        .iter()
        .flat_map(|participant| &participant.posts)
        .map(|post| slot::passed_on(post));
    let mut counters = reads.counters(names.collect()).await?.into_iter();
    let sums = participants.iter().map(|participant| {
        let counters = counters.by_ref().take(participant.posts.len()).flatten();
        counters.map(|(_, count)| count.cast_unsigned()).sum()
    });
    Ok(sums.collect())
}

/// Participants with what is shown of them.
async fn shown(
    reads: Reads<'_>,
    posts: &Posts,
    listed: Vec<(&Participant<'_>, u64)>,
) -> Result<Vec<v1::Participant>, StoreError> {
    let feeds: Vec<_> = listed.iter().map(|(one, _)| slot::author(one.author)).collect();
    let cards = cards(reads, &feeds).await?;
    let shown = listed
        .into_iter()
        .zip(cards)
        .map(|((one, passed_on), card)| v1::Participant {
            author: one.author.to_owned(),
            handle: card.handle,
            name: card.name,
            followers: one.followers,
            backtweets: one.posts.len() as u64,
            signal_milli: one.signal_milli,
            first_time: posts.came_with(one.author),
            passed_on,
        });
    Ok(shown.collect())
}
