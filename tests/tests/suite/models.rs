//! `models`: which there are, and how good they are on one's own texts.

use std::path::Path;

use anyhow::Result;
use backtweet_tests::run;
use serde_json::Value;

const ENGLISH: &str = "1\tpositive\tI love this so much, thank you!\n2\tnegative\tthis is the worst service ever\n";
const GERMAN: &str = "1\tpositive\tDanke, das war super\n2\tnegative\tSo ein Mist, das nervt total\n";

fn text(arguments: &[&str]) -> Result<String> {
    let output = run(arguments, b"")?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

fn files(folder: &Path) -> Result<[String; 2]> {
    let files = [("en.tsv", ENGLISH), ("de.tsv", GERMAN)].map(|(name, texts)| (folder.join(name), texts));
    for (path, texts) in &files {
        std::fs::write(path, texts)?;
    }
    Ok(files.map(|(path, _)| path.display().to_string()))
}

#[test]
fn several_models_are_measured_side_by_side_on_several_languages() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let [english, german] = files(folder.path())?;
    let evaluate = ["models", "evaluate", "--labels", &english, "--labels", &german];
    let evaluate = [&evaluate[..], &["--language", "en,de", "--model", "fast,lexicon"]].concat();
    let said = text(&evaluate)?;
    for part in [&*english, &*german, "fast/1", "vader/1", "mean of 2 files"] {
        assert!(said.contains(part), "{said}");
    }
    let measured: Vec<Value> = serde_json::from_str(&text(&[&evaluate[..], &["--format", "json"]].concat())?)?;
    let recall = |it: &Value| (it["model"].clone(), it["language"].clone(), it["macro_recall"].as_f64());
    let wanted = [
        ("fast/1", "en", 1.0),
        ("vader/1", "en", 1.0),
        ("fast/1", "de", 1.0),
        ("vader/1", "de", 0.0),
    ];
    let wanted = wanted.map(|(model, language, recall)| (model.into(), language.into(), Some(recall)));
    assert_eq!(
        measured.iter().map(recall).collect::<Vec<_>>(),
        wanted,
        "a language is declared for each file"
    );
    Ok(())
}

#[test]
fn languages_that_fit_no_files_are_refused() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let [english, _] = files(folder.path())?;
    let output = run(
        &["models", "evaluate", "--labels", &english, "--language", "en,de"],
        b"",
    )?;
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr)?;
    assert!(said.contains("2 languages for 1 file"), "{said}");
    Ok(())
}

#[test]
fn every_model_is_listed_and_one_without_its_weights_says_what_to_do() -> Result<()> {
    let models: Vec<Value> = serde_json::from_str(&text(&["models", "--format", "json"])?)?;
    let names: Vec<_> = models.iter().filter_map(|model| model["model"].as_str()).collect();
    assert_eq!(names, ["fast", "deep", "auto", "lexicon"]);
    for model in &models {
        let remedy = model["not_installed"]
            .as_str()
            .is_some_and(|said| said.contains("BACKTWEET_MODELS"));
        assert!(model["version"].is_string() || remedy, "{model}");
    }
    Ok(())
}
