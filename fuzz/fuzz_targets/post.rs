//! Whatever bytes come as an event in the suite's own JSON: they are taken or refused, never a panic.
#![no_main]

use backtweet_collector::normalise::post;
use backtweet_domain::Timestamp;

libfuzzer_sys::fuzz_target!(|line: &[u8]| {
    let _ = post::normalise(line, Timestamp::from_seconds(1_793_491_200));
});
