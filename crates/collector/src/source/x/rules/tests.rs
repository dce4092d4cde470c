//! Which rules subjects come to, and what has to be written.

use backtweet_domain::{Network, OwnedAccount};
use proptest::prelude::*;

use super::*;

const WHOLE: Part = Part {
    connection: 0,
    connections: 1,
};

fn subject(id: &str) -> Subject {
    Subject {
        generation: 1,
        ..Subject::new(SubjectId::new(id).unwrap())
    }
}

fn room(rules: usize, length: usize) -> Room {
    Room { rules, length }
}

fn plain(subjects: &[Subject], room: Room) -> Plan {
    plan(subjects, WHOLE, &BTreeSet::new(), room)
}

#[test]
fn everything_a_subject_asks_for_is_looked_for() {
    let account = |network, native: Option<&str>, handles: &[&str]| OwnedAccount {
        network,
        native: native.map(str::to_owned),
        handles: handles.iter().map(|&handle| handle.to_owned()).collect(),
    };
    let acme = Subject {
        accounts: vec![
            account(Some(Network::X), None, &["@Acme"]),
            account(None, None, &["acme.bsky.social"]),
            account(Some(Network::Mastodon), None, &["acme"]),
            account(Some(Network::X), Some("42"), &[]),
        ],
        keywords: vec![
            "Acme".into(),
            "acme \"rocket\"  skates".into(),
            "or".into(),
            "a-b".into(),
        ],
        hashtags: vec!["#Acme".into(), "$ACME".into()],
        links: vec!["https://www.acme.example/a?b=c".into()],
        domains: vec!["acme.example".into()],
        ..subject("acme")
    };
    let plan = plain(&[acme], room(10, 1_024));
    assert_eq!(
        plan.rules[0].value,
        "from:acme OR to:acme OR retweets_of:acme OR @acme OR from:42 OR to:42 OR retweets_of:42 OR \
         url:\"acme.example/a?b=c\" OR url:\"acme.example\" OR #acme OR $acme OR acme OR \"acme rocket skates\" OR \"or\" \
         OR \"a-b\""
    );
    assert_eq!(plan.rules.len(), 1);
    assert_eq!(plan.unfit, []);
}

#[test]
fn what_no_rule_can_hold_is_told_with_its_subject_and_costs_nothing_else() {
    let bad = Subject {
        accounts: vec![OwnedAccount {
            network: Some(Network::X),
            native: None,
            handles: vec!["much-too-long-a-handle".into()],
        }],
        keywords: vec!["!!!".into(), "x".repeat(60), "fine".into()],
        hashtags: vec!["not a tag".into()],
        links: vec!["https://acme.example/\"quoted\"".into()],
        ..subject("bad")
    };
    let plan = plain(&[bad], room(10, 50));
    assert_eq!(plan.rules.len(), 1);
    assert_eq!(plan.rules[0].value, "fine");
    assert_eq!(plan.unfit.len(), 5);
    assert!(plan.unfit.iter().all(|unfit| unfit.subject.as_str() == "bad"));
}

fn asking(query: &str) -> Plan {
    let query = query.to_owned();
    plain(
        &[Subject {
            query,
            ..subject("acme")
        }],
        room(10, 1_024),
    )
}

#[test]
fn no_post_that_a_query_matches_is_left_unasked_for() {
    for (query, rule) in [
        ("acme", "acme"),
        ("c++ OR \"Acme Cloud\" OR not", "\"c++\" OR \"acme cloud\" OR \"not\""),
        (
            "@Acme OR from:acme OR to:42 OR #Acme OR #हिन्दी OR $ACME",
            "@acme OR from:acme OR to:42 OR #acme OR #हिन्दी OR $acme",
        ),
        (
            "url:acme.example/a?b=1 OR domain:b.example",
            "url:\"acme.example/a?b=1\" OR url:\"b.example\"",
        ),
        ("replacement* acme lang:en -spam", "acme"),
        ("replacement* NEAR/3 acme", "acme"),
        ("(refund* OR return) (acme OR apex)", "acme OR apex"),
        ("acme (network:x OR is:reply)", "acme"),
        ("(acme network:mastodon) OR apex", "apex"),
    ] {
        let plan = asking(query);
        let rules: Vec<_> = plan.rules.iter().map(|rule| rule.value.as_str()).collect();
        assert_eq!(rules, [rule], "{query}");
        assert_eq!(plan.unfit, [], "{query}");
    }
}

