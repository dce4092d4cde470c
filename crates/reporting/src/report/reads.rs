//! Reads a subject's slot: look-ups in bounded round trips, and answers of the type that was asked for.

use backtweet_store::{Direction, FeedEntry, Found, LookUp, Store, StoreError, Stored};

use crate::fold::{Contribution, Head, read_contribution};
use crate::sample::Sampled;
use crate::slot;
use crate::standing::Standing;
use crate::window::Bucket;

/// How many look-ups go into one round trip.
const ROUND_TRIP: usize = 1_000;
/// How many memberships go into one round trip: they may be large.
const MEMBERSHIPS: usize = 64;

/// One subject's part of the store.
#[derive(Clone, Copy)]
pub(crate) struct Reads<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) subject: &'a str,
}

impl Reads<'_> {
    pub(crate) async fn head(self) -> Result<Head, StoreError> {
        let found = self.one(LookUp::Record(slot::key(self.subject, slot::HEAD))).await?;
        let stored = self.record(slot::HEAD, found)?;
        Head::read(self.subject, stored.as_ref())
    }

    /// The days on which something effective happened, ascending.
    pub(crate) async fn days(self) -> Result<Vec<i64>, StoreError> {
        let members = match self.one(LookUp::Members(slot::key(self.subject, slot::DAYS))).await? {
            Found::Members(members) => members,
            other => return Err(self.unexpected(slot::DAYS, &other)),
        };
        let mut days: Vec<i64> = members.iter().filter_map(|(day, _)| day.parse().ok()).collect();
        days.sort_unstable();
        Ok(days)
    }

    /// Looks all of it up, in as many round trips as it takes; answers in order.
    pub(crate) async fn all(self, look_ups: &[LookUp]) -> Result<Vec<Found>, StoreError> {
        let mut found = Vec::with_capacity(look_ups.len());
        for look_ups in look_ups.chunks(ROUND_TRIP) {
            found.extend(self.store.read(look_ups).await?);
        }
        Ok(found)
    }

    /// The sums of each bucket.
    pub(crate) async fn counters(self, names: Vec<String>) -> Result<Vec<Vec<(String, i64)>>, StoreError> {
        let look_ups: Vec<_> = names
            .iter()
            .map(|name| LookUp::Counters(slot::key(self.subject, name)))
            .collect();
        let found = self.all(&look_ups).await?;
        let counters = names.iter().zip(found).map(|(name, found)| match found {
            Found::Counters(fields) => Ok(fields),
            other => Err(self.unexpected(name, &other)),
        });
        counters.collect()
    }

    /// The sums of each bucket, beside its authors where it [`slot::is_one`]. What stands together is read once.
    pub(crate) async fn figures(self, buckets: &[Bucket]) -> Result<Vec<Vec<(String, i64)>>, StoreError> {
        let together: Vec<_> = buckets.chunk_by(|a, b| slot::stand_together(*a, *b)).collect();
        let names = together.iter().map(|buckets| slot::figures(buckets[0])).collect();
        let mut figures = Vec::with_capacity(buckets.len());
        for (buckets, fields) in together.iter().zip(self.counters(names).await?) {
            match buckets {
                [bucket] if slot::begins(*bucket).is_empty() => figures.push(fields),
                _ => figures.extend(buckets.iter().map(|&bucket| fields_of(bucket, &fields))),
            }
        }
        Ok(figures)
    }

    /// How many authors of backtweets each bucket has.
    pub(crate) async fn author_counts(self, buckets: &[Bucket]) -> Result<Vec<u64>, StoreError> {
        let (ones, others): (Vec<_>, Vec<_>) = buckets.iter().partition(|&&bucket| slot::is_one(bucket));
        let names: Vec<_> = others.into_iter().map(slot::authors).collect();
        let mut ones = self.figures(&ones).await?.into_iter();
        let mut sizes = self.sizes(&names).await?.into_iter();
        let count = |&bucket: &Bucket| match slot::is_one(bucket) {
            true => ones.next().map(|fields| authors_among(fields).count() as u64),
            false => sizes.next(),
        };
        Ok(buckets.iter().filter_map(count).collect())
    }

    /// How many members each membership has.
    pub(crate) async fn sizes(self, names: &[String]) -> Result<Vec<u64>, StoreError> {
        let look_ups: Vec<_> = names
            .iter()
            .map(|name| LookUp::Size(slot::key(self.subject, name)))
            .collect();
        let found = self.all(&look_ups).await?;
        let sizes = names.iter().zip(found).map(|(name, found)| match found {
            Found::Size(size) => Ok(size),
            other => Err(self.unexpected(name, &other)),
        });
        sizes.collect()
    }

    /// Hands the authors of each bucket that are in the sample of its level to `take`, with its place among `buckets`, in order: at level 0
    /// all of them, by their id, with their packed standing; by their name in samples above.
    pub(crate) async fn authors(
        self,
        buckets: &[(Bucket, u32)],
        mut take: impl FnMut(usize, &mut dyn Iterator<Item = (String, i64)>),
    ) -> Result<(), StoreError> {
        let mut place = 0;
        for buckets in buckets.chunks(MEMBERSHIPS) {
            let (ones, others): (Vec<_>, Vec<_>) = buckets.iter().partition(|(bucket, _)| slot::is_one(*bucket));
            let ones: Vec<_> = ones.into_iter().map(|(bucket, _)| bucket).collect();
            let look_up = |(bucket, level): (Bucket, u32)| match slot::is_sampled(bucket) {
                true => LookUp::Members(slot::key(self.subject, slot::sample(bucket, level))),
                false => LookUp::Members(slot::key(self.subject, slot::authors(bucket))),
            };
            let look_ups: Vec<_> = others.into_iter().map(look_up).collect();
            let mut ones = self.figures(&ones).await?.into_iter();
            let mut others = self.store.read(&look_ups).await?.into_iter();
            for &(bucket, level) in buckets {
                if slot::is_one(bucket) {
                    let fields = ones.next().unwrap_or_default();
                    take(place, &mut in_sample(authors_among(fields), level));
                } else {
                    let level = if slot::is_sampled(bucket) { 0 } else { level };
                    match others.next() {
                        Some(Found::Members(members)) => take(place, &mut in_sample(members.into_iter(), level)),
                        Some(other) => return Err(self.unexpected(&slot::authors(bucket), &other)),
                        None => {}
                    }
                }
                place += 1;
            }
        }
        Ok(())
    }

    /// How each author stands over everything.
    pub(crate) async fn standings(self, authors: &[String]) -> Result<Vec<Standing>, StoreError> {
        let name = slot::authors(Bucket::All);
        let member = |author: &String| LookUp::Member {
            key: slot::key(self.subject, &name),
            member: author.clone(),
        };
        let found = self.all(&authors.iter().map(member).collect::<Vec<_>>()).await?;
        let standings = found.into_iter().map(|found| match found {
            Found::Members(members) => Ok(Standing::unpack(members.first().map_or(0, |(_, packed)| *packed))),
            other => Err(self.unexpected(&name, &other)),
        });
        standings.collect()
    }

    /// Hands the members of each membership to `take`, with its place among `names`, in order.
    pub(crate) async fn members(
        self,
        names: &[String],
        mut take: impl FnMut(usize, Vec<(String, i64)>),
    ) -> Result<(), StoreError> {
        let mut place = 0;
        for names in names.chunks(MEMBERSHIPS) {
            let look_ups: Vec<_> = names
                .iter()
                .map(|name| LookUp::Members(slot::key(self.subject, name)))
                .collect();
            for (name, found) in names.iter().zip(self.store.read(&look_ups).await?) {
                match found {
                    Found::Members(members) => take(place, members),
                    other => return Err(self.unexpected(name, &other)),
                }
                place += 1;
            }
        }
        Ok(())
    }

    /// The roots that were passed on most, and how often.
    pub(crate) async fn largest_cascades(self, limit: usize) -> Result<Vec<(String, i64)>, StoreError> {
        let ranked = self.rankings(vec![slot::CASCADES.to_owned()], limit).await?;
        Ok(ranked.into_iter().flatten().collect())
    }

    /// The best of each ranking.
    pub(crate) async fn rankings(
        self,
        names: Vec<String>,
        limit: usize,
    ) -> Result<Vec<Vec<(String, i64)>>, StoreError> {
        let look_ups: Vec<_> = names
            .iter()
            .map(|name| LookUp::Top {
                key: slot::key(self.subject, name),
                limit,
            })
            .collect();
        let found = self.all(&look_ups).await?;
        let ranked = names.iter().zip(found).map(|(name, found)| match found {
            Found::Ranked(ranked) => Ok(ranked),
            other => Err(self.unexpected(name, &other)),
        });
        ranked.collect()
    }

    /// The look-up of a page of the feed `name`.
    pub(crate) fn page(self, name: &str, after: Option<FeedEntry>, direction: Direction, limit: usize) -> LookUp {
        LookUp::Feed {
            key: slot::key(self.subject, name),
            after,
            direction,
            limit,
        }
    }

    /// Pages of feeds, in the order of their look-ups.
    pub(crate) async fn pages(self, pages: Vec<LookUp>) -> Result<Vec<Vec<FeedEntry>>, StoreError> {
        let found = self.all(&pages).await?.into_iter();
        let entries = found.map(|found| match found {
            Found::Feed(entries) => Ok(entries),
            other => Err(self.unexpected("feed", &other)),
        });
        entries.collect()
    }

    /// One page of the feed `name`.
    pub(crate) async fn feed(
        self,
        name: &str,
        after: Option<FeedEntry>,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<FeedEntry>, StoreError> {
        let pages = self.pages(vec![self.page(name, after, direction, limit)]).await?;
        Ok(pages.into_iter().next().unwrap_or_default())
    }

    /// What is kept of the post of each entry.
    pub(crate) async fn posts(self, entries: &[FeedEntry]) -> Result<Vec<Contribution>, StoreError> {
        let ids: Vec<_> = entries.iter().map(|entry| entry.id.as_str()).collect();
        self.posts_by_id(&ids).await
    }

    /// What is kept of each post.
    pub(crate) async fn posts_by_id(self, ids: &[&str]) -> Result<Vec<Contribution>, StoreError> {
        let names: Vec<_> = ids.iter().map(|id| slot::post(id)).collect();
        let records = self.records(&names).await?;
        let posts = ids
            .iter()
            .zip(records)
            .map(|(id, stored)| Ok(read_contribution(self.subject, id, stored.as_ref())?.unwrap_or_default()));
        posts.collect()
    }

    /// The record of each name, where there is one.
    pub(crate) async fn records(self, names: &[String]) -> Result<Vec<Option<Stored>>, StoreError> {
        let look_ups: Vec<_> = names
            .iter()
            .map(|name| LookUp::Record(slot::key(self.subject, name)))
            .collect();
        let found = self.all(&look_ups).await?;
        let records = names.iter().zip(found).map(|(name, found)| self.record(name, found));
        records.collect()
    }

    async fn one(self, look_up: LookUp) -> Result<Found, StoreError> {
        let found = self.store.read(&[look_up]).await?.into_iter().next();
        found.ok_or_else(|| corrupt(self.subject, "", "the store gave no answer".to_owned()))
    }

    fn record(self, name: &str, found: Found) -> Result<Option<Stored>, StoreError> {
        match found {
            Found::Record(stored) => Ok(stored),
            other => Err(self.unexpected(name, &other)),
        }
    }

    fn unexpected(self, name: &str, found: &Found) -> StoreError {
        corrupt(
            self.subject,
            name,
            format!("it is of another type: {}", clip(&format!("{found:?}"))),
        )
    }
}

