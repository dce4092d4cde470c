//! Rows as NDJSON: one object a line, its members in the order of the columns, absent ones as null.

use std::io::{self, Write};

use backtweet_domain::Timestamp;

use super::columns::{COLUMNS, Row, Value};

/// Appends one row.
pub(super) fn write(row: &Row<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    for (place, column) in COLUMNS.iter().enumerate() {
        out.push(if place == 0 { b'{' } else { b',' });
        write!(out, "\"{}\":", column.name)?;
        match (column.value)(row) {
            Value::Absent => out.extend_from_slice(b"null"),
            Value::Text(text) => serde_json::to_writer(&mut *out, &text)?,
            Value::Time(us) => write!(out, "\"{}\"", Timestamp::from_micros(us))?,
            Value::Integer(number) => write!(out, "{number}")?,
            Value::Number(number) => serde_json::to_writer(&mut *out, &number)?,
            Value::Texts(texts) => serde_json::to_writer(&mut *out, &texts)?,
        }
    }
    out.extend_from_slice(b"}\n");
    Ok(())
}