#[test]
fn what_x_cannot_look_for_in_a_query_is_told_and_the_rest_is_looked_for() {
    for (query, followed, untold) in [
        ("refund* OR acme", vec!["acme"], vec!["refund*"]),
        ("refund*", vec![], vec!["refund*"]),
        ("\"!!\" OR @42 OR acme", vec!["acme"], vec!["!!", "@42"]),
        ("lang:en", vec![], vec!["lang:en"]),
        ("(acme", vec![], vec!["(acme"]),
        (
            "from:acme.bsky.example OR @a@b.example OR from:did:plc:a",
            vec![],
            vec![],
        ),
        ("acme network:bluesky", vec![], vec![]),
    ] {
        let plan = asking(query);
        let rules: Vec<_> = plan.rules.iter().map(|rule| rule.value.as_str()).collect();
        let unfit: Vec<_> = plan.unfit.iter().map(|unfit| unfit.term.as_str()).collect();
        assert_eq!((rules, unfit), (followed, untold), "{query}");
    }
}

#[test]
fn rules_beyond_the_plan_are_told_term_by_term() {
    let many = Subject {
        keywords: (0..100).map(|number| format!("keyword{number:03}")).collect(),
        ..subject("many")
    };
    let plan = plain(&[many], room(3, 50));
    assert_eq!(plan.rules.len(), 3);
    let followed: usize = plan.terms.iter().map(Vec::len).sum();
    assert_eq!(followed + plan.unfit.len(), 100);
    assert_eq!(followed, 9);
}

#[test]
fn a_new_subject_leaves_most_rules_as_they_are() {
    let brand = |number: usize| Subject {
        keywords: (0..5).map(|word| format!("brand{number} word{word}")).collect(),
        ..subject(&format!("brand{number:04}"))
    };
    let before: Vec<Subject> = (0..400).filter(|number| number % 50 != 25).map(brand).collect();
    let after: Vec<Subject> = before.iter().cloned().chain([brand(25)]).collect();
    let (before, after) = (plain(&before, room(1_000, 1_024)), plain(&after, room(1_000, 1_024)));
    let old: BTreeSet<&Wanted> = before.rules.iter().collect();
    let new = after.rules.iter().filter(|rule| !old.contains(rule)).count();
    assert!(new <= 5, "{new} of {} rules are new", after.rules.len());
}

fn present(id: &str, value: &str, tag: &str) -> Present {
    Present {
        id: id.to_owned(),
        value: value.to_owned(),
        tag: tag.to_owned(),
    }
}

fn wanted(value: &str) -> Wanted {
    Wanted {
        value: value.to_owned(),
        tag: format!("{TAG}0/{value}"),
    }
}

#[test]
fn only_what_changed_is_written_and_rules_of_others_are_left_alone() {
    let there = [
        present("1", "a", "backtweet/0/a"),
        present("2", "b", "backtweet/0/b"),
        present("3", "c", "somebody else's"),
        present("4", "d", "backtweet/1/d"),
        present("5", "a", "backtweet/0/a"),
    ];
    let first = Part {
        connection: 0,
        connections: 2,
    };
    let change = diff(&[wanted("a"), wanted("c"), wanted("e")], &there, first);
    assert_eq!(change.add, [wanted("e")]);
    assert_eq!(change.delete, ["2", "5"]);
    assert_eq!(change.borrowed, 1);
    // A connection that there is no more leaves its rules to the first.
    assert_eq!(diff(&[wanted("a")], &there, WHOLE).delete, ["2", "4", "5"]);
    assert_eq!(foreign(&there), 1);
}

#[test]
fn nothing_is_missed_while_rules_are_exchanged_as_far_as_there_is_room() {
    let change = || Change {
        add: vec![wanted("a"), wanted("b"), wanted("c")],
        delete: vec!["1".to_owned()],
        borrowed: 0,
    };
    let add = |rules: &[&str]| Write::Add(rules.iter().map(|rule| wanted(rule)).collect());
    let delete = || Write::Delete(vec!["1".to_owned()]);
    assert_eq!(writes(change(), 3), [add(&["a", "b", "c"]), delete()]);
    assert_eq!(writes(change(), 2), [add(&["a", "b"]), delete(), add(&["c"])]);
    assert_eq!(writes(change(), 0), [delete(), add(&["a", "b", "c"])]);
    assert_eq!(writes(Change::default(), 5), []);
}

