//! How a membership or ranking is kept: whole in one value while it is small, as most are, and each member under a key of its own once it
//! is not. A small one costs one look and one write however many of its members change, and is dropped without being searched. No I/O.
//!
//! The value begins with which of the two it is. Behind that stand the members, laid out as [`counters`] are, or how many there are
//! where somebody wants that at hand.

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
        match value.and_then(<[u8]>::split_first) {
            None => Ok(Self::Whole(Vec::new())),
            Some((&WHOLE, members)) => counters::parse(key, members).map(Self::Whole),
            Some((&APART, [])) => Ok(Self::Apart(None)),
            Some((&APART, size)) => match i64::decode_var(size) {
                Some((size, _)) => Ok(Self::Apart(Some(size))),
                None => Err(corrupt(key, "its size is cut short")),
            },
            Some(_) => Err(corrupt(key, "it begins with what is no sort of collection")),
        }
    }
}

/// The value of a whole collection, its members laid out by [`counters`]; `None` where it is too long for that.
pub(super) fn whole(members: &[u8]) -> Option<Vec<u8>> {
    (members.len() < LONGEST).then(|| [&[WHOLE], members].concat())
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
        let value = whole(&members).unwrap();
        assert_eq!(
            Kept::parse(b"k", Some(&value)).unwrap(),
            Kept::Whole(vec![("ann", 2), ("bob", 1)])
        );
        assert_eq!(Kept::parse(b"k", None).unwrap(), Kept::Whole(Vec::new()));
        for size in [None, Some(0), Some(5_000_000)] {
            assert_eq!(Kept::parse(b"k", Some(&apart(size))).unwrap(), Kept::Apart(size));
        }
        assert_eq!(whole(&[1; LONGEST]), None);
        for broken in [&[7][..], &[WHOLE, 9], &[APART, 0x80]] {
            assert!(Kept::parse(b"k", Some(broken)).is_err(), "{broken:?}");
        }
    }
}
