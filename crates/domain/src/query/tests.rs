//! What a query would be misread as, or its author left alone with, if it failed.

use proptest::prelude::*;

use super::error::Place;
use super::normal::Part;
use super::*;
use crate::text::fold;

fn read(query: &str) -> String {
    match parse(query) {
        Ok(parsed) => parsed.expr.to_string(),
        Err(error) => panic!("{}", error.render(query)),
    }
}

#[test]
fn a_query_is_read_as_its_author_meant_it() {
    for (typed, kept) in [
        ("Acme", "acme"),
        ("a b AND c", "a b c"),
        ("a b OR c d", "a b OR c d"),
        ("a (b OR c) d", "a (b OR c) d"),
        ("a (b (c d))", "a b c d"),
        ("a OR (b OR (c OR a))", "a OR b OR c"),
        ("a NOT b", "a -b"),
        ("a NOT NOT b --c", "a b c"),
        ("-(a OR b) c", "-(a OR b) c"),
        ("NOT (a b) c", "-(a b) c"),
        ("a a A", "a"),
        ("“Acme   Cloud” Café", "\"acme cloud\" cafe"),
        ("refund* \"acme refund*\" 東京*", "refund* \"acme refund*\" 東京"),
        ("c++ at&t a-b doesn’t", "c++ at&t a-b doesn't"),
        (
            "\"-a\" \"(b)\" \"c:d\" \"#e\" \"OR\"",
            "\"-a\" \"(b)\" \"c:d\" \"#e\" or",
        ),
        ("a NEAR b", "a NEAR/10 b"),
        ("-a NEAR/0 \"b c*\" d", "-a NEAR/0 \"b c*\" d"),
        (
            "(a OR b) NEAR/3 (c OR d) e",
            "(a NEAR/3 c OR a NEAR/3 d OR b NEAR/3 c OR b NEAR/3 d) e",
        ),
        (
            "@Acme @user@Host.example #Café $ACME",
            "@acme @user@host.example #cafe $acme",
        ),
        (
            "FROM:@Acme to:did:plc:Ab from:https://a.example/@Acme",
            "from:acme to:did:plc:Ab from:https://a.example/@Acme",
        ),
        (
            "url:www.Acme.example/Shop/?utm_source=a",
            "url:https://acme.example/Shop",
        ),
        (
            "url:acme.example url:\"acme.example/a_(b)\"",
            "url:https://acme.example url:\"https://acme.example/a_(b)\"",
        ),
        (
            "domain:*.Acme.EXAMPLE domain:www.bücher.example",
            "domain:acme.example domain:xn--bcher-kva.example",
        ),
        (
            "lang:pt-BR network:X is:Reply has:question",
            "lang:pt-br network:x is:reply has:question",
        ),
        (
            "min_followers:10k OR min_followers:1M OR min_followers:7",
            "min_followers:10000 OR min_followers:1000000 OR min_followers:7",
        ),
        ("（東京 OR ＃東京）", "東京 OR #東京"),
    ] {
        assert_eq!(read(typed), kept, "{typed}");
        assert_eq!(read(kept), kept);
    }
}

