//! Schedules against real receivers: an HTTP server, an SMTP server and folders, some of which misbehave. Only the clock and the reports
//! are made up.

mod directory;
mod http;
mod mail;
mod smtp;
mod webhook;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::{Result, ensure};
use async_trait::async_trait;
use backtweet_domain::{Clock, ManualClock, Occurrence, Timestamp};
use backtweet_runtime::Config;
use backtweet_runtime::config::{Schedule, Sources};
use serde_json::json;
use tempfile::TempDir;

use super::Courier;
use super::kept::Kept;
use super::parcel::{self, Parcel, Reports};
use crate::whole_file::beside;

/// What webhooks are signed with.
const SECRET: &str = "0123456789abcdef";
/// A report.
const REPORT: &[u8] = b"{\"backtweets\": 4060}";
/// Monday, an hour before anything is due.
const BEFORE: &str = "2026-11-23T06:00:00Z";
/// Monday, when the week before is due.
const DUE: &str = "2026-11-23T07:00:00Z";
/// What that delivery is called.
const WEEK: &str = "weekly-acme-2026-11-16_2026-11-22";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Reports of these bytes; none where there are none, as from a suite that is down.
#[derive(Clone, Default)]
struct Fixed(Arc<Mutex<Option<Vec<u8>>>>);

impl Fixed {
    fn set(&self, bytes: Option<&[u8]>) {
        *self.0.lock().unwrap() = bytes.map(<[u8]>::to_vec);
    }
}

#[async_trait]
impl Reports for Fixed {
    async fn make(&self, schedule: &Schedule, occurrence: &Occurrence, _: Timestamp, folder: &Path) -> Result<Parcel> {
        let Some(bytes) = self.0.lock().unwrap().clone() else {
            anyhow::bail!("no suite answers at http://127.0.0.1:1");
        };
        ensure!(schedule.subject.as_str() == "acme");
        let file_name = parcel::file_name(schedule, occurrence);
        let mut content = beside(&folder.join(&file_name))?;
        content.write_all(&bytes)?;
        Ok(Parcel {
            id: parcel::id(schedule, occurrence),
            file_name,
            media_type: parcel::kind(schedule.report).1,
            title: parcel::title(schedule, occurrence),
            figures: "4,060 backtweets by 2,093 authors, \u{2212}3 %".to_owned(),
            content,
            manifest: schedule.name.contains("export").then(|| json!({ "rows": 1 })),
        })
    }
}

/// A schedule that keeps what it knows in a folder of its own, and the clock it goes by.
struct World {
    folder: TempDir,
    clock: Arc<ManualClock>,
    schedule: Schedule,
    reports: Fixed,
}

impl World {
    /// Every Monday at 8 in Berlin, with this target and these further keys.
    fn weekly(rest: &str) -> Self {
        Self::of("weekly", rest)
    }

    fn of(name: &str, rest: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "[[schedules]]\nname = '{name}'\nsubject = 'acme'\nreport = 'summary'\nevery = 'week'\ntime_zone = 'Europe/Berlin'\n{rest}\n"
        );
        let variable = format!("BACKTWEET_SCHEDULES__{}__WEBHOOK__SECRET", name.to_uppercase());
        let mut environment = BTreeMap::new();
        if rest.contains("webhook") {
            environment.insert(variable, SECRET.to_owned());
        }
        std::fs::write(folder.path().join("backtweet.toml"), text).unwrap();
        let sources = Sources {
            file: None,
            overrides: &[],
            environment: &environment,
            directory: folder.path(),
        };
        let mut config = Config::load(&sources).unwrap_or_else(|errors| panic!("{errors}"));
        let reports = Fixed::default();
        reports.set(Some(REPORT));
        Self {
            clock: Arc::new(ManualClock::at(at(BEFORE))),
            schedule: config.schedules.remove(0),
            reports,
            folder,
        }
    }

    fn kept_in(&self) -> PathBuf {
        self.folder.path().join("schedules")
    }

    /// A courier as after a start of the program.
    fn courier(&self) -> Courier<Fixed> {
        let clock: Arc<dyn Clock> = self.clock.clone();
        Courier::new(self.schedule.clone(), self.kept_in(), self.reports.clone(), clock)
    }

    /// The same, first seen an hour before the report is due, which it now is.
    async fn due(&self) -> Courier<Fixed> {
        let mut courier = self.courier();
        courier.step().await;
        self.clock.set(at(DUE));
        courier
    }

    fn kept(&self) -> Kept {
        Kept::read(&self.kept_in(), &self.schedule.name).unwrap().unwrap()
    }

    /// Which delivery was accepted last.
    fn delivered(&self) -> Option<String> {
        self.kept().delivered.map(|delivered| delivered.delivery)
    }

    /// Why the last was not, and whether it was given up.
    fn failed(&self) -> (String, bool) {
        let failed = self.kept().failed.unwrap();
        (failed.reason, failed.given_up)
    }
}
