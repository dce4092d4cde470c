//! One consumer group of the embedded log: who owns which partition, and how that changes hands. It neither reads nor stores.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use tokio::sync::watch;

use super::held;

/// Names a member within its group.
pub(super) type Member = u64;

/// A consumer group on one topic.
pub(super) struct Group {
    /// Its name.
    pub(super) name: String,
    state: Mutex<State>,
    /// Moves whenever a member may have a change to take.
    pub(super) changed: watch::Sender<()>,
}

#[derive(Default)]
struct State {
    next: Member,
    members: BTreeSet<Member>,
    /// Who works on each partition.
    owners: Vec<Option<Member>>,
    /// Who is to work on it: where this differs, the owner gives it up at its next poll, and only then the other takes it.
    targets: Vec<Option<Member>>,
}

/// What a member has to take notice of.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// These are its own no more.
    Revoked(Vec<u32>),
    /// These are its own now.
    Assigned(Vec<u32>),
}

impl Group {
    /// A group without members.
    pub(super) fn new(name: &str, partitions: u32) -> Self {
        let nobody = vec![None; partitions as usize];
        let state = State {
            owners: nobody.clone(),
            targets: nobody,
            ..State::default()
        };
        Self {
            name: name.to_owned(),
            state: Mutex::new(state),
            changed: watch::Sender::new(()),
        }
    }

    /// Takes in one more member.
    pub(super) fn join(&self) -> Member {
        let mut state = held(&self.state);
        let member = state.next;
        state.next += 1;
        state.members.insert(member);
        state.share_out();
        drop(state);
        self.changed.send_replace(());
        member
    }

    /// Lets a member go; what it owned is free at once. Without effect the second time.
    pub(super) fn leave(&self, member: Member) {
        let mut state = held(&self.state);
        if !state.members.remove(&member) {
            return;
        }
        for owner in &mut state.owners {
            owner.take_if(|owner| *owner == member);
        }
        state.share_out();
        drop(state);
        self.changed.send_replace(());
    }

    /// What `member` has to take notice of next. It stands from the moment this returns.
    pub(super) fn take_change(&self, member: Member) -> Option<Change> {
        let mut state = held(&self.state);
        let State { owners, targets, .. } = &mut *state;
        let mut revoked = Vec::new();
        let mut assigned = Vec::new();
        for (partition, (owner, target)) in (0..).zip(owners.iter_mut().zip(targets.iter())) {
            match (*owner == Some(member), *target == Some(member)) {
                (true, false) => revoked.push((partition, owner)),
                (false, true) if owner.is_none() => assigned.push((partition, owner)),
                _ => {}
            }
        }
        if !revoked.is_empty() {
            let partitions = hand(revoked, None);
            drop(state);
            self.changed.send_replace(());
            return Some(Change::Revoked(partitions));
        }
        (!assigned.is_empty()).then(|| Change::Assigned(hand(assigned, Some(member))))
    }

    /// Does `work` while nobody can take `partition` from `member`; not at all where it is not the member's.
    pub(super) fn as_owner<T>(&self, member: Member, partition: u32, work: impl FnOnce() -> T) -> Option<T> {
        let state = held(&self.state);
        let owner = state.owners.get(partition as usize).copied().flatten();
        (owner == Some(member)).then(work)
    }
}

fn hand(partitions: Vec<(u32, &mut Option<Member>)>, to: Option<Member>) -> Vec<u32> {
    let give = |(partition, owner): (u32, &mut Option<Member>)| {
        *owner = to;
        partition
    };
    partitions.into_iter().map(give).collect()
}

impl State {
    fn share_out(&mut self) {
        self.targets = share_out(&self.members, &self.targets);
    }
}

/// Gives every member its fair share, to within one, and leaves with everybody as much as possible of what they have.
fn share_out(members: &BTreeSet<Member>, before: &[Option<Member>]) -> Vec<Option<Member>> {
    if members.is_empty() {
        return vec![None; before.len()];
    }
    let mut held: BTreeMap<Member, usize> = members.iter().map(|member| (*member, 0)).collect();
    for member in before.iter().flatten() {
        held.entry(*member).and_modify(|count| *count += 1);
    }
    // Who has most keeps the odd one.
    let mut by_count: Vec<(Member, usize)> = held.into_iter().collect();
    by_count.sort_by_key(|(member, count)| (std::cmp::Reverse(*count), *member));
    let (share, odd) = (before.len() / members.len(), before.len() % members.len());
    let quota = |place: usize| share + usize::from(place < odd);
    let mut left: BTreeMap<Member, usize> = by_count
        .iter()
        .enumerate()
        .map(|(place, (member, _))| (*member, quota(place)))
        .collect();

    let mut take = |member: Member| {
        left.get_mut(&member)
            .filter(|left| **left > 0)
            .map(|left| *left -= 1)
            .is_some()
    };
    let mut after: Vec<Option<Member>> = before
        .iter()
        .map(|owner| owner.filter(|member| take(*member)))
        .collect();
    let mut takers = left
        .into_iter()
        .flat_map(|(member, left)| std::iter::repeat_n(member, left));
    for free in after.iter_mut().filter(|owner| owner.is_none()) {
        *free = takers.next();
    }
    after
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn partitions_are_shared_fairly_and_stay_where_they_can(
            members in proptest::collection::btree_set(0u64..6, 1..6),
            before in proptest::collection::vec(proptest::option::of(0u64..6), 0..20),
        ) {
            let after = share_out(&members, &before);
            let count = |shares: &[Option<Member>], member| shares.iter().filter(|owner| **owner == Some(member)).count();
            let (least, most) = (before.len() / members.len(), before.len().div_ceil(members.len()));
            for member in &members {
                let now = count(&after, *member);
                prop_assert!((least..=most).contains(&now), "member {member} has {now} of {}", before.len());
            }
            prop_assert!(after.iter().all(|owner| owner.is_some_and(|member| members.contains(&member))));
            prop_assert_eq!(&share_out(&members, &after), &after, "a fair share is left alone");
            for member in &members {
                let kept = before.iter().zip(&after).filter(|(old, new)| **old == Some(*member) && old == new).count();
                prop_assert!(kept >= count(&before, *member).min(least), "member {member} lost what it could have kept");
            }
        }
    }

    #[test]
    fn a_partition_is_handed_over_only_once_its_owner_knows() {
        let group = Group::new("g", 2);
        let first = group.join();
        assert_eq!(group.take_change(first), Some(Change::Assigned(vec![0, 1])));
        let second = group.join();
        assert_eq!(group.take_change(second), None);
        assert!(group.as_owner(first, 1, || ()).is_some());
        assert_eq!(group.take_change(first), Some(Change::Revoked(vec![1])));
        assert!(
            group.as_owner(first, 1, || ()).is_none(),
            "a store after the revocation has to be without effect"
        );
        assert_eq!(group.take_change(second), Some(Change::Assigned(vec![1])));
        group.leave(second);
        assert_eq!(group.take_change(first), Some(Change::Assigned(vec![1])));
    }
}
