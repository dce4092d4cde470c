//! Advocates, detractors, and those with the most authority or marginal reach. Which posts count is known to `crowd`, what an audience comes to
//! to `reach`; this ranks, and shows what the rank was computed from.

use std::cmp::Reverse;

use backtweet_domain::Timestamp;
use backtweet_domain::authority::Authority;
use backtweet_domain::reach::Estimate;
use backtweet_domain::standing::{HALF_LIFE, Standing};
use backtweet_store::{Direction, Store, StoreError};
use backtweet_wire::v1::{self, PeopleOrder};

use super::crowd::{Cache, Crowd, Tally, Which};
use super::reach::{Known, cards, marginal_figure};
use super::reads::Reads;
use super::{ReportError, coverage};
use crate::invalid::Violations;
use crate::slot;
use crate::window::Window;

const DEFAULT: u32 = 20;
const MOST: u32 = 1_000;
/// What shares of authority are rounded to, so that hardly any order hangs on what they are off by.
const MILLIONTHS: f64 = 1e6;

/// Answers `ReportService.People`. `now` is the time at which ages are told where neither the window nor what happened ends before.
pub(crate) async fn people(
    store: &dyn Store,
    cache: &Cache,
    request: v1::PeopleRequest,
    now: Timestamp,
) -> Result<v1::PeopleResponse, ReportError> {
    let mut violations = Violations::default();
    let window = Window::read(request.window, &mut violations);
    let order = order(request.order, &mut violations);
    if request.limit > MOST {
        violations.add(
            "limit",
            format!("{} is too many: ask for at most {MOST}", request.limit),
        );
    }
    violations.check("people request")?;
    let limit = if request.limit == 0 { DEFAULT } else { request.limit };
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let live = cache.get(request.subject.clone(), |_| Crowd::default());
    let mut crowd = live.lock().await;
    let head = crowd.catch_up(reads).await?;
    cache.settle(&request.subject, crowd.size());
    crowd.refresh();
    let now = told_at(reads, window, now).await?;

    let tallies = crowd.tallies(window, Which::Backtweets);
    let known = Known::read(store, &tallies).await?;
    let (marginals, is_whole) = (known.marginals(), known.is_all_whole());
    let authors = tallies.iter().zip(marginals);
    let authors = authors.map(|(tally, marginal)| Ranked::new(tally, marginal, is_whole, crowd.authority(), now));
    let authors: Vec<Ranked<'_>> = authors.collect();
    let likely_bots = authors.iter().filter(|ranked| ranked.tally.is_likely_bot()).count();
    let wanted = authors
        .iter()
        .filter(|ranked| !(request.without_bots && ranked.tally.is_likely_bot()));
    let ranked = best(wanted, order, limit as usize);
    let shown: Vec<_> = ranked.iter().map(|ranked| ranked.tally).collect();
    let cards = cards(reads, &shown).await?;
    let people = ranked.iter().zip(cards).map(|(ranked, card)| ranked.row(card));
    let [_, authors_known, authors_whole] = known.counts();
    let response = v1::PeopleResponse {
        window: Some(window.to_wire()),
        order: order.into(),
        people: people.collect(),
        authors: authors.len() as u64,
        likely_bots: likely_bots as u64,
        at_us: now.micros(),
        authors_known,
        authors_whole,
        coverage: Some(coverage(&head)),
        ..v1::PeopleResponse::default()
    };
    drop(crowd);
    Ok(v1::PeopleResponse {
        subject: request.subject,
        ..response
    })
}

/// The time at which ages are told. Of an archive nothing would be left by now, so its own end counts.
async fn told_at(reads: Reads<'_>, window: Window, now: Timestamp) -> Result<Timestamp, StoreError> {
    let newest = reads.feed(slot::FEED, None, Direction::Descending, 1).await?;
    let ends = newest
        .first()
        .map(|newest| newest.order)
        .into_iter()
        .chain(window.end_us());
    Ok(ends.map(Timestamp::from_micros).fold(now, Timestamp::min))
}

