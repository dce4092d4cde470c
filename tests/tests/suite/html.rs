//! The HTML report of real posts, opened in a real browser.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Result, ensure};
use backtweet_tests::{Page, Suite, note, real_data};
use serde_json::json;

/// Names and texts that break pages.
const HOSTILE: &str = r#"
{"id":"other:bad-1","author":{"id":"other:acme","handle":"acme"},"text":"<script>alert(1)</script> \u202eright to left \"quoted\" & DonaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaftDonaudampfschifffahrtselektrizitaetenhauptbetriebswerk","url":"javascript:alert(1)","witnessed_at":"2021-06-21T00:00:00Z"}
{"id":"other:bad-2","author":{"id":"other:fan","handle":"<img src=x onerror=alert(1)>","followers":7},"text":"\u05e9\u05dc\u05d5\u05dd #hongkong <b>bold</b>","witnessed_at":"2021-06-21T00:01:00Z","references":[{"kind":"quote","target":"other:bad-1","author":"other:acme"}]}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_html_report_opens_without_an_error_or_a_request_and_fits_any_screen() -> Result<()> {
    let Ok(browser) = std::env::var("BACKTWEET_TEST_CHROMIUM") else {
        note(
            "skipped: the HTML report needs a browser; run ./scripts/test, or set BACKTWEET_TEST_CHROMIUM to a Chromium",
        );
        return Ok(());
    };
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    suite.ask(&[
        "subject",
        "put",
        "acme",
        "--account",
        "other:acme",
        "--hashtag",
        "hongkong",
        "--hashtag",
        "ccp",
    ])?;
    let empty = data.path().join("empty.html").display().to_string();
    suite.ask(&["report", "html", "--subject", "acme", "--out", &empty])?;
    suite.client_with(&["push", "-", "--from", "post"], HOSTILE.trim().as_bytes())?;
    let mut least = 1;
    if let Some(posts) = real_data("x/stream_v2.ndjson.gz") {
        suite.ask(&["push", &posts.display().to_string(), "--from", "x"])?;
        least = 500;
    }
    suite.wait_for("acme", |summary| {
        summary["figures"]["backtweets"].as_u64() >= Some(least)
    })?;
    let whole = data.path().join("report.html").display().to_string();
    suite.ask(&[
        "report",
        "html",
        "acme",
        "--from",
        "2021-06-01T00:00:00Z",
        "--tz",
        "Asia/Hong_Kong",
        "--out",
        &whole,
    ])?;
    let any_new = data.path().join("any-new");
    std::fs::write(&any_new, "")?;
    let mode = |path: &Path| std::fs::metadata(path).map(|file| file.permissions().mode());
    assert_eq!(
        mode(Path::new(&whole))?,
        mode(&any_new)?,
        "whoever may read other files may not read this one"
    );
    let again = suite.client(&["report", "html", "acme", "--out", &whole])?;
    ensure!(!again.status.success(), "a report was written over");

    let mut page = Page::open(&browser, &data.path().join("browser")).await?;
    for (file, svgs) in [(&empty, 0), (&whole, 3)] {
        let address = format!("file://{file}");
        for width in [1200, 360] {
            page.resize(width).await?;
            page.load(&address).await?;
            ensure!(page.console().is_empty(), "{file} at {width}: {:?}", page.console());
            let outside: Vec<_> = page
                .requests()
                .into_iter()
                .filter(|asked| *asked != address && !asked.starts_with("data:"))
                .collect();
            ensure!(outside.is_empty(), "{file} asks for {outside:?}");
            let wide = page.value("document.documentElement.scrollWidth").await?;
            ensure!(
                wide.as_u64() <= Some(width.into()),
                "{file} is {wide} wide on a screen of {width}"
            );
        }
        let untitled = "document.querySelectorAll('svg[role=img]:not(:has(> title))').length";
        assert_eq!(page.value(untitled).await?, json!(0));
        let drawn = page.value("document.querySelectorAll('svg[role=img]').length").await?;
        ensure!(drawn.as_u64() == Some(svgs), "{file} has {drawn} pictures");
        let unsafe_parts = "document.querySelectorAll('script, img, iframe, b, a[href^=javascript]').length";
        assert_eq!(
            page.value(unsafe_parts).await?,
            json!(0),
            "{file} lets posts write markup"
        );
    }
    ensure!(suite.stop()?.success(), "the suite did not stop cleanly");
    Ok(())
}
