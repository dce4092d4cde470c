//! What somebody tracks.

use backtweet_domain::{OwnedAccount, Subject, SubjectId};

use super::{WireEnum, each};
use crate::{WireError, v1};

impl From<&Subject> for v1::Subject {
    fn from(subject: &Subject) -> Self {
        Self {
            id: subject.id.to_string(),
            name: subject.name.clone(),
            generation: subject.generation,
            accounts: subject.accounts.iter().map(Into::into).collect(),
            keywords: subject.keywords.clone(),
            hashtags: subject.hashtags.clone(),
            links: subject.links.clone(),
            domains: subject.domains.clone(),
            query: subject.query.clone(),
            context: subject.context.clone(),
            exclude: subject.exclude.clone(),
        }
    }
}

impl TryFrom<v1::Subject> for Subject {
    type Error = WireError;

    fn try_from(wire: v1::Subject) -> Result<Self, WireError> {
        Ok(Self {
            id: SubjectId::new(wire.id).map_err(|error| WireError::new("id", error.to_string()))?,
            name: wire.name,
            generation: wire.generation,
            accounts: each("accounts", wire.accounts, OwnedAccount::try_from)?,
            keywords: wire.keywords,
            hashtags: wire.hashtags,
            links: wire.links,
            domains: wire.domains,
            query: wire.query,
            context: wire.context,
            exclude: wire.exclude,
        })
    }
}

impl From<&OwnedAccount> for v1::OwnedAccount {
    fn from(account: &OwnedAccount) -> Self {
        Self {
            network: account.network.map_or(v1::Network::Unspecified, Into::into).into(),
            native: account.native.clone(),
            handles: account.handles.clone(),
        }
    }
}

impl TryFrom<v1::OwnedAccount> for OwnedAccount {
    type Error = WireError;

    fn try_from(wire: v1::OwnedAccount) -> Result<Self, WireError> {
        let network = match wire.network {
            0 => None,
            number => Some(WireEnum::from_number(number).map_err(|error| error.within("network"))?),
        };
        Ok(Self {
            network,
            native: wire.native,
            handles: wire.handles,
        })
    }
}
