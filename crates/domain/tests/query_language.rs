//! Every example in `docs/query-language.md` is what it says. What its examples find is shown where queries are evaluated.

// Everything in here is a test, helpers included.
#![allow(clippy::unwrap_used)]

use backtweet_domain::query::parse;

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/query-language.md");

/// The rows of each table whose first heading is `heading`, cell by cell.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let guide = std::fs::read_to_string(GUIDE).unwrap();
    let mut rows = Vec::new();
    let mut is_wanted = None;
    for line in guide.lines() {
        let cells = line.strip_prefix('|').and_then(|line| line.strip_suffix('|'));
        let Some(cells) = cells.map(|cells| cells.replace("\\|", "\u{1}")) else {
            is_wanted = None;
            continue;
        };
        let cells: Vec<String> = cells.split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect();
        match is_wanted {
            None => is_wanted = Some(cells[0] == heading),
            Some(true) if !cells[0].starts_with("---") => rows.push(cells),
            Some(_) => {}
        }
    }
    assert!(!rows.is_empty(), "the guide has no table of {heading}");
    rows
}

fn spans(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_query_of_the_guide_is_one() {
    for row in rows("query") {
        for query in spans(&row[0]) {
            let parsed = parse(query).unwrap_or_else(|error| panic!("{}", error.render(query)));
            assert_eq!(parsed.require_cover(), Ok(()), "{query}");
        }
    }
    for row in rows("condition") {
        for query in spans(&row[0]) {
            let parsed = parse(query).unwrap_or_else(|error| panic!("{}", error.render(query)));
            assert!(parsed.require_cover().is_err(), "{query} can be looked for");
        }
    }
}

#[test]
fn a_query_is_kept_as_the_guide_says() {
    let kept = rows("query");
    let kept: Vec<_> = kept
        .iter()
        .filter(|row| row.len() == 2 && row[1].starts_with('`'))
        .collect();
    assert_eq!(kept.len(), 7);
    for row in kept {
        assert_eq!(parse(spans(&row[0])[0]).unwrap().expr.to_string(), spans(&row[1])[0]);
    }
}

#[test]
fn every_mistake_of_the_guide_is_answered_as_it_says() {
    for row in rows("mistake") {
        let query = spans(&row[0])[0];
        let error = parse(query).and_then(|parsed| parsed.require_cover()).unwrap_err();
        assert_eq!(error.to_string(), row[1], "{query}");
    }
    for row in rows("warned of") {
        let query = spans(&row[0])[0];
        let warnings = parse(query).unwrap().warnings(false);
        let said: Vec<_> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(said, [row[1].as_str()], "{query}");
    }
}

#[test]
fn the_commands_of_the_guide_can_be_typed() {
    let guide = std::fs::read_to_string(GUIDE).unwrap();
    let mut read = 0;
    for option in ["--query '", "--context '", "--exclude '"] {
        for part in guide.split(option).skip(1) {
            let query = part.split('\'').next().unwrap();
            parse(query).unwrap_or_else(|error| panic!("{}", error.render(query)));
            read += 1;
        }
    }
    assert_eq!(read, 6);
}
