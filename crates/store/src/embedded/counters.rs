//! A set of counters as one value: all its fields are read together, and most are changed together. No I/O.
//!
//! Each field is its number, the length of its name, and its name; fields are sorted by name, and none is zero.

use std::cmp::Ordering;

use crate::plan::{Delta, out_of_range};
use crate::port::StoreError;

use super::keys::corrupt;

/// Takes a set apart, by field.
pub(super) fn parse<'a>(key: &[u8], value: &'a [u8]) -> Result<Vec<(&'a str, i64)>, StoreError> {
    let mut counters = Vec::new();
    let mut rest = value;
    while !rest.is_empty() {
        let (counter, behind) = parse_one(rest).ok_or_else(|| corrupt(key, "the counters are cut short"))?;
        counters.push(counter);
        rest = behind;
    }
    Ok(counters)
}

fn parse_one(bytes: &[u8]) -> Option<((&str, i64), &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (field, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    Some(((std::str::from_utf8(field).ok()?, i64::from_le_bytes(*number)), rest))
}

/// The set once `deltas`, sorted by field, are added to `counters`; empty where all came to zero.
pub(super) fn add(slot: &str, counters: &[(&str, i64)], deltas: &[Delta<'_>]) -> Result<Vec<u8>, StoreError> {
    let mut value = Vec::with_capacity((counters.len() + deltas.len()) * 32);
    let (mut counters, mut deltas) = (counters.iter().peekable(), deltas.iter().peekable());
    loop {
        let order = match (counters.peek(), deltas.peek()) {
            (None, None) => return Ok(value),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((field, _)), Some(delta)) => (*field).cmp(delta.member),
        };
        let former = counters.next_if(|_| order.is_le());
        let delta = deltas.next_if(|_| order.is_ge());
        let former_sum = former.map_or(0, |(_, sum)| *sum);
        match delta {
            None => put(&mut value, former.map_or("", |(field, _)| field), former_sum),
            Some(delta) => {
                let sum = delta.kind.sum(former_sum, delta.delta);
                put(
                    &mut value,
                    delta.member,
                    sum.ok_or_else(|| out_of_range(slot, delta.name))?,
                );
            }
        }
    }
}

fn put(value: &mut Vec<u8>, field: &str, sum: i64) {
    if sum != 0 {
        value.extend_from_slice(&sum.to_le_bytes());
        value.extend_from_slice(&(field.len() as u16).to_le_bytes());
        value.extend_from_slice(field.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Kind;

    #[test]
    fn counters_are_added_by_field_and_those_at_zero_go() {
        let delta = |member, delta| Delta {
            kind: Kind::Counters,
            name: "c",
            member,
            delta,
        };
        let added = add(
            "s",
            &[("b", 2), ("c", 3), ("e", 5)],
            &[delta("a", 1), delta("c", -3), delta("d", -4), delta("e", 1)],
        );
        let value = added.unwrap();
        assert_eq!(parse(b"k", &value).unwrap(), [("a", 1), ("b", 2), ("d", -4), ("e", 6)]);
        assert_eq!(add("s", &[("a", 1)], &[delta("a", -1)]).unwrap(), b"");
        assert!(parse(b"k", &value[..value.len() - 1]).is_err());
    }
}
