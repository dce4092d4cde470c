//! Whatever text comes: what is found in it stands in order, on character boundaries, nothing over another, and a link is as written.
#![no_main]

use backtweet_domain::{Network, entities};

libfuzzer_sys::fuzz_target!(|text: &str| {
    for found in [entities::extract(text), entities::extract_on(Network::X, text)] {
        for link in &found.links {
            let written = link.span.and_then(|span| span.part_of(text));
            assert_eq!(written, Some(link.url.as_str()));
        }
        assert_eq!(entities::repair(found.clone(), text), (found, 0));
    }
});
