//! Finding entities, measured on the public conformance suite where it is at hand. Groups that pass wholly must go on passing wholly.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use backtweet_domain::{Hashtag, Span, entities};
use serde_json::{Value, json};

const SUITE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/data/twitter-text/extract.jsonl"
);

/// Groups that pass wholly. Not among them: `mentions`, whose rules take a handle of the fediverse for an address, and
/// `mentions_or_lists_with_indices`, since a list is taken as a mention of its owner.
const WHOLE: &[&str] = &[
    "cashtags",
    "cashtags_with_indices",
    "hashtags",
    "hashtags_with_indices",
    "mentions_with_indices",
    "replies",
    "tco_urls_with_params",
    "urls",
    "urls_with_directional_markers",
    "urls_with_indices",
];

#[test]
fn groups_that_pass_the_conformance_suite_wholly_stay_so() {
    let Ok(suite) = std::fs::read_to_string(SUITE) else {
        eprintln!("skipped: {SUITE} is not here");
        return;
    };
    let mut groups: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for line in suite.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let (group, text) = (case["group"].as_str().unwrap(), case["text"].as_str().unwrap());
        let found = found(group, text);
        let (passed, all) = groups.entry(group.to_owned()).or_default();
        *all += 1;
        if found == case["expected"] {
            *passed += 1;
        } else {
            eprintln!(
                "{group}: {} in {text:?}\n  found {found}\n  expected {}",
                case["description"], case["expected"]
            );
        }
    }
    let passed: usize = groups.values().map(|(passed, _)| passed).sum();
    let all: usize = groups.values().map(|(_, all)| all).sum();
    eprintln!("{passed} of {all}: {groups:?}");
    for group in WHOLE {
        let (passed, all) = groups[*group];
        assert_eq!(passed, all, "{group} no longer passes wholly");
    }
    assert!(passed * 100 >= all * 98, "only {passed} of {all} pass");
}

/// What is found in a text, in the form in which the suite expects it from the group.
fn found(group: &str, text: &str) -> Value {
    let entities = entities::extract(text);
    let indices = |span: Option<Span>| {
        let Span { start, end } = span.unwrap();
        json!([
            text[..start as usize].chars().count(),
            text[..end as usize].chars().count()
        ])
    };
    let tags = |tags: &[Hashtag], name: &str| -> Value {
        tags.iter()
            .map(|tag| json!({name: tag.tag, "indices": indices(tag.span)}))
            .collect()
    };
    // The suite expects names as written.
    let names = entities.mentions.iter().map(|mention| {
        let Span { start, end } = mention.span.unwrap();
        (
            text[start as usize..end as usize].trim_start_matches(['@', '＠']),
            mention.span,
        )
    });
    match group {
        "mentions" => names.map(|(name, _)| json!(name)).collect(),
        "mentions_with_indices" => names
            .map(|(name, span)| json!({"screen_name": name, "indices": indices(span)}))
            .collect(),
        "mentions_or_lists_with_indices" => names
            .map(|(name, span)| json!({"screen_name": name, "list_slug": "", "indices": indices(span)}))
            .collect(),
        "replies" => {
            let start = text.len() - text.trim_start().len();
            let first = names
                .filter(|(_, span)| span.unwrap().start as usize == start)
                .map(|(name, _)| json!(name))
                .next();
            first.unwrap_or(Value::Null)
        }
        "urls" | "tco_urls_with_params" => entities.links.iter().map(|link| json!(link.url)).collect(),
        "urls_with_indices" | "urls_with_directional_markers" => entities
            .links
            .iter()
            .map(|link| json!({"url": link.url, "indices": indices(link.span)}))
            .collect(),
        "hashtags" => entities.hashtags.iter().map(|tag| json!(tag.tag)).collect(),
        "hashtags_with_indices" => tags(&entities.hashtags, "hashtag"),
        "cashtags" => entities.cashtags.iter().map(|tag| json!(tag.tag)).collect(),
        "cashtags_with_indices" => tags(&entities.cashtags, "cashtag"),
        other => panic!("the suite has a group `{other}` that nothing here measures"),
    }
}
