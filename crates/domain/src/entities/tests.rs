//! What would be missed, found where nothing is, or cut through a character if it failed.

use proptest::prelude::*;

use super::*;

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
        handles("@ann@example.com. @a.b-c@x.unknown"),
        ["ann@example.com", "a.b-c@x.unknown"]
    );
    assert_eq!(handles("thanks @acme.It works, @acme.unknown"), ["acme", "acme"]);
    assert_eq!(handles("RT@acme (@bob) の@carolに"), ["acme", "bob", "carol"]);
}

#[test]
fn addresses_and_words_with_an_at_are_no_mentions() {
    for text in [
        "ann@example.com",
        "josé@example.com",
        "a@b",
        "@",
        "@@acme",
        "@aliceì",
        "@ann@",
        "@http://x.com",
    ] {
        assert_eq!(handles(text), [""; 0], "{text}");
    }
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
    assert_eq!(
        links("(see https://a.example/b_(c)). And acme.com."),
        ["https://a.example/b_(c)", "acme.com"]
    );
    assert_eq!(
        links("https://a.example/b(c https://a.example/?q=1!"),
        ["https://a.example/b", "https://a.example/?q=1"]
    );
    assert_eq!(
        links("https://a.example/b_(c_(d)) https://a.example/b(((c)))"),
        ["https://a.example/b_(c_(d))", "https://a.example/b"]
    );
    assert_eq!(links("the end.It was so.Sad file.zip v1.2.3 e.g. this"), [""; 0]);
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

#[test]
fn hashtags_and_cashtags_are_found_as_written() {
    let found = extract("#Acme #日本語 #2026 #v2 &#39; $ACME $BRK.B $5 1️⃣#️⃣");
    assert_eq!(
        found.hashtags.iter().map(|tag| tag.tag.as_str()).collect::<Vec<_>>(),
        ["Acme", "日本語", "v2"]
    );
    assert_eq!(
        found.cashtags.iter().map(|tag| tag.tag.as_str()).collect::<Vec<_>>(),
        ["ACME", "BRK.B"]
    );
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
    #![proptest_config(ProptestConfig::with_cases(2048))]

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
    fn no_text_makes_finding_panic(text in any::<String>()) {
        sound(&extract(&text), &text)?;
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
