//! Bluesky's Jetstream, v1 and v2: what each collection's record means. Frames are in `jetstream/frame.rs`, what a post record holds is in
//! `jetstream/record.rs`.

mod frame;
mod record;

use serde::Deserialize;

use backtweet_domain::id::tid_value;
use backtweet_domain::{
    AccountChange, AccountId, AccountState, Author, Engagement, Entities, Follow, Network, Post, PostEvent, PostId,
    Reference, ReferenceKind, Timestamp, revision,
};

use super::lenient::{Raw, Text};
use super::{Normalised, Refused, text_of};
use frame::{Account, Commit, Event, What};

const POST: &str = "app.bsky.feed.post";
const REPOST: &str = "app.bsky.feed.repost";
const FOLLOW: &str = "app.bsky.graph.follow";

/// The collections whose records the suite keeps; no other is worth asking for.
pub(crate) const COLLECTIONS: [&str; 3] = [POST, REPOST, FOLLOW];

/// A post passed on.
#[derive(Deserialize)]
struct RepostRecord<'a> {
    #[serde(borrow, default)]
    subject: Option<record::StrongRef<'a>>,
    /// What it was found through: another repost, or something that is no repost.
    #[serde(borrow, default)]
    via: Raw<'a>,
    #[serde(borrow, default, rename = "createdAt")]
    created_at: Raw<'a>,
}

#[derive(Deserialize)]
struct FollowRecord<'a> {
    #[serde(borrow, default)]
    subject: Raw<'a>,
}

/// What a commit says about itself whatever its record is.
struct Head<'a> {
    did: Text<'a>,
    account: AccountId,
    /// `at://did/collection/rkey`.
    uri: String,
    rkey: Text<'a>,
    /// The repository's revision, which orders everything that happens to its records.
    rev: u64,
    at: Timestamp,
}

/// Reads one frame, of either version of the wire: both give the same events for the same commit.
///
/// # Errors
/// When it is no such frame, or lacks what the suite needs of it.
pub fn normalise(line: &[u8], received: Timestamp) -> Result<Normalised, Refused> {
    let text = text_of(line)?;
    if text.is_empty() {
        return Ok(Normalised::nothing());
    }
    let event = frame::read(text)?;
    match &event.what {
        What::Commit(made) => commit(&event, made, received),
        What::Account(state) => account(&event, state, received),
        What::Identity => Ok(Normalised {
            renamed: vec![account_id(&event.did.need::<Text<'_>>("did", "the account's DID")?)?],
            ..Normalised::nothing()
        }),
        What::Other => Ok(Normalised::nothing()),
    }
}

fn commit(event: &Event<'_>, commit: &Commit<'_>, received: Timestamp) -> Result<Normalised, Refused> {
    let collection: Text<'_> = commit.collection.need("commit.collection", "the record's collection")?;
    if !COLLECTIONS.contains(&&*collection) {
        return Ok(Normalised::nothing());
    }
    let operation: Text<'_> = commit.operation.need("commit.operation", "create, update or delete")?;
    let head = head(event, commit, &collection)?;
    let mut out = Normalised::default();
    let told = match (&*collection, &*operation) {
        (FOLLOW, "create" | "update") => follow(head, Some(commit.record))?,
        (FOLLOW, "delete") => follow(head, None)?,
        (REPOST, "create" | "update") => repost(head, commit.record, &mut out.repaired)?,
        (_, "create") => PostEvent::Created {
            post: post(head, commit.record, &mut out.repaired)?,
        },
        (_, "update") => PostEvent::Edited {
            post: post(head, commit.record, &mut out.repaired)?,
        },
        (_, "delete") => PostEvent::Deleted {
            id: post_id(head.uri)?,
            revision: revision::last_of(head.rev),
            at: head.at,
        },
        _ => return Ok(Normalised::nothing()),
    };
    out.keep(told, received)?;
    Ok(out)
}

fn head<'a>(event: &Event<'a>, commit: &Commit<'a>, collection: &str) -> Result<Head<'a>, Refused> {
    let did: Text<'_> = event.did.need("did", "the account's DID")?;
    let rkey: Text<'_> = commit.rkey.need("commit.rkey", "the record's key")?;
    let rev: Text<'_> = commit.rev.need("commit.rev", "the revision of the repository, a TID")?;
    let rev = tid_value(&rev).ok_or_else(|| {
        Refused::new(
            "commit.rev",
            format!("`{}` is no TID: send the revision of the repository", super::clip(&rev)),
        )
    })?;
    Ok(Head {
        account: account_id(&did)?,
        uri: format!("at://{}/{collection}/{}", &*did, &*rkey),
        did,
        rkey,
        rev,
        at: event.time.read()?,
    })
}

fn account_id(did: &str) -> Result<AccountId, Refused> {
    AccountId::new(Network::Bluesky, did).map_err(|error| Refused::new("did", error.to_string()))
}

fn post_id(uri: String) -> Result<PostId, Refused> {
    PostId::new(Network::Bluesky, uri).map_err(|error| Refused::new("commit.rkey", error.to_string()))
}

/// A post at an `at://` address, with the account whose repository it lies in; `None` where the address names something else.
fn post_at(uri: &str) -> Option<(PostId, AccountId)> {
    record_at(uri, POST)
}

fn record_at(uri: &str, kept_in: &str) -> Option<(PostId, AccountId)> {
    let mut parts = uri.strip_prefix("at://")?.split('/');
    let (did, collection, rkey) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = did.starts_with("did:") && collection == kept_in && !rkey.is_empty() && parts.next().is_none();
    if !whole {
        return None;
    }
    Some((
        PostId::new(Network::Bluesky, uri).ok()?,
        AccountId::new(Network::Bluesky, did).ok()?,
    ))
}

fn reference(kind: ReferenceKind, (target, author): (PostId, AccountId)) -> Reference {
    Reference {
        kind,
        target: Some(target),
        author: Some(author),
        author_handle: None,
        included: false,
    }
}

/// The time that the author's client declared; `None` where it is no time or one that cannot be.
fn created_at(declared: Raw<'_>, repaired: &mut u64) -> Option<Timestamp> {
    let text: Text<'_> = declared.read(repaired)?;
    let time = Timestamp::parse(&text);
    *repaired += u64::from(time.is_err());
    time.ok()
}

fn author(account: AccountId) -> Author {
    Author {
        id: account,
        handle: None,
        name: None,
        followers: None,
        bot: false,
        created_at: None,
    }
}

fn post(head: Head<'_>, raw: Raw<'_>, repaired: &mut u64) -> Result<Box<Post>, Refused> {
    let read: record::PostRecord<'_> = raw.need("commit.record", "the post's record")?;
    let text = read
        .text
        .need::<Text<'_>>("commit.record.text", "the post's text")?
        .into_string();
    let embed = record::embed(read.embed, repaired);
    let mut entities = record::entities(&read, &text, repaired);
    if let Some(card) = &embed.card {
        super::spans::add_card(&mut entities.links, card);
    }
    let parent = read.reply.read::<record::Reply<'_>>(repaired).and_then(|reply| {
        let parent = reply.parent.as_ref().and_then(|parent| post_at(&parent.uri));
        *repaired += u64::from(parent.is_none());
        parent
    });
    let quoted = embed.record.as_deref().and_then(post_at);
    Ok(Box::new(Post {
        url: Some(format!("https://bsky.app/profile/{}/post/{}", &*head.did, &*head.rkey)),
        id: post_id(head.uri)?,
        revision: revision::of(head.rev),
        author: author(head.account),
        language: read
            .langs
            .list::<Text<'_>>(repaired)
            .into_iter()
            .next()
            .and_then(Text::filled),
        created_at: created_at(read.created_at, repaired),
        witnessed_at: head.at,
        references: (quoted.map(|quoted| reference(ReferenceKind::Quote, quoted)).into_iter())
            .chain(parent.map(|parent| reference(ReferenceKind::Reply, parent)))
            .collect(),
        text,
        entities,
        engagement: Engagement::default(),
        has_media: embed.has_media,
    }))
}

