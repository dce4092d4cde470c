//! Whatever bytes come as lines of a Mastodon stream: they are taken or refused, never a panic.
#![no_main]

use backtweet_collector::normalise::mastodon::{self, EventName, Instance};
use backtweet_domain::Timestamp;

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let (instance, mut name) = (Instance::new("toot.example").expect("a host"), EventName::default());
    for line in body.split(|&byte| byte == b'\n') {
        let _ = mastodon::normalise(line, &mut name, &instance, Timestamp::from_seconds(1_793_491_200));
    }
});
