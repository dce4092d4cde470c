//! The subject's own posts by what came of them in a window. They are counted by day, so the window is rounded outwards to days.

mod then;

use std::cmp::Reverse;

use backtweet_domain::Role;
use backtweet_store::{FeedEntry, Store, StoreError};
use backtweet_wire::v1;
use rustc_hash::FxHashSet;

use super::as_of::Then;
use super::reads::Reads;
use super::used_together::{BUDGET, most_frequent};
use super::{ReportError, coverage, feed_item, summary};
use crate::figures::Sums;
use crate::fold::Contribution;
use crate::invalid::Violations;
use crate::slot;
use crate::window::{Bucket, Length, Window};

const DEFAULT: u32 = 20;
const MOST: u32 = 100;
/// How many roots are looked at: strangers' posts have cascades too, and are left out.
const ROOTS: usize = 3 * MOST as usize;

/// Answers `ReportService.TopContent`.
pub(crate) async fn top_content(
    store: &dyn Store,
    request: v1::TopContentRequest,
) -> Result<v1::TopContentResponse, ReportError> {
    let mut violations = Violations::default();
    let window = Window::read(request.window, &mut violations).rounded(Length::Day);
    let limit = limit(request.limit, &mut violations);
    let key = key(request.order, &mut violations);
    violations.check("top content request")?;
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let head = reads.head().await?;
    let then = Then::read_contents(reads, request.as_of_us).await?;
    let window = then.clip(window)?;
    let buckets = summary::whole_buckets(then.reads(), &head, window, Length::Day).await?;
    let (roots, missed) = match request.as_of_us {
        None => most_frequent(reads, &buckets, slot::contents, ROOTS, BUDGET).await?,
        Some(_) => then::roots(&then, &buckets, window).await?,
    };
    let own = own(reads, roots).await?;
    let figures = figures(then.reads(), &own, &buckets).await?;
    let mut ranked: Vec<_> = own.into_iter().zip(figures).collect();
    ranked
        .sort_by_cached_key(|((root, _), figures)| (Reverse(key(figures)), Reverse(figures.backtweets), root.clone()));
    ranked.truncate(limit);
    let contents = ranked.into_iter().map(|((post, stored), figures)| {
        let shown = match then.before_us() {
            None => Some(stored),
            Some(before_us) => stored.as_known(before_us).filter(|post| !post.event.is_empty()),
        };
        let item = shown
            .map(|shown| feed_item(&request.subject, &post, &shown))
            .transpose()?;
        Ok(v1::Content {
            sighting: item.flatten().and_then(|item| item.sighting),
            post,
            figures: Some(figures),
        })
    });
    Ok(v1::TopContentResponse {
        contents: contents.collect::<Result<_, StoreError>>()?,
        subject: request.subject.clone(),
        window: Some(window.to_wire()),
        missed,
        as_of: then.to_wire(window),
        coverage: Some(coverage(&head)),
    })
}

fn limit(limit: u32, violations: &mut Violations) -> usize {
    if limit > MOST {
        violations.add("limit", format!("{limit} is too many: ask for at most {MOST}"));
    }
    if limit == 0 { DEFAULT as usize } else { limit as usize }
}

/// What posts are ranked by.
fn key(order: i32, violations: &mut Violations) -> fn(&v1::Figures) -> i64 {
    match v1::ContentOrder::try_from(order) {
        Ok(v1::ContentOrder::Unspecified | v1::ContentOrder::Backtweets) => |figures| figures.backtweets.cast_signed(),
        Ok(v1::ContentOrder::Reposts) => |figures| figures.reposts.cast_signed(),
        Ok(v1::ContentOrder::Citations) => |figures| figures.citations.cast_signed(),
        Ok(v1::ContentOrder::Signal) => |figures| figures.signal_milli,
        Ok(v1::ContentOrder::Positive) => |figures| labelled(figures, "positive"),
        Ok(v1::ContentOrder::Negative) => |figures| labelled(figures, "negative"),
        Ok(v1::ContentOrder::Authors) => |figures| figures.authors.cast_signed(),
        Ok(v1::ContentOrder::Impressions) => |figures| figures.impressions.cast_signed(),
        Err(_) => {
            violations.add(
                "order",
                format!("{order} is no order of content: leave it out for the most backtweets"),
            );
            |_| 0
        }
    }
}

fn labelled(figures: &v1::Figures, name: &str) -> i64 {
    let label = figures.sentiments.iter().find(|count| count.name == name);
    label.map_or(0, |count| count.count.cast_signed())
}

/// Those of the roots that are the subject's own, gone or not, with what is kept of them. One that was never seen counts as such: a
/// stranger's that is a root was.
async fn own(reads: Reads<'_>, roots: Vec<v1::Count>) -> Result<Vec<(String, Contribution)>, StoreError> {
    let entries: Vec<_> = roots
        .into_iter()
        .map(|root| FeedEntry {
            order: 0,
            id: root.name,
        })
        .collect();
    let posts = reads.posts(&entries).await?;
    let own = entries.into_iter().zip(posts).filter(|(_, post)| {
        let place = post.place.as_ref();
        place.is_none_or(|place| place.role() == Role::Origin)
    });
    Ok(own.map(|(entry, post)| (entry.id, post)).take(MOST as usize).collect())
}

/// What grew from each root, over all buckets.
async fn figures(
    reads: Reads<'_>,
    own: &[(String, Contribution)],
    buckets: &[Bucket],
) -> Result<Vec<v1::Figures>, StoreError> {
    let names = |name: fn(&str, Bucket) -> String| -> Vec<String> {
        let of =
            |(root, _): &(String, Contribution)| buckets.iter().map(|&bucket| name(root, bucket)).collect::<Vec<_>>();
        own.iter().flat_map(of).collect()
    };
    let mut authors = vec![FxHashSet::default(); own.len()];
    let add = |place: usize, members: Vec<(String, i64)>| {
        authors[place / buckets.len()].extend(members.into_iter().map(|(author, _)| author));
    };
    reads.members(&names(slot::content_authors), add).await?;
    let mut counters = reads.counters(names(slot::content)).await?.into_iter();
    let figures = authors.iter().map(|authors| {
        let mut sums = Sums::default();
        counters
            .by_ref()
            .take(buckets.len())
            .for_each(|fields| sums.add_fields(fields));
        sums.to_wire(authors.len() as u64)
    });
    Ok(figures.collect())
}
