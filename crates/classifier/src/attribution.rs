//! What a post points at without the network saying so: links to posts, and posts passed on by hand (`RT @x: …`, `… via @x`). Which post
//! a name stands for is kept by `lineage::named`; where that puts a post is `lineage::place`'s.
//!
//! By hand, only words and their author are named. So a post in a conversation registers under the [`Name`] that author and beginning of
//! its text make, and whoever passes it on by hand looks there, and waits there. What is not found: posts of fewer than
//! [`name::LEAST`] letters; texts that were changed at their beginning, or shortened to less than their name; on Mastodon and Bluesky,
//! accounts that are written but not mentioned.

mod by_hand;
mod name;

use std::borrow::Cow;

use backtweet_domain::id::tid_time;
use backtweet_domain::{
    AccountId, Entities, Kind, KindSet, Network, Post, PostId, Reference, ReferenceKind, Timestamp, link,
};

use self::by_hand::{ByHand, Form};
use crate::index::{Match, SubjectIndex, kind_of};
pub(crate) use name::Name;

/// One pointing at a post that the network does not speak of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inferred {
    pub(crate) kind: ReferenceKind,
    /// `None` where the post cannot be told: whose it is may still count.
    pub(crate) target: Option<Target>,
    /// Where it is.
    network: Network,
    /// Whose it is.
    account: Option<AccountId>,
    handle: Option<String>,
    /// Whether it points at the author as well, whether or not the post is found.
    certain: bool,
}

/// What is pointed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A post by its id.
    Post(PostId),
    /// Whatever post the name stands for, and when that was made, where the name tells.
    Named(Name, Option<Timestamp>),
}

/// Everything that the post points at without its network saying so. Nothing that the network says as well: no post that it names, and
/// none of an author of whom it names a post in the same way.
pub(crate) fn inferred(post: &Post) -> Vec<Inferred> {
    if post.is_repost() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for link in &post.entities.links {
        linked(&link.canonical, &mut found);
    }
    if let Some(written) = by_hand::read(&post.text) {
        found.push(passed_on(post, &written));
    }
    found.retain(|it| !is_told(post, it) && !is_itself(post, it));
    found
}

/// Everything under which the post is found by those who do not know its id.
pub(crate) fn names(post: &Post) -> Vec<Name> {
    let network = post.id.network();
    let words = who(network, Some(&post.author.id), post.author.handle.as_deref())
        .and_then(|who| Name::of_words(network, &who, &post.text));
    let address = link::address(post).map(|address| Name::of_address(network, &address));
    words.filter(|_| !post.is_repost()).into_iter().chain(address).collect()
}

/// The matches of a post, and those that follow from what it points at without its network saying so.
pub(crate) fn add_matches(post: &Post, inferred: &[Inferred], index: &SubjectIndex, matches: &mut Vec<Match>) {
    for it in inferred.iter().filter(|it| it.certain) {
        let kind = kind_of(it.kind);
        let found = index.match_post(&says_only(post, it));
        for found in found.into_iter().filter(|found| found.kinds.contains(Kind::Quote)) {
            match matches.binary_search_by_key(&found.subject, |other| other.subject) {
                Ok(at) => matches[at].kinds = matches[at].kinds.with(kind),
                Err(at) => matches.insert(
                    at,
                    Match {
                        owned: false,
                        kinds: KindSet::EMPTY.with(kind),
                        ..found
                    },
                ),
            }
        }
    }
}

/// A post that says nothing but this, as if its network did. A quote whatever it is: of a repost not even the words would count.
fn says_only(post: &Post, it: &Inferred) -> Post {
    let reference = Reference {
        kind: ReferenceKind::Quote,
        target: None,
        author: it.account.clone(),
        author_handle: it.handle.clone(),
        included: false,
    };
    let id = match &it.target {
        Some(Target::Post(target)) => target.clone(),
        _ => PostId::new(it.network, "0").unwrap_or_else(|_| post.id.clone()),
    };
    Post {
        id,
        text: String::new(),
        references: vec![reference],
        entities: Entities::default(),
        ..post.clone()
    }
}

fn linked(canonical: &str, found: &mut Vec<Inferred>) {
    let Some(link) = link::post(canonical) else { return };
    let named = link.address.as_ref().map(|address| {
        let made = Some(link.network)
            .filter(|network| *network == Network::Bluesky)
            .and_then(|_| tid_time(address));
        Target::Named(Name::of_address(link.network, address), made)
    });
    for target in link.post.map(Target::Post).into_iter().chain(named) {
        found.push(Inferred {
            kind: ReferenceKind::Quote,
            target: Some(target),
            network: link.network,
            account: link.account.clone(),
            handle: link.handle.clone(),
            certain: true,
        });
    }
}

fn passed_on(post: &Post, written: &ByHand<'_>) -> Inferred {
    let network = post.id.network();
    let mentioned = post
        .entities
        .mentions
        .iter()
        .find(|mention| mention.span.is_some_and(|span| span.start as usize == written.at))
        .or_else(|| {
            let is_named = |handle: &String| *handle == written.handle;
            post.entities
                .mentions
                .iter()
                .find(|it| it.handle.as_ref().is_some_and(is_named))
        });
    let account = mentioned.and_then(|mention| mention.account.clone());
    let handle = mentioned
        .and_then(|mention| mention.handle.clone())
        .unwrap_or_else(|| written.handle.clone());
    let name =
        who(network, account.as_ref(), Some(&handle)).and_then(|who| Name::of_words(network, &who, written.body));
    Inferred {
        kind: match written.form {
            Form::Commented => ReferenceKind::Quote,
            Form::PassedOn | Form::Credited => ReferenceKind::Repost,
        },
        target: name.map(|name| Target::Named(name, None)),
        network,
        account,
        handle: Some(handle),
        // Who credits somebody has the words from them, or the picture, or the idea: only the words themselves tell.
        certain: written.form != Form::Credited,
    }
}

/// What tells an account apart in a name: handles change on Bluesky and are not in its stream; X's mentions often have no ids.
fn who<'a>(network: Network, account: Option<&'a AccountId>, handle: Option<&'a str>) -> Option<Cow<'a, str>> {
    match network {
        Network::Bluesky => account.map(|account| account.native().into()),
        Network::Mastodon | Network::X | Network::Other => handle.map(|handle| handle.to_lowercase().into()),
    }
}

/// Whether the network says it itself. A post of whom nobody knows may be that author's.
fn is_told(post: &Post, it: &Inferred) -> bool {
    let same_post = |reference: &Reference| match (&it.target, &reference.target) {
        (Some(Target::Post(inferred)), Some(target)) => inferred == target,
        _ => false,
    };
    let same_author = |reference: &Reference| match (&reference.author, &reference.author_handle) {
        (None, None) => it.network == post.id.network(),
        (account, handle) => {
            (account.is_some() && *account == it.account) || (handle.is_some() && *handle == it.handle)
        }
    };
    post.references
        .iter()
        .any(|reference| same_post(reference) || (reference.kind == it.kind && same_author(reference)))
}

/// Whether a post points at itself: its own pictures have links, too.
fn is_itself(post: &Post, it: &Inferred) -> bool {
    match &it.target {
        Some(Target::Post(target)) => *target == post.id,
        Some(Target::Named(name, _)) => names(post).contains(name),
        None => false,
    }
}

#[cfg(test)]
mod tests;
