//! How far one post travelled: its cascade's figures, forecast and posts. The figures' formulas are the domain's; how the tree is kept up to
//! date is known to `live`.

mod live;
mod wire;

use backtweet_domain::cascade::{Forecast, View};
use backtweet_domain::{PostId, Timestamp};
use backtweet_store::{Store, StoreError};
use backtweet_wire::v1;

pub(super) use self::live::Live;
pub(super) use self::wire::{micros, totals};
use super::reads::Reads;
use super::{ReportError, coverage, feed_item};
use crate::invalid::{Invalid, Violations};
use crate::token::{Token, digest};

/// The cascades that were asked for lately.
pub(crate) type Cache = super::cache::Cache<(String, PostId), Live>;

const DEFAULT: u32 = 500;
const MOST: u32 = 5_000;

/// Answers `ReportService.Cascade`. `now` is the time up to which posts had the chance to be passed on, where the request names none.
pub(crate) async fn cascade(
    store: &dyn Store,
    cache: &Cache,
    now: Timestamp,
    mut request: v1::CascadeRequest,
) -> Result<v1::CascadeResponse, ReportError> {
    let page_size = std::mem::take(&mut request.page_size);
    let page_token = std::mem::take(&mut request.page_token);
    let bound_to = digest("Cascade", &request);
    let root = read_root(&request)?;
    let after = Token::read(&page_token, "page_token", bound_to)?;
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let key = (request.subject.clone(), root);
    let live = cache.get(key.clone(), |(_, root)| Live::new(root.clone()));
    let mut live = live.lock().await;
    let head = live.catch_up(reads).await?;
    cache.settle(&key, live.size());
    let as_of = request.as_of_us.map(Timestamp::from_micros);
    // Told by the second, so that those who ask at once are told the same and it is worked out once.
    let now = as_of.unwrap_or(Timestamp::from_seconds(now.micros().div_euclid(1_000_000)));
    // What was known then may become another without any change of what is known now.
    let is_told = as_of.is_none() && !request.with_nodes;
    if let Some(told) = live.told(bound_to, now).filter(|_| is_told) {
        return Ok(v1::CascadeResponse {
            subject: request.subject,
            root: request.root,
            coverage: Some(coverage(&head)),
            ..told
        });
    }
    let then = match request.as_of_us {
        Some(as_of_us) => Some(live.as_known(reads, as_of_us.saturating_add(1)).await?),
        None => None,
    };
    let (tree, changed_since) = match &then {
        Some((then, changed_since)) => (then.tree(), *changed_since),
        None => (live.tree(), 0),
    };
    let view = View::of(tree, as_of);
    let Some(start) = view.start() else {
        return Err(match live.is_empty() {
            true => unknown(reads, &request.root).await?,
            false => begins_later(&live),
        });
    };
    let observed = request
        .observe_seconds
        .map(|seconds| start.plus(std::time::Duration::from_secs(seconds)));
    let forecast = Forecast::of(&view, observed.unwrap_or(now).min(now));
    let mut response = v1::CascadeResponse {
        root_seen: view.root().is_some(),
        figures: Some(wire::figures(&view, now)),
        forecast: forecast.ok().map(wire::forecast),
        no_forecast: forecast.err().map(|error| error.to_string()).unwrap_or_default(),
        coverage: Some(coverage(&head)),
        changed_since,
        ..v1::CascadeResponse::default()
    };
    if request.with_nodes {
        let most = if page_size == 0 { DEFAULT } else { page_size.min(MOST) } as usize;
        let page = page(&view, after, most);
        response.nodes = nodes(reads, &view, page.clone()).await?;
        if page.end < view.entries().len() {
            response.next_page_token = token(&view, page.end - 1, bound_to).write();
        }
    }
    if is_told {
        live.tell(bound_to, now, response.clone());
    }
    drop(live);
    (response.subject, response.root) = (request.subject, request.root);
    Ok(response)
}

fn read_root(request: &v1::CascadeRequest) -> Result<PostId, Invalid> {
    let mut violations = Violations::default();
    let root = request.root.parse::<PostId>();
    if let Err(error) = &root {
        violations.add("root", error.to_string());
    }
    violations.check("cascade request")?;
    root.map_err(|error| Invalid::one("cascade request", "root", error.to_string()))
}

/// Why there is no cascade of this root, as far as that is known.
pub(super) async fn unknown(reads: Reads<'_>, root: &str) -> Result<ReportError, StoreError> {
    let post = reads.posts_by_id(&[root]).await?.into_iter().next();
    let place = post
        .filter(|post| post.effective().is_some())
        .and_then(|post| post.place);
    Ok(ReportError::NotFound(match place {
        Some(place) => format!(
            "`{root}` began no cascade: it stands in that of `{}`, ask for it",
            place.root
        ),
        None => format!(
            "`{root}` began no cascade of `{}`: nobody was seen to pass it on, or all of it is gone",
            reads.subject
        ),
    }))
}

fn begins_later(live: &Live) -> ReportError {
    let first = View::of(live.tree(), None).start().unwrap_or_default();
    let reason =
        format!("nothing of the cascade was known yet: as it is known now it began at {first}, give a later time");
    ReportError::Invalid(Invalid::one("cascade request", "as_of_us", reason))
}

/// Which entries are on the page behind `after`.
fn page(view: &View<'_>, after: Option<Token>, most: usize) -> std::ops::Range<usize> {
    let start = after.map_or(0, |after| {
        let id = after.id.parse::<PostId>().ok();
        let last = (Timestamp::from_micros(after.order), id.as_ref());
        let is_before = |entry: &backtweet_domain::cascade::Entry<'_>| {
            entry.node.is_some_and(|node| (node.at, Some(entry.id)) <= last)
        };
        1 + view.entries()[1..].partition_point(is_before)
    });
    start..(start + most).min(view.entries().len())
}

/// Leads to the page behind the entry at `last`. The root stands before all times.
fn token(view: &View<'_>, last: usize, request: u64) -> Token {
    let entry = &view.entries()[last];
    let node = entry.node.filter(|_| last > 0);
    Token {
        request,
        life: None,
        order: node.map_or(i64::MIN, |node| node.at.micros()),
        id: node.map(|_| entry.id.to_string()).unwrap_or_default(),
    }
}

/// The posts of a page, with what is shown of their authors.
async fn nodes(
    reads: Reads<'_>,
    view: &View<'_>,
    page: std::ops::Range<usize>,
) -> Result<Vec<v1::CascadeNode>, StoreError> {
    let entries = &view.entries()[page];
    let ids: Vec<_> = entries.iter().map(|entry| entry.id.to_string()).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let posts = reads.posts_by_id(&ids).await?;
    let nodes = entries.iter().zip(ids).zip(posts).map(|((entry, id), post)| {
        let item = feed_item(reads.subject, id, &post)?;
        let post = item.and_then(|item| item.sighting?.post);
        Ok(wire::node(view, entry, post.and_then(|post| post.author)))
    });
    nodes.collect()
}
