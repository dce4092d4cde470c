//! The posts of a subject's conversation, filtered, sorted and paged. By time a page reads on from where the last one ended; what sorts by
//! anything else, in `sorted`, reads the whole window for every page.

mod filter;
mod search;
mod sorted;
mod then;
mod walk;

use backtweet_store::{Direction, FeedEntry, Store, StoreError};
use backtweet_wire::v1;
use prost::Message;

use self::filter::Filter;
use self::sorted::Key;
pub(crate) use self::walk::Walk;
use super::as_of::{Posts, Then};
use super::reads::Reads;
use super::{ReportError, coverage, feed_item};
use crate::fold::Contribution;
use crate::invalid::Violations;
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
    let order = Order::read(request.order, &mut violations);
    then::check(&request, &mut violations);
    violations.check("feed request")?;
    let after = Token::read(&page_token, "page_token", bound_to)?.map(|token| FeedEntry {
        order: token.order,
        id: token.id,
    });
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let head = reads.head().await?;
    let then = Then::read_posts(reads, request.as_of_us).await?;
    let scan = Scan {
        reads,
        window: then.clip(window)?,
        filter: &filter,
        changed: then.posts(),
    };
    let most = if page_size == 0 { DEFAULT } else { page_size.min(MOST) } as usize;
    let Page { items, next, .. } = match order {
        Order::Time(direction) => scan.page(direction, after, most).await?,
        Order::By(key) => scan.sorted_page(key, after, most).await?,
    };
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
        as_of: then.to_wire(scan.window),
        subject: request.subject,
        items,
        next_page_token,
        coverage: Some(coverage(&head)),
    })
}

/// What comes first.
#[derive(Clone, Copy)]
enum Order {
    Time(Direction),
    By(Key),
}

impl Order {
    fn read(order: i32, violations: &mut Violations) -> Self {
        match v1::FeedOrder::try_from(order) {
            Ok(v1::FeedOrder::Unspecified | v1::FeedOrder::Newest) => Order::Time(Direction::Descending),
            Ok(v1::FeedOrder::Oldest) => Order::Time(Direction::Ascending),
            Ok(v1::FeedOrder::Signal) => Order::By(Key::Signal),
            Ok(v1::FeedOrder::Followers) => Order::By(Key::Followers),
            Err(_) => {
                let reason = format!("{order} is no order: use newest, oldest, signal or followers");
                violations.add("order", reason);
                Order::Time(Direction::Descending)
            }
        }
    }
}

#[derive(Default)]
struct Page {
    items: Vec<v1::FeedItem>,
    bytes: usize,
    /// The last entry that was looked at; `None` where there is nothing behind it.
    next: Option<FeedEntry>,
}

impl Page {
    fn is_full(&self, most: usize) -> bool {
        self.items.len() == most || self.bytes >= MOST_BYTES
    }

    fn push(&mut self, item: v1::FeedItem) {
        self.bytes += item.encoded_len();
        self.items.push(item);
    }
}

/// What is looked at, and what of it is shown.
struct Scan<'a> {
    reads: Reads<'a>,
    window: Window,
    filter: &'a Filter,
    /// Posts that changed since the time that was asked for.
    changed: Option<&'a Posts>,
}

/// The next posts that are looked at.
struct Chunk {
    posts: Vec<(FeedEntry, Contribution)>,
    /// Where it goes on; `None` where these are the last.
    next: Option<FeedEntry>,
}

impl Scan<'_> {
    async fn page(&self, direction: Direction, after: Option<FeedEntry>, most: usize) -> Result<Page, StoreError> {
        // One more than wanted says whether there is more; a filter may need many more.
        let mut chunk = (most + 1).min(CHUNK);
        let mut scanned = 0;
        let mut page = Page {
            next: after.or_else(|| self.start(direction)),
            ..Page::default()
        };
        while scanned < MOST_SCANNED {
            let Chunk { posts, next } = self.chunk(direction, page.next.as_ref(), chunk).await?;
            scanned += posts.len();
            for (entry, post) in posts {
                if page.is_full(most) {
                    return Ok(page);
                }
                if let Some(item) = self.item(&entry, &post)? {
                    page.push(item);
                }
                page.next = Some(entry);
            }
            page.next = next;
            if page.next.is_none() {
                return Ok(page);
            }
            chunk = CHUNK;
        }
        Ok(page)
    }

    /// What stands right before the window's first entry.
    fn start(&self, direction: Direction) -> Option<FeedEntry> {
        let order = match direction {
            Direction::Ascending => self.window.start_us(),
            Direction::Descending => self.window.end_us(),
        };
        order.map(|order| FeedEntry {
            order,
            id: String::new(),
        })
    }

    /// The next posts of the window.
    async fn chunk(&self, direction: Direction, after: Option<&FeedEntry>, limit: usize) -> Result<Chunk, StoreError> {
        let within = |entry: &FeedEntry| match direction {
            Direction::Ascending => self.window.end_us().is_none_or(|end| entry.order < end),
            Direction::Descending => self.window.start_us().is_none_or(|start| entry.order >= start),
        };
        let feed = self.filter.feed();
        let mut entries = self.reads.feed(&feed, after.cloned(), direction, limit).await?;
        let is_last = entries.len() < limit || !entries.iter().all(within);
        let next = entries.last().filter(|_| !is_last).cloned();
        let has_changed = |entry: &FeedEntry| self.changed.is_some_and(|changed| changed.has(&entry.id));
        entries.retain(|entry| within(entry) && !has_changed(entry));
        let posts = self.reads.posts(&entries).await?;
        let mut posts: Vec<_> = entries.into_iter().zip(posts).collect();
        if let Some(changed) = self.changed {
            posts.extend(changed.between(self.window, direction, after, next.as_ref()));
            then::sort(&mut posts, direction);
        }
        Ok(Chunk { posts, next })
    }

    /// The post as it is shown; `None` where it is not.
    fn item(&self, entry: &FeedEntry, post: &Contribution) -> Result<Option<v1::FeedItem>, StoreError> {
        // A post that changed since the entry was read stands elsewhere in the feed now, or nowhere.
        let stands = post
            .effective()
            .is_some_and(|impact| impact.at_us == entry.order && self.filter.passes(impact));
        if !stands {
            return Ok(None);
        }
        let item = match then::is_part(post) {
            true => then::part(&entry.id, post),
            false => feed_item(self.reads.subject, &entry.id, post)?,
        };
        Ok(item.filter(|item| self.filter.shows(item)))
    }
}
