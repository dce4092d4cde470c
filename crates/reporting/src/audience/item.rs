//! Reads a record of `backtweet.posts` into what is said of an edge; passes over everything else.

use bytes::Bytes;
use prost::Message;

use backtweet_domain::{AccountState, PostEvent};
use backtweet_stream::Poison;
use backtweet_wire::record;

use super::account::Follower;
use super::edge::Edge;

/// Longer names of edges are refused: they are part of names in the store.
const LONGEST_KEY: usize = 1_024;

/// One step of the stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// Something was said of an edge.
    Said {
        /// Who follows.
        follower: String,
        /// The edge's name.
        key: String,
        /// What it is after that.
        edge: Edge,
    },
    /// How an edge stands, told to an account that it led or leads to.
    Told {
        /// That account.
        followed: String,
        /// The edge's other end.
        follower: Follower,
    },
    /// An account was deleted, for good.
    Gone {
        /// Which.
        account: String,
    },
}

/// Which of its parts a record has: posts, which are most of them, are passed over without being read.
#[derive(Clone, PartialEq, Message)]
struct Glance {
    #[prost(bytes = "bytes", optional, tag = "5")]
    follow: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "6")]
    account: Option<Bytes>,
}

impl Item {
    /// `None` where the record is about nothing that matters here.
    pub(super) fn decode(value: &Bytes) -> Result<Option<Self>, Poison> {
        // What cannot be read at all is the classifier's to give up.
        let glance = Glance::decode(value.clone()).unwrap_or_default();
        if glance.follow.is_none() && glance.account.is_none() {
            return Ok(None);
        }
        let event = record::decode_post_event(value).map_err(|error| Poison {
            cause: format!("it is no post event: {error}"),
        })?;
        match event {
            PostEvent::Follow(follow) => {
                let follower = follow.follower.to_string();
                let key = follow.key;
                if key.is_empty() || key.len() > LONGEST_KEY || key.contains('\0') {
                    let cause = format!(
                        "the follow edge of `{follower}` has a key of {} bytes: use 1 to {LONGEST_KEY}, none of them NUL",
                        key.len()
                    );
                    return Err(Poison { cause });
                }
                let followed = follow.followed.map(|followed| followed.to_string());
                if follow.active && followed.is_none() {
                    let cause = format!(
                        "the follow edge `{key}` of `{follower}` leads to nobody: say who is followed, or take it back"
                    );
                    return Err(Poison { cause });
                }
                let edge = Edge::new(follow.revision, follow.active, followed);
                Ok(Some(Self::Said { follower, key, edge }))
            }
            PostEvent::Account(change) if change.state == AccountState::Deleted => Ok(Some(Self::Gone {
                account: change.account.to_string(),
            })),
            _ => Ok(None),
        }
    }
}
