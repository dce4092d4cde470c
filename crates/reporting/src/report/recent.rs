//! What was read of past buckets, kept in memory for as long as their day is the same, so that the next question about a long window reads
//! little more than what changed. A day is the same while the sum of its posts' checks is (see [`slot::CHECK`]): another one has the same sum
//! once in 2^40 times.

use std::sync::{Arc, Mutex, PoisonError};

use backtweet_store::StoreError;
use backtweet_wire::v1;
use rustc_hash::FxHashMap;

use super::reads::Reads;
use super::summary;
use crate::slot;
use crate::standing::Standing;
use crate::window::{Bucket, Length};

/// How much is kept over all subjects, some 200 MB: an author of one bucket is one, the figures of a bucket are [`FIGURES`] of them.
const MOST: usize = 12_000_000;
/// Figures take so many times the room of an author.
const FIGURES: usize = 120;

/// An author's number in their subject, and their packed standing.
type Standings = Arc<[(u32, i64)]>;

/// What was read of one subject.
#[derive(Default)]
struct Past {
    figures: FxHashMap<Bucket, (i64, v1::Figures)>,
    standings: FxHashMap<Bucket, (i64, Standings)>,
    numbers: FxHashMap<Arc<str>, u32>,
    ids: Vec<Arc<str>>,
    room: usize,
}

impl Past {
    fn number(&mut self, author: String) -> u32 {
        if let Some(&number) = self.numbers.get(author.as_str()) {
            return number;
        }
        let (id, number) = (Arc::<str>::from(author), self.ids.len() as u32);
        self.ids.push(Arc::clone(&id));
        self.numbers.insert(id, number);
        self.room += 2;
        number
    }

    fn keep(&mut self, bucket: Bucket, check: i64, standings: &Standings) {
        self.room += standings.len();
        if let Some((_, former)) = self.standings.insert(bucket, (check, Arc::clone(standings))) {
            self.room -= former.len();
        }
    }
}

/// The subjects that were asked about lately, the one asked about last at the end.
#[derive(Default)]
pub(crate) struct Recent {
    subjects: Mutex<Vec<(String, Arc<Mutex<Past>>)>>,
}

impl Recent {
    fn past(&self, subject: &str) -> Arc<Mutex<Past>> {
        let mut subjects = lock(&self.subjects);
        let place = subjects.iter().position(|(name, _)| name == subject);
        let entry = match place {
            Some(place) => subjects.remove(place),
            None => (subject.to_owned(), Arc::default()),
        };
        let past = Arc::clone(&entry.1);
        subjects.push(entry);
        past
    }

    /// Lets go of those that were not asked about the longest where too much is kept.
    fn settle(&self) {
        let mut subjects = lock(&self.subjects);
        let rooms: Vec<usize> = subjects.iter().map(|(_, past)| lock(past).room).collect();
        let mut room: usize = rooms.iter().sum();
        let mut gone = 0;
        while room > MOST && gone < subjects.len() {
            room -= rooms[gone];
            gone += 1;
        }
        subjects.drain(..gone);
    }

    /// The figures of each set, as [`summary::figures`] gives them; sets of one hour or quarter hour are kept.
    pub(crate) async fn figures(&self, reads: Reads<'_>, sets: &[Vec<Bucket>]) -> Result<Vec<v1::Figures>, StoreError> {
        let single = |set: &Vec<Bucket>| match set.as_slice() {
            [bucket @ Bucket::Of(Length::Hour | Length::QuarterHour, _)] => Some(*bucket),
            _ => None,
        };
        let buckets: Vec<_> = sets.iter().filter_map(single).collect();
        let checks = checks(reads, &buckets).await?;
        let past = self.past(reads.subject);
        let mut found: Vec<Option<v1::Figures>> = {
            let past = lock(&past);
            let kept = |set| {
                let bucket = single(set)?;
                let (check, figures) = past.figures.get(&bucket)?;
                (checks.get(&day(bucket)?) == Some(check)).then(|| figures.clone())
            };
            sets.iter().map(kept).collect()
        };
        let missing: Vec<usize> = (0..sets.len()).filter(|&place| found[place].is_none()).collect();
        let asked: Vec<_> = missing.iter().map(|&place| sets[place].clone()).collect();
        let read = summary::figures(reads, &asked).await?;
        let is_same = self::checks(reads, &asked.iter().filter_map(single).collect::<Vec<_>>()).await?;
        let mut kept = lock(&past);
        for (place, figures) in missing.into_iter().zip(read) {
            if let Some((bucket, check)) =
                single(&sets[place]).and_then(|bucket| Some((bucket, stays(bucket, &checks, &is_same)?)))
                && kept.figures.insert(bucket, (check, figures.clone())).is_none()
            {
                kept.room += FIGURES;
            }
            found[place] = Some(figures);
        }
        drop(kept);
        self.settle();
        Ok(found.into_iter().flatten().collect())
    }

