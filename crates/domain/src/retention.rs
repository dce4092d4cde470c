//! For how long a subject's posts are kept.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::Network;
use crate::time::Timestamp;

const HOUR: Duration = Duration::from_secs(3600);
const HOURS_PER_DAY: u32 = 24;

/// For how many days posts are kept, from their event time on; for good where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Posts of every network that has no days of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Posts of single networks, in place of [`Self::days`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub networks: BTreeMap<Network, u32>,
}

impl Retention {
    /// The most days, a hundred years; the least are one.
    pub const MOST_DAYS: u32 = 36_500;

    /// Whether everything is kept for good.
    pub fn is_empty(&self) -> bool {
        self.days.is_none() && self.networks.is_empty()
    }

    /// Since when posts of a network are kept, where it is `now`: the full hour before so many days ago. `None` where they are kept for good.
    pub fn kept_since(&self, network: Network, now: Timestamp) -> Option<Timestamp> {
        let days = self.networks.get(&network).copied().or(self.days)?;
        let since = now.minus(HOUR * HOURS_PER_DAY * days);
        let hour = HOUR.as_micros() as i64;
        Some(Timestamp::from_micros(
            since.micros().div_euclid(hour).saturating_mul(hour),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_goes_by_its_own_days_and_the_others_by_those_in_general() {
        let now = Timestamp::parse("2026-11-27T03:59:59.5Z").unwrap();
        let at = |text| Timestamp::parse(text).ok();
        let mut retention = Retention {
            days: Some(90),
            networks: BTreeMap::from([(Network::Bluesky, 30)]),
        };
        assert_eq!(retention.kept_since(Network::Bluesky, now), at("2026-10-28T03:00:00Z"));
        assert_eq!(retention.kept_since(Network::X, now), at("2026-08-29T03:00:00Z"));
        retention.days = None;
        assert_eq!(retention.kept_since(Network::X, now), None);
        assert!(!retention.is_empty() && Retention::default().is_empty());
    }

    #[test]
    fn it_is_written_as_little_as_it_says() {
        let retention = Retention {
            days: None,
            networks: BTreeMap::from([(Network::Bluesky, 30)]),
        };
        let text = r#"{"networks":{"bluesky":30}}"#;
        assert_eq!(serde_json::to_string(&retention).unwrap(), text);
        assert_eq!(serde_json::from_str::<Retention>(text).unwrap(), retention);
        assert!(serde_json::from_str::<Retention>(r#"{"day":30}"#).is_err());
    }
}
