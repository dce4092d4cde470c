//! What was seen of each source, minute by minute: written by collectors, read by reports. How it is measured is not known here.

use backtweet_wire::v1;

/// Why a part of a stream was not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GapCause {
    /// Nobody was connected, and the network keeps nothing to read again.
    Disconnected,
    /// The network no longer had what was asked for again.
    CursorTooOld,
    /// The network limits how much can be fetched again.
    RateLimited,
    /// A budget was used up.
    Budget,
    /// The server dropped a reader that was too slow.
    TooSlow,
}

impl GapCause {
    /// As it is written in the contract.
    pub fn to_wire(self) -> v1::GapCause {
        match self {
            GapCause::Disconnected => v1::GapCause::Disconnected,
            GapCause::CursorTooOld => v1::GapCause::CursorTooOld,
            GapCause::RateLimited => v1::GapCause::RateLimited,
            GapCause::Budget => v1::GapCause::Budget,
            GapCause::TooSlow => v1::GapCause::TooSlow,
        }
    }
}
