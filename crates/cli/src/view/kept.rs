//! For how long and since when posts are kept.

use backtweet_domain::{Network, Retention, Timestamp};
use backtweet_wire::v1::KeptSince;
use serde::Serialize;

/// Since when posts are kept, as JSON; of all networks where none is named.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KeptView {
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<Network>,
    since: Timestamp,
}

impl From<&KeptSince> for KeptView {
    fn from(kept: &KeptSince) -> Self {
        Self {
            network: kept.network().try_into().ok(),
            since: Timestamp::from_micros(kept.since_us),
        }
    }
}

/// Since when posts are kept, in words, with times as `moment` writes them; `None` where nothing is said.
pub fn since(kept: &[KeptSince], moment: impl Fn(i64) -> String) -> Option<String> {
    let since = |kept: &KeptSince| match Network::try_from(kept.network()) {
        Ok(network) => format!("posts of {network} are kept since {}", moment(kept.since_us)),
        Err(_) => format!("posts are kept since {}", moment(kept.since_us)),
    };
    let kept: Vec<_> = kept.iter().map(since).collect();
    (!kept.is_empty()).then(|| kept.join(", "))
}

/// For how long posts are kept, in words; `None` where for good.
pub fn retention(retention: &Retention) -> Option<String> {
    let days = |days: u32| format!("for {days} {}", if days == 1 { "day" } else { "days" });
    let networks = retention.networks.iter();
    let networks = networks.map(|(network, &many)| format!("{network} {}", days(many)));
    let kept: Vec<_> = retention.days.map(days).into_iter().chain(networks).collect();
    (!kept.is_empty()).then(|| format!("kept {}", kept.join(", ")))
}
