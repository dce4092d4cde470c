//! Which posts links lead to.

use proptest::prelude::*;

use super::*;
use crate::link::canonical;

fn led(url: &str) -> Option<PostLink> {
    post(&canonical(url).unwrap())
}

/// The post, its address, and its author's handle or account.
fn told(url: &str) -> [Option<String>; 3] {
    let link = led(url).unwrap_or_else(|| panic!("{url} leads to no post"));
    let author = link.handle.or(link.account.map(|account| account.native().to_owned()));
    [link.post.map(|post| post.to_string()), link.address, author]
}

fn some(texts: [&str; 3]) -> [Option<String>; 3] {
    texts.map(|text| (!text.is_empty()).then(|| text.to_owned()))
}

#[test]
fn a_post_on_x_is_found_under_every_name_that_x_has() {
    for url in [
        "https://x.com/Acme/status/1998000000000000001",
        "http://www.twitter.com/Acme/status/1998000000000000001?s=20&t=abc",
        "https://mobile.twitter.com/Acme/statuses/1998000000000000001/photo/1",
        "https://fxtwitter.com/Acme/status/1998000000000000001",
        "https://nitter.example/Acme/status/1998000000000000001#m",
    ] {
        assert_eq!(told(url), some(["x:1998000000000000001", "", "acme"]), "{url}");
    }
    for url in ["https://x.com/i/status/7", "https://x.com/i/web/status/7"] {
        assert_eq!(told(url), some(["x:7", "", ""]), "{url}");
    }
}

#[test]
fn a_post_on_bluesky_is_known_by_its_did_and_looked_for_by_its_key() {
    let by_did = told("https://bsky.app/profile/did:plc:ann/post/3mptbyplj5d2a");
    let uri = "bluesky:at://did:plc:ann/app.bsky.feed.post/3mptbyplj5d2a";
    assert_eq!(by_did, some([uri, "", "did:plc:ann"]));
    let by_handle = told("https://bsky.app/profile/Ann.example/post/3mptbyplj5d2a?ref=x");
    assert_eq!(by_handle, some(["", "3mptbyplj5d2a", "ann.example"]));
}

#[test]
fn a_status_is_looked_for_by_its_usual_id_and_by_its_page() {
    let uri = "mastodon:https://social.example/users/Ann/statuses/113347064048858843";
    let page = "https://social.example/@Ann/113347064048858843";
    assert_eq!(told(page), some([uri, page, "ann@social.example"]));
    let certain = told("https://social.example/users/Ann/statuses/113347064048858843");
    assert_eq!(certain, some([uri, "", "ann@social.example"]));
}

#[test]
fn pages_that_are_no_posts_and_posts_that_only_one_instance_knows_lead_nowhere() {
    for url in [
        "https://x.com/acme",
        "https://x.com/acme/status/abc",
        "https://notx.com/acme/status/1",
        "https://bsky.app/profile/ann.example",
        "https://bsky.app/profile/ann.example/feed/3mptbyplj5d2a",
        "https://social.example/@ann@other.example/1",
        "https://video.example/@ann/videos",
        "https://video.example/@ann/video/123",
        "https://social.example/@ann",
        "https://example.com/a/b",
    ] {
        assert_eq!(led(url), None, "{url}");
    }
}

proptest! {
    #[test]
    fn whatever_is_linked_to_can_be_asked(url in "\\PC{0,60}", path in "[@/a-z0-9.:-]{0,40}") {
        post(&url);
        for host in ["x.com", "bsky.app", "nitter.example", "a.example"] {
            post(&format!("https://{host}/{path}"));
        }
    }
}
