//! How many different accounts those who pointed back reach, whom each of them alone brings, and what two have in common. Which posts count is
//! known to `crowd`, what is known of an audience to `known`.

mod known;

use std::cmp::Reverse;

use backtweet_domain::reach::Reach;
use backtweet_domain::{AccountId, PostId};
use backtweet_store::{Store, StoreError};
use backtweet_wire::v1;

use super::crowd::{Cache, Crowd, Tally, Which};
use super::reads::Reads;
use super::{ReportError, cascade, coverage, feed_item};
use crate::invalid::{Invalid, Violations};
use crate::window::Window;

pub(crate) use self::known::Known;

const DEFAULT: u32 = 10;
const MOST: u32 = 100;

/// Answers `ReportService.Reach`.
pub(crate) async fn reach(
    store: &dyn Store,
    cache: &Cache,
    request: v1::ReachRequest,
) -> Result<v1::ReachResponse, ReportError> {
    let mut violations = Violations::default();
    let window = Window::read(request.window, &mut violations);
    if !request.root.is_empty()
        && let Err(error) = request.root.parse::<PostId>()
    {
        violations.add("root", error.to_string());
    }
    if request.limit > MOST {
        violations.add(
            "limit",
            format!("{} is too many: ask for at most {MOST}", request.limit),
        );
    }
    let named = named(&request.overlap, &mut violations);
    violations.check("reach request")?;
    let limit = if request.limit == 0 { DEFAULT } else { request.limit };
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let live = cache.get(request.subject.clone(), |_| Crowd::default());
    let mut crowd = live.lock().await;
    let head = crowd.catch_up(reads).await?;
    cache.settle(&request.subject, crowd.size());

    let which = match request.root.as_str() {
        "" => Which::Backtweets,
        root => Which::Below(root),
    };
    let tallies = crowd.tallies(window, which);
    if tallies.is_empty() && !crowd.has_cascade(&request.root) {
        return Err(cascade::unknown(reads, &request.root).await?);
    }
    let known = Known::read(store, &tallies).await?;
    let origins = crowd.origins(which);
    let of_origins = Known::read(store, &origins).await?;
    let overlap = named.map(|named| overlap(&known, &tallies, named)).transpose()?;
    let [read, some, whole] = known.counts();
    let response = v1::ReachResponse {
        window: Some(window.to_wire()),
        reach: Some(figure(known.reach())),
        beyond: (!origins.is_empty()).then(|| figure(known.beyond(&of_origins))),
        origins: origins.iter().map(|origin| origin.author.to_string()).collect(),
        impressions: tallies.iter().map(|tally| tally.impressions).sum(),
        impressions_unknown: tallies.iter().map(|tally| tally.impressions_unknown).sum(),
        amplifiers: tallies.len() as u64,
        amplifiers_whole: whole,
        amplifiers_known: some,
        amplifiers_read: read,
        top: top(reads, &known, &tallies, limit as usize).await?,
        overlap,
        coverage: Some(coverage(&head)),
        ..v1::ReachResponse::default()
    };
    drop(crowd);
    Ok(v1::ReachResponse {
        subject: request.subject,
        root: request.root,
        ..response
    })
}

/// The two whose common followers are counted.
fn named(overlap: &[String], violations: &mut Violations) -> Option<[AccountId; 2]> {
    if !matches!(overlap.len(), 0 | 2) {
        let many = overlap.len();
        violations.add("overlap", format!("{many} accounts have no overlap: name two, or none"));
    }
    let mut accounts = Vec::with_capacity(2);
    for (place, account) in overlap.iter().enumerate() {
        match account.parse::<AccountId>() {
            Ok(account) => accounts.push(account),
            Err(error) => violations.add(format!("overlap[{place}]"), error.to_string()),
        }
    }
    accounts.try_into().ok()
}

fn overlap(known: &Known, tallies: &[Tally<'_>], [one, other]: [AccountId; 2]) -> Result<v1::ReachOverlap, Invalid> {
    let place = |field: &str, account: &AccountId| {
        let place = tallies.iter().position(|tally| tally.author == account);
        place.ok_or_else(|| {
            let reason = format!("`{account}` is no amplifier here: name authors who pointed back within the window");
            Invalid::one("reach request", field, reason)
        })
    };
    let both = known.overlap(place("overlap[0]", &one)?, place("overlap[1]", &other)?);
    Ok(v1::ReachOverlap {
        one: one.to_string(),
        other: other.to_string(),
        both: Some(figure(both)),
    })
}

/// Those who bring the most that nobody else brings; where no followers are known, those with the most.
async fn top(
    reads: Reads<'_>,
    known: &Known,
    tallies: &[Tally<'_>],
    limit: usize,
) -> Result<Vec<v1::ReachAmplifier>, StoreError> {
    let marginals = known.marginals();
    let mut places: Vec<usize> = (0..tallies.len()).collect();
    // Stable: authors stay in order of their ids.
    places.sort_by_key(|&place| Reverse((marginals[place].map(|it| it.value), tallies[place].followers)));
    places.truncate(limit);
    let newest: Vec<_> = places.iter().map(|&place| &tallies[place]).collect();
    let cards = cards(reads, &newest).await?;
    let is_whole = known.is_all_whole();
    let rows = places.into_iter().zip(cards).map(|(place, card)| {
        let tally = &tallies[place];
        v1::ReachAmplifier {
            author: tally.author.to_string(),
            handle: card.handle,
            followers: tally.followers,
            posts: tally.posts(),
            impressions: tally.impressions,
            known_followers: known.size(place),
            whole: known.is_whole(place),
            marginal: marginals[place].map(|marginal| marginal_figure(marginal.into(), is_whole)),
        }
    });
    Ok(rows.collect())
}

/// Each author as their newest post shows them.
pub(crate) async fn cards(reads: Reads<'_>, tallies: &[&Tally<'_>]) -> Result<Vec<v1::Author>, StoreError> {
    let ids: Vec<_> = tallies.iter().map(|tally| tally.newest).collect();
    let posts = reads.posts_by_id(&ids).await?;
    let cards = ids.iter().zip(&posts).map(|(id, post)| {
        let item = feed_item(reads.subject, id, post)?;
        Ok(item.and_then(|item| item.sighting?.post?.author).unwrap_or_default())
    });
    cards.collect()
}

/// A marginal reach, measured only where nobody's followers are missing.
pub(crate) fn marginal_figure(marginal: Reach, is_whole: bool) -> v1::ReachFigure {
    let found = figure(marginal);
    v1::ReachFigure {
        measured: is_whole,
        ..found
    }
}

fn figure(reach: Reach) -> v1::ReachFigure {
    match reach {
        Reach::Measured { estimate, low, high } => v1::ReachFigure {
            measured: true,
            estimate: Some(estimate),
            low,
            high,
            unknown: 0,
        },
        Reach::Bounded {
            at_least,
            at_most,
            unknown,
        } => v1::ReachFigure {
            measured: false,
            estimate: None,
            low: at_least,
            high: at_most,
            unknown,
        },
    }
}
