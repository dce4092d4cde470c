//! What the queries of a subject say about one post. Finding the queries that may match is `index`'s, reading them `backtweet_domain::query`'s.

pub mod explain;
mod rules;
mod text;

#[cfg(test)]
pub(crate) mod tests;

use std::cell::RefCell;

use backtweet_domain::query::{Atom, Expr, Feature};
use backtweet_domain::text::fold_into;
use backtweet_domain::{AccountId, Hashtag, Kind, KindSet, Link, Mention, Post, Reference, ReferenceKind};

use crate::index::hosts;
pub use rules::Rules;
pub(crate) use text::{own_parts, push_own_text};

/// A post as queries look at it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    post: &'a Post,
    /// Its folded own text.
    text: &'a str,
    repost: bool,
}

/// How a post points at the subject by its query.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) kinds: KindSet,
    /// Whether there is a mention in it that the author wrote.
    pub(crate) written: bool,
}

impl<'a> View<'a> {
    /// `text` is the post's [own text](push_own_text).
    pub(crate) fn of(post: &'a Post, text: &'a str) -> Self {
        let repost = post.is_repost();
        Self { post, text, repost }
    }

    /// Whether the query holds.
    pub(crate) fn holds(&self, expr: &Expr) -> bool {
        match expr {
            Expr::All(parts) => parts.iter().all(|part| self.holds(part)),
            Expr::Any(parts) => parts.iter().any(|part| self.holds(part)),
            Expr::Not(part) => !self.holds(part),
            Expr::Near { left, right, words } => text::near(self.text, left, right, *words).is_some(),
            Expr::Is(atom) => self.has(atom),
        }
    }

    /// What the parts that hold say, of a query that holds: a keyword where they say nothing else. What must not hold says nothing.
    pub(crate) fn said(&self, query: &Expr) -> Said {
        let mut said = Said::default();
        self.add_said(query, true, &mut said);
        if said.kinds.is_empty() {
            said.kinds = said.kinds.with(Kind::Keyword);
        }
        said
    }

    fn add_said(&self, expr: &Expr, positive: bool, said: &mut Said) {
        let kind = match expr {
            Expr::All(parts) | Expr::Any(parts) => {
                return parts.iter().for_each(|part| self.add_said(part, positive, said));
            }
            Expr::Not(part) => return self.add_said(part, !positive, said),
            Expr::Near { .. } => Kind::Keyword,
            Expr::Is(atom) => match kind_of(atom) {
                Some(kind) => kind,
                None => return,
            },
        };
        if positive && !said.kinds.contains(kind) && self.holds(expr) {
            said.kinds = said.kinds.with(kind);
        }
        if let (true, Expr::Is(Atom::Mention(account))) = (positive && !said.written, expr) {
            said.written = self.mentions(account).any(|mention| !mention.automatic);
        }
    }

    fn has(&self, atom: &Atom) -> bool {
        match atom {
            Atom::Text(term) => text::places(self.text, term).next().is_some(),
            Atom::Mention(account) => self.mentions(account).next().is_some(),
            Atom::Hashtag(tag) => self.tags(&self.post.entities.hashtags, tag).next().is_some(),
            Atom::Cashtag(tag) => self.tags(&self.post.entities.cashtags, tag).next().is_some(),
            Atom::From(account) => self.is_from(account),
            Atom::To(account) => self.replies_to(account).next().is_some(),
            Atom::Url(page) => self.links_below(page).next().is_some(),
            Atom::Domain(domain) => self.links_on(domain).next().is_some(),
            Atom::Language(language) => self.is_in(language),
            Atom::Network(network) => self.post.id.network() == *network,
            Atom::Refers(kind) => self.references(*kind).next().is_some(),
            Atom::Has(Feature::Link) => self.links().next().is_some(),
            Atom::Has(Feature::Media) => self.post.has_media,
            Atom::Has(Feature::Question) => self.asks(),
            Atom::MinFollowers(least) => self.post.author.followers.is_some_and(|it| it >= *least),
        }
    }

