//! Which finding outranks which.

use proptest::prelude::*;

use super::*;

fn version(revision: u64) -> Version {
    Version {
        generation: 1,
        revision,
        lineage: 0,
    }
}

/// What is said at one version is always the same.
fn seen(revision: u64) -> Finding {
    let impact = Impact {
        at_us: 10 + revision.cast_signed(),
        author: "x:1".into(),
        ..Impact::default()
    };
    Finding::Seen {
        version: version(revision),
        impact: Box::new(impact),
        place: Box::default(),
        event: format!("text {revision}").into(),
    }
}

/// Follows from the finding, and lies at and behind its event time.
fn known_us(finding: &Finding) -> i64 {
    match finding {
        Finding::Seen { version, impact, .. } => impact.at_us + 2 * (version.revision.cast_signed() % 3),
        Finding::Retracted { version } => 11 + 3 * version.revision.cast_signed(),
        Finding::Account { seq, state } => 9 + 2 * seq.cast_signed() + *state as i64,
    }
}

fn after(findings: &[Finding]) -> Contribution {
    let mut contribution = Contribution::default();
    for finding in findings {
        contribution.take(finding, known_us(finding));
    }
    contribution
}

fn shown(findings: &[Finding]) -> Option<Bytes> {
    let contribution = after(findings);
    contribution.effective().map(|_| contribution.event.clone())
}

#[test]
fn an_edit_replaces_and_an_older_version_changes_nothing() {
    assert_eq!(shown(&[seen(1), seen(2)]), Some("text 2".into()));
    assert_eq!(shown(&[seen(2), seen(1), seen(2)]), Some("text 2".into()));
}

#[test]
fn a_retraction_beats_its_own_version_and_loses_to_a_later_one() {
    let retracted = || Finding::Retracted { version: version(2) };
    assert_eq!(shown(&[seen(2), retracted()]), None);
    assert_eq!(shown(&[retracted(), seen(2)]), None);
    assert_eq!(shown(&[retracted(), seen(3)]), Some("text 3".into()));
    assert_eq!(shown(&[seen(3), retracted()]), Some("text 3".into()));
}

#[test]
fn a_retraction_erases_text_and_author_but_not_the_time() {
    let contribution = after(&[seen(1), Finding::Retracted { version: version(1) }]);
    assert!(contribution.event.is_empty());
    let impact = contribution.impact.unwrap();
    assert_eq!((impact.author.as_str(), impact.at_us), ("", 11));
}

#[test]
fn a_suspended_account_hides_its_posts_until_it_is_back() {
    let account = |state, seq| Finding::Account { state, seq };
    let hidden = account(AccountState::Hidden, 5);
    assert_eq!(shown(&[hidden.clone(), seen(1)]), None);
    assert_eq!(
        shown(&[hidden.clone(), seen(1), account(AccountState::Active, 6)]),
        Some("text 1".into())
    );
    assert_eq!(
        shown(&[account(AccountState::Active, 6), seen(1), hidden]),
        Some("text 1".into())
    );
}

#[test]
fn a_deleted_account_erases_its_posts_for_good() {
    let account = |state, seq| Finding::Account { state, seq };
    let findings = [
        seen(1),
        account(AccountState::Deleted, 5),
        account(AccountState::Active, 6),
        seen(2),
    ];
    let contribution = after(&findings);
    assert_eq!(contribution.effective(), None);
    assert!(contribution.event.is_empty());
}

fn finding() -> impl Strategy<Value = Finding> {
    let states = [AccountState::Active, AccountState::Hidden, AccountState::Deleted];
    prop_oneof![
        3 => (0u64..4).prop_map(seen),
        1 => (0u64..4).prop_map(|revision| Finding::Retracted { version: version(revision) }),
        2 => (prop::sample::select(states.to_vec()), 0u64..4).prop_map(|(state, seq)| Finding::Account { state, seq }),
    ]
}

/// What adds to the figures at a time, as far as it is kept when it goes.
fn then(contribution: &Contribution, before_us: i64) -> Option<Impact> {
    let impact = contribution.as_of(before_us);
    impact.filter(|impact| impact.at_us < before_us)
}

fn without_author(impact: Option<&Impact>) -> Option<Impact> {
    impact.map(|impact| Impact {
        author: String::new(),
        ..impact.clone()
    })
}

#[test]
fn a_post_that_never_changed_keeps_no_history() {
    let contribution = after(&[seen(0), seen(0)]);
    assert_eq!(contribution.last_known_us(), None);
    assert!(contribution.heard.is_empty() && contribution.known_us.is_none());
    let active = Finding::Account {
        state: AccountState::Active,
        seq: 1,
    };
    assert_eq!(after(&[seen(0), active]).last_known_us(), None);
    let retracted = Finding::Retracted { version: version(1) };
    assert_eq!(after(&[retracted]).last_known_us(), None);
}

#[test]
fn of_a_post_that_was_edited_over_and_over_the_last_versions_are_known() {
    let edits: Vec<_> = (0..40).map(seen).collect();
    let backwards: Vec<_> = edits.iter().rev().cloned().collect();
    let (contribution, other) = (after(&edits), after(&backwards));
    assert_eq!(contribution.heard, other.heard);
    assert_eq!(contribution.heard.len(), 32);
    assert_eq!(then(&contribution, i64::MAX), without_author(contribution.effective()));
}

proptest! {
    #[test]
    fn what_was_known_then_is_what_findings_until_then_come_to(
        findings in prop::collection::vec(finding(), 0..8),
        before_us in 5i64..25,
    ) {
        let contribution = after(&findings);
        let by_then: Vec<_> = findings.iter().filter(|finding| known_us(finding) < before_us).cloned().collect();
        let known = after(&by_then);
        let expected = known.effective().filter(|impact| impact.at_us < before_us);
        prop_assert_eq!(then(&contribution, before_us), without_author(expected));
        if contribution.last_known_us().is_none_or(|last| last < before_us) {
            let today = contribution.effective().filter(|impact| impact.at_us < before_us);
            prop_assert_eq!(then(&contribution, before_us), without_author(today));
        }
    }

    #[test]
    fn findings_come_to_the_same_in_any_order_and_however_often(
        findings in prop::collection::vec(finding(), 0..8),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        order in any::<u64>(),
    ) {
        let mut shuffled = findings.clone();
        if !findings.is_empty() {
            shuffled.extend(again.iter().map(|index| findings[index.index(findings.len())].clone()));
        }
        let mut random = order | 1;
        shuffled.sort_by_cached_key(|_| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            random
        });
        prop_assert_eq!(shown(&findings), shown(&shuffled));
        let (one, other) = (after(&findings), after(&shuffled));
        prop_assert_eq!(one.last_known_us(), other.last_known_us());
        prop_assert_eq!((one.known_us, one.heard, one.states), (other.known_us, other.heard, other.states));
    }

    #[test]
    fn a_contribution_reads_back_as_it_was_written(findings in prop::collection::vec(finding(), 0..8)) {
        let contribution = after(&findings);
        let bytes = prost::Message::encode_to_vec(&contribution);
        prop_assert_eq!(<Contribution as prost::Message>::decode(&bytes[..]).unwrap(), contribution);
    }
}
