//! Whatever bytes come as a Jetstream frame, of either version: they are taken or refused, never a panic.
#![no_main]

use backtweet_collector::normalise::jetstream;
use backtweet_domain::Timestamp;

libfuzzer_sys::fuzz_target!(|line: &[u8]| {
    let _ = jetstream::normalise(line, Timestamp::from_seconds(1_793_491_200));
});
