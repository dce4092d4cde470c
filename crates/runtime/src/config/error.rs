//! What is wrong with a configuration: which key, which value, from where, and what to do about it.

use std::fmt;
use std::path::PathBuf;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A line of a file, from 1.
    File {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
    },
    /// An environment variable.
    Variable(String),
    /// A flag that set this key.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File { path, line } => write!(f, "{}:{line}", path.display()),
            Origin::Variable(name) => write!(f, "environment variable {name}"),
            Origin::Flag(key) => write!(f, "flag --set {key}"),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read at all.
    #[error("{path}: {reason}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong, with its remedy.
        reason: String,
    },
    /// A line of the file is no TOML.
    #[error("{origin}: {reason}")]
    Syntax {
        /// Which line.
        origin: Origin,
        /// What the parser says.
        reason: String,
    },
    /// A key that does not exist.
    #[error("{origin}: unknown key `{key}`{suggestion}", suggestion = match suggestion {
        Some(known) => format!("; did you mean `{known}`?"),
        None => "; remove it, or see the example configuration for what exists".to_owned(),
    })]
    Unknown {
        /// The key.
        key: String,
        /// Where it was set.
        origin: Origin,
        /// The key that was probably meant.
        suggestion: Option<String>,
    },
    /// A value that the key does not take.
    #[error("{origin}: `{key}` = `{value}`: {remedy}")]
    Invalid {
        /// The key.
        key: String,
        /// Its value; `***` for a secret.
        value: String,
        /// Where it was set.
        origin: Origin,
        /// What it takes instead.
        remedy: String,
    },
    /// A key that has to be set, or should not be.
    #[error("`{key}`: {remedy}")]
    Key {
        /// The key.
        key: String,
        /// What to do.
        remedy: String,
    },
}

/// Everything that is wrong with a configuration; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    pub(super) fn new(errors: Vec<ConfigError>) -> Self {
        Self(errors)
    }

    /// One by one.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigError> {
        self.0.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(
            f,
            "the configuration has {count} error{}:",
            if count == 1 { "" } else { "s" }
        )?;
        self.0.iter().try_for_each(|error| write!(f, "\n  {error}"))
    }
}

impl std::error::Error for ConfigErrors {}
