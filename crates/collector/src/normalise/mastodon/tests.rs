//! Statuses and frames made by hand, for what the recorded ones do not show.

use backtweet_domain::{Post, PostEvent, ReferenceKind, revision};
use serde_json::{Value, json};

use super::*;
use crate::normalise::tests::received;

fn instance() -> Instance {
    Instance::new("Home.Example").unwrap()
}

fn read_line(line: &str) -> Result<Normalised, Refused> {
    normalise(line.as_bytes(), &mut EventName::default(), &instance(), received())
}

fn read(status: &Value) -> Normalised {
    read_line(&status.to_string()).unwrap()
}

/// A status of `ann@home.example` with what `more` says.
fn status(id: &str, more: Value) -> Value {
    let mut status = json!({
        "id": id, "uri": format!("https://home.example/s/{id}"), "visibility": "public", "content": "<p>hi</p>",
        "created_at": "2026-07-01T12:00:00.000Z",
        "account": {"id": "1", "acct": "Ann", "url": "https://Home.Example/@Ann", "followers_count": 7, "bot": true},
    });
    for (key, value) in more.as_object().unwrap() {
        status[key] = value.clone();
    }
    status
}

fn posts<'a>(out: &'a Normalised) -> Vec<&'a Post> {
    let post = |event: &'a PostEvent| match event {
        PostEvent::Created { post } | PostEvent::Edited { post } => &**post,
        other => panic!("{other:?}"),
    };
    out.events.iter().map(post).collect()
}

fn bob() -> Value {
    json!({"id": "2", "acct": "bob@far.example", "url": "https://far.example/@bob", "username": "bob"})
}

#[test]
fn an_account_is_the_same_from_every_instance() {
    let out = read(&status("5", json!({})));
    let author = &posts(&out)[0].author;
    assert_eq!(author.id.to_string(), "mastodon:https://home.example/@Ann");
    assert_eq!(author.handle.as_deref(), Some("ann@home.example"));
    assert_eq!((author.followers, author.bot), (Some(7), true));
    let seen = &out.local.seen[0];
    assert_eq!((seen.id.instance.as_str(), seen.id.id.as_str()), ("home.example", "5"));
    assert_eq!(seen.post.to_string(), "mastodon:https://home.example/s/5");
}

#[test]
fn private_words_are_never_kept_not_even_inside_a_boost_or_a_quote() {
    for visibility in ["private", "direct", "limited"] {
        let hidden = status("5", json!({"visibility": visibility}));
        let boost = status("6", json!({"reblog": hidden, "content": ""}));
        for line in [&hidden, &boost] {
            let out = read(line);
            assert_eq!(
                (out.events.len(), out.ignored, out.local.seen.len()),
                (0, 1, 0),
                "{visibility}"
            );
        }
        let quote = read(&status(
            "7",
            json!({"quote": {"state": "accepted", "quoted_status": hidden}}),
        ));
        assert_eq!((quote.events.len(), quote.ignored), (1, 1));
        assert_eq!(posts(&quote)[0].references, []);
    }
    assert_eq!(read(&status("5", json!({"visibility": "unlisted"}))).events.len(), 1);
    assert_eq!(
        read_line(&status("5", json!({"visibility": null})).to_string())
            .unwrap_err()
            .field,
        "visibility"
    );
}

#[test]
fn a_boost_brings_the_boosted_status_and_then_itself_without_words() {
    let out = read(&status(
        "6",
        json!({"reblog": status("5", json!({"content": "<p>wow</p>"})), "content": "<p>wow</p>"}),
    ));
    let [boosted, boost] = posts(&out)[..] else {
        panic!("{out:?}")
    };
    assert_eq!((boosted.text.as_str(), boost.text.as_str()), ("wow", ""));
    let reference = boost.reference(ReferenceKind::Repost).unwrap();
    assert_eq!(reference.target.as_ref(), Some(&boosted.id));
    assert_eq!(reference.author_handle.as_deref(), Some("ann@home.example"));
    assert_eq!(boost.revision, revision::with_references(0));
}

