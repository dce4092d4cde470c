//! Authors by the signal of their backtweets in a window. Who an author is, is read from their newest backtweet that still counts, so
//! nothing has to be kept up to date, or erased, beside the posts themselves.

mod then;

use backtweet_store::{Direction, FeedEntry, Store, StoreError};
use backtweet_wire::v1;

use super::as_of::Then;
use super::reads::Reads;
use super::recent::Recent;
use super::{ReportError, coverage, feed_item, summary};
use crate::invalid::Violations;
use crate::slot;
use crate::standing::Standing;
use crate::window::{Bucket, Window};

const DEFAULT: u32 = 20;
const MOST: u32 = 1_000;

/// Answers as [`remembered`] does, with nothing remembered.
#[cfg(test)]
pub(crate) async fn top_authors(
    store: &dyn Store,
    request: v1::TopAuthorsRequest,
) -> Result<v1::TopAuthorsResponse, ReportError> {
    remembered(store, &Recent::default(), request).await
}

/// Answers `ReportService.TopAuthors`.
pub(crate) async fn remembered(
    store: &dyn Store,
    recent: &Recent,
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
    let then = Then::read(reads, head.kept(), request.as_of_us).await?;
    let window = then.clip(window)?.kept(head.kept());
    let buckets = summary::buckets(reads, &head, window).await?;
    let (ranked, unranked) = match request.as_of_us {
        None => (ranked(reads, recent, &buckets, limit as usize).await?, 0),
        Some(_) => then::ranked(reads, &then, &buckets, window, limit as usize).await?,
    };
    Ok(v1::TopAuthorsResponse {
        authors: figures(reads, ranked).await?,
        as_of: then.to_wire(window),
        unranked,
        subject: request.subject,
        window: Some(window.to_wire()),
        coverage: Some(coverage(&head)),
    })
}

/// Highest signal first, ties by id; authors whose signals come out even are left out, as in any ranking.
async fn ranked(
    reads: Reads<'_>,
    recent: &Recent,
    buckets: &[Bucket],
    limit: usize,
) -> Result<Vec<(String, Standing)>, StoreError> {
    if buckets != [Bucket::All] {
        return recent.ranked(reads, buckets, limit).await;
    }
    let ranked = reads.rankings(vec![slot::RANKING.to_owned()], limit).await?;
    let authors: Vec<_> = ranked.into_iter().flatten().map(|(author, _)| author).collect();
    let standings = reads.standings(&authors).await?;
    Ok(authors.into_iter().zip(standings).collect())
}

async fn figures(reads: Reads<'_>, ranked: Vec<(String, Standing)>) -> Result<Vec<v1::AuthorFigures>, StoreError> {
    let feeds: Vec<_> = ranked.iter().map(|(author, _)| slot::author(author)).collect();
    let cards = cards(reads, &feeds).await?;
    let figures = ranked.into_iter().zip(cards).map(|((author, standing), card)| {
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
            backtweets: standing.backtweets.cast_unsigned(),
            signal_milli: standing.signal_milli,
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
        // Posts were read of those alone that have one.
        let Some(entry) = entry else {
            return Ok(v1::Author::default());
        };
        let post = posts.next().unwrap_or_default();
        let item = feed_item(reads.subject, &entry.id, &post)?;
        Ok(item.and_then(|item| item.sighting?.post?.author).unwrap_or_default())
    });
    cards.collect()
}