fn order(order: i32, violations: &mut Violations) -> PeopleOrder {
    match PeopleOrder::try_from(order) {
        Ok(PeopleOrder::Unspecified) => PeopleOrder::Advocates,
        Ok(order) => order,
        Err(_) => {
            let reason = format!("`{order}` is no order of people: leave it out for advocates first");
            violations.add("order", reason);
            PeopleOrder::Advocates
        }
    }
}

/// Those who have a place in this order, the first of them.
fn best<'a>(authors: impl Iterator<Item = &'a Ranked<'a>>, order: PeopleOrder, limit: usize) -> Vec<&'a Ranked<'a>> {
    let ranked = authors.filter_map(|ranked| Some((ranked.rank(order)?, ranked)));
    let mut ranked: Vec<_> = ranked.collect();
    // Stable: authors stay in order of their ids within one rank.
    ranked.sort_by_key(|(rank, _)| Reverse(*rank));
    ranked.truncate(limit);
    ranked.into_iter().map(|(_, ranked)| ranked).collect()
}

/// An author and what they can be ranked by.
struct Ranked<'a> {
    tally: &'a Tally<'a>,
    standing: Standing,
    marginal: Option<Estimate>,
    /// Whether the followers of everybody are known.
    is_whole: bool,
    /// In millionths.
    authority: Option<f64>,
}

impl<'a> Ranked<'a> {
    fn new(
        tally: &'a Tally<'a>,
        marginal: Option<Estimate>,
        is_whole: bool,
        authority: &Authority,
        now: Timestamp,
    ) -> Self {
        let signals = tally.signals.iter().copied();
        let score = authority.score(tally.author);
        Self {
            tally,
            standing: Standing::of(signals, marginal.filter(|_| is_whole), HALF_LIFE, now),
            marginal,
            is_whole,
            authority: score.map(|score| (score * MILLIONTHS).round()),
        }
    }

    /// Highest first; `None` where the author has no place in this order.
    fn rank(&self, order: PeopleOrder) -> Option<i128> {
        let value = i128::from(self.standing.value);
        match order {
            PeopleOrder::Unspecified | PeopleOrder::Advocates => Some(value).filter(|value| *value > 0),
            PeopleOrder::Detractors => Some(-value).filter(|value| *value > 0),
            PeopleOrder::Authority => self.authority.map(|millionths| millionths as i128),
            PeopleOrder::Marginal => self.micro_milli().map(i128::from).filter(|value| *value > 0),
        }
    }

    /// m^2 / f in thousandths: marginal reach times the share of the audience that it is.
    fn micro_milli(&self) -> Option<u64> {
        let marginal = self.marginal?;
        let followers = self.tally.followers.unwrap_or(0).max(marginal.high).max(1);
        let square = u128::from(marginal.low).pow(2).saturating_mul(1_000);
        Some((square / u128::from(followers)).try_into().unwrap_or(u64::MAX))
    }

    fn row(&self, card: v1::Author) -> v1::Person {
        let Self { tally, standing, .. } = self;
        v1::Person {
            author: tally.author.to_string(),
            handle: card.handle,
            name: card.name,
            followers: tally.followers,
            backtweets: tally.posts(),
            standing: Some(v1::PersonStanding {
                value_milli: standing.value,
                strength_milli: standing.strength,
                recent_milli: standing.recent,
                half_life_seconds: standing.half_life.as_secs(),
                with_marginal: standing.marginal.is_some(),
            }),
            marginal: self
                .marginal
                .map(|marginal| marginal_figure(marginal.into(), self.is_whole)),
            authority: self.authority.map(|millionths| millionths / MILLIONTHS),
            bot: Some(v1::BotEvidence {
                likely_bot: tally.is_likely_bot(),
                declared: tally.declared,
                automated: tally.automated,
                duplicates: tally.duplicates,
                flagged: tally.flagged,
            }),
            micro_milli: self.micro_milli(),
        }
    }
}
