//! What a text points at without its network saying so.

use backtweet_domain::{Author, Link, Mention, Span};

use super::*;

fn post(network: Network, text: &str) -> Post {
    let native = match network {
        Network::Bluesky => "at://did:plc:me/app.bsky.feed.post/3mptbyplj5d2a",
        _ => "1",
    };
    Post {
        id: PostId::new(network, native).unwrap(),
        revision: 0,
        author: Author {
            id: AccountId::new(network, "me").unwrap(),
            handle: Some("me".into()),
            name: None,
            followers: None,
            bot: false,
            created_at: None,
        },
        text: text.into(),
        language: None,
        created_at: None,
        witnessed_at: Timestamp::from_seconds(1_780_000_000),
        references: Vec::new(),
        entities: Entities::default(),
        engagement: Default::default(),
        url: None,
        has_media: false,
    }
}

fn by(handle: &str, text: &str) -> Post {
    let mut post = post(Network::X, text);
    post.author.handle = Some(handle.into());
    post
}

fn reference(kind: ReferenceKind, target: &str, handle: &str) -> Reference {
    Reference {
        kind,
        target: Some(target.parse().unwrap()),
        author: None,
        author_handle: Some(handle.into()).filter(|handle: &String| !handle.is_empty()),
        included: false,
    }
}

/// Whether the text passes on `original` by `@ann`, and how.
fn passes_on(text: &str, original: &str) -> Option<ReferenceKind> {
    let found = inferred(&by("me", text)).pop()?;
    let names = names(&by("Ann", original));
    (found.target == Some(Target::Named(*names.first()?, None))).then_some(found.kind)
}

const ORIGINAL: &str = "We have just shipped the new release, read all about it here: https://t.co/abc";

#[test]
fn a_post_passed_on_by_hand_is_found_by_its_words_however_it_was_written() {
    let repost = Some(ReferenceKind::Repost);
    let quote = Some(ReferenceKind::Quote);
    for (text, kind) in [
        (
            "RT @ann: We have just shipped the new release, read all about it here: https://t.co/xyz",
            repost,
        ),
        (
            "rt @Ann We have just shipped the new release,  READ all about it",
            repost,
        ),
        (
            "“RT @ann: We have just shipped the new release, read all about …",
            repost,
        ),
        (
            "RT: @ann: we have just shipped the new release read all about it",
            repost,
        ),
        (
            "Big news! RT @ann: We have just shipped the new release, read all about it",
            quote,
        ),
        (
            "😍 MT @ann We have just shipped the new release, read all about...",
            quote,
        ),
        (
            "MT @ann: We have just shipped the new release, read all about it",
            repost,
        ),
        (
            "We have just shipped the new release, read all about it here: https://t.co/q via @ann",
            repost,
        ),
        (
            "We have just shipped the new release, read all about it (h/t @ann) #news",
            repost,
        ),
    ] {
        assert_eq!(passes_on(text, ORIGINAL), kind, "{text}");
    }
    for text in [
        "We have just shipped the new release, read all about it",
        "@ann: We have just shipped the new release, read all about it",
        "START @ann: We have just shipped the new release, read all about it",
        "RT @bob: We have just shipped the new release, read all about it",
        "RT @ann: We have shipped something else entirely, read all about it",
        "RT @ann: We have just shipped",
        "RT ann: We have just shipped the new release, read all about it",
        "We have just shipped the new release, read all about it via @ann and many others",
    ] {
        assert_eq!(passes_on(text, ORIGINAL), None, "{text}");
    }
}

#[test]
fn a_chain_passed_on_by_hand_keeps_its_links() {
    let chain = "RT @me: RT @ann: We have just shipped the new release, read all about it";
    let middle = "RT @ann: We have just shipped the new release, read all about it";
    let found = inferred(&by("bob", chain)).pop().unwrap();
    let name = names(&by("me", middle))[0];
    assert_eq!(found.target, Some(Target::Named(name, None)));
}

#[test]
fn words_that_everybody_says_name_no_post() {
    assert_eq!(names(&by("ann", "yes! @bob https://t.co/x")), []);
    assert_eq!(inferred(&by("me", "RT @ann: yes!"))[0].target, None);
    assert_eq!(names(&by("ann", "東京タワーに行きました")).len(), 1);
}