fn any_subjects() -> impl Strategy<Value = Vec<Subject>> {
    let words = || prop::collection::vec("[a-zä#$ \"!.]{0,30}", 0..6);
    let one = (words(), words(), words(), prop::collection::vec("[a-z_]{1,15}", 0..3));
    prop::collection::vec(one, 0..40).prop_map(|subjects| {
        let subject = |(number, (keywords, hashtags, links, handles)): (usize, (_, _, _, Vec<String>))| Subject {
            keywords,
            hashtags,
            links,
            accounts: vec![OwnedAccount {
                network: None,
                native: None,
                handles,
            }],
            ..subject(&format!("s{number}"))
        };
        subjects.into_iter().enumerate().map(subject).collect()
    })
}

proptest! {
    #[test]
    fn every_term_stands_in_a_rule_within_the_limits_or_is_told(
        subjects in any_subjects(), length in 20usize..200, rules in 0usize..60,
    ) {
        let mut refused = Vec::new();
        let all = terms(&subjects, WHOLE, &mut refused);
        let plan = plain(&subjects, room(rules, length));
        prop_assert!(plan.rules.len() <= rules);
        for (rule, terms) in plan.with_rules() {
            prop_assert!(rule.value.chars().count() <= length);
            let texts: Vec<&str> = terms.iter().map(|term| term.text.as_str()).collect();
            prop_assert_eq!(&rule.value, &texts.join(" OR "));
        }
        let followed: BTreeSet<&str> = plan.terms.iter().flatten().map(|term| term.text.as_str()).collect();
        // What could not even be read comes first, as it was written: that may look like another's term.
        let (unread, unfit) = plan.unfit.split_at(refused.len());
        prop_assert_eq!(unread, refused);
        let told: BTreeSet<&str> = unfit.iter().map(|unfit| unfit.term.as_str()).collect();
        for term in &all {
            prop_assert!(followed.contains(term.text.as_str()) != told.contains(term.text.as_str()), "{}", term.text);
        }
        // No rule could have taken the beginning of the next one, unless there is room for more rules.
        if plan.rules.len() > rules / 2 {
            for pair in plan.terms.windows(2).zip(plan.rules.windows(2)) {
                let (terms, values) = pair;
                let joined = values[0].value.chars().count() + OR.len() + terms[1][0].text.chars().count();
                prop_assert!(joined > length || terms[0].last().is_some_and(|_| values[0].value.chars().count() >= length));
            }
        }
    }

    #[test]
    fn the_order_of_subjects_changes_no_rule(subjects in any_subjects(), seed in any::<u64>()) {
        let mut shuffled = subjects.clone();
        shuffled.sort_by_key(|subject| xxh3_64(format!("{seed}{}", subject.id).as_bytes()));
        prop_assert_eq!(plain(&subjects, room(100, 100)).rules, plain(&shuffled, room(100, 100)).rules);
    }

    #[test]
    fn connections_share_all_terms_and_no_rule_stands_twice(subjects in any_subjects(), connections in 1u32..5) {
        let mut found: Vec<String> = Vec::new();
        let mut values = BTreeSet::new();
        for connection in 0..connections {
            let part = Part { connection, connections };
            let plan = plan(&subjects, part, &BTreeSet::new(), room(10_000, 60));
            for rule in &plan.rules {
                prop_assert!(values.insert(rule.value.clone()));
            }
            found.extend(plan.terms.into_iter().flatten().map(|term| term.text));
        }
        found.sort();
        let mut all: Vec<String> = plain(&subjects, room(10_000, 60)).terms.into_iter().flatten().map(|term| term.text).collect();
        all.sort();
        prop_assert_eq!(found, all);
    }

    #[test]
    fn what_is_written_leads_to_what_is_wanted(before in any_subjects(), after in any_subjects(), most in 1usize..40) {
        let (before, after) = (plain(&before, room(most, 80)), plain(&after, room(most, 80)));
        let mut there: Vec<Present> = (0..).zip(&before.rules)
            .map(|(id, rule): (u32, _)| present(&id.to_string(), &rule.value, &rule.tag))
            .collect();
        for write in writes(diff(&after.rules, &there, WHOLE), most - there.len()) {
            match write {
                Write::Add(rules) => there.extend(rules.iter().map(|rule| present("new", &rule.value, &rule.tag))),
                Write::Delete(ids) => there.retain(|rule| !ids.contains(&rule.id)),
            }
            prop_assert!(there.len() <= most);
        }
        let there: BTreeSet<String> = there.into_iter().map(|rule| rule.value).collect();
        prop_assert_eq!(there, after.rules.into_iter().map(|rule| rule.value).collect());
    }
}
