//! For how long a subject's posts are kept, as it is typed.

use anyhow::{Result, bail};
use backtweet_domain::{Network, Retention};

#[derive(Debug, Default, clap::Args)]
pub struct Retain {
    /// Keep posts for so many days and no longer; for good where left out
    #[arg(long = "retain-days", value_name = "DAYS")]
    pub days: Option<u32>,
    /// Keep posts of one network for another number of days, as `bluesky=30`
    #[arg(long = "retain", value_name = "NETWORK=DAYS", value_parser = of_network)]
    pub networks: Vec<(Network, u32)>,
}

/// Reads `network=days`.
fn of_network(text: &str) -> Result<(Network, u32)> {
    let Some((network, days)) = text.split_once('=') else {
        bail!("write NETWORK=DAYS, such as bluesky=30");
    };
    let Ok(days) = days.parse() else {
        bail!("`{days}` is no number of days");
    };
    match network.parse() {
        Ok(network) => Ok((network, days)),
        Err(_) => bail!("`{network}` is no network: use bluesky, mastodon, x or other"),
    }
}

impl Retain {
    /// Takes over what was typed. The suite checks how many days there may be.
    pub fn over(&self, retention: &mut Retention) -> Result<()> {
        retention.days = self.days.or(retention.days);
        for (place, &(network, days)) in self.networks.iter().enumerate() {
            if self.networks[..place].iter().any(|(before, _)| *before == network) {
                bail!("--retain names {network} twice: name it once");
            }
            retention.networks.insert(network, days);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::view::kept::retention;

    #[derive(Parser)]
    struct Typed {
        #[command(flatten)]
        retain: Retain,
    }

    fn typed(options: &[&str]) -> Result<Option<String>> {
        let typed = Typed::try_parse_from(["put"].iter().chain(options))?.retain;
        let mut kept = Retention::default();
        typed.over(&mut kept)?;
        Ok(retention(&kept))
    }

    #[test]
    fn days_are_typed_in_general_and_by_network() {
        assert_eq!(typed(&[]).unwrap(), None);
        let all = ["--retain-days", "90", "--retain", "x=1", "--retain", "bluesky=30"];
        assert_eq!(
            typed(&all).unwrap().unwrap(),
            "kept for 90 days, bluesky for 30 days, x for 1 day"
        );
        assert_eq!(typed(&all[4..]).unwrap().unwrap(), "kept bluesky for 30 days");
    }

    #[test]
    fn what_is_no_retention_is_named() {
        let error = |options: &[&str]| typed(options).unwrap_err().to_string();
        assert!(error(&["--retain", "30"]).contains("write NETWORK=DAYS, such as bluesky=30"));
        assert!(error(&["--retain", "myspace=30"]).contains("`myspace` is no network: use bluesky"));
        assert!(error(&["--retain", "x=month"]).contains("`month` is no number of days"));
        assert!(error(&["--retain-days", "soon"]).contains("soon"));
        assert_eq!(
            error(&["--retain", "x=3", "--retain", "x=4"]),
            "--retain names x twice: name it once"
        );
    }
}
