//! How long X wants to be left alone: its own table.

use std::time::Duration;

use crate::source::Trouble;

/// At once first; then for what the network does to a connection 250 ms more each time, up to 16 s; for what the server answers 5 s,
/// doubling up to 320 s; where it limits requests what it says, or 60 s, doubling up to the 15 minutes of its windows.
pub(super) fn pause(trouble: &Trouble, in_a_row: u32) -> Duration {
    let before = in_a_row.saturating_sub(1);
    let doubling = |first: u64, most: u64| {
        let factor = 2u64.saturating_pow(before.min(32));
        Duration::from_secs(first.saturating_mul(factor).min(most))
    };
    match trouble {
        Trouble::Lost { .. } => Duration::from_millis(250)
            .saturating_mul(before)
            .min(Duration::from_secs(16)),
        Trouble::Status { .. } => doubling(5, 320),
        Trouble::Limited { after, .. } => match after {
            Some(after) if in_a_row <= 1 => *after,
            // It did not help.
            Some(after) => (*after).max(doubling(60, 900)),
            None => doubling(60, 900),
        },
        Trouble::Unusable { .. } => Duration::from_secs(320),
    }
}
