//! Why a post matches a subject or does not: part by part, with where in the post each stands. The verdict is the index's own.

mod places;

use backtweet_domain::query::{Atom, Expr, QueryError, Term};
use backtweet_domain::{KindSet, OwnedAccount, Post, Reference, ReferenceKind, Span, Subject, link};

use super::{View, is_account, push_own_text, rules, text};
use crate::index::{self, SubjectIndex};
use places::Unfolded;

/// Why a post matches a subject or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Whether an account of the subject's own wrote the post.
    pub owned: bool,
    /// How the post points at the subject; empty where it does not.
    pub kinds: KindSet,
    /// Those of the kinds that rest on nothing but mentions which the network put there by itself.
    pub automatic: KindSet,
    /// The accounts, words, tags, links and domains of the subject, in its order.
    pub parts: Vec<Part>,
    /// What else points at it.
    pub query: Reading,
    /// What has to hold before a keyword, a hashtag or the query counts.
    pub context: Reading,
    /// What must not hold then.
    pub exclude: Reading,
    /// Whether keywords, hashtags and the query count, by context and exclusion.
    pub counts: bool,
}

impl Explanation {
    /// Whether the post points at the subject or is its own.
    pub fn matched(&self) -> bool {
        self.owned || !self.kinds.is_empty()
    }
}

/// One thing that a subject is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which sort of thing.
    pub sort: PartSort,
    /// As the subject has it.
    pub text: String,
    /// Where it is in the post; nowhere where it did not match.
    pub places: Vec<Place>,
}

/// Which list of a subject a part is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartSort {
    /// An account, by its native id or one of its handles.
    Account,
    /// A keyword.
    Keyword,
    /// A hashtag or cashtag.
    Hashtag,
    /// A page.
    Link,
    /// A domain.
    Domain,
}

/// Where something is in a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// What of the post it is.
    pub by: By,
    /// Where it stands in the text as it was written, in bytes, where it does.
    pub span: Option<Span>,
}

/// What of a post something was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Its author.
    Author,
    /// The author of a post that it refers to so, or that it refers to one so at all.
    Reference(ReferenceKind),
    /// A mention that the author wrote.
    Mention,
    /// A mention that the network put there by itself.
    AutomaticMention,
    /// A hashtag or cashtag.
    Hashtag,
    /// A link.
    Link,
    /// Its own text.
    Text,
}

/// A query of the subject, applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// There is none.
    Absent,
    /// It cannot be read, and so never matches.
    Unreadable(QueryError),
    /// What became of it.
    Read(Node),
}

/// A part of a query, applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub what: What,
    /// Whether it holds.
    pub holds: bool,
    /// Where that shows, where it holds and shows in one place. All places of a term; of a NEAR the first two that are close enough.
    pub places: Vec<Place>,
    /// What it is made of.
    pub parts: Vec<Node>,
}

/// What a part of a query is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// All parts have to hold.
    All,
    /// One part has to hold.
    Any,
    /// Its part must not hold.
    Not,
    /// Two terms have to stand close together.
    Near {
        /// One.
        left: Term,
        /// The other.
        right: Term,
        /// The most words that may stand between them.
        words: u16,
    },
    /// The post has to have it.
    Is(Atom),
}

/// Why the post matches the subject or does not.
pub fn explain(subject: &Subject, post: &Post) -> Explanation {
    let rules = super::Rules::read(subject);
    let mut index = SubjectIndex::default();
    index.put_with(subject, rules.clone());
    let found = index.match_post(post).into_iter().next();
    let mut folded = String::new();
    push_own_text(post, &mut folded);
    let explaining = Explaining {
        view: View::of(post, &folded),
        unfolded: Unfolded::of(post),
    };
    let none = KindSet::EMPTY;
    Explanation {
        owned: found.is_some_and(|found| found.owned),
        kinds: found.map_or(none, |found| found.kinds),
        automatic: found.map_or(none, |found| found.automatic),
        parts: explaining.parts(subject),
        query: explaining.reading(rules::read_query(&subject.query)),
        context: explaining.reading(rules::read_condition(&subject.context)),
        exclude: explaining.reading(rules::read_condition(&subject.exclude)),
        counts: rules.allow(&explaining.view),
    }
}

struct Explaining<'a> {
    view: View<'a>,
    unfolded: Unfolded,
}