#[test]
fn what_is_wrong_is_said_where_it_stands_with_what_to_write() {
    for (typed, column, length, says, suggestion) in [
        ("", 1, 0, "empty", None),
        ("  ", 1, 2, "empty", None),
        ("a \"b c", 3, 1, "never closed", None),
        ("a (b OR (c", 9, 1, "never closed", None),
        ("a (b OR c", 3, 1, "never closed", None),
        ("a (", 3, 1, "never closed", None),
        ("a ) b", 3, 1, "nothing opens", None),
        (") a", 1, 1, "nothing opens", None),
        ("a ()", 3, 2, "nothing in these", None),
        ("a OR", 3, 2, "behind it", None),
        ("a AND OR b", 3, 3, "behind it", None),
        ("AND a", 1, 3, "in front of it", None),
        ("(OR a)", 2, 2, "in front of it", None),
        ("a NOT", 3, 3, "behind it", None),
        ("a - b", 3, 1, "in front of nothing", None),
        ("*", 1, 1, "nothing in front", None),
        ("*fund", 1, 5, "not at its end", Some("fund*")),
        ("re*fund", 1, 7, "not at its end", Some("refund*")),
        ("\"acme *\"", 1, 8, "nothing in front", None),
        ("\"\"", 1, 2, "no word", None),
        ("#refund*", 1, 8, "end of a word only", None),
        ("a NEAR #b", 8, 2, "joins words", None),
        ("(a OR NOT b) NEAR c", 7, 5, "joins words", None),
        ("a NEAR b NEAR c", 10, 4, "joins two", None),
        ("a NEAR/x b", 3, 6, "how many words", Some("NEAR/10")),
        ("a NEAR/1001 b", 3, 9, "from 0 to 1000", Some("NEAR/10")),
        ("a || b", 3, 2, "no operator", Some("OR")),
        ("form:acme", 1, 9, "no key", Some("from:acme")),
        ("Lnag:en", 1, 7, "no key", Some("lang:en")),
        ("Language:en", 1, 11, "no key", Some("lang:en")),
        ("si:reply", 1, 8, "no key", Some("is:reply")),
        ("12:30", 1, 5, "no key", Some("\"12:30\"")),
        ("site:acme.example", 1, 17, "no key", Some("domain:acme.example")),
        (
            "a https://acme.example/b",
            3,
            22,
            "is a link",
            Some("url:https://acme.example/b"),
        ),
        ("from:", 1, 5, "nothing behind it", None),
        ("@", 1, 1, "nothing behind it", None),
        ("@acme, hi", 1, 6, "no account", Some("@acme")),
        ("@@@https://acme.example", 1, 23, "no account", Some("@https")),
        ("$5", 1, 2, "no cashtag", Some("\"$5\"")),
        ("url:acme", 1, 8, "no link", None),
        ("domain:acme", 1, 11, "no domain", None),
        (
            "domain:acme.example/a",
            1,
            21,
            "not a domain",
            Some("url:acme.example/a"),
        ),
        ("lang:english", 1, 12, "no language", Some("lang:en")),
        ("lang:pt_BR", 1, 10, "no language", Some("lang:pt-br")),
        ("network:twitter", 1, 15, "not known", Some("network:x")),
        ("network:blusky", 1, 14, "not known", Some("network:bluesky")),
        ("is:retweet", 1, 10, "not known", Some("is:repost")),
        ("has:links", 1, 9, "not known", Some("has:link")),
        ("has:rhythm", 1, 10, "one of link, media, question", None),
        ("min_followers:1,000", 1, 19, "no number", Some("min_followers:1000")),
        ("min_followers:many", 1, 18, "no number", None),
        ("acme(cloud)", 5, 1, "a space between", None),
    ] {
        let error = parse(typed).unwrap_err();
        assert_eq!(
            (error.column, error.length),
            (column, length),
            "{}",
            error.render(typed)
        );
        assert!(error.message.contains(says), "{}", error.render(typed));
        assert_eq!(error.suggestion.as_deref(), suggestion, "{}", error.render(typed));
    }
}

#[test]
fn an_error_is_shown_under_the_part_at_fault() {
    let query = "東京 form:acme";
    let error = parse(query).unwrap_err();
    let shown = error.render(query);
    assert!(shown.starts_with("column 4: `form:` is no key"), "{shown}");
    assert!(
        shown.ends_with("try `from:acme`\n  東京 form:acme\n  \u{3000}\u{3000} ^^^^^^^^^"),
        "{shown}"
    );
    let long = format!("{} form:acme {}", "a ".repeat(500), "b ".repeat(500));
    let error = parse(&long).unwrap_err();
    assert!(error.render(&long).lines().all(|line| line.chars().count() < 200));
}

#[test]
fn no_query_is_too_much_for_the_suite() {
    let deep = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&deep(32)).is_ok());
    assert!(parse(&deep(33)).unwrap_err().message.contains("at most 32"));
    assert!(parse(&deep(2_000)).is_err() && parse(&"(".repeat(4_096)).is_err() && parse(&"-".repeat(4_096)).is_err());
    assert_eq!(read(&format!("{}a", "NOT ".repeat(1_000))), "a");
    let words = |count: usize| (0..count).map(|word| format!("w{word}")).collect::<Vec<_>>();
    assert!(parse(&words(256).join(" ")).is_ok());
    assert!(
        parse(&words(257).join(" "))
            .unwrap_err()
            .message
            .contains("at most 256")
    );
    let many = words(12).join(" OR ");
    assert!(
        parse(&format!("({many}) NEAR ({many})"))
            .unwrap_err()
            .message
            .contains("256")
    );
    assert!(parse(&"a".repeat(4_097)).unwrap_err().message.contains("at most 4096"));
    assert!(parse(&"ﷺx".repeat(300)).unwrap_err().message.contains("written out"));
}