    fn own<T>(&self, all: &'a [T]) -> impl Iterator<Item = &'a T> + use<'a, T> {
        if self.repost { &[] } else { all }.iter()
    }

    fn mentions<'b>(&self, account: &'b str) -> impl Iterator<Item = &'a Mention> + use<'a, 'b> {
        let mentions = self.own(&self.post.entities.mentions);
        mentions.filter(move |it| is_account(account, it.account.as_ref(), it.handle.as_deref()))
    }

    fn tags<'b>(&self, tags: &'a [Hashtag], tag: &'b str) -> impl Iterator<Item = &'a Hashtag> + use<'a, 'b> {
        self.own(tags)
            .filter(move |it| with_folded(&it.tag, |folded| folded == tag))
    }

    fn is_from(&self, account: &str) -> bool {
        let author = &self.post.author;
        is_account(account, Some(&author.id), author.handle.as_deref())
    }

    /// The references of that kind; a repost is nothing but a repost.
    fn references(&self, kind: ReferenceKind) -> impl Iterator<Item = &'a Reference> + use<'a> {
        let counts = !self.repost || kind == ReferenceKind::Repost;
        let references = self.post.references.iter();
        references.filter(move |it| counts && it.kind == kind)
    }

    fn replies_to<'b>(&self, account: &'b str) -> impl Iterator<Item = &'a Reference> + use<'a, 'b> {
        let replies = self.references(ReferenceKind::Reply);
        replies.filter(move |it| is_account(account, it.author.as_ref(), it.author_handle.as_deref()))
    }

    fn links(&self) -> impl Iterator<Item = &'a Link> + use<'a> {
        self.own(&self.post.entities.links)
    }

    fn links_below<'b>(&self, page: &'b str) -> impl Iterator<Item = &'a Link> + use<'a, 'b> {
        self.links().filter(move |it| is_below(&it.canonical, page))
    }

    fn links_on<'b>(&self, domain: &'b str) -> impl Iterator<Item = &'a Link> + use<'a, 'b> {
        self.links()
            .filter(move |it| hosts(&it.canonical).any(|host| host == domain))
    }

    fn is_in(&self, language: &str) -> bool {
        let is_below = |declared: &str| {
            let rest = declared.strip_prefix(language);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let declared = self.post.language.as_deref();
        declared.is_some_and(|declared| with_folded(declared, is_below))
    }

    /// Looked for in the text as it is written: folding makes a semicolon of the Greek mark.
    fn asks(&self) -> bool {
        let mut parts = own_parts(self.post).map(|part| &self.post.text[part]);
        parts.any(|part| part.contains(['?', '？', '؟', '\u{37e}']))
    }
}

/// How a post that has it points at the subject, where that says anything.
fn kind_of(atom: &Atom) -> Option<Kind> {
    match atom {
        Atom::Text(_) => Some(Kind::Keyword),
        Atom::Mention(_) => Some(Kind::Mention),
        Atom::Hashtag(_) | Atom::Cashtag(_) => Some(Kind::Hashtag),
        Atom::Url(_) | Atom::Domain(_) => Some(Kind::Link),
        Atom::From(_)
        | Atom::To(_)
        | Atom::Language(_)
        | Atom::Network(_)
        | Atom::Refers(_)
        | Atom::Has(_)
        | Atom::MinFollowers(_) => None,
    }
}

fn is_account(name: &str, account: Option<&AccountId>, handle: Option<&str>) -> bool {
    account.is_some_and(|account| account.native() == name) || handle == Some(name)
}

fn is_below(link: &str, page: &str) -> bool {
    let behind = link.strip_prefix(page).map(|rest| rest.chars().next());
    behind.is_some_and(|next| matches!(next, None | Some('/' | '?' | '#')))
}

/// Looks at the folded form of a short text without making a new one each time.
fn with_folded<T>(text: &str, look: impl FnOnce(&str) -> T) -> T {
    thread_local! {
        static FOLDED: RefCell<String> = const { RefCell::new(String::new()) };
    }
    FOLDED.with_borrow_mut(|folded| {
        folded.clear();
        fold_into(text.trim(), folded);
        look(folded)
    })
}
