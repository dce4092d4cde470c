//! What the examples of `docs/query-language.md` find, and what they do not.

use backtweet_domain::query::{Expr, parse};

use crate::naive::holds;
use crate::vocabulary::post_saying;

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/query-language.md");

/// The rows below a heading: what stands in the code spans of each cell.
fn table(guide: &str, heading: &str) -> Vec<Vec<Vec<String>>> {
    let rows = guide.split_once(heading).unwrap().1.lines().skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    let spans = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    rows.map(|row| row.trim_matches('|').split('|').map(spans).collect())
        .collect()
}

fn read(query: &str) -> Expr {
    parse(query)
        .unwrap_or_else(|error| panic!("{}", error.render(query)))
        .expr
}

#[test]
fn a_word_is_found_where_the_guide_says() {
    let guide = std::fs::read_to_string(GUIDE).unwrap();
    let rows = table(&guide, "| query | finds | does not find |");
    assert_eq!(rows.len(), 9);
    for row in rows {
        let query = read(&row[0][0]);
        for text in &row[1] {
            assert!(holds(&query, &post_saying(text)), "`{query}` does not find `{text}`");
        }
        for text in &row[2] {
            assert!(!holds(&query, &post_saying(text)), "`{query}` finds `{text}`");
        }
    }
}

#[test]
fn an_ambiguous_name_is_told_apart_as_the_guide_says() {
    let guide = std::fs::read_to_string(GUIDE).unwrap();
    for (brand, wanted) in [("apple", Some("apple OR #apple")), ("delta", None)] {
        let command = guide.split_once(&format!("subject put {brand} ")).unwrap().1;
        let option = |name: &str| {
            let rest = command.split_once(&format!("--{name} '")).unwrap().1;
            read(rest.split('\'').next().unwrap())
        };
        let query = wanted.map_or_else(|| option("query"), read);
        let (context, exclude) = (option("context"), option("exclude"));
        let rows = table(&guide, &format!("| {brand} counts | {brand} does not count |"));
        assert_eq!(rows.len(), 3);
        for (text, counts) in rows.iter().flat_map(|row| [(&row[0][0], true), (&row[1][0], false)]) {
            let post = post_saying(text);
            let found = holds(&query, &post) && holds(&context, &post) && !holds(&exclude, &post);
            assert_eq!(found, counts, "`{text}` for {brand}");
        }
    }
}
