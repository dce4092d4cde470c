//! Authors by the signal of their backtweets in a window. Who an author is, is read from their newest backtweet that still counts, so
//! nothing has to be kept up to date, or erased, beside the posts themselves.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use backtweet_store::{Direction, FeedEntry, Store, StoreError};
use backtweet_wire::v1;

use super::reads::Reads;
use super::{ReportError, coverage, feed_item, summary};
use crate::invalid::Violations;
use crate::slot;
use crate::standing::Standing;
use crate::window::{Bucket, Window};

const DEFAULT: u32 = 20;
const MOST: u32 = 1_000;
/// How many of an author's posts are counted in one round trip.
const PAGE: usize = 200;

/// Answers `ReportService.TopAuthors`.
pub(crate) async fn top_authors(
    store: &dyn Store,
    request: v1::TopAuthorsRequest,
) -> Result<v1::TopAuthorsResponse, ReportError> {
    let mut violations = Violations::default();
    let window = Window::read(request.window, &mut violations);
    if request.limit > MOST {
        violations.add(
            "limit",
            format!("{} is too many: ask for at most {MOST}", request.limit),
        );
    }
    violations.check("top authors request")?;
    let limit = if request.limit == 0 { DEFAULT } else { request.limit };
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let head = reads.head().await?;
    let window = window.kept(head.kept());
    let buckets = summary::buckets(reads, &head, window).await?;
    let ranked = ranked(reads, &buckets, limit as usize).await?;
    let authors = figures(reads, window, ranked).await?;
    let (window, coverage) = (Some(window.to_wire()), Some(coverage(&head)));
    Ok(v1::TopAuthorsResponse {
        subject: request.subject,
        window,
        authors,
        coverage,
    })
}

/// Highest signal first, ties by id; authors whose signals come out even are left out, as in any ranking.
async fn ranked(reads: Reads<'_>, buckets: &[Bucket], limit: usize) -> Result<Vec<(String, i64)>, StoreError> {
    if buckets == [Bucket::All] {
        let ranked = reads.rankings(vec![slot::RANKING.to_owned()], limit).await?;
        return Ok(ranked.into_iter().flatten().collect());
    }
    let mut signals: BTreeMap<String, i64> = BTreeMap::new();
    let all: Vec<_> = buckets.iter().map(|&bucket| (bucket, 0)).collect();
    let add = |_, members: &mut dyn Iterator<Item = (String, i64)>| {
        for (author, packed) in members {
            *signals.entry(author).or_default() += Standing::unpack(packed).signal_milli;
        }
    };
    reads.authors(&all, add).await?;
    let mut ranked: Vec<_> = signals
        .into_iter()
        .filter(|(_, signal_milli)| *signal_milli != 0)
        .collect();
    // Stable: authors stay in order of their ids within one signal.
    ranked.sort_by_key(|(_, signal_milli)| Reverse(*signal_milli));
    ranked.truncate(limit);
    Ok(ranked)
}

async fn figures(
    reads: Reads<'_>,
    window: Window,
    ranked: Vec<(String, i64)>,
) -> Result<Vec<v1::AuthorFigures>, StoreError> {
    let feeds: Vec<_> = ranked.iter().map(|(author, _)| slot::author(author)).collect();
    let cards = cards(reads, &feeds).await?;
    let backtweets = backtweets(reads, window, &feeds).await?;
    let figures = ranked.into_iter().zip(cards).zip(backtweets);
    let figures = figures.map(|(((author, signal_milli), card), backtweets)| {
        let v1::Author {
            handle,
            name,
            followers,
            ..
        } = card;
        v1::AuthorFigures {
            author,
            handle,
            name,
            followers,
            backtweets,
            signal_milli,
        }
    });
    Ok(figures.collect())
}

/// Each author as their newest backtweet shows them.
pub(crate) async fn cards(reads: Reads<'_>, feeds: &[String]) -> Result<Vec<v1::Author>, StoreError> {
    let newest = feeds
        .iter()
        .map(|feed| reads.page(feed, None, Direction::Descending, 1))
        .collect();
    let newest: Vec<Option<FeedEntry>> = reads
        .pages(newest)
        .await?
        .into_iter()
        .map(|page| page.into_iter().next())
        .collect();
    let entries: Vec<FeedEntry> = newest.iter().flatten().cloned().collect();
    let mut posts = reads.posts(&entries).await?.into_iter();
    let cards = newest.iter().map(|entry| {
        let Some((entry, post)) = entry.as_ref().zip(posts.next()) else {
            return Ok(v1::Author::default());
        };
        let item = feed_item(reads.subject, &entry.id, &post)?;
        Ok(item.and_then(|item| item.sighting?.post?.author).unwrap_or_default())
    });
    cards.collect()
}

/// How many backtweets of each author lie within the window.
async fn backtweets(reads: Reads<'_>, window: Window, feeds: &[String]) -> Result<Vec<u64>, StoreError> {
    let start = window.start_us().map(|order| FeedEntry {
        order,
        id: String::new(),
    });
    let page = |feed: &String, after| reads.page(feed, after, Direction::Ascending, PAGE);
    let first = reads
        .pages(feeds.iter().map(|feed| page(feed, start.clone())).collect())
        .await?;
    let mut backtweets = Vec::with_capacity(feeds.len());
    for (feed, mut entries) in feeds.iter().zip(first) {
        let mut total = 0;
        loop {
            let counted = entries
                .iter()
                .filter(|entry| window.end_us().is_none_or(|end| entry.order < end))
                .count();
            total += counted as u64;
            if entries.len() < PAGE || counted < entries.len() {
                break;
            }
            let after = entries.pop();
            entries = reads
                .pages(vec![page(feed, after)])
                .await?
                .into_iter()
                .next()
                .unwrap_or_default();
        }
        backtweets.push(total);
    }
    Ok(backtweets)
}
