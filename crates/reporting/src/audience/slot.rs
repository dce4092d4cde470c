//! What lies where in the slots of followers and of accounts that are followed. The only place that knows these names.

use backtweet_store::Key;

/// The [`super::account::Kept`] of an account.
pub(super) const AUDIENCE: &str = "audience";
/// The edges that lead to an account, by the hash of their follower.
pub(super) const FOLLOWERS: &str = "followers";

const FOLLOWER: &str = "follower:";
const EDGE: &str = "edge:";

/// The record of the edge that is called `key`.
pub(super) fn edge(follower: &str, key: &str) -> Key {
    Key::new([FOLLOWER, follower].concat(), [EDGE, key].concat())
}

/// The follower and the edge that a slot and a name belong to; `None` where they belong to none.
pub(super) fn read_edge<'a>(slot: &'a str, name: &'a str) -> Option<(&'a str, &'a str)> {
    Some((slot.strip_prefix(FOLLOWER)?, name.strip_prefix(EDGE)?))
}

/// What is kept of an account's audience.
pub(super) fn audience(account: &str) -> Key {
    Key::new(["audience:", account].concat(), AUDIENCE)
}

/// Who follows an account.
pub(super) fn followers(account: &str) -> Key {
    Key {
        name: FOLLOWERS.to_owned(),
        ..audience(account)
    }
}
