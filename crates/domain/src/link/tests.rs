//! What a shared page would be counted as twice, or two pages as one, if it failed.

use proptest::prelude::*;

use super::*;

fn check(url: &str, expected: &str) {
    assert_eq!(canonical(url).as_deref(), Some(expected), "{url}");
}

#[test]
fn scheme_and_host_lose_everything_that_does_not_name_the_page() {
    check("HTTPS://WWW.Example.COM:443/A#part", "https://example.com/A");
    check("http://example.com:80", "http://example.com/");
    check("http://example.com:8080/", "http://example.com:8080/");
    check("https://me:secret@example.com./x", "https://example.com/x");
    check("https://bücher.example/", "https://xn--bcher-kva.example/");
    check("example.com/a", "https://example.com/a");
    check("example.com:8443/a", "https://example.com:8443/a");
}

#[test]
fn mobile_and_amp_hosts_are_their_site_only_where_that_is_known() {
    check("https://m.youtube.com/watch?v=1", "https://youtube.com/watch?v=1");
    check(
        "https://en.m.wikipedia.org/wiki/Acme",
        "https://en.wikipedia.org/wiki/Acme",
    );
    check("https://amp.theguardian.com/a", "https://theguardian.com/a");
    check("https://www.mobile.twitter.com/a", "https://twitter.com/a");
    check("https://m.m.youtube.com/", "https://youtube.com/");
    check("https://m.example.com/a", "https://m.example.com/a");
    check("https://amp.example.com/a", "https://amp.example.com/a");
    check("https://www.com/", "https://www.com/");
}

#[test]
fn every_tracking_parameter_is_stripped_on_every_host() {
    let tracking = "utm_source utm_anything mtm_campaign ga_x _ga _gl gclid dclid srsltid fbclid fb_source fb_ref fb_action_ids msclkid twclid yclid \
                    mc_eid mc_cid mc_tc mkt_tok _hsenc __hstc __hssc hsCtaTracking igsh igshid itm_a otm_b oly_enc_id oly_anon_id vero_id s_cid cmpid \
                    spm wickedid __twitter_impression UTM_SOURCE utm%5Fmedium";
    for name in tracking.split_whitespace() {
        check(
            &format!("https://example.com/a?{name}=1&page=2&{name}"),
            "https://example.com/a?page=2",
        );
        check(&format!("https://example.com/a?{name}=1"), "https://example.com/a");
    }
}

#[test]
fn a_rule_for_one_host_never_applies_to_another() {
    for name in ["s", "t", "src", "ref_src", "ref_url", "cn"] {
        for host in ["x.com", "twitter.com"] {
            check(
                &format!("https://{host}/a?{name}=1&q=2"),
                &format!("https://{host}/a?q=2"),
            );
        }
        for host in ["netflix.com", "example.com", "youtube.com"] {
            check(
                &format!("https://{host}/a?{name}=1"),
                &format!("https://{host}/a?{name}=1"),
            );
        }
    }
    for name in ["si", "feature", "pp", "kw"] {
        check(
            &format!("https://music.youtube.com/watch?{name}=1&v=2"),
            "https://music.youtube.com/watch?v=2",
        );
        check(&format!("https://youtu.be/2?{name}=1"), "https://youtu.be/2");
        check(
            &format!("https://notyoutube.com/?{name}=1"),
            &format!("https://notyoutube.com/?{name}=1"),
        );
    }
}

#[test]
fn parameters_that_name_the_page_stay_and_are_sorted_by_name() {
    check(
        "https://example.com/?b=2&a=2&c&a=1&&d=",
        "https://example.com/?a=2&a=1&b=2&c&d=",
    );
    check(
        "https://example.com/?utm=1&sutm_x=2&oly_id=3&gaga=4",
        "https://example.com/?gaga=4&oly_id=3&sutm_x=2&utm=1",
    );
    check("https://example.com/?", "https://example.com/");
}

