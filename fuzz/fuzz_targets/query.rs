//! Whatever bytes come as a query: it is read or refused, never a panic; what is read is kept in a form that reads back as itself.
#![no_main]

use backtweet_domain::query;

libfuzzer_sys::fuzz_target!(|text: &str| match query::parse(text) {
    Ok(parsed) => {
        let kept = parsed.expr.to_string();
        assert_eq!(query::parse(&kept).map(|again| again.expr).as_ref(), Ok(&parsed.expr), "{kept}");
        assert_eq!(parsed.require_cover().is_ok(), parsed.expr.cover().is_some());
        parsed.warnings(false).iter().for_each(|warning| drop(warning.render(text)));
    }
    Err(error) => drop(error.render(text)),
});
