//! What would rank the wrong authors first if it failed.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const MENTION: KindSet = KindSet::EMPTY.with(Kind::Mention);

fn worth(intent: Intent, label: Label, kind: Kind) -> i64 {
    strength(intent, Some(label), KindSet::EMPTY.with(kind), Role::Backtweet)
}

#[test]
fn the_published_examples_hold() {
    assert_eq!(worth(Intent::Other, Label::Neutral, Kind::Mention), 1_000);
    assert_eq!(worth(Intent::Praise, Label::Positive, Kind::Mention), 6_000);
    assert_eq!(worth(Intent::Complaint, Label::Negative, Kind::Quote), -12_000);
    assert_eq!(worth(Intent::Complaint, Label::Positive, Kind::Mention), -2_000);
    assert_eq!(
        strength(Intent::Share, None, KindSet::EMPTY.with(Kind::Repost), Role::Backtweet),
        400
    );
    assert_eq!(strength(Intent::Other, None, KindSet::EMPTY, Role::Indirect), 200);
}

#[test]
fn a_positive_review_outweighs_a_neutral_mention_however_it_points() {
    for kind in Kind::ALL {
        let review = worth(Intent::Praise, Label::Positive, kind);
        assert!(review > worth(Intent::Other, Label::Neutral, Kind::Mention), "{kind:?}");
    }
}

fn intents() -> impl Strategy<Value = Intent> {
    select(Intent::ALL.to_vec())
}

fn labels() -> impl Strategy<Value = Option<Label>> {
    prop::option::of(select(Label::ALL.to_vec()))
}

fn kinds() -> impl Strategy<Value = KindSet> {
    prop::collection::vec(select(Kind::ALL.to_vec()), 1..7).prop_map(|kinds| kinds.into_iter().collect())
}

proptest! {
    #[test]
    fn a_better_sentiment_is_never_worth_less(intent in intents(), kinds in kinds()) {
        let worth = |label| strength(intent, Some(label), kinds, Role::Backtweet);
        prop_assert!(worth(Label::Positive) >= worth(Label::Neutral));
        prop_assert!(worth(Label::Neutral) >= worth(Label::Unknown));
        prop_assert!(worth(Label::Unknown) >= worth(Label::Negative));
    }

    #[test]
    fn another_kind_never_weakens_a_signal(intent in intents(), label in labels(), kinds in kinds(), more in select(Kind::ALL.to_vec())) {
        let one = strength(intent, label, kinds, Role::Backtweet);
        let other = strength(intent, label, kinds.with(more), Role::Backtweet);
        prop_assert!(other.abs() >= one.abs());
        prop_assert_eq!(other.signum(), one.signum());
    }

    #[test]
    fn citing_outweighs_reposting_and_both_outweigh_naming_nobody(intent in intents(), label in labels(), kind in select(Kind::ALL[1..].to_vec())) {
        prop_assume!(intent != Intent::Spam);
        let worth = |kinds, role| strength(intent, label, kinds, role).abs();
        let repost = worth(KindSet::EMPTY.with(Kind::Repost), Role::Backtweet);
        prop_assert!(worth(KindSet::EMPTY.with(kind), Role::Backtweet) > repost);
        prop_assert!(repost > worth(KindSet::EMPTY, Role::Indirect));
    }

    #[test]
    fn spam_and_the_subjects_own_posts_are_worth_nothing(intent in intents(), label in labels(), kinds in kinds()) {
        prop_assert_eq!(strength(Intent::Spam, label, kinds, Role::Backtweet), 0);
        prop_assert_eq!(strength(intent, label, kinds, Role::Origin), 0);
        prop_assert_eq!(strength(intent, label, kinds, Role::Answer), 0);
    }

    #[test]
    fn praise_never_counts_against_nor_a_complaint_in_favour(label in labels(), kinds in kinds()) {
        prop_assert!(strength(Intent::Praise, label, kinds, Role::Backtweet) > 0);
        prop_assert!(strength(Intent::Complaint, label, kinds, Role::Backtweet) < 0);
    }
}

#[test]
fn a_mention_of_unknown_feeling_is_no_silent_neutral() {
    let worth = |label| strength(Intent::Other, Some(label), MENTION, Role::Backtweet);
    assert!(worth(Label::Unknown) < worth(Label::Neutral));
}
