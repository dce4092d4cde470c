//! Rows as CSV by RFC 4180: a header, lines that end in CR LF, quotes where they are needed. Lists are JSON arrays in one cell, what is
//! absent is an empty one.

use std::borrow::Cow;
use std::io;

use backtweet_domain::Timestamp;

use super::columns::{COLUMNS, Row, Value};

/// What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection), and the apostrophe that guards against it.
const GUARDED: [char; 12] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n', '\''];

/// Writes rows behind a header.
pub(super) struct Csv {
    is_raw: bool,
}

impl Csv {
    /// Appends the header. Texts are guarded unless they are to be left raw.
    pub(super) fn start(is_raw: bool, out: &mut Vec<u8>) -> io::Result<Self> {
        record(COLUMNS.iter().map(|column| column.name.into()), out)?;
        Ok(Self { is_raw })
    }

    /// Appends one row.
    pub(super) fn write(&self, row: &Row<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        record(COLUMNS.iter().map(|column| self.cell((column.value)(row))), out)
    }

    fn cell<'a>(&self, value: Value<'a>) -> Cow<'a, str> {
        match value {
            Value::Absent => "".into(),
            Value::Text(text) if !self.is_raw && text.starts_with(GUARDED) => format!("'{text}").into(),
            Value::Text(text) => text,
            Value::Time(us) => Timestamp::from_micros(us).to_string().into(),
            Value::Integer(number) => number.to_string().into(),
            Value::Number(number) => number.to_string().into(),
            // Begins with a bracket, which no spreadsheet takes for a formula.
            Value::Texts(texts) => serde_json::Value::from(texts).to_string().into(),
        }
    }
}

fn record<'a>(cells: impl Iterator<Item = Cow<'a, str>>, out: &mut Vec<u8>) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .buffer_capacity(1 << 10)
        .from_writer(out);
    for cell in cells {
        writer.write_field(cell.as_bytes())?;
    }
    writer.write_record(None::<&[u8]>)?;
    writer.flush()
}
