//! How long reports take for a subject with a month of 80,000 backtweets a day. Measures, and asserts nothing:
//! `cargo test --release -p backtweet-reporting scale -- --ignored --nocapture`.

use std::time::Instant;

use backtweet_domain::{Subject, SubjectId, Timestamp};
use backtweet_store::{Batch, FjallStore, Guard, Store, Write};
use backtweet_wire::v1;

use super::world::mix;
use crate::fold::{Head, pair};
use crate::report::{community, compare, heatmap, pages, summary, timeline};
use crate::sample::Sampled;
use crate::slot;
use crate::window::{Bucket, Length};

const DAYS: i64 = 30;
const FIRST_DAY: i64 = 20_600;
const DAY_US: i64 = 86_400_000_000;
const AUTHORS: u64 = 400_000;

/// Fills a slot as the fold would, batch by batch.
struct Slot<'a> {
    store: &'a dyn Store,
    subject: &'a str,
    head: Head,
    version: u64,
    writes: Vec<Write>,
}

impl Slot<'_> {
    async fn flush(&mut self) {
        let former = (self.version > 0).then(|| backtweet_store::Stored {
            version: self.version,
            open: false,
            bytes: Default::default(),
        });
        let mut writes = std::mem::take(&mut self.writes);
        writes.push(self.head.put(former.as_ref()));
        let guard = Guard {
            name: slot::HEAD.to_owned(),
            version: former.map(|former| former.version),
        };
        let batch = Batch {
            slot: slot::of(self.subject),
            guards: vec![guard],
            writes,
        };
        self.store.apply(&[batch]).await.unwrap();
        self.version += 1;
    }

    async fn count(&mut self, name: String, member: String, delta: i64) {
        self.writes.push(Write::Count {
            sized: true,
            name,
            member,
            delta,
        });
        if self.writes.len() >= 20_000 {
            self.flush().await;
        }
    }

    async fn bucket(&mut self, bucket: Bucket, backtweets: i64, authors: u64, hashtags: u64, links: u64) {
        let labels = ["sp", "sn", "s0", "r", "c"];
        let networks = ["nx", "nb", "kr", "kq", "km", "f"];
        let languages = ["l/en", "l/de", "l/pt", "l/fr", "l/es", "m/fast/1"];
        for field in labels.into_iter().chain(networks).chain(languages) {
            self.writes.push(Write::Add {
                name: slot::figures(bucket),
                deltas: vec![(field.into(), backtweets / 3)],
            });
        }
        let salt = mix(&[bucket.start().unwrap_or(0).cast_unsigned(), authors]);
        for number in 0..authors {
            let author = format!("x:{:019}", mix(&[salt, number]) % AUTHORS);
            let Sampled { name, level } = Sampled::new(&author);
            for level in 1..=level {
                self.count(slot::sample(bucket, level), name.clone(), 1).await;
            }
            self.count(slot::authors(bucket), author, 1).await;
        }
        for (name, many, different) in [
            (slot::hashtags(bucket), hashtags, 20_000),
            (slot::links(bucket), links, 1_000_000),
        ] {
            for number in 0..many {
                // A few are frequent, most are not.
                let member = format!(
                    "https://news.example/{:x}",
                    mix(&[salt, number]) % different / (number + 1)
                );
                let (name, delta) = (name.clone(), 1 + 2_000 / (number + 1).cast_signed());
                self.writes.push(match slot::is_ranked(bucket) {
                    true => Write::Rank { name, member, delta },
                    false => Write::Count {
                        sized: false,
                        name,
                        member,
                        delta,
                    },
                });
            }
        }
    }

    /// Who points at whom on a day, and at which pages.
    async fn people(&mut self, day: i64) {
        for number in 0..40_000u64 {
            let author = |salt| format!("x:{:019}", mix(&[day.cast_unsigned(), number, salt]) % AUTHORS);
            let (one, other) = (author(1), author(2));
            let Sampled { level, .. } = Sampled::new(&pair(one.as_str().min(&other), one.as_str().max(&other)));
            for level in 0..=level {
                self.count(slot::pairs(day, level), pair(&one, &other), 1).await;
            }
        }
        for page in 0..40u64 {
            let name = format!("https://acme.example/{page}");
            for number in 0..1_000 {
                let author = format!("x:{:019}", mix(&[day.cast_unsigned(), page, number]) % AUTHORS);
                for bucket in [Bucket::All, Bucket::Of(Length::Day, day)] {
                    self.count(slot::page_authors(&name, bucket), author.clone(), 1).await;
                }
            }
            self.count(slot::page_days(&name), day.to_string(), 2_000).await;
            self.count(slot::page_authority(&name), day.to_string(), 4_000_000)
                .await;
            let (name, member, delta) = (slot::PAGES.to_owned(), name, 2_000);
            self.writes.push(Write::Rank { name, member, delta });
        }
    }
}

