//! Drops what expired, by event time, shard by shard of the expiry index.

use std::sync::LazyLock;

use redis::Value;

use backtweet_domain::Timestamp;

use crate::port::StoreError;

use super::RedisStore;
use super::keys::{Due, SHARDS, sortable};
use super::link::{Call, Lua};
use super::read::convert;

static DROP: LazyLock<Lua> = LazyLock::new(|| Lua::new("#!lua flags=allow-oom", include_str!("drop.lua")));

/// How many entries are looked at in one go.
const CHUNK: usize = 256;

pub(super) async fn expire(store: &RedisStore, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
    let mut dropped = 0;
    for shard in 0..SHARDS {
        let mut more = true;
        while more && dropped < limit {
            let wanted = CHUNK.min(limit - dropped);
            let (looked_at, gone) = expire_some(store, shard, before, wanted).await?;
            dropped += gone;
            more = looked_at == wanted;
        }
    }
    Ok(dropped)
}

/// Looks at the first `wanted` entries of a shard that are due; says how many there were, and how many things went.
async fn expire_some(
    store: &RedisStore,
    shard: u32,
    before: Timestamp,
    wanted: usize,
) -> Result<(usize, usize), StoreError> {
    let key = store.keys.shard(shard);
    let mut range = Call::command("ZRANGE", key.clone());
    range
        .cmd
        .arg("-")
        .arg(format!("({}", sortable(before)))
        .arg("BYLEX")
        .arg("LIMIT")
        .arg(0)
        .arg(wanted);
    let entries = store
        .link
        .run(Vec::new(), vec![range])
        .await?
        .into_iter()
        .next()
        .unwrap_or(Value::Nil);
    let entries: Vec<String> = convert(&key, entries)?;
    if entries.is_empty() {
        return Ok((0, 0));
    }
    let drops = entries
        .iter()
        .filter_map(|entry| Due::parse(entry))
        .map(|due| drop_call(store, &due, before))
        .collect();
    let mut gone = 0;
    for answer in store.link.run(Vec::new(), drops).await? {
        gone += convert::<usize>(&key, answer)?;
    }
    // Behind the drops: an entry goes only after what it points at was looked at.
    let mut forget = Call::command("ZREM", key);
    forget.cmd.arg(&entries);
    store.link.run(Vec::new(), vec![forget]).await?;
    Ok((entries.len(), gone))
}

fn drop_call(store: &RedisStore, due: &Due, before: Timestamp) -> Call {
    let mut call = Call::script(&DROP, vec![store.keys.slot(&due.slot)]);
    let kind = if due.waiter.is_some() { "waiter" } else { "record" };
    call.cmd
        .arg(kind)
        .arg(&due.name)
        .arg(sortable(before))
        .arg(due.waiter.as_deref().unwrap_or_default());
    call
}
