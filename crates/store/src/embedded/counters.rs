//! A set of counters as one value: all its fields are read together, and most are changed together. No I/O.
//!
//! Each field is the length of its name, its name, and its number, both numbers as variable-length integers, the signed one in zigzag
//! encoding; fields are sorted by name, and none is zero.

use std::cmp::Ordering;

use integer_encoding::VarInt;

use crate::plan::{Delta, out_of_range};
use crate::port::StoreError;

use super::keys::corrupt;

/// How long a number is at most, in bytes.
const LONGEST: usize = 10;

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
    let (field, number, rest) = split_one(bytes)?;
    Some(((std::str::from_utf8(field).ok()?, number), rest))
}

fn split_one(bytes: &[u8]) -> Option<(&[u8], i64, &[u8])> {
    let (length, read) = usize::decode_var(bytes)?;
    let (field, rest) = bytes.get(read..)?.split_at_checked(length)?;
    let (number, read) = i64::decode_var(rest)?;
    Some((field, number, &rest[read..]))
}

/// How many fields a set has.
pub(super) fn count(value: &[u8]) -> usize {
    std::iter::successors(Some(value), |rest| split_one(rest).map(|(_, _, rest)| rest)).count() - 1
}

/// The set once `deltas`, sorted by field, are added to `counters`; empty where all came to zero.
pub(super) fn add(slot: &str, counters: &[(&str, i64)], deltas: &[Delta<'_>]) -> Result<Vec<u8>, StoreError> {
    let mut value = Vec::with_capacity((counters.len() + deltas.len()) * 8);
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
        put_number(value, field.len());
        value.extend_from_slice(field.as_bytes());
        put_number(value, sum);
    }
}

fn put_number(value: &mut Vec<u8>, number: impl VarInt) {
    let mut bytes = [0; LONGEST];
    let length = number.encode_var(&mut bytes);
    value.extend_from_slice(&bytes[..length]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Kind;

    #[test]
    fn counters_are_added_by_field_and_those_at_zero_go() {
        let delta = |member, delta| Delta {
            kind: Kind::Counters,
            sized: false,
            name: "c",
            member,
            delta,
        };
        let added = add(
            "s",
            &[("b", 2), ("c", 3), ("e", 1 << 62)],
            &[delta("a", 1), delta("c", -3), delta("d", -(1 << 62)), delta("e", 1)],
        );
        let value = added.unwrap();
        let sums = [("a", 1), ("b", 2), ("d", -(1 << 62)), ("e", (1 << 62) + 1)];
        assert_eq!(parse(b"k", &value).unwrap(), sums);
        assert_eq!((count(&value), count(b"")), (4, 0));
        assert_eq!(add("s", &[("a", 1)], &[delta("a", -1)]).unwrap(), b"");
        assert!(parse(b"k", &value[..value.len() - 1]).is_err());
    }
}
