//! All subjects in one index, so that one pass over a post finds every subject it points at. Only what the post itself says counts here;
//! where it stands in a cascade is `lineage`'s, and what a query means is `query`'s.
//!
//! A post is cut into what it can be looked up by: accounts, tags, links, hosts, words. Each is looked up in one table, so that the work for a
//! post does not grow with the number of subjects. A query is looked up by parts of it of which every post that matches has one, and only then
//! evaluated. A copy of the index shares nearly everything with it, so that changing one subject costs little and disturbs nobody.

mod compile;
mod named;
mod postings;
mod terms;

use std::cell::RefCell;
use std::sync::Arc;

use backtweet_domain::{AccountId, Kind, KindSet, Network, Post, ReferenceKind, SubjectId, link, text};

use crate::query::{Rules, View, push_own_text};
pub(crate) use compile::{handle_of, host_of, keyword_of, native_of, tag_atom};
use postings::{Postings, Sort, key};

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

/// A subject, what it is found by and what else has to hold.
#[derive(Debug)]
struct Compiled {
    indexed: Indexed,
    keys: Box<[u64]>,
    rules: Rules,
}

/// So many subjects are copied at once where one of them changes.
const CHUNK: usize = 256;

/// All subjects. Cheap to look into from many threads, and cheap to copy: a copy can be changed while others look into this one.
#[derive(Debug, Clone, Default)]
pub struct SubjectIndex {
    /// By place.
    chunks: Vec<Arc<Vec<Option<Arc<Compiled>>>>>,
    /// Places that no subject has any more.
    free: Vec<u32>,
    /// The first place that no subject ever had.
    end: u32,
    len: usize,
    postings: Postings,
    /// The [sorts](Sort::bit) of texts that were ever looked for.
    sorts: u16,
    /// The lengths of stems that were ever looked for.
    stems: u8,
    /// Whether any subject has queries.
    reads_text: bool,
}

/// Buffers that live as long as their thread, so that a post that matches nothing allocates nothing.
#[derive(Default)]
struct Scratch {
    text: String,
    tag: String,
    hits: Hits,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// What a hit says, above the bits of the kinds.
const OWNED: u16 = 1 << 8;
/// The mention is the author's own.
const WRITTEN: u16 = 1 << 9;
/// The subject's query may match.
const CANDIDATE: u16 = 1 << 10;

/// The kinds of words and tags, which count only where the context of the subject allows it.
const GUARDED: KindSet = KindSet::EMPTY.with(Kind::Hashtag).with(Kind::Keyword);

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

/// What was found so far: places, and what each hit says.
#[derive(Default)]
struct Hits {
    found: Vec<(u32, u16)>,
    /// How many there may be before those that say the same are thrown away.
    most: usize,
}

impl Hits {
    fn clear(&mut self) {
        self.found.clear();
        self.most = 1 << 12;
    }

    fn push(&mut self, entry: &postings::Entry, network: Network, bits: u16) {
        for owner in entry.owners() {
            if owner.network.is_none_or(|on| on == network) {
                self.found
                    .push((owner.place, if owner.candidate { CANDIDATE } else { bits }));
            }
        }
        // A post that says one word a thousand times does not take a thousand times the memory.
        if self.found.len() > self.most {
            self.found.sort_unstable();
            self.found.dedup();
            self.most = self.most.max(2 * self.found.len());
        }
    }
}

impl SubjectIndex {
    /// The subject at a place that [`Match::subject`] named.
    pub fn subject(&self, place: u32) -> Option<&Indexed> {
        Some(&self.compiled(place)?.indexed)
    }

    /// All subjects, by place.
    pub fn subjects(&self) -> impl Iterator<Item = &Indexed> {
        let compiled = self.chunks.iter().flat_map(|chunk| chunk.iter().flatten());
        compiled.map(|compiled| &compiled.indexed)
    }

    fn compiled(&self, place: u32) -> Option<&Arc<Compiled>> {
        let chunk = self.chunks.get(place as usize / CHUNK)?;
        chunk.get(place as usize % CHUNK)?.as_ref()
    }

    /// The subject of that id and its place.
    pub fn find(&self, id: &SubjectId) -> Option<(u32, &Indexed)> {
        let entries = self.postings.get(key(Sort::Subject, id.as_str().as_bytes()));
        let mut places = entries.iter().flat_map(|entry| entry.owners());
        places.find_map(|owner| {
            let indexed = self.subject(owner.place)?;
            (indexed.id == *id).then_some((owner.place, indexed))
        })
    }

    /// How many subjects there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no subject.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Every subject that the post points at or whose own account wrote it, by place. A repost has no words of its own, so nothing but
    /// whom it reposts and who does counts; nor do words that stand only where the network put a mention by itself.
    pub fn match_post(&self, post: &Post) -> Vec<Match> {
        SCRATCH.with_borrow_mut(|scratch| {
            let Scratch { text, tag, hits } = scratch;
            text.clear();
            hits.clear();
            if self.reads_text || self.sorts & Sort::TERMS != 0 {
                push_own_text(post, text);
            }
            self.author(post, hits);
            self.references(post, hits);
            if !post.is_repost() {
                self.mentions(post, hits);
                self.tags(post, tag, hits);
                self.links(post, hits);
                if self.sorts & Sort::TERMS != 0 {
                    let network = post.id.network();
                    terms::find(&self.postings, self.sorts, self.stems, text, |entry| {
                        hits.push(entry, network, bit(Kind::Keyword));
                    });
                }
            }
            self.judge(&View::of(post, text), &mut hits.found)
        })
    }

