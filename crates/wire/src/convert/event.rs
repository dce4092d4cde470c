//! What happens to posts and accounts.

use backtweet_domain::{AccountChange, Follow, Post, PostEvent};

use super::{WireEnum, account_id, account_text, optional, post_id, post_text, time};
use crate::{WireError, v1};

impl From<&PostEvent> for v1::PostEvent {
    fn from(event: &PostEvent) -> Self {
        use v1::post_event::Event;
        let event = match event {
            PostEvent::Created { post } => Event::Created(post.as_ref().into()),
            PostEvent::Edited { post } => Event::Edited(post.as_ref().into()),
            PostEvent::Deleted { id, revision, at } => Event::Deleted(v1::PostDeleted {
                id: post_text(id),
                revision: *revision,
                at_us: at.micros(),
            }),
            PostEvent::Engagement { id, engagement, at } => Event::Engagement(v1::EngagementUpdated {
                id: post_text(id),
                engagement: Some((*engagement).into()),
                at_us: at.micros(),
            }),
            PostEvent::Follow(follow) => Event::Follow(follow.into()),
            PostEvent::Account(change) => Event::Account(change.into()),
        };
        Self { event: Some(event) }
    }
}

impl TryFrom<v1::PostEvent> for PostEvent {
    type Error = WireError;

    fn try_from(wire: v1::PostEvent) -> Result<Self, WireError> {
        use v1::post_event::Event;
        match wire.event.ok_or_else(|| WireError::missing("event"))? {
            Event::Created(wire) => post(wire).map(|post| PostEvent::Created { post }),
            Event::Edited(wire) => post(wire).map(|post| PostEvent::Edited { post }),
            Event::Deleted(wire) => deleted(wire).map_err(|error| error.within("deleted")),
            Event::Engagement(wire) => engagement(wire).map_err(|error| error.within("engagement")),
            Event::Follow(wire) => wire
                .try_into()
                .map(PostEvent::Follow)
                .map_err(|error: WireError| error.within("follow")),
            Event::Account(wire) => wire
                .try_into()
                .map(PostEvent::Account)
                .map_err(|error: WireError| error.within("account")),
        }
    }
}

/// Whether made or edited, senders know it as the `post` of their event.
fn post(wire: v1::Post) -> Result<Box<Post>, WireError> {
    wire.try_into()
        .map(Box::new)
        .map_err(|error: WireError| error.within("post"))
}

fn deleted(wire: v1::PostDeleted) -> Result<PostEvent, WireError> {
    Ok(PostEvent::Deleted {
        id: post_id(wire.id).map_err(|error| error.within("id"))?,
        revision: wire.revision,
        at: time(wire.at_us).map_err(|error| error.within("at_us"))?,
    })
}

fn engagement(wire: v1::EngagementUpdated) -> Result<PostEvent, WireError> {
    Ok(PostEvent::Engagement {
        id: post_id(wire.id).map_err(|error| error.within("id"))?,
        engagement: wire.engagement.ok_or_else(|| WireError::missing("engagement"))?.into(),
        at: time(wire.at_us).map_err(|error| error.within("at_us"))?,
    })
}

impl From<&Follow> for v1::FollowChanged {
    fn from(follow: &Follow) -> Self {
        Self {
            key: follow.key.clone(),
            follower: account_text(&follow.follower),
            followed: follow.followed.as_ref().map(account_text),
            revision: follow.revision,
            active: follow.active,
            at_us: follow.at.micros(),
        }
    }
}

impl TryFrom<v1::FollowChanged> for Follow {
    type Error = WireError;

    fn try_from(wire: v1::FollowChanged) -> Result<Self, WireError> {
        Ok(Self {
            key: wire.key,
            follower: account_id(wire.follower).map_err(|error| error.within("follower"))?,
            followed: optional("followed", wire.followed, account_id)?,
            revision: wire.revision,
            active: wire.active,
            at: time(wire.at_us).map_err(|error| error.within("at_us"))?,
        })
    }
}

impl From<&AccountChange> for v1::AccountChanged {
    fn from(change: &AccountChange) -> Self {
        Self {
            account: account_text(&change.account),
            state: v1::AccountState::from(change.state).into(),
            seq: change.seq,
            at_us: change.at.micros(),
        }
    }
}

impl TryFrom<v1::AccountChanged> for AccountChange {
    type Error = WireError;

    fn try_from(wire: v1::AccountChanged) -> Result<Self, WireError> {
        Ok(Self {
            account: account_id(wire.account).map_err(|error| error.within("account"))?,
            state: WireEnum::from_number(wire.state).map_err(|error| error.within("state"))?,
            seq: wire.seq,
            at: time(wire.at_us).map_err(|error| error.within("at_us"))?,
        })
    }
}
