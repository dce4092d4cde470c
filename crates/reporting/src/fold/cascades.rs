//! What a batch changes in one subject's cascades: who stands in which, how often each root was passed on, and how many hang on each post.

use std::collections::BTreeMap;

use backtweet_domain::Role;
use backtweet_store::{FeedEntry, Write};

use super::contribution::Contribution;
use crate::slot;

/// Changes of a subject's cascades.
#[derive(Default)]
pub(super) struct Cascades<'a> {
    entries: Vec<Write>,
    /// By root, how many more posts pass it on.
    passed_on: BTreeMap<&'a str, i64>,
    /// By post, how many more posts by others hang on it.
    hang_on: BTreeMap<&'a str, i64>,
}

impl<'a> Cascades<'a> {
    /// Takes out where `post` stood and puts in where it stands now.
    pub(super) fn replace(&mut self, post: &str, old: &'a Contribution, new: &'a Contribution) {
        if let Some((root, entry)) = self.stands(post, old, -1) {
            let name = slot::cascade(root);
            self.entries.push(Write::Leave { name, entry });
        }
        if let Some((root, entry)) = self.stands(post, new, 1) {
            let name = slot::cascade(root);
            self.entries.push(Write::Enter { name, entry });
        }
        for (contribution, sign) in [(old, -1), (new, 1)] {
            if let Some(parent) = passes_on(contribution) {
                *self.hang_on.entry(parent).or_default() += sign;
            }
        }
    }

    /// The cascade that an effective post passes on, and its entry there; `None` for a root: most are never passed on, and cost nothing.
    fn stands(&mut self, post: &str, contribution: &'a Contribution, sign: i64) -> Option<(&'a str, FeedEntry)> {
        let (impact, place) = (contribution.effective()?, contribution.place.as_ref()?);
        if place.root == post {
            return None;
        }
        *self.passed_on.entry(&place.root).or_default() += sign;
        let entry = FeedEntry {
            order: impact.at_us,
            id: post.to_owned(),
        };
        Some((&place.root, entry))
    }

    /// The writes that all this comes to.
    pub(super) fn into_writes(self, writes: &mut Vec<Write>) {
        writes.extend(self.entries);
        let changed = self.passed_on.into_iter().filter(|(_, delta)| *delta != 0);
        writes.extend(changed.map(|(root, delta)| Write::Rank {
            name: slot::CASCADES.to_owned(),
            member: root.to_owned(),
            delta,
        }));
        let changed = self.hang_on.into_iter().filter(|(_, delta)| *delta != 0);
        writes.extend(changed.map(|(parent, delta)| Write::Add {
            name: slot::passed_on(parent),
            deltas: vec![(slot::PASSED_ON.into(), delta)],
        }));
    }
}

/// The post that an effective backtweet or indirect descendant by somebody else hangs on.
fn passes_on(contribution: &Contribution) -> Option<&str> {
    let impact = contribution.effective()?;
    let counts = impact.passes_on && matches!(impact.role(), Role::Backtweet | Role::Indirect);
    contribution.place.as_ref()?.parent.as_deref().filter(|_| counts)
}
