//! Scheduled reports. `courier` sees to one schedule: when it is due, to what was delivered already (`kept`) and to what failed. `parcel`
//! is what is delivered, `suite_reports` makes it of a suite's answers, and `carrier` hands it to a directory, a webhook or a mail server.

mod carrier;
mod courier;
mod directory;
mod kept;
mod mail;
mod parcel;
mod suite_reports;
#[cfg(test)]
mod tests;
mod webhook;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use backtweet_domain::{Clock, SystemClock};
use backtweet_runtime::Config;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use carrier::Carrier;
pub use courier::Courier;
pub use kept::Kept;
pub use suite_reports::SuiteReports;

use crate::whole_file::failed;

/// Delivers every configured schedule from the suite at `endpoint`, each by itself, until `shutdown`.
///
/// # Errors
/// Where nothing can be kept in the data directory, or another program delivers from it.
pub async fn run(config: &Config, endpoint: &str, shutdown: CancellationToken) -> Result<()> {
    let folder = folder(config);
    let _lock = lock(&folder)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut couriers = JoinSet::new();
    for schedule in &config.schedules {
        let reports = SuiteReports::new(endpoint);
        let courier = Courier::new(schedule.clone(), folder.clone(), reports, Arc::clone(&clock));
        let stop = shutdown.clone();
        couriers.spawn(async move { stop.run_until_cancelled(courier.run()).await });
    }
    couriers.join_all().await;
    Ok(())
}

/// Where it is kept what was delivered.
pub fn folder(config: &Config) -> PathBuf {
    config.data_dir.join("schedules")
}

/// Held by the one program that delivers what lies in `folder`; the system lets go of it when that program ends, however it ends.
fn lock(folder: &Path) -> Result<File> {
    std::fs::create_dir_all(folder).with_context(|| failed(folder))?;
    let path = folder.join("lock");
    let file = File::create(&path).with_context(|| failed(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!(
            "another program delivers the schedules of `{}` already: leave them to it, or stop it first",
            folder.display()
        ),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| failed(&path)),
    }
}
