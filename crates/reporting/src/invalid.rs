//! What is wrong with a request, all of it at once, field by field. How that becomes a gRPC status is decided in `services`.

use std::fmt;

/// One field and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field within the request.
    pub field: String,
    /// The value at fault and the remedy.
    pub reason: String,
}

/// A request that cannot be answered, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Invalid {
    what: &'static str,
    /// Never empty.
    pub violations: Vec<Violation>,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} is not valid", self.what)?;
        for (index, Violation { field, reason }) in self.violations.iter().enumerate() {
            let before = if index == 0 { ": " } else { "; " };
            write!(f, "{before}{field}: {reason}")?;
        }
        Ok(())
    }
}

/// Collects violations while a request is read.
#[derive(Debug, Default)]
pub(crate) struct Violations(Vec<Violation>);

impl Violations {
    pub(crate) fn add(&mut self, field: impl Into<String>, reason: impl Into<String>) {
        self.0.push(Violation {
            field: field.into(),
            reason: reason.into(),
        });
    }

    /// What was read, unless something was wrong with it.
    pub(crate) fn check(self, what: &'static str) -> Result<(), Invalid> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Invalid {
                what,
                violations: self.0,
            })
        }
    }
}

impl Invalid {
    /// A request with one thing wrong.
    pub(crate) fn one(what: &'static str, field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            what,
            violations: vec![Violation {
                field: field.into(),
                reason: reason.into(),
            }],
        }
    }
}
