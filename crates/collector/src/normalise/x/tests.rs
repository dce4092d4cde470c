//! Posts made by hand, for what the recorded ones do not show.

use backtweet_domain::{Mention, Span, entities};
use serde_json::{Value, json};

use super::*;
use crate::normalise::Wire;
use crate::normalise::tests::{read_all, received};

const ID: &str = "1999000000000000001";

fn read(line: Value) -> Normalised {
    normalise(line.to_string().as_bytes(), received()).unwrap()
}

fn tweet(id: &str, more: Value) -> Value {
    let mut tweet = json!({"id": id, "author_id": "11", "text": "hi", "created_at": "2025-12-11T00:00:00.000Z"});
    for (key, value) in more.as_object().unwrap() {
        tweet[key] = value.clone();
    }
    tweet
}

fn users() -> Value {
    json!([
        {"id": "11", "username": "Ann", "name": "Ann A", "public_metrics": {"followers_count": 9}},
        {"id": "12", "username": "Bob", "name": "Bob B", "public_metrics": {"followers_count": 3}},
    ])
}

fn posts<'a>(out: &'a Normalised) -> Vec<&'a Post> {
    let post = |event: &'a PostEvent| match event {
        PostEvent::Created { post } | PostEvent::Edited { post } => &**post,
        other => panic!("{other:?}"),
    };
    out.events.iter().map(post).collect()
}

#[test]
fn a_retweet_brings_the_whole_original_and_has_no_words_or_figures_of_its_own() {
    let original = tweet(
        "1998000000000000001",
        json!({"author_id": "12", "text": "the whole text"}),
    );
    let out = read(json!({
        "data": tweet(ID, json!({
            "text": "RT @Bob: the wh…", "referenced_tweets": [{"type": "retweeted", "id": "1998000000000000001"}],
            "entities": {"mentions": [{"start": 3, "end": 7, "username": "Bob"}]},
            "public_metrics": {"retweet_count": 5},
        })),
        "includes": {"users": users(), "tweets": [original]}, "matching_rules": [{"id": "1", "tag": "t"}],
    }));
    let [original, retweet] = posts(&out)[..] else {
        panic!("{out:?}")
    };
    assert_eq!(
        (original.text.as_str(), original.author.followers),
        ("the whole text", Some(3))
    );
    assert_eq!(
        (
            retweet.text.as_str(),
            retweet.engagement,
            retweet.entities.mentions.len()
        ),
        ("", Engagement::default(), 0)
    );
    let reference = retweet.reference(ReferenceKind::Repost).unwrap();
    assert_eq!(reference.target.as_ref(), Some(&original.id));
    assert_eq!(reference.author.as_ref(), Some(&original.author.id));
    assert_eq!(reference.author_handle.as_deref(), Some("bob"));
}

#[test]
fn a_reply_knows_whom_it_answers_and_which_mentions_the_network_put_there() {
    let out = read(json!({"data": tweet(ID, json!({
        "text": "@Bob @cat so says @dan", "in_reply_to_user_id": "12",
        "referenced_tweets": [{"type": "replied_to", "id": "1998000000000000001"}],
        "entities": {"mentions": [{"start": 0, "end": 4, "username": "Bob"}, {"start": 5, "end": 9, "username": "cat", "id": "13"},
            {"start": 18, "end": 22, "username": "dan"}]},
    })), "includes": {"users": users()}}));
    let post = posts(&out)[0];
    let reply = post.reference(ReferenceKind::Reply).unwrap();
    assert_eq!(reply.target.as_ref().unwrap().to_string(), "x:1998000000000000001");
    assert_eq!(reply.author.as_ref().unwrap().to_string(), "x:12");
    let mentions: Vec<_> = (post.entities.mentions.iter())
        .map(|mention| {
            (
                mention.handle.as_deref().unwrap(),
                mention.account.as_ref().map(|id| id.native()),
                mention.automatic,
            )
        })
        .collect();
    assert_eq!(
        mentions,
        [
            ("bob", Some("12"), true),
            ("cat", Some("13"), true),
            ("dan", None, false)
        ]
    );

    let orphan = read(json!({"data": tweet(ID, json!({"in_reply_to_user_id": "12"}))}));
    let reply = posts(&orphan)[0].reference(ReferenceKind::Reply).unwrap();
    assert_eq!(
        (reply.target.clone(), reply.author.as_ref().unwrap().native()),
        (None, "12")
    );
}

