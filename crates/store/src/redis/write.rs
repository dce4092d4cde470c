//! Turns plans into calls of `apply.lua`, and its answers into outcomes.

use std::sync::LazyLock;

use redis::{Cmd, Value};

use crate::plan::{Delta, EntryChange, Kind, Plan};
use crate::port::{Batch, Outcome, StoreError, Waiter};

use super::RedisStore;
use super::keys::{self, Due, corrupt};
use super::link::{Call, Lua};
use super::read::convert;

static APPLY: LazyLock<Lua> = LazyLock::new(|| Lua::new("#!lua", include_str!("apply.lua")));

pub(super) async fn apply(store: &RedisStore, batches: &[Batch]) -> Result<Vec<Outcome>, StoreError> {
    let plans = batches.iter().map(Plan::of).collect::<Result<Vec<_>, _>>()?;
    let indexed = store.index(plans.iter().flat_map(due));
    let calls = plans.iter().map(|plan| call(store, plan)).collect();
    let answers = store.link.run(indexed, calls).await?;
    plans
        .iter()
        .zip(answers)
        .map(|(plan, answer)| outcome(&store.keys.slot(plan.slot), answer))
        .collect()
}

/// The index entries for all records of a plan that will expire.
fn due(plan: &Plan<'_>) -> Vec<Due> {
    let expiring = |change: &crate::plan::RecordChange<'_>| {
        let (_, expires) = change.put?;
        Some(Due {
            expires: expires?,
            slot: plan.slot.into(),
            name: change.name.into(),
            waiter: None,
        })
    };
    plan.records.iter().filter_map(expiring).collect()
}

/// The arguments come in the order in which the script takes them.
fn call(store: &RedisStore, plan: &Plan<'_>) -> Call {
    let mut call = Call::script(&APPLY, vec![store.keys.slot(plan.slot)]);
    let cmd = &mut call.cmd;
    cmd.arg(u8::from(plan.clear)).arg(plan.guards.len());
    for guard in plan.guards {
        cmd.arg(&guard.name)
            .arg(guard.version.map(|version| version.to_string()).unwrap_or_default());
    }
    cmd.arg(plan.wakes.len()).arg(&plan.wakes);
    cmd.arg(plan.drops.len());
    for (_, name) in &plan.drops {
        cmd.arg(name);
    }

    let sums: Vec<_> = plan
        .deltas
        .chunk_by(|a, b| (a.kind, a.name) == (b.kind, b.name))
        .collect();
    cmd.arg(sums.len());
    sums.into_iter().for_each(|deltas| add_sums(cmd, deltas));

    let feeds: Vec<_> = plan.entries.chunk_by(|a, b| a.name == b.name).collect();
    cmd.arg(feeds.len());
    feeds.into_iter().for_each(|changes| add_feed(cmd, changes));

    cmd.arg(plan.records.len());
    for change in &plan.records {
        let text = change.put.map(|(stored, expires)| keys::encode_record(stored, expires));
        cmd.arg(change.name)
            .arg(u8::from(text.is_some()))
            .arg(text.unwrap_or_default());
    }
    call
}

/// All deltas of one collection.
fn add_sums(cmd: &mut Cmd, deltas: &[Delta<'_>]) {
    let Some(first) = deltas.first() else { return };
    let (kind, sign) = match first.kind {
        Kind::Counters => ("c", 1),
        Kind::Members => ("m", 1),
        Kind::Ranked => ("s", -1),
    };
    cmd.arg(kind).arg(first.name).arg(deltas.len());
    for delta in deltas {
        cmd.arg(delta.member).arg(sign * delta.delta);
    }
}

/// All changes of one feed.
fn add_feed(cmd: &mut Cmd, changes: &[EntryChange<'_>]) {
    let Some(first) = changes.first() else { return };
    cmd.arg(first.name).arg(changes.len());
    for change in changes {
        cmd.arg(keys::encode_entry(change.entry)).arg(u8::from(change.present));
    }
}

fn outcome(slot: &str, answer: Value) -> Result<Outcome, StoreError> {
    let woken = match answer {
        Value::Int(0) => return Ok(Outcome::Conflict),
        Value::Array(parts) => parts.into_iter().skip(1),
        other => return Err(corrupt(slot, format!("the script answered {other:?}"))),
    };
    let mut waiters = Vec::new();
    for record in woken {
        let mut parked: Vec<(String, Vec<u8>)> = convert(slot, record)?;
        parked.sort_unstable();
        for (id, value) in parked {
            let bytes = keys::parse_waiter(value).ok_or_else(|| corrupt(slot, "a waiter is cut short"))?;
            waiters.push(Waiter { id, bytes });
        }
    }
    Ok(Outcome::Applied(waiters))
}
