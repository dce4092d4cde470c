//! What somebody tracks.

use std::collections::BTreeMap;

use backtweet_domain::{Network, OwnedAccount, Retention, Subject, SubjectId};

use super::{WireEnum, each, optional};
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
            retention: (!subject.retention.is_empty()).then(|| (&subject.retention).into()),
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
            retention: optional("retention", wire.retention, Retention::try_from)?.unwrap_or_default(),
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

impl From<&Retention> for v1::Retention {
    fn from(retention: &Retention) -> Self {
        let networks = retention.networks.iter();
        Self {
            days: retention.days,
            networks: networks
                .map(|(&network, &days)| v1::NetworkRetention {
                    network: v1::Network::from(network).into(),
                    days,
                })
                .collect(),
        }
    }
}

impl TryFrom<v1::Retention> for Retention {
    type Error = WireError;

    fn try_from(wire: v1::Retention) -> Result<Self, WireError> {
        let days = |days: u32| match days {
            1..=Retention::MOST_DAYS => Ok(days),
            _ => Err(WireError::new(
                "days",
                format!(
                    "{days} days are no retention: keep posts for 1 to {}, or leave it out",
                    Retention::MOST_DAYS
                ),
            )),
        };
        let of_network = |wire: v1::NetworkRetention| {
            let network = Network::from_number(wire.network).map_err(|error| error.within("network"))?;
            Ok((network, days(wire.days)?))
        };
        let mut networks = BTreeMap::new();
        for (index, (network, days)) in each("networks", wire.networks, of_network)?.into_iter().enumerate() {
            if networks.insert(network, days).is_some() {
                let reason = format!("{network} is named twice: name it once");
                return Err(WireError::new("network", reason).at(index).within("networks"));
            }
        }
        Ok(Self {
            days: wire.days.map(days).transpose()?,
            networks,
        })
    }
}
