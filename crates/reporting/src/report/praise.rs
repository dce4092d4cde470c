//! Praise that can be shown again, strongest first, with what is known of the permission to do so. The fold keeps it in that order.

pub(crate) mod permission;

use backtweet_domain::{Network, PostId, link};
use backtweet_store::{Direction, FeedEntry, Store, StoreError};
use backtweet_wire::v1;

use super::reads::Reads;
use super::{ReportError, coverage, feed_item};
use crate::fold::{Contribution, praise_order};
use crate::invalid::Violations;
use crate::slot;
use crate::token::{Token, digest};
use crate::window::Window;

const DEFAULT: u32 = 20;
const MOST: u32 = 100;
/// How many entries one call looks at, at most.
const MOST_SCANNED: usize = 5_000;
/// How many entries are read at once.
const CHUNK: usize = 500;

/// Answers `ReportService.Praise`.
pub(crate) async fn praise(
    store: &dyn Store,
    mut request: v1::PraiseRequest,
) -> Result<v1::PraiseResponse, ReportError> {
    let page_size = std::mem::take(&mut request.page_size);
    let page_token = std::mem::take(&mut request.page_token);
    let bound_to = digest("Praise", &request);
    let mut violations = Violations::default();
    let window = Window::read(request.window, &mut violations);
    violations.check("praise request")?;
    let after = Token::read(&page_token, "page_token", bound_to)?.map(|token| FeedEntry {
        order: token.order,
        id: token.id,
    });
    let most = if page_size == 0 { DEFAULT } else { page_size.min(MOST) } as usize;
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let head = reads.head().await?;
    let (found, next) = page(reads, window, after, most).await?;
    let praises = shown(reads, found).await?;
    let token = |FeedEntry { order, id }| Token {
        request: bound_to,
        life: None,
        order,
        id,
    };
    Ok(v1::PraiseResponse {
        praises,
        next_page_token: next.map(|next| token(next).write()).unwrap_or_default(),
        subject: request.subject,
        window: Some(window.to_wire()),
        coverage: Some(coverage(&head)),
    })
}

type Found = Vec<(String, Contribution)>;

/// The praises of a page, and the entry that the next one goes on behind; `None` where there is none.
async fn page(
    reads: Reads<'_>,
    window: Window,
    mut after: Option<FeedEntry>,
    most: usize,
) -> Result<(Found, Option<FeedEntry>), StoreError> {
    let mut found = Vec::new();
    for _ in 0..MOST_SCANNED / CHUNK {
        let entries = reads
            .feed(slot::PRAISE, after.clone(), Direction::Descending, CHUNK)
            .await?;
        let is_last = entries.len() < CHUNK;
        let posts = reads.posts(&entries).await?;
        for (entry, post) in entries.into_iter().zip(posts) {
            // A post that changed since the entry was read stands elsewhere now, or nowhere.
            let stands = |post: &Contribution| {
                let impact = post.effective().filter(|impact| window.contains(impact.at_us));
                impact.and_then(praise_order) == Some(entry.order)
            };
            if stands(&post) {
                if found.len() == most {
                    return Ok((found, after));
                }
                found.push((entry.id.clone(), post));
            }
            after = Some(entry);
        }
        if is_last {
            return Ok((found, None));
        }
    }
    Ok((found, after))
}

async fn shown(reads: Reads<'_>, found: Found) -> Result<Vec<v1::Praise>, StoreError> {
    let ids: Vec<_> = found.iter().map(|(id, _)| id.as_str()).collect();
    let permissions = permission::of(reads, &ids).await?;
    let mut shown = Vec::with_capacity(found.len());
    for ((id, post), permission) in found.iter().zip(permissions) {
        let Some(item) = feed_item(reads.subject, id, post)? else {
            continue;
        };
        let post = item.sighting.as_ref().and_then(|sighting| sighting.post.as_ref());
        shown.push(v1::Praise {
            post: id.clone(),
            signal_milli: item.signal_milli,
            has_media: post.is_some_and(|post| post.has_media),
            public: true,
            link: page_of(id, post.and_then(|post| post.url.as_deref())),
            licence: licence(id).to_owned(),
            sighting: item.sighting,
            sentiment: item.sentiment,
            permission: Some(permission),
        });
    }
    Ok(shown)
}

/// Where people read a post.
fn page_of(id: &str, url: Option<&str>) -> Option<String> {
    let is_web = |url: &&str| url.starts_with("https://") || url.starts_with("http://");
    let said = url.filter(is_web).map(ToOwned::to_owned);
    said.or_else(|| link::page(&id.parse::<PostId>().ok()?))
}

/// What may be done with a post of a network without asking. The terms meant are those of its public service.
fn licence(id: &str) -> &'static str {
    match id.parse::<PostId>().map(|id| id.network()) {
        Ok(Network::Bluesky | Network::X) => {
            "the post stays its author's; the network's terms allow to link to it and to embed it, any other reuse needs the author's permission"
        }
        Ok(Network::Mastodon) => {
            "the post stays its author's; instances allow to link to it and mostly to embed it, any other reuse needs the author's permission"
        }
        Ok(Network::Other) | Err(_) => {
            "the post stays its author's; where it came from is not known, so any reuse needs the author's permission"
        }
    }
}
