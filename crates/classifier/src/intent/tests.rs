//! What texts are read as.

use std::path::Path;

use proptest::prelude::*;

use super::*;

#[test]
fn who_asks_for_help_is_told_from_who_complains_and_who_praises() {
    let cases = [
        ("@acme please help, the app doesn't load", Intent::HelpRequest),
        ("@acme my router is not working, can you help?", Intent::HelpRequest),
        ("is anyone else unable to log in? please help", Intent::HelpRequest),
        (
            "@acme still waiting for my order after three weeks. Unacceptable",
            Intent::Complaint,
        ),
        ("@acme your website is down again", Intent::Complaint),
        ("Worst customer service ever @acme", Intent::Complaint),
        ("I’m not happy with this", Intent::Complaint),
        ("I love my new acme phone!", Intent::Praise),
        ("@acme thank you so much, great service", Intent::Praise),
        ("no issues so far, works perfectly", Intent::Praise),
        ("@acme do you have this in blue?", Intent::Question),
        ("how do i change the colour", Intent::Question),
        ("GIVEAWAY! Click here for a chance to win", Intent::Spam),
        ("https://acme.com/a", Intent::Share),
        ("I had soup", Intent::Other),
    ];
    for (text, intent) in cases {
        assert_eq!(read(text).0, intent, "{text}");
    }
}

#[test]
fn a_negation_turns_praise_into_a_complaint_and_reaches_no_further_than_its_clause() {
    assert_eq!(read("the new one is not great, not amazing").0, Intent::Complaint);
    assert_eq!(read("is it awesome? not sure. It is amazing").0, Intent::Praise);
}

#[test]
fn every_cue_is_in_the_form_that_texts_are_read_in() {
    for (phrase, _, weight) in CUES {
        assert_eq!(normalise(phrase), *phrase);
        assert!(*weight > 0.0);
    }
    let mut phrases: Vec<_> = CUES.iter().map(|(phrase, _, _)| phrase).collect();
    phrases.sort();
    let all = phrases.len();
    phrases.dedup();
    assert_eq!(phrases.len(), all, "a phrase stands twice");
    assert!(AUTOMATON.is_some());
}

proptest! {
    #[test]
    fn every_reading_has_a_confidence_between_0_and_1(text in "\\PC{0,80}") {
        let (_, confidence) = read(&text);
        prop_assert!((0.0..=1.0).contains(&confidence));
    }
}

/// The figure in `docs/models/intent-rules.md`. On development data: the cues were chosen with a view to these very texts.
#[test]
fn complaints_and_help_requests_are_found_among_tweets_to_brands() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/complaints/train.tsv");
    let Ok(rows) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: there is no {}", path.display());
        return;
    };
    let (mut hits, mut misses, mut alarms, mut rest) = (0.0, 0.0, 0.0, 0.0);
    for row in rows.lines() {
        let columns: Vec<_> = row.split('\t').collect();
        let [_, label, _, text] = columns[..] else {
            panic!("a row of {} columns", columns.len())
        };
        let found = matches!(read(text).0, Intent::Complaint | Intent::HelpRequest);
        match (label == "1", found) {
            (true, true) => hits += 1.0,
            (true, false) => misses += 1.0,
            (false, true) => alarms += 1.0,
            (false, false) => rest += 1.0,
        }
    }
    let (precision, recall) = (hits / (hits + alarms), hits / (hits + misses));
    let f1 = 2.0 * precision * recall / (precision + recall);
    println!(
        "precision {precision:.3}, recall {recall:.3}, F1 {f1:.3}, of {} texts",
        hits + misses + alarms + rest
    );
    assert!(f1 > 0.5, "precision {precision:.3}, recall {recall:.3}, F1 {f1:.3}");
}
