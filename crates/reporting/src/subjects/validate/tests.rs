//! What is refused of a subject, and where it is said to be wrong.

use super::*;

fn fields(wire: v1::Subject) -> Vec<String> {
    let violations = subject(wire).unwrap_err().violations;
    violations.into_iter().map(|violation| violation.field).collect()
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

#[test]
fn everything_wrong_with_a_subject_is_said_at_once() {
    let wire = v1::Subject {
        id: "Not An Id".into(),
        accounts: vec![
            v1::OwnedAccount::default(),
            v1::OwnedAccount {
                network: 77,
                native: Some(" ".into()),
                handles: texts(["ok", "@acme", "a b"]),
            },
        ],
        keywords: texts(["x", "fine"]),
        hashtags: texts(["#acme", ""]),
        links: texts(["not a link"]),
        domains: texts(["https://acme.example", "acme", "acme.example/path"]),
        ..Default::default()
    };
    let expected = [
        "subject.id",
        "subject.accounts[0]",
        "subject.accounts[1].network",
        "subject.accounts[1].native",
        "subject.accounts[1].handles[1]",
        "subject.accounts[1].handles[2]",
        "subject.keywords[0]",
        "subject.hashtags[0]",
        "subject.hashtags[1]",
        "subject.links[0]",
        "subject.domains[0]",
        "subject.domains[1]",
        "subject.domains[2]",
    ];
    assert_eq!(fields(wire), expected);
    assert_eq!(
        fields(v1::Subject {
            id: "acme".into(),
            ..Default::default()
        }),
        ["subject"]
    );
}

#[test]
fn links_and_domains_are_kept_as_they_are_compared() {
    let wire = v1::Subject {
        id: "acme".into(),
        links: texts(["HTTP://www.Acme.Example/Page?utm_source=x#top"]),
        domains: texts(["Acme.EXAMPLE"]),
        generation: 99,
        ..Default::default()
    };
    let subject = subject(wire.clone()).unwrap();
    assert_eq!(subject.links, [link::canonical(&wire.links[0]).unwrap()]);
    assert_eq!(subject.domains, ["acme.example"]);
    assert_eq!(subject.generation, 0);
}

#[test]
fn a_query_is_kept_in_its_normal_form_and_may_be_all_that_there_is() {
    let wire = v1::Subject {
        id: "delta".into(),
        query: " Delta  AND (“Air Lines” OR @Delta) ".into(),
        context: "flight* OR lang:en".into(),
        exclude: "NOT network:X".into(),
        ..Default::default()
    };
    let subject = subject(wire).unwrap();
    assert_eq!(subject.query, "delta (\"air lines\" OR @delta)");
    assert_eq!(subject.context, "flight* OR lang:en");
    assert_eq!(subject.exclude, "-network:x");
}

#[test]
fn a_wrong_query_is_named_with_its_column_beside_all_else() {
    let wire = v1::Subject {
        id: "Delta".into(),
        query: "lang:en".into(),
        context: "form:acme".into(),
        exclude: "(a".into(),
        ..Default::default()
    };
    let violations = subject(wire).unwrap_err().violations;
    let said: Vec<_> = violations
        .iter()
        .map(|it| (it.field.as_str(), it.reason.as_str()))
        .collect();
    let fields: Vec<_> = said.iter().map(|(field, _)| *field).collect();
    assert_eq!(
        fields,
        ["subject.id", "subject.query", "subject.context", "subject.exclude"]
    );
    assert!(
        said[1]
            .1
            .starts_with("column 1: there is nothing to look for in `lang:en`")
    );
    assert!(said[2].1.ends_with("try `from:acme`") && said[3].1.starts_with("column 1: this parenthesis"));
}

#[test]
fn a_retention_is_read_whole_and_everything_wrong_with_it_is_said_at_once() {
    let put = |days, networks: &[(v1::Network, u32)]| v1::Subject {
        id: "acme".into(),
        domains: texts(["acme.example"]),
        retention: Some(v1::Retention {
            days,
            networks: networks
                .iter()
                .map(|&(network, days)| v1::NetworkRetention {
                    network: network.into(),
                    days,
                })
                .collect(),
        }),
        ..Default::default()
    };
    let kept = subject(put(Some(36_500), &[(v1::Network::Bluesky, 1)]))
        .unwrap()
        .retention;
    assert_eq!(kept.days, Some(36_500));
    assert_eq!(kept.networks.into_iter().collect::<Vec<_>>(), [(Network::Bluesky, 1)]);
    let wrong = [
        (v1::Network::X, 36_501),
        (v1::Network::Unspecified, 30),
        (v1::Network::X, 30),
    ];
    let violations = subject(put(Some(0), &wrong)).unwrap_err().violations;
    let said: Vec<_> = violations
        .iter()
        .map(|it| (it.field.as_str(), it.reason.as_str()))
        .collect();
    assert_eq!(said[0].0, "subject.retention.days");
    assert!(
        said[0]
            .1
            .starts_with("0 days are no retention: keep posts for 1 to 36500"),
        "{said:?}"
    );
    assert_eq!(said[1].0, "subject.retention.networks[0].days");
    assert_eq!(said[2].0, "subject.retention.networks[1].network");
    assert_eq!(
        said[3],
        (
            "subject.retention.networks[2].network",
            "x is named twice: name it once"
        )
    );
    assert_eq!(said.len(), 4);
}

#[test]
fn a_restriction_of_nothing_is_refused() {
    let wire = v1::Subject {
        id: "delta".into(),
        domains: texts(["delta.example"]),
        context: "flight".into(),
        exclude: "force".into(),
        ..Default::default()
    };
    assert_eq!(fields(wire.clone()), ["subject.context", "subject.exclude"]);
    let hashtags = texts(["delta"]);
    assert!(subject(v1::Subject { hashtags, ..wire }).is_ok());
}
