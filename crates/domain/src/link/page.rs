//! Where people read a post of a network: the way back from [`super::post`].

use crate::id::{Network, PostId};

/// The page of a post, as far as its id tells; `None` where it does not: for ids that are no posts' (a repost on Bluesky), and for posts from
/// anywhere.
pub fn page(id: &PostId) -> Option<String> {
    let native = id.native();
    match id.network() {
        Network::Bluesky => {
            let (actor, key) = native.strip_prefix("at://")?.split_once("/app.bsky.feed.post/")?;
            let is_plain = |part: &str| !part.is_empty() && !part.contains(['/', '?', '#']);
            (is_plain(actor) && is_plain(key)).then(|| format!("https://bsky.app/profile/{actor}/post/{key}"))
        }
        Network::Mastodon => native.starts_with("https://").then(|| native.to_owned()),
        Network::X => {
            let is_number = native.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| format!("https://x.com/i/web/status/{native}"))
        }
        Network::Other => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::post;
    use super::*;

    #[test]
    fn a_page_leads_back_to_its_post_and_what_has_none_gets_none() {
        for id in [
            "bluesky:at://did:plc:ann/app.bsky.feed.post/3mptbyplj5d2a",
            "mastodon:https://a.example/users/ann/statuses/109",
            "x:1460323737035677698",
        ] {
            let id: PostId = id.parse().unwrap();
            assert_eq!(post(&page(&id).unwrap()).unwrap().post, Some(id));
        }
        for id in [
            "bluesky:at://did:plc:ann/app.bsky.feed.repost/3mptbyplj5d2a",
            "bluesky:at://did:plc:ann/app.bsky.feed.post/a?b",
            "mastodon:109",
            "x:12a",
            "other:https://a.example/1",
        ] {
            assert_eq!(page(&id.parse().unwrap()), None, "{id}");
        }
    }
}
