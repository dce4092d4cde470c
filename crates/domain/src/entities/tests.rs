//! What would be missed, found where nothing is, or cut through a character if it failed.

use proptest::prelude::*;

use super::*;
use crate::id::Network;

fn spans(entities: &Entities) -> Vec<Span> {
    let tags = entities
        .hashtags
        .iter()
        .chain(&entities.cashtags)
        .filter_map(|tag| tag.span);
    let mentions = entities.mentions.iter().filter_map(|mention| mention.span);
    let mut spans: Vec<Span> = mentions
        .chain(tags)
        .chain(entities.links.iter().filter_map(|link| link.span))
        .collect();
    spans.sort();
    spans
}

fn handles(text: &str) -> Vec<String> {
    extract(text)
        .mentions
        .into_iter()
        .filter_map(|mention| mention.handle)
        .collect()
}

fn links(text: &str) -> Vec<String> {
    extract(text).links.into_iter().map(|link| link.url).collect()
}

#[test]
fn mentions_of_every_network_are_found() {
    assert_eq!(
        handles("hi @Acme, @ann@Mastodon.Social and @bob.bsky.social!"),
        ["acme", "ann@mastodon.social", "bob.bsky.social"]
    );
    assert_eq!(
        handles("@ann@mastodon.example. @a.b-c@x.unknown @ann@mstdn.socialさん @ann@mstdn.social.Thanks"),
        [
            "ann@mastodon.example",
            "a.b-c@x.unknown",
            "ann@mstdn.social",
            "ann@mstdn.social"
        ]
    );
    assert_eq!(handles("thanks @acme.It works, @acme.unknown"), ["acme", "acme"]);
    assert_eq!(
        handles("RT@acme (@bob) の@carolに é@dan"),
        ["acme", "bob", "carol", "dan"]
    );
    assert_eq!(handles("@a_name_of_more_than_twenty"), ["a_name_of_more_than_twenty"]);
}

#[test]
fn addresses_and_words_with_an_at_are_no_mentions() {
    for text in [
        "ann@example.com",
        "josé@example.com",
        "mail me @ann@example.com",
        "a@b",
        "@",
        "@@acme",
        "@RT@acme",
        "@aliceì",
        "@alice\u{301}",
        "@ann@",
        "@http://x.com",
        "@ann/http://x.com",
    ] {
        assert_eq!(handles(text), [""; 0], "{text}");
    }
}

/// What stands where the mentions of a text of X do.
fn written(text: &str) -> Vec<&str> {
    let mentions = extract_on(Network::X, text).mentions;
    let spans = mentions.iter().filter_map(|mention| mention.span);
    spans.filter_map(|span| span.part_of(text)).collect()
}

#[test]
fn on_x_a_mention_is_a_name_alone_whatever_follows() {
    assert_eq!(written("@ann.bsky.social josé@example.com"), ["@ann", "@example"]);
    assert_eq!(written("@ann@mastodon.social @_@ (cc: @Bob)"), ["@Bob"]);
    assert_eq!(
        written("＠ann @name_of_21_characters"),
        ["＠ann", "@name_of_21_character"]
    );
}

#[test]
fn a_list_is_a_mention_of_its_owner_that_stands_on_the_whole() {
    assert_eq!(
        written("@ann/list_name-01に @ann/7list @ann/ @ann/a234567890123456789012345z"),
        ["@ann/list_name-01", "@ann", "@ann", "@ann/a234567890123456789012345"]
    );
    assert_eq!(handles("@Ann/List"), ["ann"]);
}

#[test]
fn a_link_carries_its_canonical_form_and_its_place() {
    let text = "né: HTTPS://www.Acme.com/a?utm_source=x, ok";
    let link = &extract(text).links[0];
    assert_eq!(link.url, "HTTPS://www.Acme.com/a?utm_source=x");
    assert_eq!(link.canonical, "https://acme.com/a");
    assert_eq!(link.span, Some(Span { start: 5, end: 40 }));
    assert_eq!(extract("acme.com/a").links[0].canonical, "https://acme.com/a");
}

