//! What texts are read as.

use std::path::Path;

use proptest::prelude::*;

use super::cues::CUES;
use super::features::{Block, Features, ROWS};
use super::model::Model;
use super::rules::AUTOMATON;
use super::*;
use crate::text::normalise;

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

#[test]
fn the_weights_that_ship_are_ones_that_this_program_reads() {
    let model = SHIPPED.as_ref().unwrap();
    assert!((0.1..0.9).contains(&model.dials.threshold));
    let file = include_bytes!("../../models/intent-1.bin");
    for broken in [&file[1..], &file[..file.len() - 1], b"", &[0; 1_100_000]] {
        assert_eq!(Model::load(broken), None);
    }
}

#[test]
fn what_is_seen_of_a_text_stays_within_the_table_and_does_not_change_with_links_numbers_or_escapes() {
    let features = Features::of("@acme_uk I paid $25 for THIS & it broke?! Help!! https://a.example/x 😡");
    for block in Block::ALL {
        let range = block.start()..block.start() + block.rows();
        assert!(
            features.rows(block).iter().all(|row| range.contains(&(*row as usize))),
            "{block:?}"
        );
        assert!(
            !features.rows(block).is_empty() || block == Block::Polarity,
            "{block:?}"
        );
    }
    let other = Features::of("@acme_uk  I paid $379 for THIS &amp; it broke?! Help!! https://b.example/y 😡");
    assert_eq!(other, features);
    assert_eq!(
        Features::of("Down again since… https://t.co/x1"),
        Features::of("Down again since")
    );
}

#[test]
fn a_language_that_the_model_does_not_know_is_left_to_the_rules() {
    for text in [
        "me encanta este sitio pero nunca llega nada",
        "mein Paket kommt einfach nie an und keiner antwortet",
    ] {
        assert!(!looks_english(text), "{text}");
        assert_eq!(read(text).0, Intent::Other, "{text}");
    }
    assert!(is_english_tag("en-GB") && !is_english_tag("es") && !is_english_tag("end"));
}

proptest! {
    #[test]
    fn no_text_leads_out_of_the_table_of_weights(text in "(\\PC|@|#|&amp;|…| |https://t.co/a ){0,60}") {
        let features = Features::of(&text);
        let rows = Block::ALL.into_iter().flat_map(|block| features.rows(block).to_vec());
        prop_assert!(rows.into_iter().all(|row| (row as usize) < ROWS));
    }
}

/// A check that the file of weights and the program that reads it belong together: these are the very tweets that the weights were fitted
/// to. What the model is worth on others is measured by `train-intent`.
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
    assert!(f1 > 0.85, "precision {precision:.3}, recall {recall:.3}, F1 {f1:.3}");
}