#[test]
fn an_edit_is_a_higher_revision_of_the_first_id() {
    let history = json!([ID, "1999000000000000002"]);
    let out = read(json!({"data": tweet("1999000000000000002", json!({"edit_history_tweet_ids": history}))}));
    let [PostEvent::Edited { post }] = &out.events[..] else {
        panic!("{out:?}")
    };
    assert_eq!((post.id.native(), post.revision), (ID, revision::of(1)));
    assert_eq!(post.url.as_deref(), Some("https://x.com/i/status/1999000000000000002"));
    let first = read(json!({"data": tweet(ID, json!({"edit_history_tweet_ids": [ID]}))}));
    assert!(matches!(&first.events[..], [PostEvent::Created { post }] if post.revision == 0));
    assert_eq!(
        posts(&first)[0].witnessed_at,
        post.witnessed_at,
        "an edit keeps the event time"
    );

    let quoted = tweet("1999000000000000002", json!({"edit_history_tweet_ids": history}));
    let quote = read(
        json!({"data": tweet("1999000000000000009", json!({"referenced_tweets": [{"type": "quoted", "id": "1999000000000000002"}]})),
        "includes": {"tweets": [quoted]}}),
    );
    let target = posts(&quote)[1].reference(ReferenceKind::Quote).unwrap().target.clone();
    assert_eq!(
        target.unwrap().native(),
        ID,
        "a quote of an edit is a quote of the post"
    );
}

#[test]
fn long_texts_are_read_whole_and_wrong_offsets_cost_their_place_only() {
    let out = read(json!({"data": tweet(ID, json!({
        "text": "a long…", "entities": {"hashtags": [{"start": 0, "end": 1, "tag": "cut"}]},
        "note_tweet": {"text": "a long text &amp; #tag", "entities": {"hashtags": [
            {"start": 18, "end": 22, "tag": "tag"}, {"start": 90, "end": 99, "tag": "far"}, {"tag": "nowhere"}]}},
    }))}));
    let post = posts(&out)[0];
    assert_eq!(post.text, "a long text & #tag");
    let tags: Vec<_> = (post.entities.hashtags.iter())
        .map(|tag| {
            (
                tag.tag.as_str(),
                tag.span.map(|span| &post.text[span.start as usize..span.end as usize]),
            )
        })
        .collect();
    assert_eq!(tags, [("tag", Some("#tag")), ("far", None), ("nowhere", None)]);
    assert_eq!(out.repaired, 1);
}

#[test]
fn places_counted_in_another_unit_are_those_at_which_the_text_names_the_same() {
    // In UTF-16, as some libraries count, everything stands two further on.
    let out = read(json!({"data": tweet(ID, json!({
        "text": "@Bob 🦀🦀 #tag &amp; #Tag $ACME https://t.co/a", "in_reply_to_user_id": "12",
        "entities": {
            "mentions": [{"start": 1, "end": 5, "username": "bob"}],
            "hashtags": [{"start": 10, "end": 14, "tag": "tag"}, {"start": 21, "end": 25, "tag": "Tag"}],
            "cashtags": [{"start": 26, "end": 31, "tag": "ACME"}],
            "urls": [{"start": 32, "end": 46, "url": "https://t.co/a", "expanded_url": "https://a.example/b"}],
        },
    }))}));
    let post = posts(&out)[0];
    let part = |span: Option<Span>| span.and_then(|span| span.part_of(&post.text));
    let entities = &post.entities;
    let tags = entities.hashtags.iter().chain(&entities.cashtags);
    let tags: Vec<_> = tags.map(|tag| part(tag.span)).collect();
    assert_eq!(tags, [Some("#tag"), Some("#Tag"), Some("$ACME")]);
    assert_eq!(part(entities.links[0].span), Some("https://t.co/a"));
    assert_eq!(entities.links[0].url, "https://a.example/b");
    assert_eq!(
        (part(entities.mentions[0].span), entities.mentions[0].automatic),
        (Some("@Bob"), true)
    );
    assert_eq!(out.repaired, 5);
}

#[test]
fn links_are_followed_as_far_as_x_did_and_its_own_pictures_are_none() {
    let url = |more: Value| {
        let mut url = json!({"start": 0, "end": 2, "url": "https://t.co/a"});
        for (key, value) in more.as_object().unwrap() {
            url[key] = value.clone();
        }
        url
    };
    let links = |urls: Vec<Value>| {
        let out = read(json!({"data": tweet(ID, json!({"entities": {"urls": urls}}))}));
        let post = posts(&out)[0];
        (
            post.entities
                .links
                .iter()
                .map(|link| link.url.clone())
                .collect::<Vec<_>>(),
            post.has_media,
        )
    };
    let unwound = json!({"expanded_url": "https://sho.rt/a", "unwound_url": "https://example.org/a"});
    assert_eq!(
        links(vec![url(unwound)]),
        (vec!["https://example.org/a".to_owned()], false)
    );
    assert_eq!(
        links(vec![url(json!({"expanded_url": "https://sho.rt/a"}))]),
        (vec!["https://sho.rt/a".to_owned()], false)
    );
    assert_eq!(links(vec![url(json!({}))]), (vec!["https://t.co/a".to_owned()], false));
    for picture in [
        "https://twitter.com/a/status/1/photo/1",
        "https://x.com/a/status/1/video/1",
    ] {
        assert_eq!(links(vec![url(json!({"expanded_url": picture}))]), (vec![], true));
    }
    let site = "https://example.org/photo/1";
    assert_eq!(
        links(vec![url(json!({"expanded_url": site}))]),
        (vec![site.to_owned()], false)
    );
}

