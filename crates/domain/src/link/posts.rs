//! Links that lead to posts of the networks, and what they tell of the post. Which post that is in the end, where the link alone does not
//! tell, is the classifier's.

use super::{host, is_within};
use crate::id::{AccountId, Network, PostId};
use crate::post::Post;

/// What a link tells of the post that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostLink {
    /// Where the post is.
    pub network: Network,
    /// Its id, as far as the link tells: not where Bluesky names the author by a handle, which may be anybody's by now, nor for sure where
    /// Mastodon's page is linked to, since newer accounts have other ids.
    pub post: Option<PostId>,
    /// What the post is found by where its id is not certain: see [`address`].
    pub address: Option<String>,
    /// Its author, where the link tells.
    pub account: Option<AccountId>,
    /// Its author's handle, lower case, where the link tells; with its host on Mastodon.
    pub handle: Option<String>,
}

/// X, its former name, and mirrors of it that keep its paths.
const X_HOSTS: [&str; 6] = [
    "x.com",
    "twitter.com",
    "fxtwitter.com",
    "vxtwitter.com",
    "fixupx.com",
    "fixvx.com",
];
/// Bluesky, and mirrors of it that keep its paths.
const BLUESKY_HOSTS: [&str; 3] = ["bsky.app", "fxbsky.app", "bskx.app"];
/// Where posts lie in a Bluesky account's repository.
const COLLECTION: &str = "app.bsky.feed.post";

/// The post that a link in [canonical](super::canonical) form leads to; `None` where it leads to something else, or to a post under a name
/// that only one instance knows, such as `https://a.example/@user@b.example/1`.
pub fn post(canonical: &str) -> Option<PostLink> {
    let host = host(canonical)?;
    let rest = &canonical[canonical.find(host)? + host.len()..];
    let path = rest.split(['?', '#']).next()?.strip_prefix('/')?;
    let mut parts = path.split('/');
    let parts = [(); 5].map(|()| parts.next().filter(|part| !part.is_empty()));
    let is_at = |hosts: &[&str]| hosts.iter().any(|known| is_within(host, known));
    match parts {
        [Some("profile"), Some(actor), Some("post"), Some(key), None] if is_at(&BLUESKY_HOSTS) => bluesky(actor, key),
        [Some("i"), Some("web"), Some("status"), Some(id), _] if is_at(&X_HOSTS) => x(None, id),
        [Some(user), Some("status" | "statuses"), Some(id), ..] if is_at(&X_HOSTS) || host.starts_with("nitter.") => {
            x(Some(user).filter(|user| *user != "i"), id)
        }
        [Some("users"), Some(user), Some("statuses"), Some(id), None] => mastodon(host, user, id, Form::Id),
        [Some(user), Some(id), None, ..] => mastodon(host, user.strip_prefix('@')?, id, Form::Page),
        _ => None,
    }
}

/// What links call a post whose id they do not tell: its record key on Bluesky, which is a time to the microsecond and hardly ever
/// another's; its page on Mastodon where that does not tell its id. Nothing elsewhere.
pub fn address(post: &Post) -> Option<String> {
    match post.id.network() {
        Network::Bluesky => {
            let (above, key) = post.id.native().rsplit_once('/')?;
            above.ends_with(COLLECTION).then(|| key.to_owned())
        }
        Network::Mastodon => {
            let page = super::canonical(post.url.as_deref()?)?;
            let link = self::post(&page)?;
            link.address.filter(|_| link.post.as_ref() != Some(&post.id))
        }
        Network::X | Network::Other => None,
    }
}

fn bluesky(actor: &str, key: &str) -> Option<PostLink> {
    let is_did = actor.starts_with("did:");
    let uri = format!("at://{actor}/{COLLECTION}/{key}");
    Some(PostLink {
        network: Network::Bluesky,
        post: if is_did {
            Some(PostId::new(Network::Bluesky, uri).ok()?)
        } else {
            None
        },
        address: (!is_did).then(|| key.to_owned()),
        account: AccountId::new(Network::Bluesky, actor).ok().filter(|_| is_did),
        handle: (!is_did).then(|| actor.to_lowercase()),
    })
}

fn x(user: Option<&str>, id: &str) -> Option<PostLink> {
    Some(PostLink {
        network: Network::X,
        post: Some(PostId::new(Network::X, number(id)?).ok()?),
        address: None,
        account: None,
        handle: user.map(str::to_lowercase),
    })
}

/// What a link to Mastodon leads to.
#[derive(PartialEq)]
enum Form {
    /// What people see.
    Page,
    /// What machines read, which is the status's id itself.
    Id,
}

fn mastodon(host: &str, user: &str, id: &str, form: Form) -> Option<PostLink> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if user.is_empty() || !user.chars().all(plain) {
        return None;
    }
    let id = number(id)?;
    let uri = format!("https://{host}/users/{user}/statuses/{id}");
    Some(PostLink {
        network: Network::Mastodon,
        post: Some(PostId::new(Network::Mastodon, uri).ok()?),
        address: (form == Form::Page).then(|| format!("https://{host}/@{user}/{id}")),
        account: AccountId::new(Network::Mastodon, format!("https://{host}/@{user}")).ok(),
        handle: Some(format!("{user}@{host}").to_lowercase()),
    })
}

fn number(id: &str) -> Option<&str> {
    ((1..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit())).then_some(id)
}

#[cfg(test)]
mod tests;
