//! How revisions are numbered: the network's own count of a post's editions, above two bits that say how complete the suite's record of
//! that edition is. What a network counts editions by is known by whoever reads its wire.
//!
//! A post is published as it comes, and once more when what was open is known: references by a local id, links behind a shortener. Such
//! a later record outranks the earlier one, every real edit outranks it, and a deletion of the edition takes it back. References weigh
//! more than links: both are found independently of each other, and the record whose references are known is completed again.

/// Set where every link that could be followed was.
const LINKS: u64 = 0b01;
/// Set where no reference is open any more.
const REFERENCES: u64 = 0b10;
/// How many bits lie below the edition.
const BITS: u32 = 2;

/// The revision of the post as its network sent it, at its `edition`: whatever the network numbers its edits by, 0 where it has none.
/// Editions above 2^62 - 1 count as that; microseconds and TIDs stay below it until the year 2112.
pub const fn of(edition: u64) -> u64 {
    let most = u64::MAX >> BITS;
    (if edition < most { edition } else { most }) << BITS
}

/// The same edition with its references known.
pub const fn with_references(revision: u64) -> u64 {
    revision | REFERENCES
}

/// The same edition with its links followed.
pub const fn with_links(revision: u64) -> u64 {
    revision | LINKS
}

/// The highest revision of an edition: a deletion up to here takes back everything that was ever said of it.
pub const fn last_of(edition: u64) -> u64 {
    of(edition) | REFERENCES | LINKS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn completions(edition: u64) -> [u64; 4] {
        let plain = of(edition);
        [
            plain,
            with_links(plain),
            with_references(plain),
            with_links(with_references(plain)),
        ]
    }

    proptest! {
        #[test]
        fn a_completed_post_outranks_itself_and_every_edit_outranks_it(edition in 0..u64::MAX >> 2) {
            let ranks = completions(edition);
            prop_assert!(ranks.is_sorted_by(|one, next| one < next), "{:?}", ranks);
            prop_assert!(ranks[3] < of(edition + 1));
        }

        #[test]
        fn a_deletion_takes_back_every_completion_and_no_later_edition(edition in 0..u64::MAX >> 2) {
            prop_assert!(completions(edition).iter().all(|&revision| revision <= last_of(edition)));
            prop_assert!(last_of(edition) < of(edition + 1));
        }

        #[test]
        fn completing_twice_and_in_any_order_is_completing_once(edition: u64) {
            let plain = of(edition);
            prop_assert_eq!(with_links(with_references(plain)), with_references(with_links(plain)));
            prop_assert_eq!(with_links(with_links(plain)), with_links(plain));
        }

        #[test]
        fn editions_keep_their_order_however_large_they_are(one: u64, other: u64) {
            let (less, more) = (one.min(other), one.max(other));
            prop_assert!(of(less) <= of(more) && last_of(less) <= last_of(more));
        }
    }

    #[test]
    fn a_final_deletion_stays_final() {
        assert_eq!(last_of(u64::MAX), u64::MAX);
    }
}