#[test]
fn links_end_where_the_sentence_around_them_goes_on() {
    for (text, expected) in [
        (
            "(see https://a.example/b_(c)). And acme.com.",
            &["https://a.example/b_(c)", "acme.com"][..],
        ),
        (
            "https://a.example/b(c https://a.example/?q=1!",
            &["https://a.example/b", "https://a.example/?q=1"],
        ),
        (
            "https://a.io/b_(c_(d)e) https://a.io/b(((c))) https://a.io/()",
            &["https://a.io/b_(c_(d)e)", "https://a.io/b", "https://a.io/"],
        ),
        ("http://t.co/aB1's t.co/a-b", &["http://t.co/aB1", "t.co/a-b"]),
        ("acme.com:80/a?b=c, acme.com?b", &["acme.com:80/a?b=c", "acme.com?b"]),
        ("http://acme.com/Über/Слово_/–.", &["http://acme.com/Über/Слово_/"]),
    ] {
        assert_eq!(links(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_host_is_no_link() {
    for text in [
        "the end.It was so.Sad v1.2.3 e.g. this",
        "http://no-tld http://short.x http://acme.comm http://com",
        "acme.com-and-on acme.com+ ann@acme.com ann.acme.com@b",
        "http://a_.com http://_a.acme.com http://-a.acme.com http://a-.com http://a..com",
        "ftp://acme.com -acme.com _acme.com .acme.com",
        "@acme.com #acme.com $acme.com ＠acme.com ＃acme.com",
        "xhttp://acme.co.x http:///acme.com http:/acme.com",
    ] {
        assert_eq!(links(text), [""; 0], "{text}");
    }
}

#[test]
fn hosts_are_found_within_text_that_is_written_without_spaces() {
    assert_eq!(
        links("見てacme.comと次acme.jp/aです。https://例え.みんな/xへhttp://acme.co.uk🚀 acme.みんな"),
        [
            "acme.com",
            "acme.jp/a",
            "https://例え.みんな/x",
            "http://acme.co.uk",
            "acme.みんな"
        ]
    );
    assert_eq!(
        links("\u{2066}acme.com\u{2069} http://قطر.قطر/ HTTPS://ACME.РФ xn--p1ai.xn--p1ai"),
        ["acme.com", "http://قطر.قطر/", "HTTPS://ACME.РФ", "xn--p1ai.xn--p1ai"]
    );
    assert_eq!(
        links("http://a_b-c.acme.com http://a.b.cd"),
        ["http://a_b-c.acme.com", "http://a.b.cd"]
    );
}

#[test]
fn links_longer_than_can_be_are_none() {
    let label = "a".repeat(63);
    assert_eq!(links(&format!("http://{label}.com {label}.com")).len(), 2);
    assert_eq!(links(&format!("http://{label}a.com {label}a.com")).len(), 0);
    // Encoded, a character of another script takes more than one.
    assert_eq!(links(&format!("http://{}.com", "例え".repeat(12))).len(), 1);
    assert_eq!(links(&format!("http://{}.com", "例え".repeat(31))).len(), 0);
    let slug = "a".repeat(40);
    assert_eq!(links(&format!("http://t.co/{slug} http://t.co/{slug}a")).len(), 1);
    let link = format!("http://acme.com/{}", "a".repeat(4096 - 16));
    assert_eq!(links(&link), [link.as_str()]);
    assert_eq!(links(&format!("{link}a")), [""; 0]);
}

#[test]
fn a_link_within_a_hashtag_or_handle_is_a_part_of_it() {
    let found = extract("#日本acme.com @ann@日本.acme.com.日本.acme.com acme.com");
    let tags: Vec<_> = found.hashtags.iter().map(|tag| tag.tag.as_str()).collect();
    assert_eq!(
        (tags, found.mentions.len(), found.links.len()),
        (vec!["日本acme"], 1, 1)
    );
    let found = extract("#日本http://acme.com");
    assert_eq!((found.hashtags.len(), found.links.len()), (0, 1));
}

#[test]
fn a_handle_inside_a_link_is_no_mention_and_a_domain_behind_an_at_no_link() {
    let found = extract("https://mastodon.social/@acme/1#top");
    assert_eq!(
        (found.links.len(), found.mentions.len(), found.hashtags.len()),
        (1, 0, 0)
    );
    let found = extract("@acme.com #acme.com");
    assert_eq!(
        (found.links.len(), found.mentions.len(), found.hashtags.len()),
        (0, 1, 1)
    );
}

fn tags(text: &str) -> Vec<String> {
    extract(text).hashtags.into_iter().map(|tag| tag.tag).collect()
}

#[test]
fn hashtags_are_found_as_written() {
    assert_eq!(
        tags("#Acme #日本語 ＃ﾊｯｼｭ #2026 #v2 &#39; 1️⃣#️⃣ a#b é#b b&#c"),
        ["Acme", "日本語", "ﾊｯｼｭ", "v2"]
    );
    assert_eq!(tags("✌️#a ✌🏿#b 。#c、 (#d) /#e ##f"), ["a", "b", "c", "d", "e", "f"]);
    assert_eq!(
        tags("#می‌خواهم #a·b #ו׳ #𠀡 #٣a #a² #_a"),
        ["می‌خواهم", "a·b", "ו׳", "𠀡", "٣a", "a", "_a"]
    );
    assert_eq!(tags("#a#b #_1 #٣ #× # a #a://b"), [""; 0]);
}

#[test]
fn cashtags_are_found_as_written() {
    let cashtags = |text| -> Vec<String> { extract(text).cashtags.into_iter().map(|tag| tag.tag).collect() };
    assert_eq!(
        cashtags("$ACME $BRK.B $a_bc $A.bcd, ($B $C) $5 $AB1 $É $ABCDEFG $D\u{200f}"),
        ["ACME", "BRK.B", "a_bc", "A", "C", "D"]
    );
    assert_eq!(cashtags("$OK$NG a$B $$C $E."), ["OK", "E"]);
}

#[test]
fn texts_made_to_stall_are_read_to_their_end() {
    // Read over and over, each of these would take minutes.
    for part in [
        "(",
        "@",
        "#",
        "$",
        "http://",
        "a.co/(",
        "http://a.co/((",
        "a.",
        "é.é.",
        "@a@b.",
        "@a.",
        "com.中.",
        "x.com_中b.",
        "。",
        "a.co?,",
    ] {
        for text in [
            part.repeat(100_000 / part.len()),
            format!("{}a.com", part.repeat(100_000 / part.len())),
        ] {
            sound(&extract(&text), &text).unwrap();
            sound(&extract_on(Network::X, &text), &text).unwrap();
        }
    }
}

fn tag(start: u32, end: u32) -> Hashtag {
    Hashtag {
        tag: format!("{start}-{end}"),
        span: Some(Span { start, end }),
    }
}

#[test]
fn a_wrong_place_is_taken_away_and_what_stood_there_is_kept() {
    let text = "né #acme #b";
    let wrong = [
        tag(4, 99),
        tag(2, 4),
        tag(6, 4),
        tag(4, 4),
        tag(u32::MAX, u32::MAX),
        tag(5, 9),
    ];
    let hashtags = wrong.iter().cloned().chain([tag(4, 9), tag(10, 12)]).collect();
    let (repaired, count) = repair(
        Entities {
            hashtags,
            ..Entities::default()
        },
        text,
    );
    assert_eq!(count, wrong.len());
    assert_eq!(repaired.hashtags.len(), 8);
    assert!(
        repaired.hashtags[..6]
            .iter()
            .all(|tag| tag.span.is_none() && !tag.tag.is_empty())
    );
    assert_eq!(
        spans(&repaired),
        [Span { start: 4, end: 9 }, Span { start: 10, end: 12 }]
    );
}

/// Texts made of what the rules look at.
fn texts() -> impl Strategy<Value = String> {
    "(@|＠|#|＃|\\$|http://|https://|\\.|com|co|jp|acme|é|日本|한|\\(|\\)|/|\\?|:80|_|-| |\\u{fe0f}|RT|\\PC){0,24}"
}

/// Texts of mixed scripts with marks that turn the direction, emoji joined to others, combining marks, and lone controls.
fn mixed() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => texts(),
        2 => "[ -~]{0,8}",
        2 => "[à-ʯ\u{300}-\u{36f}а-яא-ת؀-ۿ०-९ก-๛ぁ-ヿ一-丿가-힣\u{20000}-\u{20010}]{1,6}",
        1 => "[\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{61c}\u{feff}\u{fffe}\u{ffff}\u{0}-\u{1f}\u{7f}-\u{9f}]",
        1 => "(👩\u{200d}👩\u{200d}👧|✌🏿|✌\u{fe0f}|1\u{fe0f}\u{20e3}|🇯🇵)",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

fn sound(entities: &Entities, text: &str) -> Result<(), TestCaseError> {
    let mut end = 0;
    for span in spans(entities) {
        prop_assert!(span.start >= end && span.start < span.end, "{:?} in {:?}", span, text);
        prop_assert!(text.get(span.start as usize..span.end as usize).is_some());
        end = span.end;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5000))]

    #[test]
    fn places_never_overlap_nor_cut_a_character(text in texts()) {
        let found = extract(&text);
        sound(&found, &text)?;
        for link in &found.links {
            let span = link.span.unwrap();
            prop_assert_eq!(&text[span.start as usize..span.end as usize], &link.url);
        }
        prop_assert_eq!(repair(found.clone(), &text), (found, 0));
    }

    #[test]
    fn no_text_makes_finding_panic(text in mixed()) {
        for found in [extract(&text), extract_on(Network::X, &text)] {
            sound(&found, &text)?;
            for span in spans(&found) {
                let points = span.code_points(&text).unwrap();
                let part: String = text.chars().skip(points.start).take(points.len()).collect();
                prop_assert_eq!(Some(part.as_str()), span.part_of(&text));
            }
        }
    }

    #[test]
    fn repaired_places_are_sound_and_stay_so(text in "\\PC{0,12}", places in prop::collection::vec((0u32..40, 0u32..40), 0..6)) {
        let hashtags = places.into_iter().map(|(start, end)| tag(start, end)).collect::<Vec<_>>();
        let mentions = vec![Mention { account: None, handle: None, span: Some(Span { start: 1, end: 3 }), automatic: false }];
        let given = Entities { mentions, hashtags, ..Entities::default() };
        let before = spans(&given).len();
        let (repaired, count) = repair(given, &text);
        sound(&repaired, &text)?;
        prop_assert_eq!(spans(&repaired).len() + count, before);
        prop_assert_eq!(repair(repaired.clone(), &text), (repaired, 0));
    }
}
