//! The true figures of a simulated day, worked out from the simulator's books alone: who posted what about whom, and what became of
//! it. It shares no code with the classifier or the reports, so that agreement means something.
//!
//! The rules it goes by:
//!
//! - It looks at the final state: the last wording of each post, the last state of each account. The order of events is nothing to it.
//! - A post by an owned account is an origin, or an answer where it replies; an owned repost is nothing, and neither has kinds.
//! - Everybody else's post is a backtweet where it reposts, quotes or answers a post by an owned account (one from before the stream
//!   too), mentions one, or carries a tracked link, tag or word. Otherwise it is indirect where what it refers to belongs to the
//!   conversation, and nothing where that does not.
//! - Of several references the one that counts for the place is the repost, then the quote, then the reply.
//! - An origin has depth 0, and so has whatever refers to nothing in the conversation; the rest is one deeper than what it hangs on.
//! - A backtweet is automatic where its only kind is `mention` and the network put every mention of an owned account there.
//! - Deleted posts and posts of hidden or deleted accounts count nowhere. What hangs on them keeps its place.
//! - A post's place follows from the last wording of what it hangs on; the day edits no brand in or out of a post that has followers.
//! - Reposts declare no language, except on X: those without count under `und`.
//! - Followers that the collector never learns leave impressions alone and count as unknown.

mod figures;
mod place;

use backtweet_domain::{Intent, Label, PostId, Role, SubjectId};
use backtweet_wire::v1::Figures;

use crate::brand::Brand;
use crate::render;
use crate::world::World;
pub use figures::comparable;

/// What is true of one subject once the day is over.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    /// Of which subject.
    pub subject: SubjectId,
    /// Everything but what a model decides: intents, sentiments, net sentiment, signal and which models scored are left empty. Rows with 0
    /// are left out; kinds and networks stand in their own order, languages by name.
    pub figures: Figures,
    /// The same for each hour in which something counted: its start in microseconds since 1970, and its figures.
    pub hours: Vec<(i64, Figures)>,
    /// Depth of the deepest post that counts, in steps from its cascade's root.
    pub deepest: u32,
    /// The root below which most counting posts stand, itself not included, and how many: the larger id where two are alike.
    pub largest: Option<(PostId, u64)>,
    /// Authors by their backtweets, most first, then by id.
    pub authors: Vec<(String, u64)>,
    /// What the authors of backtweets and indirect posts meant, reposts left out, in the order in which they were made.
    pub intended: Vec<Intended>,
}

/// What an author meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intended {
    /// In which post.
    pub post: PostId,
    /// What that post is to the subject.
    pub role: Role,
    /// BCP 47 language it is written in.
    pub language: &'static str,
    /// What the author wants.
    pub intent: Intent,
    /// How the author feels.
    pub sentiment: Label,
}

/// The truth about every brand.
pub(crate) fn truths(world: &World) -> Vec<Truth> {
    Brand::ALL.into_iter().map(|brand| truth(world, brand)).collect()
}

fn truth(world: &World, brand: Brand) -> Truth {
    let places = place::places(world, brand);
    let counting: Vec<u32> = (0..world.acts.len() as u32)
        .filter(|&act| places[act as usize].is_some() && place::counts(world, act))
        .collect();
    let at = |act: u32| places[act as usize].as_ref();
    Truth {
        subject: brand.subject_id(),
        figures: figures::figures(world, &places, &counting),
        hours: figures::hours(world, &places, &counting),
        deepest: counting
            .iter()
            .filter_map(|&act| at(act))
            .map(|place| place.depth)
            .max()
            .unwrap_or(0),
        largest: largest(world, &places, &counting),
        authors: figures::authors(world, &places, &counting),
        intended: counting
            .iter()
            .filter_map(|&act| intended(world, act, at(act)?.role))
            .collect(),
    }
}

fn largest(world: &World, places: &[Option<place::Place>], counting: &[u32]) -> Option<(PostId, u64)> {
    let mut below = std::collections::BTreeMap::<u32, u64>::new();
    for &act in counting {
        let root = places[act as usize].as_ref()?.root;
        if root != act {
            *below.entry(root).or_default() += 1;
        }
    }
    let sized = below.into_iter().map(|(root, size)| (size, render::id(world, root)));
    sized.max().map(|(size, root)| (root, size))
}

fn intended(world: &World, act: u32, role: Role) -> Option<Intended> {
    let says = world.acts[act as usize].finally()?;
    matches!(role, Role::Backtweet | Role::Indirect).then(|| Intended {
        post: render::id(world, act),
        role,
        language: says.language.code(),
        intent: says.theme.intent(),
        sentiment: says.theme.label(),
    })
}

#[cfg(test)]
mod tests;