async fn fill(store: &dyn Store, subject: &str) {
    let head = Head {
        sequence: 1,
        first_us: Some(FIRST_DAY * DAY_US),
        last_us: Some((FIRST_DAY + DAYS) * DAY_US - 1),
        ..Head::default()
    };
    let mut slot = Slot {
        store,
        subject,
        head,
        version: 0,
        writes: Vec::new(),
    };
    for day in FIRST_DAY..FIRST_DAY + DAYS {
        slot.count(crate::slot::DAYS.to_owned(), day.to_string(), 80_000).await;
        slot.people(day).await;
        slot.bucket(Bucket::Of(Length::Day, day), 80_000, 40_000, 1_500, 6_000)
            .await;
        for hour in day * 24..(day + 1) * 24 {
            slot.bucket(Bucket::Of(Length::Hour, hour), 3_300, 3_000, 150, 400)
                .await;
        }
        for quarter in day * 96..(day + 1) * 96 {
            slot.bucket(Bucket::Of(Length::QuarterHour, quarter), 830, 200, 0, 0)
                .await;
        }
    }
    slot.flush().await;
}

/// The best of five.
async fn time<T, F: Future<Output = T>>(what: &str, ask: impl Fn() -> F) {
    let mut best = f64::MAX;
    for _ in 0..5 {
        let started = Instant::now();
        ask().await;
        best = best.min(started.elapsed().as_secs_f64());
    }
    eprintln!("{what:<50} {:>8.2} ms", best * 1_000.0);
}

#[tokio::test]
#[ignore = "measures; takes minutes without --release"]
async fn scale() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let started = Instant::now();
    fill(&store, "busy").await;
    eprintln!("filled in {:.0} s", started.elapsed().as_secs_f64());
    let end = (FIRST_DAY + DAYS) * DAY_US;
    let window = |days: i64, less_us: i64| {
        Some(v1::Window {
            from_us: Some(end - days * DAY_US + less_us),
            to_us: Some(end - less_us),
        })
    };
    let hour = DAY_US / 24;
    let now = Timestamp::from_micros(end);
    for (what, window) in [
        ("24 h", window(1, 0)),
        ("7 days", window(7, hour)),
        ("30 days", window(30, hour)),
    ] {
        let request = |compare, top| v1::SummaryRequest {
            subject: "busy".into(),
            window,
            compare,
            top,
            ..Default::default()
        };
        time(&format!("summary, {what}"), || async {
            summary::summary(&store, request(false, 0), now).await.unwrap()
        })
        .await;
        time(&format!("summary with comparisons, {what}"), || async {
            summary::summary(&store, request(true, 0), now).await.unwrap()
        })
        .await;
        time(&format!("summary with hashtags and links, {what}"), || async {
            summary::summary(&store, request(false, 20), now).await.unwrap()
        })
        .await;
        for (bucket, zone) in [
            (v1::Bucket::Hour, "UTC"),
            (v1::Bucket::Day, "UTC"),
            (v1::Bucket::Hour, "Asia/Kolkata"),
            (v1::Bucket::Day, "Asia/Kolkata"),
            (v1::Bucket::Week, "Europe/Berlin"),
        ] {
            time(&format!("timeline, {what}, {bucket:?}, {zone}"), || async {
                let request = v1::TimelineRequest {
                    subject: "busy".into(),
                    window,
                    bucket: bucket.into(),
                    time_zone: zone.into(),
                    ..Default::default()
                };
                timeline::timeline(&store, request).await.unwrap()
            })
            .await;
        }
        for zone in ["UTC", "Asia/Kolkata"] {
            time(&format!("heat map, {what}, {zone}"), || async {
                let request = v1::HeatMapRequest {
                    subject: "busy".into(),
                    window,
                    time_zone: zone.into(),
                    ..Default::default()
                };
                heatmap::heat_map(&store, request).await.unwrap()
            })
            .await;
        }
        time(&format!("community, {what}"), || async {
            let request = v1::CommunityRequest {
                subject: "busy".into(),
                window,
            };
            let cache = community::Cache::default();
            community::community(&store, &cache, request).await.unwrap()
        })
        .await;
        time(&format!("pages, {what}"), || async {
            let mut subject = Subject::new(SubjectId::new("busy").unwrap());
            subject.domains.push("acme.example".into());
            let request = v1::PagesRequest {
                subject: "busy".into(),
                window,
                ..Default::default()
            };
            pages::pages(&store, &subject, now, request).await.unwrap()
        })
        .await;
        time(&format!("compare with another, {what}"), || async {
            let request = v1::CompareRequest {
                subjects: vec!["busy".into(), "other".into()],
                window,
                ..Default::default()
            };
            compare::compare(&store, request).await.unwrap()
        })
        .await;
    }
}
