//! Whatever bytes come as a link: a canonical form stays what it is.
#![no_main]

use backtweet_domain::link;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Some(canonical) = link::canonical(text) {
        assert_eq!(link::canonical(&canonical).as_ref(), Some(&canonical));
    }
});
