//! What is wrong with a query, or odd about it, and where. Finding it is not here.

use std::fmt;

/// Part of a query, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// From 1.
    pub(super) column: usize,
    pub(super) length: usize,
}

impl Place {
    /// From the beginning of this to the end of `last`.
    pub(super) fn to(self, last: Place) -> Place {
        Place {
            column: self.column,
            length: (last.column + last.length).saturating_sub(self.column),
        }
    }
}

/// Why a text is no query: one thing, the first that its author has to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct QueryError {
    /// Where the part at fault begins, in characters from 1.
    pub column: usize,
    /// How long it is, in characters; 0 where something is missing.
    pub length: usize,
    /// What is wrong with it and what to do.
    pub message: String,
    /// What to write in its place, where that can be guessed.
    pub suggestion: Option<String>,
}

impl QueryError {
    pub(super) fn new(place: Place, message: impl Into<String>) -> Self {
        Self {
            column: place.column,
            length: place.length,
            message: message.into(),
            suggestion: None,
        }
    }

    pub(super) fn instead(self, suggestion: impl Into<String>) -> Self {
        Self {
            suggestion: Some(suggestion.into()),
            ..self
        }
    }

    /// The error under a line of the query that shows where it is.
    pub fn render(&self, query: &str) -> String {
        format!("{self}\n{}", point_at(query, self.column, self.length))
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; try `{suggestion}`"),
            None => Ok(()),
        }
    }
}

/// Something about a query that is allowed, and that its author hardly meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where the part begins, in characters from 1.
    pub column: usize,
    /// How long it is, in characters.
    pub length: usize,
    /// What is odd about it.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl Warning {
    /// The warning under a line of the query that shows where it is.
    pub fn render(&self, query: &str) -> String {
        format!("{self}\n{}", point_at(query, self.column, self.length))
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}: {}", self.column, self.message, self.remedy)
    }
}

/// Two lines: the query, or what stands around the column of a long one, and carets under `length` characters from `column` on.
pub fn point_at(query: &str, column: usize, length: usize) -> String {
    /// How much of a query is shown in front of the column and behind it.
    const AROUND: usize = 60;
    let at = column.saturating_sub(1);
    let skipped = at.saturating_sub(AROUND);
    let shown: Vec<char> = query.chars().skip(skipped).take(2 * AROUND).collect();
    let line: String = shown.iter().map(|c| if c.is_whitespace() { ' ' } else { *c }).collect();
    let blank = |c: &char| if is_wide(*c) { '\u{3000}' } else { ' ' };
    let indent: String = shown.iter().take(at - skipped).map(blank).collect();
    let marked = shown.iter().skip(at - skipped).take(length);
    let carets: usize = marked.map(|c| if is_wide(*c) { 2 } else { 1 }).sum();
    format!("  {line}\n  {indent}{}", "^".repeat(carets.max(1)))
}

/// Whether a terminal takes two cells for it.
fn is_wide(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ff60}' | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3ffff}')
}
