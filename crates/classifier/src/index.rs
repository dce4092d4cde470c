//! All subjects compiled into one immutable index, so that one pass over a post finds every subject it points at. Only what the post
//! itself says counts here; where it stands in a cascade is `lineage`'s.

mod compile;

use std::cell::RefCell;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashMap;

use backtweet_domain::{AccountId, Kind, KindSet, Network, Post, ReferenceKind, SubjectId, link};

use crate::text::{is_whole, normalise_into};
pub use compile::IndexError;

/// How a post points at one subject by what it says itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// Which subject, by its place in the index.
    pub subject: u32,
    /// Whether an account of the subject's own wrote the post.
    pub owned: bool,
    /// How it points.
    pub kinds: KindSet,
    /// Those of the kinds that rest on nothing but mentions which the network put there by itself.
    pub automatic: KindSet,
}

/// A subject as the index knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indexed {
    /// Which subject.
    pub id: SubjectId,
    /// Which generation of it was compiled.
    pub generation: u64,
}

/// Who is looked for under one text: subjects, on one network or on any.
type Owners = Vec<(Option<Network>, u32)>;
type Table = FxHashMap<Box<str>, Vec<u32>>;

/// All subjects, compiled. Cheap to look into from many threads.
#[derive(Debug, Default)]
pub struct SubjectIndex {
    subjects: Vec<Indexed>,
    positions: FxHashMap<SubjectId, u32>,
    natives: FxHashMap<Box<str>, Owners>,
    handles: FxHashMap<Box<str>, Owners>,
    /// Normal form; cashtags keep their `$`.
    hashtags: Table,
    /// Canonical form.
    links: Table,
    domains: Table,
    words: Option<AhoCorasick>,
    /// Who looks for the word of the same number.
    word_subjects: Vec<Vec<u32>>,
}

/// Buffers that live as long as their thread, so that a post that matches nothing allocates nothing.
#[derive(Default)]
struct Scratch {
    text: String,
    hits: Vec<(u32, u16)>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// What a hit says, above the bits of the kinds.
const OWNED: u16 = 1 << 8;
/// The mention is the author's own.
const WRITTEN: u16 = 1 << 9;

const fn bit(kind: Kind) -> u16 {
    1 << kind as u16
}

/// The kind of a backtweet that refers to an owned account's post so.
pub(crate) const fn kind_of(reference: ReferenceKind) -> Kind {
    match reference {
        ReferenceKind::Repost => Kind::Repost,
        ReferenceKind::Quote => Kind::Quote,
        ReferenceKind::Reply => Kind::Reply,
    }
}

impl SubjectIndex {
    /// The subject at a place that [`Match::subject`] named.
    pub fn subject(&self, place: u32) -> Option<&Indexed> {
        self.subjects.get(place as usize)
    }

    /// The subject of that id and its place.
    pub fn find(&self, id: &SubjectId) -> Option<(u32, &Indexed)> {
        let place = *self.positions.get(id)?;
        Some((place, self.subject(place)?))
    }

    /// How many subjects there are.
    pub fn len(&self) -> usize {
        self.subjects.len()
    }

    /// Whether there is no subject.
    pub fn is_empty(&self) -> bool {
        self.subjects.is_empty()
    }

    /// Every subject that the post points at or whose own account wrote it, by place. A repost has no words of its own, so nothing but
    /// whom it reposts counts; nor do words that stand only where the network put a mention by itself.
    pub fn match_post(&self, post: &Post) -> Vec<Match> {
        SCRATCH.with_borrow_mut(|scratch| {
            scratch.hits.clear();
            self.author(post, &mut scratch.hits);
            self.references(post, &mut scratch.hits);
            if !post.is_repost() {
                self.mentions(post, &mut scratch.hits);
                self.tags(post, scratch);
                self.links(post, &mut scratch.hits);
                self.words(post, scratch);
            }
            merge(&mut scratch.hits)
        })
    }

    fn author(&self, post: &Post, hits: &mut Vec<(u32, u16)>) {
        let author = &post.author;
        self.account(
            Some(&author.id),
            author.handle.as_deref(),
            post.id.network(),
            OWNED,
            hits,
        );
    }

    fn references(&self, post: &Post, hits: &mut Vec<(u32, u16)>) {
        let repost = post.is_repost();
        for reference in post
            .references
            .iter()
            .filter(|reference| !repost || reference.kind == ReferenceKind::Repost)
        {
            let bits = bit(kind_of(reference.kind));
            let handle = reference.author_handle.as_deref();
            self.account(reference.author.as_ref(), handle, post.id.network(), bits, hits);
        }
    }

