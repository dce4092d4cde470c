//! What is known of an account's state: the record that its posts are registered at. What a state does to figures is not decided here.

use prost::Message;

use backtweet_domain::{AccountChange, AccountId, AccountState, Timestamp};
use backtweet_store::Key;

/// The name of the record within an account's slot.
pub(crate) const RECORD: &str = "state";

/// The slot of an account.
pub(crate) fn slot(account: &AccountId) -> String {
    format!("account:{account}")
}

/// Where an account's record lies.
pub(crate) fn key(account: &AccountId) -> Key {
    Key::new(slot(account), RECORD)
}

/// The newest state that was heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) state: AccountState,
    /// Orders the states of one account.
    pub(crate) seq: u64,
    pub(crate) at: Timestamp,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct StandingBytes {
    /// 0 active, 1 hidden, 2 deleted.
    #[prost(uint32, tag = "1")]
    state: u32,
    #[prost(uint64, tag = "2")]
    seq: u64,
    #[prost(int64, tag = "3")]
    at_us: i64,
}

impl From<&AccountChange> for Standing {
    fn from(change: &AccountChange) -> Self {
        Self {
            state: change.state,
            seq: change.seq,
            at: change.at,
        }
    }
}

impl Standing {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let state = match self.state {
            AccountState::Active => 0,
            AccountState::Hidden => 1,
            AccountState::Deleted => 2,
        };
        StandingBytes {
            state,
            seq: self.seq,
            at_us: self.at.micros(),
        }
        .encode_to_vec()
    }

    /// Reads what [`Standing::encode`] wrote; `None` for anything else.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes = StandingBytes::decode(bytes).ok()?;
        let state = match bytes.state {
            0 => AccountState::Active,
            1 => AccountState::Hidden,
            2 => AccountState::Deleted,
            _ => return None,
        };
        Some(Self {
            state,
            seq: bytes.seq,
            at: Timestamp::from_micros(bytes.at_us),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_reads_back_as_written() {
        for state in [AccountState::Active, AccountState::Hidden, AccountState::Deleted] {
            let standing = Standing {
                state,
                seq: 9,
                at: Timestamp::from_seconds(-1),
            };
            assert_eq!(Standing::decode(&standing.encode()), Some(standing));
        }
    }
}
