//! The demo, as a newcomer runs it.

use anyhow::Result;
use backtweet_tests::run;
use serde_json::Value;

#[test]
fn the_demo_counts_what_the_synthetic_network_knows_to_be_true() -> Result<()> {
    let output = run(&["demo", "--once", "--format", "json"], b"")?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let report: Value = serde_json::from_slice(&output.stdout)?;
    let subjects = report["subjects"].as_array().cloned().unwrap_or_default();
    assert_eq!(subjects.len(), 3);
    for subject in subjects {
        let (found, truth) = (&subject["figures"], &subject["truth"]);
        let names = truth
            .as_object()
            .map(|fields| fields.keys().cloned().collect::<Vec<_>>())
            .unwrap_or_default();
        assert!(names.len() >= 10, "the oracle says too little: {names:?}");
        for name in names {
            assert_eq!(found[&name], truth[&name], "{name} of {}", subject["subject"]);
        }
        assert!(
            found["backtweets"].as_u64() > Some(100),
            "a day without backtweets shows nothing"
        );
    }
    Ok(())
}

#[test]
fn the_demo_prints_a_report_for_people_and_leaves_where_nobody_watches() -> Result<()> {
    let output = run(&["demo", "--seed", "2"], b"")?;
    let page = String::from_utf8(output.stdout)?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(
        page.contains("backtweets by") && page.contains("net sentiment"),
        "{page}"
    );
    assert!(!page.contains('\u{1b}'), "colours in a file: {page}");
    Ok(())
}
