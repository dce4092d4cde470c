//! What X says of a post that was asked for by its id and is not shown: the only way in which it tells of a deletion.

use serde::Deserialize;

use backtweet_domain::{Network, PostEvent, PostId, Timestamp};

use crate::normalise::Refused;
use crate::normalise::lenient::Text;

/// Why X does not show something that was asked for.
#[derive(Deserialize)]
pub(crate) struct Problem<'a> {
    #[serde(borrow, default)]
    parameter: Text<'a>,
    #[serde(borrow, default)]
    resource_type: Text<'a>,
    #[serde(borrow, default)]
    value: Text<'a>,
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
}

impl Problem<'_> {
    /// The post, where it was asked for by its id. What other posts refer to is told of in the same way, and is none of ours.
    pub(crate) fn asked_for(&self) -> Option<&str> {
        let is_asked = &*self.parameter == "ids" && matches!(&*self.resource_type, "tweet" | "post");
        is_asked.then_some(&*self.value)
    }

    /// The deletion, where it tells of one. X says neither when a post went nor which edition of it: all of them are gone for good, as far
    /// as the suite knows.
    pub(super) fn event(&self, received: Timestamp) -> Result<Option<PostEvent>, Refused> {
        let Some(post) = self.asked_for().filter(|_| self.is_gone()) else {
            return Ok(None);
        };
        let id = PostId::new(Network::X, post).map_err(|error| Refused::new("value", error.to_string()))?;
        Ok(Some(PostEvent::Deleted {
            id,
            revision: u64::MAX,
            at: received,
        }))
    }

    /// Whether it is not public any more: it was deleted, or its author's account was closed, suspended or protected.
    pub(crate) fn is_gone(&self) -> bool {
        let kind = self.kind.rsplit('/').next();
        matches!(kind, Some("resource-not-found" | "not-authorized-for-resource"))
    }
}