#[test]
fn a_query_that_nothing_can_be_looked_up_by_is_refused_where_it_is_at_fault() {
    for (typed, column, length) in [
        ("lang:en", 1, 7),
        ("NOT a", 1, 5),
        ("a OR has:link", 6, 8),
        ("a (b OR c) OR (lang:en is:reply)", 15, 18),
        ("a OR b OR -c", 11, 2),
        ("lang:en -a", 1, 10),
    ] {
        let error = parse(typed).unwrap().require_cover().unwrap_err();
        assert_eq!(
            (error.column, error.length),
            (column, length),
            "{}",
            error.render(typed)
        );
    }
    for (typed, cover) in [
        ("a bb", vec!["bb"]),
        ("(a OR b) ccc lang:en", vec!["ccc"]),
        ("(a OR b) (c OR NOT d)", vec!["a", "b"]),
        ("acme NEAR refunded", vec!["refunded"]),
        ("acme the", vec!["acme"]),
        ("abcdefgh* abcdef", vec!["abcdef"]),
        ("acme @a", vec!["@a"]),
        (
            "url:a.example OR domain:b.example OR $c OR to:d",
            vec!["url:https://a.example", "domain:b.example", "$c", "to:d"],
        ),
    ] {
        let parsed = parse(typed).unwrap();
        assert_eq!(parsed.require_cover(), Ok(()));
        let found: Vec<_> = parsed.expr.cover().unwrap().iter().map(Atom::to_string).collect();
        assert_eq!(found, cover, "{typed}");
    }
}

#[test]
fn a_network_is_not_asked_for_what_it_cannot_have() {
    let cover = |typed: &str| {
        let cover = parse(typed)
            .unwrap()
            .expr
            .cover_on(Network::X, &|atom| !matches!(atom, Atom::Text(Term { open: true, .. })));
        cover.map(|atoms| atoms.iter().map(Atom::to_string).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(cover("acme network:bluesky").as_deref(), Some(""));
    assert_eq!(cover("acme -network:x").as_deref(), Some(""));
    assert_eq!(cover("acme network:x").as_deref(), Some("acme"));
    assert_eq!(cover("(a network:mastodon) OR b").as_deref(), Some("b"));
    assert_eq!(cover("refund*"), None);
    assert_eq!(cover("refund* ac").as_deref(), Some("ac"));
    assert_eq!(cover("refund* NEAR ac").as_deref(), Some("ac"));
}

#[test]
fn what_its_author_hardly_meant_is_said_with_a_remedy() {
    for (typed, columns) in [
        ("the", vec![1]),
        ("the acme", vec![]),
        ("acme OR für OR में", vec![9, 16]),
        ("a", vec![1]),
        ("re*", vec![1]),
        ("ref* OR 東京", vec![]),
        ("#news", vec![]),
        ("acme beta NOT acme", vec![11]),
        ("acme is:repost", vec![6]),
        ("is:repost from:acme lang:en", vec![]),
        ("is:repost (acme OR #acme)", vec![11]),
        ("acme network:x network:bluesky", vec![16]),
        ("acme lang:en lang:de", vec![14]),
        ("acme lang:pt lang:pt-br", vec![]),
        ("from:acme from:beta", vec![11]),
        ("acme min_followers:9000m", vec![6]),
        ("apple", vec![1]),
        ("apple iphone", vec![]),
        ("acme OR delta", vec![9]),
        ("acme or beta", vec![6]),
        ("acme \"or\" beta", vec![]),
        ("acme OR (acme beta)", vec![9]),
        ("acme (acme OR beta)", vec![6]),
        ("acme OR (beta gamma)", vec![]),
    ] {
        let found = parse(typed).unwrap().warnings(false);
        let at: Vec<_> = found.iter().map(|warning| warning.column).collect();
        assert_eq!(at, columns, "{typed}: {found:?}");
        assert!(found.iter().all(|warning| !warning.remedy.is_empty()));
    }
    assert_eq!(parse("apple").unwrap().warnings(true), []);
}

const NOWHERE: Place = Place { column: 1, length: 1 };

fn term() -> impl Strategy<Value = Term> {
    let typed = prop_oneof!["[a-d]{1,3}", "[a-cÉß東が+&#:()-]{1,4}( [a-b.]{1,2})?"];
    (typed, any::<bool>()).prop_filter_map("no word", |(typed, open)| Term::new(&typed, open))
}

fn atom() -> impl Strategy<Value = Atom> {
    prop_oneof![
        12 => term().prop_map(Atom::Text),
        1 => "[a-b_]{1,2}(@a\\.b)?".prop_map(Atom::Mention),
        1 => "[a-b東]{1,2}".prop_map(Atom::Hashtag),
        1 => "[a-b]{1,2}".prop_map(Atom::Cashtag),
        1 => "(did:plc:[A-b]|[a-b]{1,2})".prop_map(Atom::From),
        1 => "[a-b]{1,2}".prop_map(Atom::To),
        1 => "https://[a-b]\\.example(/[A-B()]{1,3})?".prop_map(Atom::Url),
        1 => "[a-b]{1,2}\\.example".prop_map(Atom::Domain),
        1 => "[a-b]{2}(-[a-b]{2})?".prop_map(Atom::Language),
        1 => prop::sample::select(&Network::ALL[..]).prop_map(Atom::Network),
        1 => Just(Atom::Refers(ReferenceKind::Reply)),
        1 => Just(Atom::Has(Feature::Media)),
        1 => any::<u64>().prop_map(Atom::MinFollowers),
    ]
}

fn part() -> impl Strategy<Value = Part> {
    let near = (term(), term(), 0..=1_000u16).prop_map(|(left, right, words)| Expr::Near { left, right, words });
    let leaf = prop_oneof![6 => atom().prop_map(Expr::Is), 1 => near];
    leaf.prop_map(|expr| Part::leaf(expr, NOWHERE))
        .prop_recursive(5, 24, 4, |inner| {
            prop_oneof![
                3 => prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| Part::all(parts, NOWHERE)),
                3 => prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| Part::any(parts, NOWHERE)),
                1 => inner.prop_map(|part| Part::not(part, NOWHERE)),
            ]
        })
}

