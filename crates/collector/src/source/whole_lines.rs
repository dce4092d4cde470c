//! Lines out of bytes that come in pieces, with a bound on each. Where the bytes come from is not known here.

use bytes::{Buf, Bytes, BytesMut};

use crate::normalise::MAX_LINE_BYTES;

/// Bytes that have come, until they are taken as whole lines. A line over [`MAX_LINE_BYTES`] is counted and never held in memory.
#[derive(Debug, Default)]
pub(super) struct WholeLines {
    buffer: BytesMut,
    /// Bytes at the buffer's beginning that are known to hold no line break.
    searched: usize,
    /// Bytes of a line that is too long, as many as were let go.
    skipped: u64,
    unreadable: u64,
}

impl WholeLines {
    /// Takes in what has come.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        self.skip();
    }

    /// The next whole line, without its line break; `None` where there is none yet.
    pub(super) fn next(&mut self) -> Option<Bytes> {
        loop {
            let Some(found) = self.buffer[self.searched..].iter().position(|&byte| byte == b'\n') else {
                self.searched = self.buffer.len();
                return None;
            };
            let end = self.searched + found;
            self.searched = 0;
            let line = self.buffer.split_to(end).freeze();
            self.buffer.advance(1);
            let is_rest = std::mem::take(&mut self.skipped) > 0;
            if is_rest || line.len() > MAX_LINE_BYTES {
                self.unreadable += 1;
                continue;
            }
            return Some(line.strip_suffix(b"\r").map_or(line.clone(), |cut| line.slice_ref(cut)));
        }
    }

    /// What stands behind the last line break, once nothing more will come.
    pub(super) fn finish(&mut self) -> Option<Bytes> {
        self.searched = 0;
        let line = self.buffer.split().freeze();
        if std::mem::take(&mut self.skipped) > 0 {
            self.unreadable += 1;
            return None;
        }
        (!line.is_empty()).then_some(line)
    }

    /// How many of the bytes that came belong to lines not taken yet.
    pub(super) fn held(&self) -> u64 {
        self.skipped + self.buffer.len() as u64
    }

    /// How many lines were too long since this was last asked.
    pub(super) fn unreadable(&mut self) -> u64 {
        std::mem::take(&mut self.unreadable)
    }

    /// Lets go of an unfinished line that is too long already.
    fn skip(&mut self) {
        let unfinished = match self.buffer[self.searched..].iter().rposition(|&byte| byte == b'\n') {
            // Whole lines are taken first; what follows the last of them is looked at then.
            Some(_) => return,
            None => self.buffer.len(),
        };
        self.searched = unfinished;
        if self.skipped > 0 || unfinished > MAX_LINE_BYTES {
            self.skipped += unfinished as u64;
            self.buffer.clear();
            self.searched = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_their_bytes_are_cut() {
        let text = b"one\r\n\r\ntwo\nthree\nfo";
        for piece in 1..=text.len() {
            let mut lines = WholeLines::default();
            let mut read: Vec<Bytes> = Vec::new();
            for bytes in text.chunks(piece) {
                lines.push(bytes);
                read.extend(std::iter::from_fn(|| lines.next()));
            }
            assert_eq!(read, ["one", "", "two", "three"]);
            assert_eq!(lines.held(), 2);
            assert_eq!(lines.finish().unwrap(), "fo");
            assert_eq!(lines.held(), 0);
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_counted_costs_no_memory_and_no_other_line() {
        let mut lines = WholeLines::default();
        lines.push(b"before\n");
        assert_eq!(lines.next().unwrap(), "before");
        let piece = vec![b'x'; 64 * 1024];
        for _ in 0..200 {
            lines.push(&piece);
            assert!(lines.next().is_none());
            assert!(lines.buffer.len() <= MAX_LINE_BYTES + piece.len());
        }
        assert_eq!(lines.held(), 200 * piece.len() as u64);
        lines.push(b"\nafter\n");
        assert_eq!(lines.next().unwrap(), "after");
        assert_eq!(lines.unreadable(), 1);
        assert_eq!(lines.held(), 0);
    }
}
