//! What stands where in a text, as facets tell it and as it is.

use super::*;

#[test]
fn facets_that_point_nowhere_keep_their_value_and_lose_their_place() {
    let facet = |start: Value, end: Value, feature: Value| json!({"index": {"byteStart": start, "byteEnd": end}, "features": [feature]});
    let tag = |tag: &str| json!({"$type": "app.bsky.richtext.facet#tag", "tag": tag});
    let (post, repaired) = post_of(json!({"text": "é #a #b", "facets": [
        facet(json!(3), json!(5), tag("a")),
        facet(json!(1), json!(5), tag("cut")),
        facet(json!(6), json!(99), tag("out")),
        facet(json!(4), json!(7), tag("over")),
        facet(json!(-1), json!(7), tag("negative")),
        facet(json!(0), json!(2), json!({"$type": "app.bsky.richtext.facet#new"})),
    ]}));
    let tags: Vec<_> = post
        .entities
        .hashtags
        .iter()
        .map(|tag| (tag.tag.as_str(), tag.span))
        .collect();
    let place = Some(Span { start: 3, end: 5 });
    assert_eq!(
        tags,
        [
            ("a", place),
            ("cut", None),
            ("out", None),
            ("over", None),
            ("negative", None)
        ]
    );
    assert_eq!(repaired, 4);
}

#[test]
fn facets_counted_in_characters_are_moved_to_where_the_text_names_them() {
    let facet = |start: u64, end: u64, feature: Value| json!({"index": {"byteStart": start, "byteEnd": end}, "features": [feature]});
    let tag = |tag: &str| json!({"$type": "app.bsky.richtext.facet#tag", "tag": tag});
    let link = json!({"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example/b"});
    let text = "🦀 né #rust over here https://a.example/b";
    let (post, repaired) = post_of(json!({"text": text, "facets": [
        facet(5, 10, tag("Rust")),
        facet(14, 23, tag("elsewhere")),
        facet(200, 219, link),
    ]}));
    let entities = &post.entities;
    let part = |span: Option<Span>| span.and_then(|span| span.part_of(text));
    assert_eq!(part(entities.hashtags[0].span), Some("#rust"));
    assert_eq!(
        part(entities.hashtags[1].span),
        Some(" over her"),
        "a facet may lie over any words"
    );
    assert_eq!(part(entities.links[0].span), Some("https://a.example/b"));
    assert_eq!(repaired, 2);
}

#[test]
fn a_facet_that_names_nothing_is_left_out_and_counted_once() {
    let features = json!([
        {"$type": "app.bsky.richtext.facet#mention", "did": ""}, {"$type": "app.bsky.richtext.facet#mention"},
        {"$type": "app.bsky.richtext.facet#mention", "did": [1]}, {"$type": "app.bsky.richtext.facet#link", "uri": ""},
        {"$type": "app.bsky.richtext.facet#tag", "tag": {}},
    ]);
    let index = json!({"byteStart": 0, "byteEnd": 2});
    let (post, repaired) = post_of(json!({"text": "hi", "facets": [{"index": index, "features": features}]}));
    assert_eq!((post.entities, repaired), (Entities::default(), 5));
}

#[test]
fn mentions_carry_the_did_and_the_handle_as_written_and_cards_are_links() {
    let (post, repaired) = post_of(json!({
        "text": "@Bob.test see example.org", "tags": ["extra"],
        "facets": [
            {"index": {"byteStart": 0, "byteEnd": 9}, "features": [{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:bob"}]},
            {"index": {"byteStart": 14, "byteEnd": 25}, "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/a?utm_source=b"}]},
        ],
        "embed": {"$type": "app.bsky.embed.external", "external": {"uri": "https://example.org/a", "title": "", "description": ""}},
    }));
    let mention = &post.entities.mentions[0];
    assert_eq!(mention.account.as_ref().unwrap().native(), "did:plc:bob");
    assert_eq!(
        (mention.handle.as_deref(), mention.automatic),
        (Some("bob.test"), false)
    );
    assert_eq!(post.entities.hashtags[0].tag, "extra");
    assert_eq!(
        post.entities.links.len(),
        1,
        "the card is the page that the text links to"
    );
    let (post, _) = post_of(
        json!({"text": "", "embed": {"$type": "app.bsky.embed.external", "external": {"uri": "https://example.org/b"}}}),
    );
    assert_eq!(post.entities.links[0].url, "https://example.org/b");
    assert_eq!(repaired, 0);
}
