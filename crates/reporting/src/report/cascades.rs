//! The cascades of a subject, largest or newest first. What one cascade comes to is known to `cascade`.

use backtweet_store::{Store, StoreError};
use backtweet_wire::v1::{self, CascadeOrder};

use super::reads::Reads;
use super::{ReportError, coverage, feed_item};
use crate::fold::Contribution;
use crate::invalid::Invalid;
use crate::token::{Token, digest};

const DEFAULT: u32 = 20;
const MOST: u32 = 500;
/// How many cascades are looked at, the largest first.
const MOST_LISTED: usize = 5_000;

/// Answers `ReportService.ListCascades`.
pub(crate) async fn list(
    store: &dyn Store,
    mut request: v1::ListCascadesRequest,
) -> Result<v1::ListCascadesResponse, ReportError> {
    let page_size = std::mem::take(&mut request.page_size);
    let page_token = std::mem::take(&mut request.page_token);
    let bound_to = digest("ListCascades", &request);
    let order = CascadeOrder::try_from(request.order).map_err(|_| {
        let reason = format!(
            "`{}` is no order of cascades: leave it out for the largest first",
            request.order
        );
        Invalid::one("list of cascades", "order", reason)
    })?;
    let after = Token::read(&page_token, "page_token", bound_to)?;
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let head = reads.head().await?;
    let most = if page_size == 0 { DEFAULT } else { page_size.min(MOST) } as usize;
    let ranked = rank(reads, order).await?;
    let start = after.map_or(0, |last| ranked.partition_point(|listed| listed.is_at_or_before(&last)));
    let page = &ranked[start..(start + most).min(ranked.len())];
    let cascades = listings(reads, page).await?;
    let next = page.last().filter(|_| start + most < ranked.len());
    let token = |last: &Listed| Token {
        request: bound_to,
        life: None,
        order: last.order,
        id: last.root.clone(),
    };
    Ok(v1::ListCascadesResponse {
        next_page_token: next.map(|last| token(last).write()).unwrap_or_default(),
        cascades,
        coverage: Some(coverage(&head)),
        subject: request.subject,
    })
}

/// One place of the list: highest order first, ties by root.
struct Listed {
    order: i64,
    root: String,
    passed_on: u64,
}

impl Listed {
    /// Whether it stands no further down than where the last page ended.
    fn is_at_or_before(&self, last: &Token) -> bool {
        self.order > last.order || self.order == last.order && self.root <= last.id
    }
}

async fn rank(reads: Reads<'_>, order: CascadeOrder) -> Result<Vec<Listed>, StoreError> {
    let largest = reads.largest_cascades(MOST_LISTED).await?;
    let largest = largest.into_iter().map(|(root, passed_on)| Listed {
        order: passed_on,
        root,
        passed_on: passed_on.cast_unsigned(),
    });
    let largest: Vec<_> = largest.collect();
    if order != CascadeOrder::Newest {
        return Ok(largest);
    }
    let posts = roots(reads, &largest).await?;
    let timed = largest.into_iter().zip(posts).filter_map(|(listed, root)| {
        let order = root.effective()?.at_us;
        Some(Listed { order, ..listed })
    });
    let mut newest: Vec<_> = timed.collect();
    newest.sort_by(|a, b| b.order.cmp(&a.order).then_with(|| a.root.cmp(&b.root)));
    Ok(newest)
}

/// What is kept of the root of each.
async fn roots(reads: Reads<'_>, listed: &[Listed]) -> Result<Vec<Contribution>, StoreError> {
    let ids: Vec<_> = listed.iter().map(|listed| listed.root.as_str()).collect();
    reads.posts_by_id(&ids).await
}

/// What is shown of each.
async fn listings(reads: Reads<'_>, page: &[Listed]) -> Result<Vec<v1::CascadeListing>, StoreError> {
    let roots = roots(reads, page).await?;
    let listings = page.iter().zip(roots).map(|(listed, root)| {
        let item = feed_item(reads.subject, &listed.root, &root)?;
        let post = item.and_then(|item| item.sighting?.post);
        let listing = v1::CascadeListing {
            root: listed.root.clone(),
            passed_on: listed.passed_on,
            ..v1::CascadeListing::default()
        };
        Ok(match post {
            None => listing,
            Some(post) => {
                let author = post.author.unwrap_or_default();
                v1::CascadeListing {
                    at_us: Some(post.witnessed_at_us),
                    author: Some(author.id),
                    handle: author.handle,
                    followers: author.followers,
                    text: post.text,
                    ..listing
                }
            }
        })
    });
    listings.collect()
}
