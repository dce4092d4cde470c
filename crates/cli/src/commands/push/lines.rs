//! Reads lines of a file or standard input, plain or compressed, one at a time and never more than the longest line in memory.

use std::pin::Pin;

use anyhow::{Context, Result};
use async_compression::tokio::bufread::{GzipDecoder, ZstdDecoder};
use bytes::Bytes;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, BufReader};

/// The longest line that is handed on, in bytes.
pub const LONGEST: usize = 8 << 20;

/// One line, without its end.
pub enum Line {
    Whole(Bytes),
    /// Too long to be handed on; how long it is.
    TooLong(usize),
}

/// The lines of one source.
pub struct Lines {
    reader: Pin<Box<dyn AsyncBufRead + Send>>,
    name: String,
}

/// Opens `file` (`-`: standard input), and a progress bar over it.
pub async fn open(file: &str, quiet: bool) -> Result<(Lines, ProgressBar)> {
    let (raw, bar): (Pin<Box<dyn AsyncRead + Send>>, ProgressBar) = if file == "-" {
        (Box::pin(tokio::io::stdin()), ProgressBar::new_spinner())
    } else {
        let opened = tokio::fs::File::open(file)
            .await
            .with_context(|| format!("cannot read `{file}`"))?;
        let length = opened.metadata().await.map(|data| data.len()).unwrap_or(0);
        (Box::pin(opened), ProgressBar::new(length))
    };
    if quiet {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
    let template = if file == "-" {
        "{spinner} {bytes} read, {bytes_per_sec}"
    } else {
        "{wide_bar} {percent}% of {total_bytes}, {bytes_per_sec}, {eta} left"
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    let mut buffered = BufReader::with_capacity(1 << 16, bar.wrap_async_read(raw));
    let head = buffered
        .fill_buf()
        .await
        .with_context(|| format!("cannot read `{file}`"))?;
    let reader: Pin<Box<dyn AsyncBufRead + Send>> = if head.starts_with(&[0x1f, 0x8b]) {
        let mut decoder = GzipDecoder::new(buffered);
        decoder.multiple_members(true);
        Box::pin(BufReader::with_capacity(1 << 16, decoder))
    } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        let mut decoder = ZstdDecoder::new(buffered);
        decoder.multiple_members(true);
        Box::pin(BufReader::with_capacity(1 << 16, decoder))
    } else {
        Box::pin(buffered)
    };
    Ok((
        Lines {
            reader,
            name: file.to_owned(),
        },
        bar,
    ))
}

impl Lines {
    /// The next line; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Line>> {
        let mut line = Vec::new();
        let mut length = 0;
        loop {
            let buffer = self.reader.fill_buf().await.with_context(|| {
                format!(
                    "`{}` cannot be read to its end; what was read so far has been handed on",
                    self.name
                )
            })?;
            if buffer.is_empty() {
                return Ok((length > 0).then(|| whole(line, length)));
            }
            let end = buffer.iter().position(|&byte| byte == b'\n');
            let part = &buffer[..end.unwrap_or(buffer.len())];
            length += part.len();
            if length <= LONGEST {
                line.extend_from_slice(part);
            } else {
                line = Vec::new();
            }
            let used = end.map_or(buffer.len(), |end| end + 1);
            self.reader.as_mut().consume(used);
            if end.is_some() {
                return Ok(Some(whole(line, length)));
            }
        }
    }
}

fn whole(mut line: Vec<u8>, length: usize) -> Line {
    if length > LONGEST {
        return Line::TooLong(length);
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Line::Whole(line.into())
}