    /// The authors with the highest signal over some buckets, ties by id; those whose signals come out even are left out.
    pub(crate) async fn ranked(
        &self,
        reads: Reads<'_>,
        buckets: &[Bucket],
        limit: usize,
    ) -> Result<Vec<(String, Standing)>, StoreError> {
        let checks = checks(reads, buckets).await?;
        let past = self.past(reads.subject);
        let mut found: Vec<Option<Standings>> = {
            let past = lock(&past);
            let kept = |bucket: &Bucket| {
                let (check, standings) = past.standings.get(bucket)?;
                (checks.get(&day(*bucket)?) == Some(check)).then(|| Arc::clone(standings))
            };
            buckets.iter().map(kept).collect()
        };
        let missing: Vec<usize> = (0..buckets.len()).filter(|&place| found[place].is_none()).collect();
        let asked: Vec<_> = missing.iter().map(|&place| (buckets[place], 0)).collect();
        let mut read: Vec<Standings> = Vec::with_capacity(asked.len());
        let take = |_, members: &mut dyn Iterator<Item = (String, i64)>| {
            let mut past = lock(&past);
            read.push(members.map(|(author, packed)| (past.number(author), packed)).collect());
        };
        reads.authors(&asked, take).await?;
        let missed: Vec<_> = asked.iter().map(|(bucket, _)| *bucket).collect();
        let is_same = self::checks(reads, &missed).await?;
        let ranked = {
            let mut past = lock(&past);
            for (place, standings) in missing.into_iter().zip(read) {
                if let Some(check) = stays(buckets[place], &checks, &is_same) {
                    past.keep(buckets[place], check, &standings);
                }
                found[place] = Some(standings);
            }
            rank(&past.ids, found.iter().flatten(), limit)
        };
        self.settle();
        Ok(ranked)
    }
}

/// Adds up, and takes the best.
fn rank<'a>(ids: &[Arc<str>], standings: impl Iterator<Item = &'a Standings>, limit: usize) -> Vec<(String, Standing)> {
    let mut sums = vec![0_i64; ids.len()];
    for (author, packed) in standings.flat_map(|standings| standings.iter()) {
        sums[*author as usize] += packed;
    }
    let ranked = ids.iter().zip(sums).filter(|(_, packed)| *packed != 0);
    let ranked = ranked.map(|(id, packed)| (id, Standing::unpack(packed)));
    let mut ranked: Vec<_> = ranked.filter(|(_, standing)| standing.signal_milli != 0).collect();
    let order = |(id, standing): &(&Arc<str>, Standing)| (std::cmp::Reverse(standing.signal_milli), Arc::clone(id));
    if limit < ranked.len() && limit > 0 {
        ranked.select_nth_unstable_by(limit - 1, |a, b| {
            b.1.signal_milli.cmp(&a.1.signal_milli).then_with(|| a.0.cmp(b.0))
        });
    }
    ranked.truncate(limit);
    ranked.sort_by_key(order);
    ranked
        .into_iter()
        .map(|(id, standing)| (id.to_string(), standing))
        .collect()
}

/// The check to keep a bucket under; `None` for one that is not kept, or whose day changed while it was read.
fn stays(bucket: Bucket, before: &FxHashMap<i64, i64>, after: &FxHashMap<i64, i64>) -> Option<i64> {
    let day = day(bucket)?;
    let check = before.get(&day).copied()?;
    (after.get(&day) == Some(&check)).then_some(check)
}

/// The day that a bucket of more than a minute lies in.
fn day(bucket: Bucket) -> Option<i64> {
    match bucket {
        Bucket::All | Bucket::Of(Length::Minute, _) => None,
        Bucket::Of(..) => Some(bucket.start()?.div_euclid(Length::Day.minutes())),
    }
}

/// The check of each day that the buckets lie in; 0 where there is nothing.
async fn checks(reads: Reads<'_>, buckets: &[Bucket]) -> Result<FxHashMap<i64, i64>, StoreError> {
    let mut days: Vec<i64> = buckets.iter().filter_map(|&bucket| day(bucket)).collect();
    days.sort_unstable();
    days.dedup();
    let names = days
        .iter()
        .map(|&day| slot::figures(Bucket::Of(Length::Day, day)))
        .collect();
    let counters = reads.counters(names).await?;
    let check = |fields: Vec<(String, i64)>| {
        let check = fields.iter().find(|(field, _)| field == slot::CHECK);
        check.map_or(0, |(_, check)| *check)
    };
    Ok(days.into_iter().zip(counters.into_iter().map(check)).collect())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
