//! Whatever bytes come as a link or a text: a canonical form stays what it is, and entities lie within their text.
#![no_main]

use backtweet_domain::{entities, link};

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Some(canonical) = link::canonical(text) {
        assert_eq!(link::canonical(&canonical).as_ref(), Some(&canonical));
    }
    let found = entities::extract(text);
    let spans = found.mentions.iter().filter_map(|it| it.span);
    for span in spans.chain(found.hashtags.iter().filter_map(|it| it.span)) {
        assert!(text.get(span.start as usize..span.end as usize).is_some());
    }
});
