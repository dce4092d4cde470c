//! The queries of a subject, read.

use backtweet_domain::Subject;
use backtweet_domain::query::{Expr, QueryError, parse};

use super::View;

/// What a subject says by its queries.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// What else points at it.
    pub query: Option<Box<Expr>>,
    /// What has to hold before a keyword, a hashtag or the query counts.
    pub context: Option<Box<Expr>>,
    /// What must not hold then.
    pub exclude: Option<Box<Expr>>,
}

impl Rules {
    /// The queries of the subject. One that cannot be read never matches, so that nothing counts where the context is one; it is logged and
    /// counted.
    pub fn of(subject: &Subject) -> Self {
        Self::or_else(subject, |part, error| {
            metrics::counter!("backtweet_classifier_unreadable_queries_total").increment(1);
            tracing::error!(
                subject = %subject.id, part, %error,
                "a query cannot be read and never matches; put the subject again with one that can"
            );
        })
    }

    /// The same without a word.
    pub(super) fn read(subject: &Subject) -> Self {
        Self::or_else(subject, |_, _| {})
    }

    fn or_else(subject: &Subject, fault: impl Fn(&'static str, QueryError)) -> Self {
        let or_never = |part, read: Result<Option<Expr>, QueryError>| {
            let read = read.unwrap_or_else(|error| {
                fault(part, error);
                Some(Self::never())
            });
            read.map(Box::new)
        };
        Self {
            query: or_never("query", read_query(&subject.query)),
            context: or_never("context", read_condition(&subject.context)),
            exclude: or_never("exclude", read_condition(&subject.exclude)),
        }
    }

    /// What never holds.
    fn never() -> Expr {
        Expr::Any(Vec::new())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.query.is_none() && self.context.is_none() && self.exclude.is_none()
    }

    /// Whether keywords, hashtags and the query count in this post.
    pub(crate) fn allow(&self, view: &View<'_>) -> bool {
        self.context.as_ref().is_none_or(|context| view.holds(context))
            && !self.exclude.as_ref().is_some_and(|exclude| view.holds(exclude))
    }
}

/// A query that posts are looked up by; `None` where there is none.
pub(super) fn read_query(text: &str) -> Result<Option<Expr>, QueryError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let parsed = parse(text)?;
    parsed.require_cover()?;
    Ok(Some(parsed.expr))
}

/// A query that is asked only about posts which are found otherwise.
pub(super) fn read_condition(text: &str) -> Result<Option<Expr>, QueryError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    Ok(Some(parse(text)?.expr))
}
