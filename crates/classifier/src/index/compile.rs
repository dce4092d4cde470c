//! Putting subjects into the index and taking them out: every text in the form that posts are looked up in.

use std::sync::Arc;

use backtweet_domain::query::{Atom, Expr, Term};
use backtweet_domain::{Network, OwnedAccount, Subject, SubjectId, link, text};

use super::postings::{Needle, Owner, Sort, key};
use super::{CHUNK, Compiled, Indexed, SubjectIndex, terms};
use crate::query::Rules;

impl SubjectIndex {
    /// An index of these subjects.
    pub fn compile<'a>(subjects: impl IntoIterator<Item = &'a Subject>) -> Self {
        let mut index = Self::default();
        subjects.into_iter().for_each(|subject| index.put(subject));
        index
    }

    /// Puts a subject in, in place of the one of that id where there is one. Empty words, tags, links and domains match nothing; nor does a
    /// query that cannot be read, which is logged and counted.
    pub fn put(&mut self, subject: &Subject) {
        self.put_with(subject, Rules::of(subject));
    }

    /// Puts a subject in with queries that were read already, whatever its own say.
    pub fn put_with(&mut self, subject: &Subject, rules: Rules) {
        let known = self.find(&subject.id).map(|(place, _)| place);
        let place = match known {
            Some(place) => {
                self.take_out(place);
                place
            }
            None => self.free.pop().unwrap_or(self.end),
        };
        let mut entering = Entering {
            index: self,
            place,
            keys: Vec::new(),
        };
        entering.text(Sort::Subject, subject.id.as_str(), None, false);
        entering.subject(subject);
        if let Some(query) = &rules.query {
            entering.query(query);
        }
        let compiled = Compiled {
            indexed: Indexed {
                id: subject.id.clone(),
                generation: subject.generation,
            },
            keys: entering.keys.into_boxed_slice(),
            rules,
        };
        self.keep(place, Arc::new(compiled));
    }

    /// Takes the subject of that id out, where there is one.
    pub fn remove(&mut self, id: &SubjectId) {
        if let Some((place, _)) = self.find(id) {
            self.take_out(place);
            self.free.push(place);
        }
    }

    /// An index of nothing but those of the subjects that are in this one.
    pub(crate) fn narrowed<'a>(&self, ids: impl IntoIterator<Item = &'a SubjectId>) -> Self {
        let mut narrow = Self {
            sorts: self.sorts,
            stems: self.stems,
            ..Self::default()
        };
        for (place, _) in ids.into_iter().filter_map(|id| self.find(id)) {
            let Some(compiled) = self.compiled(place) else { continue };
            for &key in &compiled.keys {
                for entry in self.postings.get(key) {
                    let owners = entry.owners().iter().filter(|owner| owner.place == place);
                    owners.for_each(|owner| narrow.postings.add(key, entry.needle.clone(), *owner));
                }
            }
            narrow.keep(place, Arc::clone(compiled));
        }
        narrow
    }

    fn keep(&mut self, place: u32, compiled: Arc<Compiled>) {
        let (chunk, at) = (place as usize / CHUNK, place as usize % CHUNK);
        if self.chunks.len() <= chunk {
            self.chunks.resize_with(chunk + 1, Arc::default);
        }
        let chunk = Arc::make_mut(&mut self.chunks[chunk]);
        if chunk.len() <= at {
            chunk.resize(at + 1, None);
        }
        self.reads_text |= !compiled.rules.is_empty();
        chunk[at] = Some(compiled);
        self.end = self.end.max(place + 1);
        self.len += 1;
    }

    fn take_out(&mut self, place: u32) {
        let (chunk, at) = (place as usize / CHUNK, place as usize % CHUNK);
        let taken = self.chunks.get_mut(chunk);
        let taken = taken.and_then(|chunk| Arc::make_mut(chunk).get_mut(at)?.take());
        let Some(taken) = taken else { return };
        for &key in &taken.keys {
            self.postings.remove(key, place);
        }
        self.len -= 1;
    }
}

/// A subject on its way into the index.
struct Entering<'a> {
    index: &'a mut SubjectIndex,
    place: u32,
    /// What it is found by so far.
    keys: Vec<u64>,
}