    fn author(&self, post: &Post, hits: &mut Hits) {
        let author = &post.author;
        let network = post.id.network();
        self.account(Some(&author.id), author.handle.as_deref(), network, OWNED, hits);
    }

    fn references(&self, post: &Post, hits: &mut Hits) {
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

    fn mentions(&self, post: &Post, hits: &mut Hits) {
        for mention in &post.entities.mentions {
            let bits = bit(Kind::Mention) | if mention.automatic { 0 } else { WRITTEN };
            let handle = mention.handle.as_deref();
            self.account(mention.account.as_ref(), handle, post.id.network(), bits, hits);
        }
    }

    /// Whose the account is, known by its id or by its handle.
    fn account(&self, account: Option<&AccountId>, handle: Option<&str>, network: Network, bits: u16, hits: &mut Hits) {
        if let Some(account) = account {
            self.look_up(Sort::Native, account.native(), network, bits, hits);
        }
        if let Some(handle) = handle {
            self.look_up(Sort::Handle, handle, network, bits, hits);
        }
    }

    fn tags(&self, post: &Post, folded: &mut String, hits: &mut Hits) {
        let entities = &post.entities;
        for (sort, tags) in [(Sort::Hashtag, &entities.hashtags), (Sort::Cashtag, &entities.cashtags)] {
            if !self.looks_for(sort) {
                continue;
            }
            for tag in tags {
                folded.clear();
                text::fold_into(tag.tag.trim(), folded);
                self.look_up(sort, folded, post.id.network(), bit(Kind::Hashtag), hits);
            }
        }
    }

    fn links(&self, post: &Post, hits: &mut Hits) {
        let network = post.id.network();
        for link in &post.entities.links {
            let link = link.canonical.as_str();
            let mut look_up = |sort, text| self.look_up(sort, text, network, bit(Kind::Link), hits);
            look_up(Sort::Page, link);
            if self.looks_for(Sort::Below) {
                pages(link).for_each(|page| look_up(Sort::Below, page));
            }
            if self.looks_for(Sort::Host) {
                hosts(link).for_each(|host| look_up(Sort::Host, host));
            }
        }
    }

    fn looks_for(&self, sort: Sort) -> bool {
        self.sorts & sort.bit() != 0
    }

    fn look_up(&self, sort: Sort, text: &str, network: Network, bits: u16, hits: &mut Hits) {
        if !self.looks_for(sort) {
            return;
        }
        for entry in self.postings.get(key(sort, text.as_bytes())) {
            if entry.needle.sort == sort && *entry.needle.text == *text {
                hits.push(entry, network, bits);
            }
        }
    }

    /// One match for each subject that really matches, out of all hits.
    fn judge(&self, view: &View<'_>, hits: &mut [(u32, u16)]) -> Vec<Match> {
        hits.sort_unstable();
        let subjects = hits.chunk_by(|a, b| a.0 == b.0);
        let matched = subjects.filter_map(|hits| {
            let bits = hits.iter().fold(0, |bits, hit| bits | hit.1);
            self.judge_one(hits[0].0, bits, view)
        });
        matched.collect()
    }

    fn judge_one(&self, place: u32, bits: u16, view: &View<'_>) -> Option<Match> {
        let rules = &self.compiled(place)?.rules;
        let kinds: KindSet = Kind::ALL.into_iter().filter(|&kind| bits & bit(kind) != 0).collect();
        let free = kinds.without(GUARDED);
        let (mut kinds, mut guarded) = (free, kinds.without(free));
        let mut written = bits & WRITTEN != 0;
        let said = match &rules.query {
            Some(query) if bits & CANDIDATE != 0 && view.holds(query) => Some(view.said(query)),
            _ => None,
        };
        guarded = said.map_or(guarded, |said| guarded.union(said.kinds));
        if !guarded.is_empty() && rules.allow(view) {
            kinds = kinds.union(guarded);
            written |= said.is_some_and(|said| said.written);
        }
        let owned = bits & OWNED != 0;
        let mentions = KindSet::EMPTY.with(Kind::Mention);
        let automatic = kinds.contains(Kind::Mention) && !written;
        (owned || !kinds.is_empty()).then_some(Match {
            subject: place,
            owned,
            kinds,
            automatic: if automatic { mentions } else { KindSet::EMPTY },
        })
    }
}

/// The host of a link and those above it.
pub(crate) fn hosts(canonical: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(link::host(canonical), |host| {
        host.split_once('.').map(|(_, above)| above)
    })
}

/// The pages that a link is on or below, itself first.
fn pages(canonical: &str) -> impl Iterator<Item = &str> {
    let cuts = canonical.match_indices(['/', '?', '#']);
    std::iter::once(canonical).chain(cuts.map(|(at, _)| &canonical[..at]))
}

#[cfg(test)]
mod tests;
