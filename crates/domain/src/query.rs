//! The query language of a subject: what a query is made of and what each part means. Finding out fast which of many queries a post
//! matches is the classifier's.
//!
//! A query is read against one post. Words, phrases and wildcards are looked for in the *own text*: the text without the mentions that
//! the network put there by itself; a repost has none. Text, terms, tags and languages are compared [folded](crate::text::fold): without regard to
//! case, accents and width.
//!
//! `parse` reads a query, with `lex` for its signs and `operator` for what stands behind a key; `normal` is the one form that every query is
//! brought into, `cover` what it can be looked up by, `lint` what its author should know, `error` how all of that is said.

mod cover;
mod error;
mod lex;
mod lint;
mod normal;
mod operator;
mod parse;

#[cfg(test)]
mod tests;

pub use error::{QueryError, Warning, point_at};
pub use parse::{Parsed, parse};

use crate::id::Network;
use crate::post::ReferenceKind;

/// A condition on one post.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expr {
    /// All of them hold (`a b`, `a AND b`). At least two.
    All(Vec<Expr>),
    /// At least one of them holds (`a OR b`). At least two.
    Any(Vec<Expr>),
    /// It does not hold (`NOT a`, `-a`).
    Not(Box<Expr>),
    /// Somewhere in the own text the two terms stand next to each other in either order, without overlapping, with at most `words` words
    /// between them (`a NEAR/5 b`). Words are counted as [`crate::text::words`] finds them.
    Near {
        /// One.
        left: Term,
        /// The other.
        right: Term,
        /// The most words that may stand between them.
        words: u16,
    },
    /// The post has this feature.
    Is(Atom),
}

/// Something that a post has or has not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Atom {
    /// The term stands in the own text (`acme`, `"acme cloud"`, `refund*`).
    Text(Term),
    /// It mentions the account (`@handle`), known by its handle or its native id, whoever put the mention there. Not in a repost.
    Mention(String),
    /// It carries the hashtag (`#tag`). Not in a repost.
    Hashtag(String),
    /// It carries the cashtag (`$TAG`), kept without its `$`. Not in a repost.
    Cashtag(String),
    /// The account wrote it (`from:handle`), known by its handle or its native id.
    From(String),
    /// It replies to the account (`to:handle`), known by its handle or its native id.
    To(String),
    /// It links to the page or to one below it (`url:acme.com/shop`): the canonical form of a link is this one, or goes on behind it with
    /// `/`, `?` or `#`. Kept in [canonical form](crate::link::canonical) without a slash at its end. Not in a repost.
    Url(String),
    /// It links to the host or to one below it (`domain:acme.com`). Not in a repost.
    Domain(String),
    /// The network or the author declared the language, or one below it: `lang:pt` holds for `pt-BR`. Never where none is declared.
    Language(String),
    /// It was posted on this network.
    Network(Network),
    /// It refers to another post so (`is:reply`). A repost is nothing but a repost.
    Refers(ReferenceKind),
    /// `has:link`, `has:media`, `has:question`.
    Has(Feature),
    /// Its author has at least so many followers (`min_followers:1000`); does not hold where their number is not known.
    MinFollowers(u64),
}

/// What `has:` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// A link. Not in a repost.
    Link,
    /// Pictures, video or sound.
    Media,
    /// A question mark of any script in the own text: `?`, `？`, `؟`, `;` as Greek writes it (U+037E).
    Question,
}

/// A word or phrase to be found in a text.
///
/// It stands where the folded text holds `text` as a whole: no [word character](crate::text::is_word) goes on beyond an end of it that is one itself. A
/// character of a script that is written without spaces ends a word on both sides. Where it is `open`, its end may be within a word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term {
    /// Folded, with single spaces, none around it; never empty.
    pub text: String,
    /// Whether a word may go on behind it (`refund*`).
    pub open: bool,
}