#[test]
fn event_time_is_the_time_inside_the_id() {
    let out = read(json!({"data": tweet("1460323737035677698", json!({"lang": "und"}))}));
    assert_eq!(posts(&out)[0].witnessed_at.to_string(), "2021-11-15T19:08:05.069Z");
    assert_eq!(posts(&out)[0].language, None);
    let old = read(json!({"data": tweet("20", json!({"created_at": "2006-03-21T20:50:14.000Z", "lang": "en"}))}));
    assert_eq!(posts(&old)[0].witnessed_at.to_string(), "2006-03-21T20:50:14Z");
    assert_eq!(posts(&old)[0].language.as_deref(), Some("en"));
    let undated = read(json!({"data": tweet("21", json!({"created_at": null}))}));
    assert_eq!(posts(&undated)[0].witnessed_at, received());
}

#[test]
fn a_post_by_itself_is_taken_and_stream_messages_are_counted() {
    assert_eq!(read(tweet(ID, json!({}))).events.len(), 1);
    let both = json!({"data": tweet(ID, json!({})), "errors": [{"title": "Not Found Error"}]});
    assert_eq!(
        read(both).events.len(),
        1,
        "a partial error says nothing against the post"
    );
    for message in [
        json!({"errors": [{"title": "operational-disconnect", "disconnect_type": "UpstreamOperationalDisconnect"}]}),
        json!({"title": "ConnectionException", "connection_issue": "TooManyConnections"}),
        json!({"something": "new"}),
    ] {
        assert_eq!(read(message), Normalised::nothing());
    }
}

#[test]
fn a_broken_companion_does_not_cost_the_post() {
    let out = read(json!({
        "data": tweet(ID, json!({"referenced_tweets": [{"type": "quoted", "id": "1998000000000000001"}, {"type": 5}]})),
        "includes": {"users": {}, "tweets": [{"id": "1998000000000000001", "author_id": "{", "text": "x"}, 7]},
    }));
    assert_eq!((out.events.len(), out.repaired), (1, 3));
    let refused = normalise(
        json!({"data": {"id": ID, "text": "x"}}).to_string().as_bytes(),
        received(),
    )
    .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "author_id: is missing: send the author's id: ask for it in tweet.fields"
    );
}

/// X names no account that is gone, so it may name fewer; and it cuts old retweets, which end in `…`, within a word.
#[test]
fn what_x_itself_found_in_real_posts_is_found_in_their_text() {
    let (read, _) = read_all(Wire::X, "x/stream_v2.ndjson.gz");
    let (mut compared, mut more) = (0, 0);
    for post in posts(&read).into_iter().filter(|post| !post.text.ends_with('…')) {
        let found = entities::extract_on(Network::X, &post.text);
        let (given, text) = (&post.entities, &post.text);
        let places = |mentions: &[Mention]| mentions.iter().map(|it| it.span).collect::<Vec<_>>();
        let (named, mentions) = (places(&given.mentions), places(&found.mentions));
        assert!(
            named.iter().all(|place| mentions.contains(place)),
            "{text}: {named:?} {mentions:?}"
        );
        more += mentions.len() - named.len();
        assert_eq!(given.hashtags, found.hashtags, "{text}");
        assert_eq!(given.cashtags, found.cashtags, "{text}");
        let links: Vec<_> = found.links.iter().map(|link| link.span).collect();
        assert!(given.links.iter().all(|link| links.contains(&link.span)), "{text}");
        compared += mentions.len() + found.hashtags.len() + links.len();
    }
    eprintln!("{compared} places as X has them, {more} of accounts that it does not name");
    assert!(more * 1000 <= compared);
}

#[test]
fn a_look_up_that_does_not_show_a_post_takes_it_back_and_other_errors_do_not() {
    let error = |id: &str, change: &[(&str, &str)]| {
        let text = format!(
            r#"{{"value":"{id}","resource_id":"{id}","parameter":"ids","resource_type":"tweet","title":"Not Found Error",
                "detail":"Could not find tweet with ids: [{id}].","type":"https://api.twitter.com/2/problems/resource-not-found"}}"#
        );
        change.iter().fold(text, |text, (from, to)| text.replace(from, to))
    };
    let line = format!(
        r#"{{"errors":[{},{},{},{},7]}}"#,
        error("1460323737035677698", &[]),
        error(
            "1460323737035677699",
            &[("resource-not-found", "not-authorized-for-resource")]
        ),
        // One that is referred to, and one of which X does not know what has become.
        error("1460323737035677700", &[(r#""ids""#, r#""referenced_tweets.id""#)]),
        error("1460323737035677701", &[("resource-not-found", "service-unavailable")]),
    );
    let read = normalise(line.replace('\n', "").as_bytes(), received()).unwrap();
    let gone: Vec<String> = read.events.iter().map(PostEvent::key).collect();
    assert_eq!(gone, ["x:1460323737035677698", "x:1460323737035677699"]);
    let is_final =
        |event: &PostEvent| matches!(event, PostEvent::Deleted { revision: u64::MAX, at, .. } if *at == received());
    assert!(read.events.iter().all(is_final));
    let odd = error("", &[]);
    assert!(
        normalise(
            format!(r#"{{"errors":[{odd}]}}"#).replace('\n', "").as_bytes(),
            received()
        )
        .is_err()
    );
}
