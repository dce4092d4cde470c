//! What is wrong with a record or a request, said so that its sender can put it right.

/// A value on the wire that means nothing in the domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct WireError {
    /// Path to the value, such as `post.references[2].target`.
    pub field: String,
    /// What is wrong, with the value and the remedy.
    pub reason: String,
}

impl WireError {
    /// An error about `field`; an empty field means the whole value.
    pub fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            reason: reason.into(),
        }
    }

    /// A message that must be there is not.
    pub(crate) fn missing(field: &str) -> Self {
        Self::new(field, "is missing: set it")
    }

    /// The same error, seen from the message that holds the value in `field`.
    #[must_use]
    pub fn within(mut self, field: &str) -> Self {
        let dot = if self.field.is_empty() || self.field.starts_with('[') {
            ""
        } else {
            "."
        };
        self.field = format!("{field}{dot}{}", self.field);
        self
    }

    /// The same error, seen from the list that holds the value at `index`.
    #[must_use]
    pub fn at(self, index: usize) -> Self {
        self.within(&format!("[{index}]"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_reads_as_the_sender_would_write_it() {
        let error = WireError::new("target", "`x` is no id")
            .at(2)
            .within("references")
            .within("post");
        assert_eq!(error.to_string(), "post.references[2].target: `x` is no id");
        assert_eq!(WireError::new("", "is no kind").at(0).within("kinds").field, "kinds[0]");
    }
}
