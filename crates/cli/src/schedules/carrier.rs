//! Hands parcels to where a schedule's go, and says whether what went wrong may pass.

use std::io::Read;
use std::time::Duration;

use anyhow::anyhow;
use backtweet_domain::{Retry, Timestamp};
use backtweet_runtime::config::Target;

use super::parcel::Parcel;
use super::{directory, mail, webhook};

/// The largest report that is posted or mailed, in bytes; a directory takes any.
const MOST_SENT: u64 = 10 * 1024 * 1024;
/// How long one delivery may take: servers that are slow to the end of time are no worse than those that are down.
const LONGEST: Duration = Duration::from_secs(300);

/// Why a parcel was not delivered.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Trouble {
    /// In words, with the remedy.
    pub reason: String,
    /// Whether it may pass.
    pub retry: Retry,
}

impl Trouble {
    /// One that may pass.
    pub fn passing(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            retry: Retry::Backoff,
        }
    }

    /// One that does not pass by itself.
    pub fn lasting(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            retry: Retry::Never,
        }
    }
}

/// Disks fill and mounts go, and come back; so do suites.
impl From<anyhow::Error> for Trouble {
    fn from(error: anyhow::Error) -> Self {
        Self::passing(format!("{error:#}"))
    }
}

/// The way to a target.
#[derive(Debug, Clone, Copy)]
pub struct Carrier<'a>(pub &'a Target);

impl Carrier<'_> {
    /// Delivers a parcel, once.
    ///
    /// # Errors
    /// Why it was not accepted.
    pub async fn deliver(self, parcel: Parcel, now: Timestamp) -> Result<(), Trouble> {
        let delivering = async {
            match self.0 {
                Target::Directory(folder) => Ok(directory::put(folder, parcel)?),
                Target::Webhook { url, secret } => webhook::post(url, secret, content(&parcel)?, &parcel, now).await,
                Target::Mail(mail) => mail::send(mail, content(&parcel)?, &parcel).await,
            }
        };
        match tokio::time::timeout(LONGEST, delivering).await {
            Ok(delivered) => delivered,
            Err(_) => Err(Trouble::passing(format!("not done within {} s", LONGEST.as_secs()))),
        }
    }

    /// Where it goes, without what is secret.
    pub fn place(self) -> String {
        match self.0 {
            Target::Directory(folder) => folder.display().to_string(),
            Target::Webhook { url, .. } => webhook::host(url),
            Target::Mail(mail) => mail.to.join(", "),
        }
    }
}

/// All of a report that is not too large to be sent.
fn content(parcel: &Parcel) -> Result<Vec<u8>, Trouble> {
    let read = || -> std::io::Result<(u64, Vec<u8>)> {
        let mut file = parcel.content.reopen()?;
        let bytes = file.metadata()?.len();
        let mut content = Vec::new();
        if bytes <= MOST_SENT {
            file.read_to_end(&mut content)?;
        }
        Ok((bytes, content))
    };
    let (bytes, content) = read().map_err(|error| anyhow!("the report cannot be read back: {error}"))?;
    if bytes > MOST_SENT {
        return Err(Trouble::lasting(format!(
            "{} has {bytes} bytes, and {MOST_SENT} is the most that is posted or mailed: give the schedule a directory, or a shorter period",
            parcel.file_name
        )));
    }
    Ok(content)
}