    fn mentions(&self, post: &Post, hits: &mut Vec<(u32, u16)>) {
        for mention in &post.entities.mentions {
            let bits = bit(Kind::Mention) | if mention.automatic { 0 } else { WRITTEN };
            self.account(
                mention.account.as_ref(),
                mention.handle.as_deref(),
                post.id.network(),
                bits,
                hits,
            );
        }
    }

    /// Whose the account is, known by its id or by its handle.
    fn account(
        &self,
        account: Option<&AccountId>,
        handle: Option<&str>,
        network: Network,
        bits: u16,
        hits: &mut Vec<(u32, u16)>,
    ) {
        let by_native = account.and_then(|account| self.natives.get(account.native()));
        let by_handle = handle.and_then(|handle| self.handles.get(handle));
        let owners = by_native.into_iter().chain(by_handle).flatten();
        let here = owners.filter(|(on, _)| on.is_none_or(|on| on == network));
        hits.extend(here.map(|&(_, subject)| (subject, bits)));
    }

    fn tags(&self, post: &Post, scratch: &mut Scratch) {
        if self.hashtags.is_empty() {
            return;
        }
        let signed = post.entities.hashtags.iter().map(|tag| ("", tag));
        for (sign, tag) in signed.chain(post.entities.cashtags.iter().map(|tag| ("$", tag))) {
            scratch.text.clear();
            scratch.text.push_str(sign);
            normalise_into(&tag.tag, &mut scratch.text);
            push_all(
                self.hashtags.get(scratch.text.as_str()),
                Kind::Hashtag,
                &mut scratch.hits,
            );
        }
    }

    fn links(&self, post: &Post, hits: &mut Vec<(u32, u16)>) {
        for link in &post.entities.links {
            push_all(self.links.get(link.canonical.as_str()), Kind::Link, hits);
            if self.domains.is_empty() {
                continue;
            }
            let mut below = link::host(&link.canonical);
            while let Some(host) = below {
                push_all(self.domains.get(host), Kind::Link, hits);
                below = host.split_once('.').map(|(_, above)| above);
            }
        }
    }

    fn words(&self, post: &Post, scratch: &mut Scratch) {
        let Some(words) = &self.words else { return };
        scratch.text.clear();
        push_own_text(post, &mut scratch.text);
        let text = scratch.text.as_str();
        for found in words.find_overlapping_iter(text) {
            if is_whole(text, found.start(), found.end()) {
                push_all(
                    self.word_subjects.get(found.pattern().as_usize()),
                    Kind::Keyword,
                    &mut scratch.hits,
                );
            }
        }
    }
}

fn push_all(subjects: Option<&Vec<u32>>, kind: Kind, hits: &mut Vec<(u32, u16)>) {
    hits.extend(subjects.into_iter().flatten().map(|&subject| (subject, bit(kind))));
}

/// The normal form of the post's text, with a space for each mention that the network put there.
fn push_own_text(post: &Post, out: &mut String) {
    let mut rest = 0;
    for span in post
        .entities
        .mentions
        .iter()
        .filter(|mention| mention.automatic)
        .filter_map(|mention| mention.span)
    {
        let (start, end) = (span.start as usize, span.end as usize);
        if let (Some(own), Some(_)) = (post.text.get(rest..start), post.text.get(start..end)) {
            normalise_into(own, out);
            normalise_into(" ", out);
            rest = end;
        }
    }
    normalise_into(post.text.get(rest..).unwrap_or_default(), out);
}

/// One match a subject, out of all its hits.
fn merge(hits: &mut [(u32, u16)]) -> Vec<Match> {
    if hits.is_empty() {
        return Vec::new();
    }
    hits.sort_unstable();
    let matched = hits.chunk_by(|a, b| a.0 == b.0).map(|hits| {
        let bits = hits.iter().fold(0, |bits, hit| bits | hit.1);
        let kinds: KindSet = Kind::ALL.into_iter().filter(|&kind| bits & bit(kind) != 0).collect();
        let written = bits & WRITTEN != 0 || !kinds.contains(Kind::Mention);
        let automatic = if written {
            KindSet::EMPTY
        } else {
            KindSet::EMPTY.with(Kind::Mention)
        };
        Match {
            subject: hits[0].0,
            owned: bits & OWNED != 0,
            kinds,
            automatic,
        }
    });
    matched.collect()
}

#[cfg(test)]
mod tests;