#[test]
fn a_reply_asks_for_its_parent_and_knows_its_author_where_it_is_mentioned_or_the_same() {
    let content = r#"<p><a href="https://far.example/@bob" class="u-url mention">@<span>bob</span></a> yes, <a href="https://home.example/@cat" class="u-url mention">@<span>cat</span></a></p>"#;
    let cat = json!({"id": "3", "acct": "cat", "url": "https://home.example/@cat"});
    let more =
        json!({"in_reply_to_id": "4", "in_reply_to_account_id": "2", "content": content, "mentions": [bob(), cat]});
    let out = read(&status("5", more));
    let post = posts(&out)[0];
    let reply = post.reference(ReferenceKind::Reply).unwrap();
    assert_eq!(reply.target, None);
    assert_eq!(
        reply.author.as_ref().unwrap().to_string(),
        "mastodon:https://far.example/@bob"
    );
    assert_eq!(reply.author_handle.as_deref(), Some("bob@far.example"));
    assert_eq!(post.revision, 0, "its resolved form must outrank it");
    let awaited = &out.local.awaited[0];
    assert_eq!(
        (awaited.event, awaited.kind, awaited.id.id.as_str()),
        (0, ReferenceKind::Reply, "4")
    );
    let automatic: Vec<_> = post
        .entities
        .mentions
        .iter()
        .map(|mention| (mention.automatic, mention.span.is_some()))
        .collect();
    assert_eq!(automatic, [(true, true), (false, true)]);

    let own = read(&status(
        "5",
        json!({"in_reply_to_id": "4", "in_reply_to_account_id": "1"}),
    ));
    let reply = posts(&own)[0].reference(ReferenceKind::Reply).unwrap();
    assert_eq!(reply.author.as_ref(), Some(&posts(&own)[0].author.id));
    let unknown = read(&status(
        "5",
        json!({"in_reply_to_id": "4", "in_reply_to_account_id": "9"}),
    ));
    assert_eq!(posts(&unknown)[0].reference(ReferenceKind::Reply).unwrap().author, None);
    let unsaid = read(&status("5", json!({"in_reply_to_id": "4"})));
    assert_eq!((posts(&unsaid)[0].references.len(), unsaid.local.awaited.len()), (1, 1));
}

#[test]
fn only_an_accepted_quote_is_one() {
    let quoted = status("4", json!({}));
    for state in ["pending", "rejected", "revoked", "unauthorized", "something-new"] {
        let out = read(&status(
            "5",
            json!({"quote": {"state": state, "quoted_status": quoted}}),
        ));
        assert_eq!((out.events.len(), posts(&out)[0].references.len()), (1, 0), "{state}");
    }
    let whole = read(&status(
        "5",
        json!({"quote": {"state": "accepted", "quoted_status": quoted}}),
    ));
    let [first, second] = posts(&whole)[..] else {
        panic!("{whole:?}")
    };
    assert_eq!(
        second.reference(ReferenceKind::Quote).unwrap().target.as_ref(),
        Some(&first.id)
    );
    let short = read(&status(
        "5",
        json!({"quote": {"state": "accepted", "quoted_status_id": "4"}}),
    ));
    assert_eq!(posts(&short)[0].reference(ReferenceKind::Quote).unwrap().target, None);
    assert_eq!(
        (short.local.awaited[0].kind, posts(&short)[0].revision),
        (ReferenceKind::Quote, 0)
    );
}

#[test]
fn statuses_within_statuses_end() {
    let nested = (0..40).fold(status("0", json!({})), |inner, depth| {
        status(
            &(depth + 1).to_string(),
            json!({"quote": {"state": "accepted", "quoted_status": inner}}),
        )
    });
    assert_eq!(read(&nested).events.len(), 4);
}

#[test]
fn an_edit_outranks_what_was_there_before_it() {
    let plain = read(&status("5", json!({})));
    let edited = read(&status("5", json!({"edited_at": "2026-07-01T13:00:00Z"})));
    assert!(matches!(&edited.events[0], PostEvent::Edited { post } if post.revision > posts(&plain)[0].revision));
    assert_eq!(
        posts(&edited)[0].revision,
        revision::with_references(revision::of(1_782_910_800_000_000))
    );
    assert_eq!(posts(&edited)[0].witnessed_at, posts(&plain)[0].witnessed_at);
}