#[test]
fn an_account_is_known_by_what_its_network_tells_of_it() {
    let mention = |account: Option<&str>, handle: &str, start| Mention {
        account: account.map(|account| account.parse().unwrap()),
        handle: Some(handle.into()),
        span: Some(Span { start, end: start + 4 }),
        automatic: false,
    };
    let mut passed_on = post(Network::Bluesky, "RT @ann.example: the words that were said");
    assert_eq!(inferred(&passed_on)[0].target, None, "a handle is no account there");
    passed_on.entities.mentions = vec![mention(Some("bluesky:did:plc:ann"), "ann.example", 3)];
    let mut original = post(Network::Bluesky, "The words that were said");
    original.author.id = "bluesky:did:plc:ann".parse().unwrap();
    original.author.handle = None;
    let found = inferred(&passed_on).pop().unwrap();
    assert_eq!(found.target, Some(Target::Named(names(&original)[0], None)));

    let mut passed_on = post(Network::Mastodon, "RT @ann the words that were said");
    passed_on.entities.mentions = vec![mention(None, "ann@social.example", 3)];
    let mut original = post(Network::Mastodon, "The words that were said");
    original.author.handle = Some("ann@social.example".into());
    let found = inferred(&passed_on).pop().unwrap();
    assert_eq!(found.target, Some(Target::Named(names(&original)[0], None)));
}

fn linking(network: Network, url: &str) -> Post {
    let mut post = post(network, "look at this");
    post.entities.links = vec![Link::new(url, None)];
    post
}

#[test]
fn a_link_to_a_post_is_a_quote_of_it_on_any_network() {
    let found = inferred(&linking(Network::Mastodon, "https://twitter.com/Ann/status/77?s=20"));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].kind, ReferenceKind::Quote);
    assert_eq!(found[0].target, Some(Target::Post("x:77".parse().unwrap())));
    assert!(inferred(&linking(Network::X, "https://example.com/Ann/status/77")).is_empty());
}

#[test]
fn a_post_linked_to_by_a_handle_or_a_page_is_found_whatever_its_id_is() {
    let link = "https://bsky.app/profile/ann.example/post/3mptbyplj5d2a";
    let found = inferred(&linking(Network::X, link)).pop().unwrap();
    let mut original = post(Network::Bluesky, "");
    original.author.handle = None;
    let made = tid_time("3mptbyplj5d2a");
    assert_eq!(found.target, Some(Target::Named(names(&original)[0], made)));

    let page = "https://social.example/@ann/42";
    let found = inferred(&linking(Network::X, page));
    let mut original = post(Network::Mastodon, "");
    original.url = Some(page.into());
    original.id = "mastodon:https://social.example/ap/users/7/statuses/42"
        .parse()
        .unwrap();
    assert_eq!(found[1].target, Some(Target::Named(names(&original)[0], None)));
    original.id = "mastodon:https://social.example/users/ann/statuses/42".parse().unwrap();
    assert_eq!(found[0].target, Some(Target::Post(original.id.clone())));
    assert_eq!(names(&original), [], "its page tells its id");
}

#[test]
fn what_the_network_says_is_not_inferred_again() {
    let mut quoting = linking(Network::X, "https://x.com/ann/status/77");
    for (told, is_inferred) in [
        (reference(ReferenceKind::Quote, "x:77", ""), false),
        (reference(ReferenceKind::Reply, "x:77", "ann"), false),
        (reference(ReferenceKind::Quote, "x:76", "ann"), false),
        (reference(ReferenceKind::Quote, "x:76", ""), false),
        (reference(ReferenceKind::Quote, "x:76", "bob"), true),
        (reference(ReferenceKind::Reply, "x:76", "ann"), true),
    ] {
        quoting.references = vec![told.clone()];
        assert_eq!(!inferred(&quoting).is_empty(), is_inferred, "{told:?}");
    }
    quoting.references = vec![reference(ReferenceKind::Repost, "x:5", "bob")];
    assert!(inferred(&quoting).is_empty(), "a repost has no links of its own");
}

#[test]
fn no_post_points_at_itself() {
    assert!(inferred(&linking(Network::X, "https://x.com/me/status/1/photo/1")).is_empty());
    let link = "https://bsky.app/profile/me.example/post/3mptbyplj5d2a";
    assert!(inferred(&linking(Network::Bluesky, link)).is_empty());
    let credit = by(
        "ann",
        "A text of more words than any name has in it, all of them mine, via @ann",
    );
    assert!(inferred(&credit).is_empty());
}

proptest::proptest! {
    #[test]
    fn any_text_can_be_read(text in "(RT|MT|via|h/t|@a|@|[ :.…(]|\\PC){0,12}") {
        let post = by("ann", &text);
        for found in inferred(&post) {
            proptest::prop_assert!(found.handle.is_some());
        }
        names(&post);
    }

    #[test]
    fn the_words_of_a_post_are_found_in_any_copy_of_it(text in "[a-zé東]{8}[a-zé東 .,!'#:-]{0,160}", cut in 60usize..120) {
        let copy = format!("RT @ann: {}", text.chars().take(cut).collect::<String>() + "…");
        let letters = text.chars().take(cut).filter(|c| backtweet_domain::text::is_word(*c)).count();
        let is_whole = letters >= 40 || text.chars().count() <= cut;
        if is_whole {
            let name = Some(Target::Named(names(&by("ann", &text))[0], None));
            proptest::prop_assert_eq!(&inferred(&by("me", &copy))[0].target, &name);
        }
    }
}
