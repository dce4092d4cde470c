//! What is due, missed, repeated and forgotten, told by the files in a folder.

use std::time::Duration;

use super::*;

struct Folder {
    world: World,
    files: TempDir,
}

impl Folder {
    fn new() -> Self {
        let files = tempfile::tempdir().unwrap();
        let world = World::weekly(&format!("directory = '{}/reports'", files.path().display()));
        Self { world, files }
    }

    fn names(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.files.path().join("reports")) else {
            return Vec::new();
        };
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

#[tokio::test]
async fn a_report_comes_once_when_it_is_due_and_says_which_week_it_is_about() {
    let folder = Folder::new();
    let mut courier = folder.world.courier();
    assert_eq!(
        courier.step().await,
        Duration::from_secs(60),
        "it looks at the clock now and then"
    );
    folder.world.clock.set(at("2026-11-23T06:59:59Z"));
    assert_eq!(courier.step().await, Duration::from_secs(1));
    assert!(
        folder.names().is_empty(),
        "what was due before the schedule existed is not delivered"
    );

    folder.world.clock.set(at(DUE));
    courier.step().await;
    assert_eq!(folder.names(), [format!("{WEEK}.json")]);
    let written = std::fs::read(folder.files.path().join(format!("reports/{WEEK}.json"))).unwrap();
    assert_eq!(written, REPORT);

    std::fs::remove_dir_all(folder.files.path().join("reports")).unwrap();
    courier.step().await;
    folder.world.courier().step().await;
    assert!(folder.names().is_empty(), "it was delivered twice");
    folder.world.clock.set(at("2026-11-30T07:00:00Z"));
    folder.world.courier().step().await;
    assert_eq!(folder.names(), ["weekly-acme-2026-11-23_2026-11-29.json"]);
}

#[tokio::test]
async fn of_what_was_missed_the_last_comes_once() {
    let folder = Folder::new();
    folder.world.courier().step().await;
    folder.world.clock.set(at("2026-12-16T12:00:00Z"));
    let mut courier = folder.world.courier();
    for _ in 0..3 {
        courier.step().await;
    }
    assert_eq!(folder.names(), ["weekly-acme-2026-12-07_2026-12-13.json"]);
}

#[tokio::test]
async fn a_crash_between_delivering_and_noting_it_repeats_the_same_file() {
    let folder = Folder::new();
    let mut courier = folder.world.due().await;
    let before = std::fs::read(folder.world.kept_in().join("weekly.json")).unwrap();
    courier.step().await;
    // As it would be had the program died before it was noted.
    std::fs::write(folder.world.kept_in().join("weekly.json"), before).unwrap();
    let mut again = folder.world.courier();
    folder.world.reports.set(Some(b"again"));
    again.step().await;
    assert_eq!(folder.names(), [format!("{WEEK}.json")]);
    let written = std::fs::read(folder.files.path().join(format!("reports/{WEEK}.json"))).unwrap();
    assert_eq!(written, b"again");
    assert_eq!(folder.world.delivered().as_deref(), Some(WEEK));
}

#[tokio::test]
async fn a_suite_that_is_down_is_waited_for_until_the_next_report_takes_the_place_of_this() {
    let folder = Folder::new();
    folder.world.reports.set(None);
    let mut courier = folder.world.due().await;
    let (first, second) = (courier.step().await, courier.step().await);
    let seconds = |from, to| Duration::from_secs_f64(from)..=Duration::from_secs_f64(to);
    assert!(
        seconds(2.5, 5.0).contains(&first) && seconds(5.0, 10.0).contains(&second),
        "{first:?} {second:?}"
    );
    let (reason, given_up) = folder.world.failed();
    assert!(reason.contains("no suite answers") && !given_up, "{reason}");

    folder.world.clock.set(at("2026-11-30T06:59:59Z"));
    for _ in 0..20 {
        assert!(
            courier.step().await <= Duration::from_secs(1),
            "the next report waits for this one"
        );
    }
    folder.world.clock.set(at("2026-11-30T07:00:00Z"));
    assert!(
        seconds(2.5, 5.0).contains(&courier.step().await),
        "it begins anew with each report"
    );
    folder.world.reports.set(Some(b""));
    courier.step().await;
    assert_eq!(folder.names(), ["weekly-acme-2026-11-23_2026-11-29.json"]);
    assert!(
        folder.world.kept().failed.is_none(),
        "what was made good is no failure any more"
    );
}

#[tokio::test]
async fn what_cannot_be_kept_stops_deliveries_rather_than_to_repeat_them() {
    let folder = Folder::new();
    let mut courier = folder.world.due().await;
    std::fs::write(folder.world.kept_in().join("weekly.json"), "{\"since\":").unwrap();
    assert_eq!(courier.step().await, Duration::from_secs(60));
    assert!(folder.names().is_empty());
    let error = Kept::read(&folder.world.kept_in(), "weekly").unwrap_err();
    assert!(
        format!("{error:#}").contains("weekly.json") && format!("{error:#}").contains("remove it"),
        "{error:#}"
    );
}

#[tokio::test]
async fn a_report_can_be_tried_out_before_it_is_due_and_does_not_come_again() {
    let folder = Folder::new();
    let mut courier = folder.world.courier();
    let last = "weekly-acme-2026-11-09_2026-11-15";
    assert_eq!(courier.send().await.unwrap(), format!("{last}.json"));
    assert_eq!(folder.world.delivered().as_deref(), Some(last));
    folder.world.clock.set(at(DUE));
    courier.step().await;
    assert_eq!(folder.names(), [format!("{last}.json"), format!("{WEEK}.json")]);

    // One that was sent by hand while it was waited for is not sent by itself.
    folder.world.reports.set(None);
    folder.world.clock.set(at("2026-11-30T07:00:00Z"));
    courier.step().await;
    folder.world.reports.set(Some(REPORT));
    folder.world.courier().send().await.unwrap();
    folder.world.reports.set(Some(b"again"));
    courier.step().await;
    let written = std::fs::read(
        folder
            .files
            .path()
            .join("reports/weekly-acme-2026-11-23_2026-11-29.json"),
    )
    .unwrap();
    assert_eq!(written, REPORT);
}

#[tokio::test]
async fn one_try_by_hand_that_fails_ends_no_waiting() {
    let folder = Folder::new();
    folder.world.reports.set(None);
    let mut courier = folder.world.due().await;
    courier.step().await;
    let error = folder.world.courier().send().await.unwrap_err();
    assert!(error.to_string().contains("no suite answers"), "{error:#}");
    folder.world.reports.set(Some(b""));
    courier.step().await;
    assert_eq!(folder.names(), [format!("{WEEK}.json")]);
}

#[tokio::test]
async fn an_export_has_its_manifest_beside_it() {
    let files = tempfile::tempdir().unwrap();
    let world = World::of("export", &format!("directory = '{}'", files.path().display()));
    world.due().await.step().await;
    let export = "export-acme-2026-11-16_2026-11-22.json";
    for name in [export.to_owned(), format!("{export}.manifest.json")] {
        assert!(files.path().join(&name).exists(), "{name} is not there");
    }
}

#[test]
fn one_program_delivers_what_lies_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let held = crate::schedules::lock(folder.path()).unwrap();
    let refused = crate::schedules::lock(folder.path()).unwrap_err();
    assert!(refused.to_string().contains("another program"), "{refused:#}");
    drop(held);
    crate::schedules::lock(folder.path()).unwrap();
}
