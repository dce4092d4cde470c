//! Ids in each network's own scheme, with the time they carry. What posts and people they belong to is not known here.

use backtweet_domain::{AccountId, Network, PostId, Timestamp};

use crate::rng::mix;

const BASE32: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
const X_EPOCH_MS: i64 = 1_288_834_974_657;

/// The number inside a TID: microseconds above 10 bits of a clock id.
pub(crate) const fn tid_number(at: Timestamp, clock: u64) -> u64 {
    ((at.micros() as u64) << 10) | (clock & 0x3ff)
}

/// Appends a TID: 13 characters of base 32.
pub(crate) fn push_tid(text: &mut String, number: u64) {
    for place in (0..13).rev() {
        text.push(BASE32[(number >> (5 * place)) as usize & 31] as char);
    }
}

/// Appends the DID of the account named by `seed`: `did:plc:` and 24 characters.
pub(crate) fn push_did(text: &mut String, seed: u64) {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    text.push_str("did:plc:");
    for part in 0..2 {
        let bits = mix(seed, part);
        for place in 0..12 {
            text.push(LETTERS[(bits >> (5 * place)) as usize & 31] as char);
        }
    }
}

/// An X id: milliseconds since X's epoch above 22 other bits.
pub(crate) const fn snowflake(at: Timestamp, low: u64) -> u64 {
    (((at.millis() - X_EPOCH_MS) as u64) << 22) | (low & 0x3f_ffff)
}

/// A Mastodon id: milliseconds since 1970 above 16 other bits.
pub(crate) const fn toot(at: Timestamp, low: u64) -> u64 {
    ((at.millis() as u64) << 16) | (low & 0xffff)
}

/// Characters of a shortened link.
pub(crate) fn push_short(text: &mut String, seed: u64) {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut bits = mix(seed, 62);
    for _ in 0..10 {
        text.push(LETTERS[(bits % 62) as usize] as char);
        bits /= 62;
    }
}

/// The id of a post of the simulator's own making: never empty, long or odd.
pub(crate) fn post_id(network: Network, native: String) -> PostId {
    PostId::new(network, native).expect("ids made here are short and plain")
}

/// The id of an account of the simulator's own making.
pub(crate) fn account_id(network: Network, native: String) -> AccountId {
    AccountId::new(network, native).expect("ids made here are short and plain")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_tell_the_time_they_were_made_at() {
        let at = Timestamp::parse("2026-09-15T13:20:00.123456Z").unwrap();
        let mut uri = String::from("at://did:plc:abc/app.bsky.feed.post/");
        push_tid(&mut uri, tid_number(at, 77));
        assert_eq!(post_id(Network::Bluesky, uri).time(), Some(at));
        let id = post_id(Network::X, snowflake(at, u64::MAX).to_string());
        assert_eq!(id.time(), Some(Timestamp::from_millis(at.millis())));
    }
}
