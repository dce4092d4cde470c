//! How a membership or ranking is kept: whole in one value while it is small, as most are, and each member under a key of its own once it
//! is not. A small one costs one look and one write however many of its members change, and is dropped without being searched. No I/O.
//!
//! The value begins with which of the two it is, and with how many members there are, of a large one only where somebody wants that at hand.
//! Behind that stand a small one's members, laid out as [`counters`] are.

use integer_encoding::VarInt;

use crate::port::StoreError;

use super::counters;
use super::keys::corrupt;

/// The longest value that holds a whole collection, in bytes: about what is read from disk at once anyway.
const LONGEST: usize = 4 * 1024;

const WHOLE: u8 = 0;
const APART: u8 = 1;

/// What a collection's value says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kept<'a> {
    /// All members with their numbers, by member.
    Whole(Vec<(&'a str, i64)>),
    /// Each member has a key of its own; how many there are, where that is kept.
    Apart(Option<i64>),
}

impl<'a> Kept<'a> {
    /// Reads what stands at `key`; nothing is a collection without members.
    pub fn parse(key: &[u8], value: Option<&'a [u8]>) -> Result<Self, StoreError> {
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return Ok(Self::Whole(Vec::new()));
        };
        match head(key, value)? {
            (WHOLE, _, members) => counters::parse(key, members).map(Self::Whole),
            (_, size, _) => Ok(Self::Apart(size)),
        }
    }
}

/// How many members the collection at `key` has, where its value says so, without a look at any of them.
pub(super) fn size(key: &[u8], value: &[u8]) -> Result<Option<u64>, StoreError> {
    head(key, value).map(|(_, size, _)| size.map(i64::cast_unsigned))
}

/// What a value begins with: how the collection is kept, how many members it has; and what is behind.
fn head<'a>(key: &[u8], value: &'a [u8]) -> Result<(u8, Option<i64>, &'a [u8]), StoreError> {
    match value.split_first() {
        Some((&APART, [])) => Ok((APART, None, &[])),
        Some((&how @ (WHOLE | APART), rest)) => match i64::decode_var(rest) {
            Some((size, read)) => Ok((how, Some(size), &rest[read..])),
            None => Err(corrupt(key, "its size is cut short")),
        },
        _ => Err(corrupt(key, "it begins with what is no sort of collection")),
    }
}

/// The value of a whole collection of so many members, laid out by [`counters`]; `None` where it is too long for that.
pub(super) fn whole(size: usize, members: &[u8]) -> Option<Vec<u8>> {
    let value = || [&[WHOLE], &*(size as i64).encode_var_vec(), members].concat();
    (members.len() < LONGEST).then(value)
}

/// The value of a collection whose members have keys of their own, and of how many, where that is kept.
pub(super) fn apart(size: Option<i64>) -> Vec<u8> {
    let mut value = vec![APART];
    value.extend(size.map(VarInt::encode_var_vec).unwrap_or_default());
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collection_is_read_as_it_was_written() {
        let members = counters::add("s", &[("ann", 2), ("bob", 1)], &[]).unwrap();
        let value = whole(2, &members).unwrap();
        assert_eq!(size(b"k", &value).unwrap(), Some(2));
        assert_eq!(
            Kept::parse(b"k", Some(&value)).unwrap(),
            Kept::Whole(vec![("ann", 2), ("bob", 1)])
        );
        assert_eq!(Kept::parse(b"k", None).unwrap(), Kept::Whole(Vec::new()));
        for many in [None, Some(0), Some(5_000_000)] {
            assert_eq!(Kept::parse(b"k", Some(&apart(many))).unwrap(), Kept::Apart(many));
            assert_eq!(size(b"k", &apart(many)).unwrap(), many.map(i64::cast_unsigned));
        }
        assert_eq!(whole(1, &[1; LONGEST]), None);
        for broken in [&[7][..], &[WHOLE], &[WHOLE, 2, 9], &[APART, 0x80]] {
            assert!(Kept::parse(b"k", Some(broken)).is_err(), "{broken:?}");
        }
    }
}
