//! Makes the rules that stand on the server those that the subjects want, in as few requests as do. What a rule says is `rules.rs`'s.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use backtweet_domain::Subject;

use super::api::{Api, Rejected};
use super::rules::{Part, Plan, Room, Unfit, Write, diff, foreign, plan, writes};
use crate::source::Trouble;

/// How often it is tried again without the terms that X refuses.
const ROUNDS: usize = 3;
/// When rules that somebody else may delete are looked at again.
const BORROWED: Duration = Duration::from_secs(60);
/// When rules that X had no room for are tried again.
const NO_ROOM: Duration = Duration::from_secs(15 * 60);

/// What may be written where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowed {
    pub(super) part: Part,
    /// Of the whole plan, for all connections.
    pub(super) room: Room,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Synced {
    /// How many rules are wanted.
    pub(super) wanted: usize,
    pub(super) unfit: Vec<Unfit>,
    /// Terms that X takes in no rule.
    pub(super) refused: BTreeSet<String>,
    /// When it has to be done again though no subject changes.
    pub(super) again: Option<Duration>,
}

/// Adds and deletes what has changed. Safe to drop and to do again: it starts from what stands there.
pub(super) async fn synchronise(
    api: Arc<Api>,
    subjects: Arc<Vec<Subject>>,
    allowed: Allowed,
    refused: BTreeSet<String>,
) -> Result<Synced, Trouble> {
    let Allowed { part, room } = allowed;
    let mut synced = Synced {
        refused,
        ..Synced::default()
    };
    for _ in 0..ROUNDS {
        let present = api.rules().await?;
        let share = room.rules.saturating_sub(foreign(&present)) / part.connections.max(1) as usize;
        let ours = Room { rules: share, ..room };
        let plan = plan(&subjects, part, &synced.refused, ours);
        let change = diff(&plan.rules, &present, part);
        synced.wanted = plan.rules.len();
        synced.again = (change.borrowed > 0).then_some(BORROWED);
        let mut rejected = Vec::new();
        for write in writes(change, room.rules.saturating_sub(present.len())) {
            match write {
                Write::Add(rules) => rejected.extend(api.add(&rules).await?),
                Write::Delete(ids) => api.delete(&ids).await?,
            }
        }
        let bad = match rejected.is_empty() {
            true => BTreeSet::new(),
            false => bad_terms(&api, &plan, &rejected, &mut synced).await?,
        };
        synced.unfit = plan.unfit;
        if bad.is_empty() {
            break;
        }
        synced.refused.extend(bad);
    }
    Ok(synced)
}

/// Which terms of the rejected rules are at fault: one of them spoils all that stand with it.
async fn bad_terms(
    api: &Api,
    plan: &Plan,
    rejected: &[Rejected],
    synced: &mut Synced,
) -> Result<BTreeSet<String>, Trouble> {
    /// How many terms are looked at in one request.
    const MOST: usize = 500;
    let invalid: BTreeSet<&str> = rejected
        .iter()
        .filter(|rule| rule.is_invalid())
        .map(|rule| rule.value.as_str())
        .collect();
    if invalid.len() < rejected.len() {
        let is_full = rejected.iter().any(|rule| !rule.is_there() && !rule.is_invalid());
        synced.again = Some(if is_full { NO_ROOM } else { BORROWED });
    }
    let suspects: Vec<&str> = plan
        .with_rules()
        .filter(|(rule, _)| invalid.contains(rule.value.as_str()))
        .flat_map(|(_, terms)| terms.iter().map(|term| term.text.as_str()))
        .collect();
    let mut bad = BTreeSet::new();
    for some in suspects.chunks(MOST) {
        let found = api.check(some).await?;
        bad.extend(found.into_iter().filter(Rejected::is_invalid).map(|rule| rule.value));
    }
    for rule in rejected.iter().filter(|rule| !rule.is_there() && bad.is_empty()) {
        tracing::warn!(
            rule = rule.value,
            title = rule.title,
            detail = rule.detail,
            "X does not take a rule"
        );
        synced.again = Some(NO_ROOM);
    }
    Ok(bad)
}