impl Entering<'_> {
    fn subject(&mut self, subject: &Subject) {
        for account in &subject.accounts {
            if let Some(native) = native_of(account) {
                self.text(Sort::Native, native, account.network, false);
            }
            for handle in account.handles.iter().map(|handle| handle_of(handle)) {
                self.text(Sort::Handle, &handle, account.network, false);
            }
        }
        for (sort, tag) in subject.hashtags.iter().map(|tag| tag_of(tag)) {
            self.text(sort, &tag, None, false);
        }
        for page in subject.links.iter().filter_map(|url| link::canonical(url)) {
            self.text(Sort::Page, &page, None, false);
        }
        for host in subject.domains.iter().filter_map(|domain| host_of(domain)) {
            self.text(Sort::Host, &host, None, false);
        }
        for keyword in subject.keywords.iter().filter_map(|word| keyword_of(word)) {
            self.term(keyword, false);
        }
    }

    /// Whatever matches the query is found by one of these.
    fn query(&mut self, query: &Expr) {
        for atom in query.cover().unwrap_or_default() {
            match &atom {
                Atom::Text(term) => self.term(term.clone(), true),
                Atom::Mention(account) | Atom::From(account) | Atom::To(account) => {
                    self.text(Sort::Native, account, None, true);
                    self.text(Sort::Handle, account, None, true);
                }
                Atom::Hashtag(tag) => self.text(Sort::Hashtag, tag, None, true),
                Atom::Cashtag(tag) => self.text(Sort::Cashtag, tag, None, true),
                Atom::Url(page) => self.text(Sort::Below, page, None, true),
                Atom::Domain(domain) => self.text(Sort::Host, domain, None, true),
                // A cover has none of them.
                Atom::Language(_) | Atom::Network(_) | Atom::Refers(_) | Atom::Has(_) | Atom::MinFollowers(_) => {}
            }
        }
    }

    fn text(&mut self, sort: Sort, text: &str, network: Option<Network>, candidate: bool) {
        if !text.is_empty() {
            let needle = Needle {
                sort,
                text: text.into(),
                at: 0,
                open: false,
            };
            self.add(key(sort, text.as_bytes()), needle, network, candidate);
        }
    }

    fn term(&mut self, term: Term, candidate: bool) {
        let (sort, at, key) = terms::anchor(&term, &self.index.postings);
        if sort == Sort::Stem {
            self.index.stems |= terms::stem_bit(&term.text, at as usize);
        }
        let needle = Needle {
            sort,
            text: term.text.into(),
            at,
            open: term.open,
        };
        self.add(key, needle, None, candidate);
    }

    fn add(&mut self, key: u64, needle: Needle, network: Option<Network>, candidate: bool) {
        self.index.sorts |= needle.sort.bit();
        let owner = Owner {
            place: self.place,
            network,
            candidate,
        };
        self.index.postings.add(key, needle, owner);
        if !self.keys.contains(&key) {
            self.keys.push(key);
        }
    }
}

/// What a network calls an account, where it is known.
pub(crate) fn native_of(account: &OwnedAccount) -> Option<&str> {
    account
        .native
        .as_deref()
        .map(str::trim)
        .filter(|native| !native.is_empty())
}

/// A handle in the form that posts have it; may be empty.
pub(crate) fn handle_of(handle: &str) -> String {
    handle.trim().trim_start_matches('@').to_lowercase()
}

/// A hashtag or, with a `$`, a cashtag in the form that tags of posts are brought into; may be empty.
fn tag_of(tag: &str) -> (Sort, String) {
    let folded = text::fold(tag.trim().trim_start_matches('#'));
    match folded.strip_prefix('$') {
        Some(cashtag) => (Sort::Cashtag, cashtag.to_owned()),
        None => (Sort::Hashtag, folded),
    }
}

/// The feature of posts that a tracked hashtag stands for, unless it is empty.
pub(crate) fn tag_atom(tag: &str) -> Option<Atom> {
    let (sort, tag) = tag_of(tag);
    let atom = if sort == Sort::Cashtag {
        Atom::Cashtag
    } else {
        Atom::Hashtag
    };
    (!tag.is_empty()).then(|| atom(tag))
}

/// What is looked for where a keyword is tracked, unless it is empty.
pub(crate) fn keyword_of(word: &str) -> Option<Term> {
    let text = text::fold(word);
    (!text.is_empty()).then_some(Term { text, open: false })
}

/// The host of a domain in the form that canonical links have it.
pub(crate) fn host_of(domain: &str) -> Option<String> {
    let canonical = link::canonical(domain.trim().trim_start_matches("*.").trim_matches('.'))?;
    link::host(&canonical).map(str::to_owned)
}