#[test]
fn tags_links_and_cards_are_found_with_their_places() {
    let content = "<p>a <a href=\"https://home.example/tags/Rust\" class=\"mention hashtag\">#<span>Rust</span></a> \
        <a href=\"https://example.org/x\"><span class=\"invisible\">https://</span>example.org/x</a></p>";
    let more = json!({
        "content": content, "spoiler_text": "CW", "tags": [{"name": "rust", "url": ""}, {"name": "other", "url": ""}],
        "card": {"url": "https://example.org/card"}, "media_attachments": [{"id": "1", "type": "image"}],
    });
    let out = read(&status("5", more));
    let post = posts(&out)[0];
    assert_eq!(post.text, "CW\n\na #Rust https://example.org/x");
    let tags: Vec<_> = post
        .entities
        .hashtags
        .iter()
        .map(|tag| (tag.tag.as_str(), tag.span.is_some()))
        .collect();
    assert_eq!(tags, [("Rust", true), ("other", false)]);
    let links: Vec<_> = post
        .entities
        .links
        .iter()
        .map(|link| (link.url.as_str(), link.span.is_some()))
        .collect();
    assert_eq!(
        links,
        [("https://example.org/x", true), ("https://example.org/card", false)]
    );
    assert!(post.has_media);
    let tag_card = read(&status(
        "5",
        json!({"content": content, "card": {"url": "https://home.example/tags/Rust"}}),
    ));
    assert_eq!(
        posts(&tag_card)[0].entities.links.len(),
        1,
        "a card of a tag's page is no link"
    );
}

#[test]
fn a_mention_of_nobody_is_left_out_and_counted_and_the_words_stay() {
    let content =
        "<p><a href=\"https://far.example/@bob\" class=\"u-url mention\">@<span>bob</span></a> and @ann@a.example</p>";
    let mentions = json!([bob(), {"id": "9", "username": "x", "acct": "x", "url": ""}, 7]);
    let out = read(&status("5", json!({"content": content, "mentions": mentions})));
    let post = posts(&out)[0];
    assert_eq!(post.text, "@bob and @ann@a.example");
    assert_eq!(
        post.entities.mentions.len(),
        1,
        "who the network names is named, and nobody else"
    );
    assert_eq!(out.repaired, 2);
}

#[test]
fn frames_carry_statuses_and_deletions_and_nothing_else() {
    let frame =
        |event: &str, payload: &str| json!({"stream": ["public"], "event": event, "payload": payload}).to_string();
    let payload = status("5", json!({})).to_string();
    assert_eq!(read_line(&frame("update", &payload)).unwrap().events.len(), 1);
    assert_eq!(read_line(&frame("status.update", &payload)).unwrap().events.len(), 1);
    let gone = read_line(&frame("delete", "5")).unwrap().local.gone;
    assert_eq!((gone[0].id.id.as_str(), gone[0].at), ("5", received()));
    for event in [
        "notification",
        "conversation",
        "filters_changed",
        "announcement.delete",
        "something-new",
    ] {
        assert_eq!(read_line(&frame(event, "5")).unwrap(), Normalised::nothing(), "{event}");
    }
    assert_eq!(
        read_line(r#"{"error":"Record not found"}"#).unwrap(),
        Normalised::nothing()
    );
    assert_eq!(read_line(&frame("delete", "no id")).unwrap_err().field, "payload");
    assert_eq!(read_line(&frame("update", "{")).unwrap_err().field, "line");
}

#[test]
fn a_time_in_the_future_is_the_time_of_receipt() {
    let out = read(&status("5", json!({"created_at": "2033-01-01T00:00:00Z"})));
    assert_eq!(
        (posts(&out)[0].witnessed_at, posts(&out)[0].created_at),
        (received(), None)
    );
    assert_eq!(out.repaired, 1);
    assert_eq!(
        read_line(&status("5", json!({"created_at": "soon"})).to_string())
            .unwrap_err()
            .field,
        "created_at"
    );
}

#[test]
fn an_instance_is_a_host() {
    assert_eq!(
        Instance::new("Mastodon.Social:3000").unwrap().to_string(),
        "mastodon.social:3000"
    );
    for no_host in ["", "https://mastodon.social", "a b", "a{b}"] {
        assert_eq!(Instance::new(no_host).unwrap_err().field, "instance", "{no_host}");
    }
}