/// What belongs to one bucket of all that stands together.
fn fields_of(bucket: Bucket, together: &[(String, i64)]) -> Vec<(String, i64)> {
    let of = |(field, sum): &(String, i64)| Some((field.strip_prefix(slot::begins(bucket))?.to_owned(), *sum));
    together.iter().filter_map(of).collect()
}

/// The authors that stand among the sums of a bucket.
fn authors_among(fields: Vec<(String, i64)>) -> impl Iterator<Item = (String, i64)> {
    let author = |(field, packed): (String, i64)| Some((field.strip_prefix(slot::AUTHOR_FIELD)?.to_owned(), packed));
    fields.into_iter().filter_map(author)
}

/// Those of all authors that are in the sample of a level, as it names them.
fn in_sample(authors: impl Iterator<Item = (String, i64)>, wanted: u32) -> impl Iterator<Item = (String, i64)> {
    authors.filter_map(move |(author, packed)| {
        if wanted == 0 {
            return Some((author, packed));
        }
        let Sampled { name, level } = Sampled::new(&author);
        (level >= wanted).then_some((name, packed))
    })
}

pub(crate) fn corrupt(subject: &str, name: &str, reason: String) -> StoreError {
    StoreError::Corrupt {
        key: format!("{}/{name}", slot::of(subject)),
        reason,
    }
}

fn clip(text: &str) -> String {
    text.chars().take(80).collect()
}
