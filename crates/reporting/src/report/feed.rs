//! The posts of a subject's conversation, newest first, filtered and paged.

use backtweet_domain::{Intent, Kind, Label, Role};
use backtweet_store::{Direction, FeedEntry, Store};
use backtweet_wire::convert::WireEnum;
use backtweet_wire::v1;
use prost::Message;

use super::reads::Reads;
use super::{ReportError, coverage, feed_item};
use crate::fold::Impact;
use crate::invalid::Violations;
use crate::slot;
use crate::token::{Token, digest};
use crate::window::Window;

const DEFAULT: u32 = 50;
const MOST: u32 = 500;
/// How many entries one call looks at, at most: a filter that lets little through then gives a short page with a token.
const MOST_SCANNED: usize = 5_000;
/// How many entries are read at once.
const CHUNK: usize = 500;
/// A page is closed when it comes to this many bytes; clients take messages of 4 MiB unless told otherwise.
const MOST_BYTES: usize = 3 << 20;

/// Answers `ReportService.Feed`.
pub(crate) async fn feed(store: &dyn Store, mut request: v1::FeedRequest) -> Result<v1::FeedResponse, ReportError> {
    let page_size = std::mem::take(&mut request.page_size);
    let page_token = std::mem::take(&mut request.page_token);
    let bound_to = digest("Feed", &request);
    let mut violations = Violations::default();
    let window = Window::read(request.window, &mut violations);
    let filter = Filter::read(&request, &mut violations);
    violations.check("feed request")?;
    let after = match Token::read(&page_token, "page_token", bound_to)? {
        Some(token) => Some(FeedEntry {
            order: token.order,
            id: token.id,
        }),
        None => window.end_us().map(|order| FeedEntry {
            order,
            id: String::new(),
        }),
    };
    let most = if page_size == 0 { DEFAULT } else { page_size.min(MOST) } as usize;
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let head = reads.head().await?;
    let Page { items, next } = page(reads, window, &filter, after, most).await?;
    let token = |FeedEntry { order, id }| {
        Token {
            request: bound_to,
            life: None,
            order,
            id,
        }
        .write()
    };
    let next_page_token = next.map(token).unwrap_or_default();
    Ok(v1::FeedResponse {
        subject: request.subject,
        items,
        next_page_token,
        coverage: Some(coverage(&head)),
    })
}

struct Page {
    items: Vec<v1::FeedItem>,
    /// The last entry that was looked at; `None` where there is nothing behind it.
    next: Option<FeedEntry>,
}

async fn page(
    reads: Reads<'_>,
    window: Window,
    filter: &Filter,
    mut after: Option<FeedEntry>,
    most: usize,
) -> Result<Page, ReportError> {
    let within = |entry: &FeedEntry| window.start_us().is_none_or(|start| entry.order >= start);
    // One more than wanted says whether there is more; a filter may need many more.
    let mut chunk = (most + 1).min(CHUNK);
    let (mut items, mut bytes, mut scanned) = (Vec::new(), 0, 0);
    while scanned < MOST_SCANNED {
        let mut entries = reads
            .feed(slot::FEED, after.clone(), Direction::Descending, chunk)
            .await?;
        let is_last = entries.len() < chunk || !entries.iter().all(within);
        entries.retain(within);
        scanned += entries.len();
        for (entry, post) in entries.iter().zip(reads.posts(&entries).await?) {
            if items.len() == most || bytes >= MOST_BYTES {
                return Ok(Page { items, next: after });
            }
            after = Some(entry.clone());
            // A post that changed since the entry was read stands elsewhere in the feed now, or nowhere.
            let stands = post
                .effective()
                .is_some_and(|impact| impact.at_us == entry.order && filter.passes(impact));
            if stands && let Some(item) = feed_item(reads.subject, &entry.id, &post)? {
                bytes += item.encoded_len();
                items.push(item);
            }
        }
        if is_last {
            return Ok(Page { items, next: None });
        }
        chunk = CHUNK;
    }
    Ok(Page { items, next: after })
}

/// What a feed is narrowed down to. An empty list lets everything through, but for roles.
struct Filter {
    kinds: Vec<Kind>,
    intents: Vec<Intent>,
    labels: Vec<Label>,
    roles: Vec<Role>,
}

impl Filter {
    fn read(request: &v1::FeedRequest, violations: &mut Violations) -> Self {
        let roles = read("roles", &request.roles, violations);
        Self {
            kinds: read("kinds", &request.kinds, violations),
            intents: read("intents", &request.intents, violations),
            labels: read("sentiments", &request.sentiments, violations),
            roles: if roles.is_empty() { vec![Role::Backtweet] } else { roles },
        }
    }

    fn passes(&self, impact: &Impact) -> bool {
        self.roles.contains(&impact.role())
            && (self.kinds.is_empty() || self.kinds.iter().any(|&kind| impact.kinds().contains(kind)))
            && (self.intents.is_empty() || self.intents.contains(&impact.intent()))
            && (self.labels.is_empty() || impact.label().is_some_and(|label| self.labels.contains(&label)))
    }
}

fn read<T: WireEnum>(field: &str, numbers: &[i32], violations: &mut Violations) -> Vec<T> {
    let mut values = Vec::with_capacity(numbers.len());
    for (index, &number) in numbers.iter().enumerate() {
        match T::from_number(number) {
            Ok(value) => values.push(value),
            Err(error) => violations.add(format!("{field}[{index}]"), error.to_string()),
        }
    }
    values
}
