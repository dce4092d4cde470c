//! Who is named, tagged and linked in a status: its lists say what, its anchors where.

use serde::Deserialize;

use backtweet_domain::{AccountId, Entities, Hashtag, IdError, Link, Mention, Network, Span};

use super::Instance;
use super::html::{Anchor, AnchorKind, Plain};
use super::status::Status;
use crate::normalise::lenient::{Raw, Text};
use crate::normalise::spans;

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    url: Text<'a>,
    #[serde(borrow, default)]
    acct: Text<'a>,
}

#[derive(Deserialize)]
struct Tag<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
}

#[derive(Deserialize)]
struct Card<'a> {
    #[serde(borrow, default)]
    url: Raw<'a>,
}

/// The account whose profile is at `url`: the same on every instance.
pub(super) fn account_id(url: &str) -> Result<AccountId, IdError> {
    AccountId::new(Network::Mastodon, with_lower_host(url))
}

/// `user@host`, lower case. The instance's own accounts are named without their host, which their profile tells.
pub(super) fn handle(acct: &str, url: &str, instance: &Instance) -> String {
    if acct.contains('@') {
        return acct.trim_start_matches('@').to_lowercase();
    }
    match host_at(url) {
        Some(host) => format!("{acct}@{}", &url[host]).to_lowercase(),
        None => format!("{acct}@{instance}").to_lowercase(),
    }
}

/// Where the host stands in `url`.
fn host_at(url: &str) -> Option<std::ops::Range<usize>> {
    let start = url.find("://")? + 3;
    let end = url[start..]
        .find(['/', '?', '#'])
        .map_or(url.len(), |length| start + length);
    (start < end).then_some(start..end)
}

fn with_lower_host(url: &str) -> String {
    let end = host_at(url).map_or(0, |host| host.end);
    format!("{}{}", url[..end].to_lowercase(), &url[end..])
}

/// The account that this instance calls `id`, where the status names it.
pub(super) fn mentioned(status: &Status<'_>, id: &str, instance: &Instance) -> Option<(AccountId, String)> {
    let named = status
        .mentions
        .list::<Named<'_>>(&mut 0)
        .into_iter()
        .find(|named| *named.id == *id)?;
    Some((account_id(&named.url).ok()?, handle(&named.acct, &named.url, instance)))
}

/// Everything that is named, tagged and linked.
pub(super) fn read(
    status: &Status<'_>,
    plain: &Plain,
    is_reply: bool,
    instance: &Instance,
    repaired: &mut u64,
) -> Entities {
    let mut entities = Entities {
        mentions: mentions(status, plain, instance, repaired),
        hashtags: hashtags(status, plain, repaired),
        ..Entities::default()
    };
    for anchor in plain
        .anchors
        .iter()
        .filter(|anchor| anchor.kind == AnchorKind::Link && is_page(&anchor.href))
    {
        entities.links.push(Link::new(&anchor.href, anchor.span));
    }
    let card = status
        .card
        .read::<Card<'_>>(repaired)
        .and_then(|card| card.url.read::<Text<'_>>(repaired));
    // Mastodon makes cards of profiles and tags as well.
    if let Some(card) = card.filter(|card| is_page(card) && plain.anchors.iter().all(|anchor| anchor.href != **card)) {
        spans::add_card(&mut entities.links, &card);
    }
    if is_reply {
        spans::mark_automatic(&plain.text, plain.body, &mut entities.mentions);
    }
    entities
}

fn is_page(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

/// The accounts of the status's list, and those that only an anchor names, as bridges send them.
fn mentions(status: &Status<'_>, plain: &Plain, instance: &Instance, repaired: &mut u64) -> Vec<Mention> {
    let mut anchors: Vec<_> = plain
        .anchors
        .iter()
        .filter(|anchor| anchor.kind == AnchorKind::Mention)
        .collect();
    let mut mentions = Vec::new();
    for named in status.mentions.list::<Named<'_>>(repaired) {
        let Ok(account) = account_id(&named.url) else {
            *repaired += 1;
            continue;
        };
        let handle = handle(&named.acct, &named.url, instance);
        let place = anchors
            .iter()
            .position(|anchor| names(anchor, &account, &handle, plain));
        let span = place.and_then(|place| anchors.remove(place).span);
        mentions.push(Mention {
            account: Some(account),
            handle: Some(handle),
            span,
            automatic: false,
        });
    }
    for anchor in anchors {
        let Ok(account) = account_id(&anchor.href) else {
            continue;
        };
        let repeated = mentions
            .iter()
            .any(|mention| mention.account.as_ref() == Some(&account));
        if !repeated {
            let written = anchor
                .span
                .map(|span| handle(spelt(plain, span, '@'), &anchor.href, instance));
            mentions.push(Mention {
                account: Some(account),
                handle: written,
                span: anchor.span,
                automatic: false,
            });
        }
    }
    mentions
}

/// Whether the anchor leads to the account, or is spelt as its name: some servers link to another form of the profile.
fn names(anchor: &Anchor, account: &AccountId, handle: &str, plain: &Plain) -> bool {
    if with_lower_host(&anchor.href) == account.native() {
        return true;
    }
    let written = anchor
        .span
        .map(|span| spelt(plain, span, '@').to_lowercase())
        .unwrap_or_default();
    let user = handle.split('@').next().unwrap_or_default();
    !written.is_empty() && (written == handle || written == user)
}

fn spelt(plain: &Plain, span: Span, sign: char) -> &str {
    let text = plain
        .text
        .get(span.start as usize..span.end as usize)
        .unwrap_or_default();
    text.trim().trim_start_matches(sign)
}

/// The tags as written, and those that stand in the list only.
fn hashtags(status: &Status<'_>, plain: &Plain, repaired: &mut u64) -> Vec<Hashtag> {
    let mut tags: Vec<Hashtag> = Vec::new();
    for anchor in plain.anchors.iter().filter(|anchor| anchor.kind == AnchorKind::Hashtag) {
        let Some(span) = anchor.span else { continue };
        let tag = spelt(plain, span, '#');
        if !tag.is_empty() {
            tags.push(Hashtag {
                tag: tag.to_owned(),
                span: Some(span),
            });
        }
    }
    for listed in status.tags.list::<Tag<'_>>(repaired) {
        let name = listed.name.to_lowercase();
        if !name.is_empty() && tags.iter().all(|tag| tag.tag.to_lowercase() != name) {
            tags.push(Hashtag {
                tag: listed.name.into_string(),
                span: None,
            });
        }
    }
    tags
}
