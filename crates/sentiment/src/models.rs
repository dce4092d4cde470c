//! Which models there are, by the names that people choose them by, and where the weights of those are looked for that are no part of
//! the program.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::deep::FileError;
use crate::{Auto, Deep, Fast, Model, Vader};

/// A model that can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// The trained linear model.
    #[default]
    Fast,
    /// The transformer.
    Deep,
    /// The fast model where it is sure, the transformer elsewhere.
    Auto,
    /// VADER's lexicon and rules.
    Lexicon,
}

impl Choice {
    /// Every model, the default one first.
    pub const ALL: [Self; 4] = [Self::Fast, Self::Deep, Self::Auto, Self::Lexicon];

    /// What it is chosen by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Deep => "deep",
            Self::Auto => "auto",
            Self::Lexicon => "lexicon",
        }
    }

    /// What it is, in a few words.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Fast => "linear model over words and letters, trained on labelled tweets",
            Self::Deep => "transformer mixed with the fast model, trained on labelled tweets; better and slower",
            Self::Auto => "the fast model where it is sure, the transformer elsewhere",
            Self::Lexicon => "VADER: rated words and rules about what stands around them",
        }
    }

    /// The languages that it reads, as BCP 47 has them.
    pub const fn languages(self) -> &'static [&'static str] {
        match self {
            Self::Fast | Self::Deep | Self::Auto => &crate::fast::LANGUAGES,
            Self::Lexicon => &["en"],
        }
    }

    /// Makes the model, out of a file in one of `folders` where it is no part of the program. Costs some milliseconds, the transformer
    /// some tenths of a second; share what comes back.
    ///
    /// # Errors
    /// When there is no such file, or it cannot be read.
    pub fn load(self, folders: &Folders) -> Result<Arc<dyn Model>, LoadError> {
        Ok(match self {
            Self::Fast => Arc::new(Fast::new()),
            Self::Deep => Arc::new(deep(folders)?),
            Self::Auto => Arc::new(Auto::new(deep(folders)?)),
            Self::Lexicon => Arc::new(Vader::new()),
        })
    }
}

/// The file with the transformer's weights.
const DEEP: &str = "deep-1.safetensors";

/// Where files of weights are looked for, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders(Vec<PathBuf>);

impl Folders {
    /// `named`, where a person names a folder (`BACKTWEET_MODELS`); then `models` in the working folder; then `models` beside the
    /// program, and in every folder above it.
    pub fn new(named: Option<&Path>) -> Self {
        let program = std::env::current_exe().unwrap_or_default();
        let beside = program.ancestors().skip(1).map(|folder| folder.join("models"));
        let named = named.map(Path::to_owned).into_iter();
        Self(named.chain([PathBuf::from("models")]).chain(beside).collect())
    }

    /// Nothing but these.
    pub fn only(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        Self(folders.into_iter().collect())
    }

    /// The first file of this name, and what is in it.
    fn read(&self, name: &'static str) -> Result<(PathBuf, Vec<u8>), LoadError> {
        for path in self.0.iter().map(|folder| folder.join(name)) {
            match std::fs::read(&path) {
                Ok(bytes) => return Ok((path, bytes)),
                Err(cause) if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                Err(cause) => return Err(LoadError::Read { path, cause }),
            }
        }
        Err(LoadError::Missing {
            name,
            folders: self.clone(),
        })
    }
}

impl std::fmt::Display for Folders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, folder) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{}", folder.display())?;
        }
        Ok(())
    }
}

/// What keeps a model from being made.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Its weights are nowhere.
    #[error("`{name}` is in none of {folders}: put it into one of them, or name its folder in BACKTWEET_MODELS")]
    Missing {
        /// The file.
        name: &'static str,
        /// Where it was looked for.
        folders: Folders,
    },
    /// Its weights cannot be read.
    #[error("{}: {cause}: let this user read it, or name another folder in BACKTWEET_MODELS", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// Its weights are not what this program reads.
    #[error("{}: {cause}: put the file of this version of the program there", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: FileError,
    },
}

fn deep(folders: &Folders) -> Result<Deep, LoadError> {
    let (path, bytes) = folders.read(DEEP)?;
    Deep::read(&bytes).map_err(|cause| LoadError::Broken { path, cause })
}

#[cfg(test)]
mod tests;