impl Explaining<'_> {
    fn parts(&self, subject: &Subject) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut push = |sort, text: &str, places| {
            let text = text.to_owned();
            parts.push(Part { sort, text, places });
        };
        for account in &subject.accounts {
            if let Some(native) = index::native_of(account) {
                push(PartSort::Account, native, self.account(native, account, false));
            }
            for handle in &account.handles {
                let places = self.account(&index::handle_of(handle), account, true);
                push(PartSort::Account, handle, places);
            }
        }
        for keyword in &subject.keywords {
            let term = index::keyword_of(keyword);
            push(PartSort::Keyword, keyword, self.of_atom(term.map(Atom::Text)));
        }
        for tag in &subject.hashtags {
            push(PartSort::Hashtag, tag, self.of_atom(index::tag_atom(tag)));
        }
        for url in &subject.links {
            let canonical = link::canonical(url);
            let links = self.view.links().filter(|it| Some(&it.canonical) == canonical.as_ref());
            push(PartSort::Link, url, links.map(|it| at(By::Link, it.span)).collect());
        }
        for domain in &subject.domains {
            let host = index::host_of(domain);
            push(PartSort::Domain, domain, self.of_atom(host.map(Atom::Domain)));
        }
        parts
    }

    /// Where the account is, by one of its names.
    fn account(&self, name: &str, account: &OwnedAccount, is_handle: bool) -> Vec<Place> {
        let post = self.view.post;
        if name.is_empty() || account.network.is_some_and(|on| on != post.id.network()) {
            return Vec::new();
        }
        let is = |native: Option<&backtweet_domain::AccountId>, handle: Option<&str>| match is_handle {
            true => handle == Some(name),
            false => is_account(name, native, None),
        };
        let author = is(Some(&post.author.id), post.author.handle.as_deref());
        let author = author.then_some(at(By::Author, None));
        let counts = |it: &&Reference| !self.view.repost || it.kind == ReferenceKind::Repost;
        let references = post.references.iter().filter(counts);
        let references = references.filter(|it| is(it.author.as_ref(), it.author_handle.as_deref()));
        let references = references.map(|it| at(By::Reference(it.kind), None));
        let mentions = self.view.own(&post.entities.mentions);
        let mentions = mentions.filter(|it| is(it.account.as_ref(), it.handle.as_deref()));
        author
            .into_iter()
            .chain(references)
            .chain(mentions.map(mentioned))
            .collect()
    }

    fn of_atom(&self, atom: Option<Atom>) -> Vec<Place> {
        atom.map_or(Vec::new(), |atom| self.places(&atom))
    }

    fn reading(&self, read: Result<Option<Expr>, QueryError>) -> Reading {
        match read {
            Ok(None) => Reading::Absent,
            Ok(Some(expr)) => Reading::Read(self.node(&expr)),
            Err(error) => Reading::Unreadable(error),
        }
    }

    fn node(&self, expr: &Expr) -> Node {
        let all = |parts: &[Expr]| parts.iter().map(|part| self.node(part)).collect();
        let (what, places, parts) = match expr {
            Expr::All(parts) => (What::All, Vec::new(), all(parts)),
            Expr::Any(parts) => (What::Any, Vec::new(), all(parts)),
            Expr::Not(part) => (What::Not, Vec::new(), vec![self.node(part)]),
            Expr::Near { left, right, words } => {
                let (left, right, words) = (left.clone(), right.clone(), *words);
                let found = text::near(self.view.text, &left, &right, words);
                let places = found.into_iter().flatten().map(|place| self.in_text(place));
                (What::Near { left, right, words }, places.collect(), Vec::new())
            }
            Expr::Is(atom) => (What::Is(atom.clone()), self.places(atom), Vec::new()),
        };
        Node {
            what,
            holds: self.view.holds(expr),
            places,
            parts,
        }
    }

    /// Where the post has it.
    fn places(&self, atom: &Atom) -> Vec<Place> {
        let view = &self.view;
        let entities = &view.post.entities;
        match atom {
            Atom::Text(term) => text::places(view.text, term).map(|it| self.in_text(it)).collect(),
            Atom::Mention(account) => view.mentions(account).map(mentioned).collect(),
            Atom::Hashtag(tag) => view
                .tags(&entities.hashtags, tag)
                .map(|it| at(By::Hashtag, it.span))
                .collect(),
            Atom::Cashtag(tag) => view
                .tags(&entities.cashtags, tag)
                .map(|it| at(By::Hashtag, it.span))
                .collect(),
            Atom::From(account) => view
                .is_from(account)
                .then_some(at(By::Author, None))
                .into_iter()
                .collect(),
            Atom::To(account) => view
                .replies_to(account)
                .map(|it| at(By::Reference(it.kind), None))
                .collect(),
            Atom::Url(page) => view.links_below(page).map(|it| at(By::Link, it.span)).collect(),
            Atom::Domain(domain) => view.links_on(domain).map(|it| at(By::Link, it.span)).collect(),
            Atom::Refers(kind) => view
                .references(*kind)
                .map(|it| at(By::Reference(it.kind), None))
                .collect(),
            Atom::Has(backtweet_domain::query::Feature::Link) => view.links().map(|it| at(By::Link, it.span)).collect(),
            Atom::Language(_) | Atom::Network(_) | Atom::Has(_) | Atom::MinFollowers(_) => Vec::new(),
        }
    }

    fn in_text(&self, folded: std::ops::Range<usize>) -> Place {
        at(By::Text, Some(self.unfolded.span(folded)))
    }
}

fn at(by: By, span: Option<Span>) -> Place {
    Place { by, span }
}

fn mentioned(mention: &backtweet_domain::Mention) -> Place {
    let by = if mention.automatic {
        By::AutomaticMention
    } else {
        By::Mention
    };
    at(by, mention.span)
}

#[cfg(test)]
mod tests;
