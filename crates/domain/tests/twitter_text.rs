//! Finding entities, measured on the public conformance suite where it is at hand.

#![allow(clippy::unwrap_used)]

use backtweet_domain::{Entities, Hashtag, Mention, Network, Span, entities};
use serde_json::{Value, json};

const SUITE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/data/twitter-text/extract.jsonl"
);

#[test]
fn every_case_of_the_conformance_suite_passes_on_x_and_in_text_of_no_known_network() {
    let Ok(suite) = std::fs::read_to_string(SUITE) else {
        eprintln!("skipped: {SUITE} is not here");
        return;
    };
    let mut failed = Vec::new();
    for line in suite.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let (group, text) = (case["group"].as_str().unwrap(), case["text"].as_str().unwrap());
        let ways = [
            ("on X", entities::extract_on(Network::X, text)),
            ("anywhere", entities::extract(text)),
        ];
        for (way, entities) in ways {
            let found = found(group, text, &entities);
            if found != case["expected"] {
                let (description, expected) = (&case["description"], &case["expected"]);
                failed.push(format!(
                    "{group}: {description} {way}\n  in {text:?}\n  found {found}\n  expected {expected}"
                ));
            }
        }
    }
    let cases = suite.lines().count();
    assert!(failed.is_empty(), "of {cases} cases:\n{}", failed.join("\n"));
    eprintln!("all {cases} cases pass both ways");
}

/// What is found in a text, in the form in which the suite expects it from the group.
fn found(group: &str, text: &str, entities: &Entities) -> Value {
    let written = |span: Option<Span>| span.unwrap().part_of(text).unwrap();
    let indices = |span: Option<Span>| {
        let points = span.unwrap().code_points(text).unwrap();
        json!([points.start, points.end])
    };
    let tags = |tags: &[Hashtag], name: &str| -> Value {
        tags.iter()
            .map(|tag| json!({name: tag.tag, "indices": indices(tag.span)}))
            .collect()
    };
    // The name and the list as written: the handle that a mention carries is in lower case.
    let parts = |mention: &Mention| {
        let name = written(mention.span).trim_start_matches(['@', '＠']);
        name.split_at(name.find('/').unwrap_or(name.len()))
    };
    // In the suite a list is no mention of its owner.
    let mentions = entities.mentions.iter().filter(|mention| parts(mention).1.is_empty());
    match group {
        "mentions" => mentions.map(|mention| json!(parts(mention).0)).collect(),
        "mentions_with_indices" => mentions
            .map(|mention| json!({"screen_name": parts(mention).0, "indices": indices(mention.span)}))
            .collect(),
        "mentions_or_lists_with_indices" => (entities.mentions.iter())
            .map(|mention| {
                let (name, list) = parts(mention);
                json!({"screen_name": name, "list_slug": list, "indices": indices(mention.span)})
            })
            .collect(),
        "replies" => {
            let start = text.len() - text.trim_start().len();
            let first = entities.mentions.first();
            first
                .filter(|mention| mention.span.unwrap().start as usize == start)
                .map_or(Value::Null, |mention| json!(parts(mention).0))
        }
        "urls" | "tco_urls_with_params" => entities.links.iter().map(|link| json!(link.url)).collect(),
        "urls_with_indices" | "urls_with_directional_markers" => entities
            .links
            .iter()
            .map(|link| json!({"url": link.url, "indices": indices(link.span)}))
            .collect(),
        "hashtags" | "hashtags_from_astral" => entities.hashtags.iter().map(|tag| json!(tag.tag)).collect(),
        "hashtags_with_indices" => tags(&entities.hashtags, "hashtag"),
        "cashtags" => entities.cashtags.iter().map(|tag| json!(tag.tag)).collect(),
        "cashtags_with_indices" => tags(&entities.cashtags, "cashtag"),
        other => panic!("the suite has a group `{other}` that nothing here measures"),
    }
}