/// Holds where the atom is among the facts; a NEAR where both its terms are.
fn holds(expr: &Expr, facts: &[Atom]) -> bool {
    match expr {
        Expr::All(parts) => parts.iter().all(|part| holds(part, facts)),
        Expr::Any(parts) => parts.iter().any(|part| holds(part, facts)),
        Expr::Not(part) => !holds(part, facts),
        Expr::Near { left, right, .. } => [left, right]
            .iter()
            .all(|term| facts.contains(&Atom::Text((*term).clone()))),
        Expr::Is(atom) => facts.contains(atom),
    }
}

fn atoms(expr: &Expr) -> Vec<Atom> {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => parts.iter().flat_map(atoms).collect(),
        Expr::Not(part) => atoms(part),
        Expr::Near { left, right, .. } => [left, right].map(|term| Atom::Text(term.clone())).to_vec(),
        Expr::Is(atom) => vec![atom.clone()],
    }
}

proptest! {
    #[test]
    fn a_query_reads_back_as_it_is_kept(part in part()) {
        let text = part.expr.to_string();
        prop_assert_eq!(parse(&text).map(|parsed| parsed.expr), Ok(part.expr), "{}", text);
    }

    #[test]
    fn every_post_that_matches_is_found_by_the_cover(part in part(), said in prop::collection::vec(any::<bool>(), 40)) {
        let all = atoms(&part.expr);
        let facts: Vec<Atom> = all.into_iter().zip(said).filter(|(_, said)| *said).map(|(atom, _)| atom).collect();
        if let Some(cover) = part.expr.cover() {
            prop_assert!(!holds(&part.expr, &facts) || cover.iter().any(|atom| facts.contains(atom)));
        } else {
            prop_assert!(super::cover::fault(&part).is_some());
        }
    }

    #[test]
    fn no_text_makes_reading_a_query_panic(
        query in "([a-c]|\"|“|\\(|\\)|-|\\*|:| | OR | AND | NOT | NEAR/2 |from:|url:|lang:|#|@|\\$|\\PC){0,24}",
    ) {
        match parse(&query) {
            Ok(parsed) => {
                let kept = parsed.expr.to_string();
                prop_assert_eq!(parse(&kept).map(|again| again.expr), Ok(parsed.expr.clone()), "{}", kept);
                parsed.warnings(false);
                for atom in atoms(&parsed.expr) {
                    if let Atom::Text(term) = atom {
                        prop_assert_eq!(fold(&term.text), term.text);
                    }
                }
            }
            Err(error) => {
                prop_assert!((1..=query.chars().count() + 1).contains(&error.column));
                error.render(&query);
            }
        }
    }
}
