//! Texts that people labelled, read from files: what models are trained on and measured by. Nothing of them is part of this project.

use std::path::{Path, PathBuf};

use backtweet_domain::Label;

/// A text and what people say that it feels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labelled {
    /// What its collection calls it.
    pub id: String,
    /// Never [`Label::Unknown`].
    pub label: Label,
    /// What it says.
    pub text: String,
}

/// What keeps a file of labelled texts from being read.
#[derive(Debug, thiserror::Error)]
pub enum LabelledError {
    /// It cannot be opened.
    #[error("{}: {cause}: name a file of labelled texts that exists", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// One of its lines is not in the format.
    #[error("{} line {line}: `{text}` is not an id, then negative, neutral or positive, then a text, divided by tabs", path.display())]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// How it begins.
        text: String,
    },
    /// There is nothing to measure.
    #[error("{}: no labelled text in it: write one a line, as id, label and text, divided by tabs", path.display())]
    Empty {
        /// Which file.
        path: PathBuf,
    },
}

/// Reads lines of id, negative, neutral or positive, and text, divided by tabs. A first line of other words is taken for a header.
///
/// # Errors
/// When the file cannot be read, a line is in another format, or there is none.
pub fn read(path: &Path) -> Result<Vec<Labelled>, LabelledError> {
    let content = std::fs::read(path).map_err(|cause| LabelledError::Read {
        path: path.to_owned(),
        cause,
    })?;
    let content = String::from_utf8_lossy(&content);
    let lines = content.split('\n').map(|line| line.trim_end_matches('\r')).enumerate();
    let mut texts = Vec::new();
    for (at, line) in lines.filter(|(_, line)| !line.is_empty()) {
        match labelled(line) {
            Some(text) => texts.push(text),
            None if at == 0 && line.contains("label") => {}
            None => {
                return Err(LabelledError::Line {
                    path: path.to_owned(),
                    line: at + 1,
                    text: line.chars().take(80).collect(),
                });
            }
        }
    }
    if texts.is_empty() {
        return Err(LabelledError::Empty { path: path.to_owned() });
    }
    Ok(texts)
}

fn labelled(line: &str) -> Option<Labelled> {
    let mut fields = line.splitn(3, '\t');
    let id = fields.next()?.to_owned();
    let label = fields.next()?;
    let label = [Label::Negative, Label::Neutral, Label::Positive]
        .into_iter()
        .find(|it| it.name() == label)?;
    Some(Labelled {
        id,
        label,
        text: fields.next()?.to_owned(),
    })
}
