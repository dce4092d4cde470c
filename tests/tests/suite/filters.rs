//! `score` and `classify`: a text a line in, a JSON object a line out.

use anyhow::Result;
use backtweet_tests::run;
use serde_json::Value;

const TEXTS: &[u8] = b"I love this\nthis is broken, please help @acme\n\n\xff\xfe not a text\nOlen t\xc3\xa4n\xc3\xa4\xc3\xa4n hyvin onnellinen t\xc3\xa4st\xc3\xa4 kauniista s\xc3\xa4\xc3\xa4st\xc3\xa4\n";

fn lines(command: &str) -> Result<Vec<Value>> {
    let output = run(&[command], TEXTS)?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(output
        .stdout
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(serde_json::from_slice)
        .collect::<Result<_, _>>()?)
}

#[test]
fn score_says_label_score_confidence_language_and_model() -> Result<()> {
    let scored = lines("score")?;
    assert_eq!(scored.len(), 5, "one object a line, whatever the line");
    assert_eq!(scored[0]["label"], "positive");
    assert_eq!(scored[0]["language"], "en");
    assert!(scored[0]["score"].as_f64() > Some(0.3) && scored[0]["confidence"].is_number());
    assert!(scored[0]["model"].as_str().is_some_and(|model| !model.is_empty()));
    assert_eq!(scored[2]["label"], "unknown", "no text is no neutral text");
    assert_eq!(
        scored[4]["label"], "unknown",
        "a language that the model does not know is no neutral text"
    );
    Ok(())
}

#[test]
fn a_declared_language_is_read_where_the_text_alone_does_not_tell() -> Result<()> {
    let output = run(&["score", "--language", "it"], "bellissimo\n".as_bytes())?;
    let scored: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(
        (&scored["language"], &scored["label"]),
        (&"it".into(), &"positive".into()),
        "{scored}"
    );
    Ok(())
}

#[test]
fn classify_says_entities_with_offsets_intent_and_confidence() -> Result<()> {
    let found = lines("classify")?;
    assert_eq!(found.len(), 5);
    let mention = &found[1]["entities"]["mentions"][0];
    assert_eq!(mention["handle"], "acme");
    let (start, end) = (mention["span"]["start"].as_u64(), mention["span"]["end"].as_u64());
    assert_eq!((start, end), (Some(28), Some(33)));
    assert_eq!(found[1]["intent"], "help_request");
    assert!(found[1]["confidence"].is_number());
    Ok(())
}
