//! The whole of a feed by time, page after page, for whoever reads all of it.

use backtweet_store::{Direction, FeedEntry, Store};
use backtweet_wire::v1;

use super::filter::Filter;
use super::{MOST, Order, Scan};
use crate::invalid::Violations;
use crate::report::ReportError;
use crate::report::reads::Reads;
use crate::window::Window;

/// Where somebody who reads a feed to its end stands.
pub(crate) struct Walk {
    subject: String,
    window: Window,
    filter: Filter,
    direction: Direction,
    /// The last entry that was looked at.
    after: Option<FeedEntry>,
    is_over: bool,
}

impl Walk {
    /// Stands before the first post of what `request` asks for; its page is not looked at.
    pub(crate) fn start(request: &v1::FeedRequest, violations: &mut Violations) -> Self {
        let direction = match Order::read(request.order, violations) {
            Order::Time(direction) => direction,
            Order::By(_) => {
                violations.add("order", "what is read to its end goes by time: use newest or oldest");
                Direction::Descending
            }
        };
        Self {
            subject: request.subject.clone(),
            window: Window::read(request.window, violations),
            filter: Filter::read(request, violations),
            direction,
            after: None,
            is_over: false,
        }
    }

    /// As it is really used.
    pub(crate) fn window(&self) -> v1::Window {
        self.window.to_wire()
    }

    /// The next posts, as they stand now; `None` behind the last. Where the filter lets little through there may be none in between.
    pub(crate) async fn next(&mut self, store: &dyn Store) -> Result<Option<Vec<v1::FeedItem>>, ReportError> {
        if self.is_over {
            return Ok(None);
        }
        let scan = Scan {
            reads: Reads {
                store,
                subject: &self.subject,
            },
            window: self.window,
            filter: &self.filter,
            changed: None,
        };
        let page = scan.page(self.direction, self.after.take(), MOST as usize).await?;
        self.is_over = page.next.is_none();
        self.after = page.next;
        Ok(Some(page.items))
    }
}