#[test]
fn percent_encoding_has_one_form() {
    check(
        "https://example.com/%7euser/%c3%a9/%2fa",
        "https://example.com/~user/%C3%A9/%2Fa",
    );
    check("https://example.com/é b", "https://example.com/%C3%A9%20b");
    check("https://example.com/100%?q=%%341", "https://example.com/100%25?q=%2541");
    check("https://example.com/a/%2e%2e/b", "https://example.com/b");
}

#[test]
fn a_number_behind_dots_is_the_address_that_it_reads_as() {
    check("2...", "https://0.0.0.2/");
    check("https://1.2.3.4../a", "https://1.2.3.4/a");
}

#[test]
fn what_is_no_link_to_a_page_has_no_canonical_form() {
    for text in [
        "",
        "mailto:a@example.com",
        "ftp://example.com/",
        "javascript:alert(1)",
        "acme",
        "a@example.com",
        "https://",
        "//x.com",
        "https://./",
    ] {
        assert_eq!(canonical(text), None, "{text}");
    }
}

#[test]
fn the_host_of_a_link_is_found_without_taking_it_apart() {
    assert_eq!(host("https://example.com/a"), Some("example.com"));
    assert_eq!(host("HTTP://me@Example.com:80?x"), Some("Example.com"));
    assert_eq!(host("https://[::1]:80/"), Some("[::1]"));
    assert_eq!(host("example.com/a"), Some("example.com"));
    assert_eq!(host("https:///a"), None);
}

#[test]
fn a_domain_holds_its_hosts_and_no_namesake() {
    assert!(is_within("acme.com", "acme.com"));
    assert!(is_within("Shop.ACME.com", "acme.com"));
    assert!(!is_within("notacme.com", "acme.com"));
    assert!(!is_within("acme.com.evil.example", "acme.com"));
    assert!(!is_within("com", "acme.com"));
    assert!(!is_within("acme.com", ""));
    assert!(!is_within(".acme.com", "acme.com"));
}

/// Links of parts that rules look at, in every combination.
fn links() -> impl Strategy<Value = String> {
    let scheme = prop_oneof!["", "https://", "http://", "HTTPS://"];
    let hosts = [
        "example.com",
        "x.com",
        "youtube.com",
        "m.youtube.com",
        "wikipedia.org",
        "bücher.de",
        "1.2.3.4",
        "[::1]",
        "gov.uk",
        "a--b.com",
        "com",
    ];
    let host = (
        "(www\\.|m\\.|amp\\.|en\\.|-|xn--a\\.){0,3}",
        prop::sample::select(hosts.to_vec()),
        "(\\.|:80|:443|:8080|)",
    )
        .prop_map(|(before, host, behind)| format!("{before}{host}{behind}"));
    let path = "(/|/\\.|\\.\\.|%2e|%2E|%7e|%%|%c3%a9|%zz|[a-zA-Z~é (]){0,8}";
    let query = "(\\?(utm_a|s|si|v|a|b|%61|%75tm_x|%2526|é|=|&|=%41%|=x|#){0,8})?";
    (scheme, host, path, query).prop_map(|(scheme, host, path, query)| format!("{scheme}{host}/{path}{query}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn the_canonical_form_of_a_canonical_form_is_itself(link in links()) {
        if let Some(once) = canonical(&link) {
            prop_assert_eq!(canonical(&once), Some(once.clone()));
            prop_assert!(host(&once).is_some_and(|host| !host.is_empty()));
        }
    }

    #[test]
    fn the_quick_way_agrees_with_the_whole_way(
        host in "(www\\.|m\\.|youtube\\.|[a-z0-9]{1,3}\\.|-|xn--){1,3}[a-z0-9]{1,3}",
        path in "(/|\\.|~|_|[a-zA-Z0-9]){0,6}",
    ) {
        let link = format!("https://{host}/{path}");
        if is_plainly_canonical(&link) {
            // A fragment forces the whole way and leaves no trace.
            prop_assert_eq!(canonical(&format!("{link}#x")), Some(link));
        }
    }

    #[test]
    fn no_text_makes_a_link_panic(text in "\\PC{0,60}") {
        if let Some(once) = canonical(&text) {
            prop_assert_eq!(canonical(&once), Some(once.clone()));
        }
        let _ = host(&text).map(|found| is_within(found, &text));
    }
}
