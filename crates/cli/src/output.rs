//! Everything that the program writes to standard output and standard error goes through here.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is the one place that prints"
)]

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

/// A heading.
pub const HEADING: Style = Style::new().bold();
/// What matters less.
pub const FAINT: Style = Style::new().dimmed();
/// Good.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Bad.
pub const BAD: Style = AnsiColor::Red.on_default();
/// Worth a look.
pub const ACCENT: Style = AnsiColor::Cyan.on_default();

/// The text in a style; colours vanish where the terminal has none, and under `NO_COLOR`.
pub fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Whether a person looks at standard output.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// One line on standard output. A reader that went away (`| head`) ends the program quietly.
pub fn line(text: impl Display) {
    if writeln!(anstream::stdout().lock(), "{text}").is_err() {
        std::process::exit(0);
    }
}

/// Bytes on standard output, as they are. A reader that went away ends the program quietly.
pub fn bytes(bytes: &[u8]) {
    if io::stdout().lock().write_all(bytes).is_err() {
        std::process::exit(0);
    }
}

/// Draws `text` over what was drawn before, on a terminal.
pub fn redraw(text: impl Display) {
    // Home, the text line by line with the rest of each line cleared, then everything below cleared.
    let text = text.to_string().replace('\n', "\x1b[K\n");
    line(format!("\x1b[H\x1b[2J{text}\x1b[K\x1b[J"));
}

/// One JSON document on standard output, indented.
///
/// # Errors
/// When the value cannot be written as JSON.
pub fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string_pretty(value)?);
    Ok(())
}

/// One JSON document as one line.
///
/// # Errors
/// When the value cannot be written as JSON.
pub fn json_line(value: &impl Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string(value)?);
    Ok(())
}

/// A header and rows as comma-separated values.
///
/// # Errors
/// When standard output cannot be written.
pub fn csv<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(io::stdout().lock());
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row)?;
    }
    writer.flush()?;
    Ok(())
}

/// One line for the person at the terminal, on standard error.
pub fn note(text: impl Display) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// An error, on standard error.
pub fn error(text: &str) {
    note(format!("{} {text}", styled(BAD.bold(), "error:")));
}

/// Something that went wrong but ends nothing, on standard error.
pub fn warning(text: impl Display) {
    note(format!(
        "{} {text}",
        styled(AnsiColor::Yellow.on_default().bold(), "warning:")
    ));
}
