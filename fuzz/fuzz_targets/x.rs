//! Whatever bytes come as an envelope of X's filtered stream: they are taken or refused, never a panic.
#![no_main]

use backtweet_collector::normalise::x;
use backtweet_domain::Timestamp;

libfuzzer_sys::fuzz_target!(|line: &[u8]| {
    let _ = x::normalise(line, Timestamp::from_seconds(1_793_491_200));
});
