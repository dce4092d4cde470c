//! Turns look-ups into calls, each for as many slots as one call may have, and answers back into what was found.

use std::sync::LazyLock;

use redis::{FromRedisValue, ToRedisArgs, Value, from_redis_value};
use rustc_hash::FxHashMap;

use crate::plan::check_look_up;
use crate::port::{Direction, FeedEntry, Found, Key, LookUp, StoreError};

use super::RedisStore;
use super::keys::{self, Due, corrupt};
use super::link::{Call, Lua};

const SOURCE: &str = include_str!("read.lua");
static READ: LazyLock<Lua> = LazyLock::new(|| Lua::new("#!lua flags=no-writes", SOURCE));
static PARK: LazyLock<Lua> = LazyLock::new(|| Lua::new("#!lua", SOURCE));

pub(super) async fn read(store: &RedisStore, look_ups: &[LookUp]) -> Result<Vec<Found>, StoreError> {
    let keys = look_ups.iter().map(check_look_up).collect::<Result<Vec<_>, _>>()?;
    let mut slots: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (i, key) in keys.iter().enumerate() {
        slots.entry(&key.slot).or_default().push(i);
    }
    let slots: Vec<_> = slots.into_iter().collect();
    let groups = || slots.chunks(store.link.slots_at_once());
    let calls = groups().map(|slots| ask(store, slots, look_ups)).collect();
    let parked = store.index(look_ups.iter().filter_map(due));
    let answers = store.link.run(parked, calls).await?;

    let mut found: Vec<Option<Found>> = vec![None; look_ups.len()];
    for (slots, answers) in groups().zip(answers) {
        let answers: Vec<Vec<Value>> = convert("", answers)?;
        for ((_, asked), answers) in slots.iter().zip(answers) {
            for (&i, answer) in asked.iter().zip(answers) {
                found[i] = Some(parse(store, &look_ups[i], keys[i], answer)?);
            }
        }
    }
    match found.into_iter().collect::<Option<Vec<_>>>() {
        Some(found) => Ok(found),
        None => Err(corrupt("", "the server answered fewer look-ups than were asked")),
    }
}

/// The index entry for a waiter that may be left.
fn due(look_up: &LookUp) -> Option<Due> {
    match look_up {
        LookUp::ReadOrPark { key, park } => Some(Due {
            expires: park.expires,
            slot: key.slot.clone(),
            name: key.name.clone(),
            waiter: Some(park.waiter.id.clone()),
        }),
        _ => None,
    }
}

/// One call for all look-ups of some slots: one moment of each.
fn ask(store: &RedisStore, slots: &[(&str, Vec<usize>)], look_ups: &[LookUp]) -> Call {
    let mut asked = slots.iter().flat_map(|(_, asked)| asked);
    let parks = asked.any(|&i| matches!(look_ups[i], LookUp::ReadOrPark { .. }));
    let keys = slots.iter().map(|(slot, _)| store.keys.slot(slot)).collect();
    let mut call = Call::script(if parks { &PARK } else { &READ }, keys);
    for (_, asked) in slots {
        call.cmd.arg(asked.len());
        asked.iter().for_each(|&i| add(&mut call, &look_ups[i]));
    }
    call
}

fn add(call: &mut Call, look_up: &LookUp) {
    let mut four = |ask: &str, key: &Key, a: &dyn Argument, b: &dyn Argument| {
        call.cmd.arg(ask).arg(&key.name).arg(a.bytes()).arg(b.bytes());
    };
    match look_up {
        LookUp::Counters(key) | LookUp::Members(key) => four("hash", key, &"", &""),
        LookUp::Member { key, member } => four("member", key, &member.as_str(), &""),
        LookUp::Size(key) => four("size", key, &"", &""),
        LookUp::Record(key) => four("record", key, &"", &""),
        // The last place is inclusive, and -1 would be the end.
        LookUp::Top { key, limit: 0 } => four("top", key, &"1", &"0"),
        LookUp::Top { key, limit } => four("top", key, &"0", &(bounded(*limit) - 1)),
        LookUp::Feed {
            key,
            after,
            direction,
            limit,
        } => {
            let (ask, end) = match direction {
                Direction::Ascending => ("ascending", "-"),
                Direction::Descending => ("descending", "+"),
            };
            four(ask, key, &start(after.as_ref(), end), &bounded(*limit));
        }
        LookUp::ReadOrPark { key, park } => {
            let waiter = keys::encode_waiter(park.expires, &park.waiter.bytes);
            four("park", key, &park.waiter.id.as_str(), &waiter);
        }
    }
}

/// Something that goes into a command as it is.
trait Argument {
    fn bytes(&self) -> Vec<Vec<u8>>;
}

impl<T: ToRedisArgs> Argument for T {
    fn bytes(&self) -> Vec<Vec<u8>> {
        self.to_redis_args()
    }
}

fn start(after: Option<&FeedEntry>, end: &str) -> Vec<u8> {
    after.map_or_else(
        || end.into(),
        |entry| [b"(", keys::encode_entry(entry).as_slice()].concat(),
    )
}

fn bounded(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn parse(store: &RedisStore, look_up: &LookUp, key: &Key, answer: Value) -> Result<Found, StoreError> {
    let name = || format!("{}{}", store.keys.slot(&key.slot), key.name);
    let foreign = || corrupt(name(), "it holds what this suite does not write");
    Ok(match look_up {
        LookUp::Counters(_) => Found::Counters(by_name(convert(&name(), answer)?)),
        LookUp::Members(_) | LookUp::Member { .. } => Found::Members(by_name(convert(&name(), answer)?)),
        LookUp::Size(_) => Found::Size(convert(&name(), answer)?),
        LookUp::Top { .. } => {
            let ranked: Vec<(String, f64)> = convert(&name(), answer)?;
            // Scores are whole and stay within ±2^53, which a float holds exactly.
            Found::Ranked(
                ranked
                    .into_iter()
                    .map(|(member, score)| (member, -score as i64))
                    .collect(),
            )
        }
        LookUp::Feed { .. } => {
            let entries: Vec<Vec<u8>> = convert(&name(), answer)?;
            let entries = entries
                .iter()
                .map(|member| keys::parse_entry(member))
                .collect::<Option<_>>();
            Found::Feed(entries.ok_or_else(foreign)?)
        }
        LookUp::Record(_) | LookUp::ReadOrPark { .. } => {
            let record: Option<Vec<u8>> = convert(&name(), answer)?;
            Found::Record(
                record
                    .map(|text| keys::parse_record(text).ok_or_else(foreign))
                    .transpose()?,
            )
        }
    })
}

fn by_name(mut numbers: Vec<(String, i64)>) -> Vec<(String, i64)> {
    numbers.sort_unstable();
    numbers
}

pub(super) fn convert<T: FromRedisValue>(key: &str, value: Value) -> Result<T, StoreError> {
    from_redis_value(value).map_err(|error| corrupt(key, error.to_string()))
}
