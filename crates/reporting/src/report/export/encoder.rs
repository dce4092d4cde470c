//! The formats of an export behind one face: rows go in, bytes of the file come out.

use std::io;

use backtweet_wire::v1::{ExportFormat, FeedItem};

use super::columns::Row;
use super::csv::Csv;
use super::ndjson;
use super::parquet::Parquet;

/// Why rows cannot be written. Nothing that a post holds leads to it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EncodeError {
    #[error("an export cannot be written: {0}")]
    Write(#[from] io::Error),
    #[error("an export cannot be written as parquet: {0}")]
    Parquet(#[from] ::parquet::errors::ParquetError),
}

/// Writes rows in one format.
pub(super) struct Encoder {
    format: Format,
    /// What was written and not taken yet.
    ready: Vec<u8>,
}

enum Format {
    Ndjson,
    Csv(Csv),
    Parquet(Box<Parquet>),
}

impl Encoder {
    /// Begins a file; texts of a CSV are guarded against being taken for formulas unless they are to be left raw.
    pub(super) fn start(format: ExportFormat, is_raw: bool) -> Result<Self, EncodeError> {
        let mut ready = Vec::new();
        let format = match format {
            ExportFormat::Ndjson | ExportFormat::Unspecified => Format::Ndjson,
            ExportFormat::Csv => Format::Csv(Csv::start(is_raw, &mut ready)?),
            ExportFormat::Parquet => Format::Parquet(Box::new(Parquet::start()?)),
        };
        Ok(Self { format, ready })
    }

    /// Takes a post in; whether it has a row.
    pub(super) fn push(&mut self, item: &FeedItem) -> Result<bool, EncodeError> {
        let Some(row) = Row::of(item) else {
            return Ok(false);
        };
        match &mut self.format {
            Format::Ndjson => ndjson::write(&row, &mut self.ready)?,
            Format::Csv(csv) => csv.write(&row, &mut self.ready)?,
            Format::Parquet(parquet) => parquet.write(&row, &mut self.ready)?,
        }
        Ok(true)
    }

    /// Writes what was held back, and the file's end.
    pub(super) fn finish(&mut self) -> Result<(), EncodeError> {
        if let Format::Parquet(parquet) = &mut self.format {
            parquet.finish(&mut self.ready)?;
        }
        Ok(())
    }

    /// How many bytes wait to be written, or to be taken.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        let waiting = match &self.format {
            Format::Ndjson | Format::Csv(_) => 0,
            Format::Parquet(parquet) => parquet.held(),
        };
        waiting + self.ready.len()
    }

    /// Takes everything that was written.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.ready)
    }
}