fn repost(head: Head<'_>, raw: Raw<'_>, repaired: &mut u64) -> Result<PostEvent, Refused> {
    let read: RepostRecord<'_> = raw.need("commit.record", "the repost's record")?;
    let uri = read.subject.map(|subject| subject.uri).unwrap_or_default();
    let target = post_at(&uri).ok_or_else(|| {
        let reason = format!(
            "`{}` is the address of no post: send at://DID/{POST}/RKEY",
            super::clip(&uri)
        );
        Refused::new("commit.record.subject.uri", reason)
    })?;
    let via = read.via.read::<record::StrongRef<'_>>(repaired);
    // Whose that is says nothing about whom this one points at, which is who made the post.
    let through = via.and_then(|via| record_at(&via.uri, REPOST)).map(|found| Reference {
        author: None,
        ..reference(ReferenceKind::Repost, found)
    });
    let post = Post {
        id: post_id(head.uri)?,
        revision: revision::of(head.rev),
        author: author(head.account),
        text: String::new(),
        language: None,
        created_at: created_at(read.created_at, repaired),
        witnessed_at: head.at,
        references: (through.into_iter())
            .chain([reference(ReferenceKind::Repost, target)])
            .collect(),
        entities: Entities::default(),
        engagement: Engagement::default(),
        url: None,
        has_media: false,
    };
    Ok(PostEvent::Created { post: Box::new(post) })
}

/// A follow edge, made by its record or taken back where there is none.
fn follow(head: Head<'_>, made: Option<Raw<'_>>) -> Result<PostEvent, Refused> {
    let followed = match made {
        None => None,
        Some(raw) => {
            let read: FollowRecord<'_> = raw.need("commit.record", "the follow's record")?;
            let did: Text<'_> = read
                .subject
                .need("commit.record.subject", "the DID of the followed account")?;
            Some(account_id(&did)?)
        }
    };
    Ok(PostEvent::Follow(Follow {
        key: head.uri,
        follower: head.account,
        active: followed.is_some(),
        followed,
        revision: head.rev,
        at: head.at,
    }))
}

/// An account that is not active has its posts hidden; only a deleted one has them erased.
fn account(event: &Event<'_>, account: &Account<'_>, received: Timestamp) -> Result<Normalised, Refused> {
    let mut out = Normalised::default();
    let active: bool = account.active.need("account.active", "true or false")?;
    let status = account.status.read::<Text<'_>>(&mut out.repaired);
    let state = match (active, status.as_deref()) {
        (true, _) => AccountState::Active,
        (false, Some("deleted")) => AccountState::Deleted,
        (false, _) => AccountState::Hidden,
    };
    let did: Text<'_> = event.did.need("did", "the account's DID")?;
    let seq = account
        .seq
        .need("account.seq", "the number that orders the account's states")?;
    let change = AccountChange {
        account: account_id(&did)?,
        state,
        seq,
        at: event.time.read()?,
    };
    out.keep(PostEvent::Account(change), received)?;
    Ok(out)
}

#[cfg(test)]
mod tests;
