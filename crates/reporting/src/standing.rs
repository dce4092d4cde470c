//! How an author stands in one bucket, packed into one number, so that a backtweet costs one write a bucket for its author and not
//! two. Pure.

/// Below this many backtweets of one author the two parts keep apart.
const MOST_BACKTWEETS: i64 = 1 << 24;

/// An author's backtweets and their signal; also a change of them. Packed numbers add up as their parts do, and a standing without
/// backtweets is 0, so it leaves the membership that it is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Standing {
    pub(crate) backtweets: i64,
    pub(crate) signal_milli: i64,
}

impl Standing {
    pub(crate) fn pack(self) -> i64 {
        self.signal_milli * MOST_BACKTWEETS + self.backtweets
    }

    pub(crate) fn unpack(packed: i64) -> Self {
        Self {
            backtweets: packed.rem_euclid(MOST_BACKTWEETS),
            signal_milli: packed.div_euclid(MOST_BACKTWEETS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn standings_add_up_as_their_parts_do(parts in prop::collection::vec((0i64..1_000, -12_000i64..12_000), 0..20)) {
            let standings = parts.iter().map(|&(backtweets, signal_milli)| Standing { backtweets, signal_milli });
            let packed: i64 = standings.clone().map(Standing::pack).sum();
            let backtweets = standings.clone().map(|standing| standing.backtweets).sum();
            let signal_milli = standings.clone().map(|standing| standing.signal_milli).sum();
            prop_assert_eq!(Standing::unpack(packed), Standing { backtweets, signal_milli });
            let taken_out = standings.fold(packed, |sum, standing| sum - standing.pack());
            prop_assert_eq!(taken_out, 0);
        }
    }
}
