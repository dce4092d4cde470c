//! Bounds WebSocket messages on their way in: of one that is too long the beginning passes as if it were all, and the rest is let go. So it
//! costs itself, and neither the connection nor memory. What a message says is not known here.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much is taken from the network at once, in bytes.
const CHUNK: usize = 64 * 1024;
/// Longest header of a frame, in bytes.
const MOST_HEADER: usize = 14;
/// How many bytes are let go until it is shown that the connection lives: nothing else passes meanwhile.
const PULSE: u64 = 1024 * 1024;
/// An empty pong, which nobody has to answer.
const PONG: [u8; 2] = [0x8a, 0];
/// Longest character, in bytes.
const MOST_CHARACTER: u64 = 4;

/// A connection whose messages are bounded.
pub(crate) struct Bounded<S> {
    inner: S,
    bounds: Bounds,
    chunk: Box<[u8]>,
    /// What passes, and how much of it was given out.
    out: Vec<u8>,
    given: usize,
}

impl<S> Bounded<S> {
    /// Lets `most` bytes of a message pass.
    pub(super) fn new(inner: S, most: usize) -> Self {
        Self {
            inner,
            bounds: Bounds::new(most as u64),
            chunk: vec![0; CHUNK].into(),
            out: Vec::new(),
            given: 0,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            let rest = &this.out[this.given..];
            if !rest.is_empty() {
                let some = rest.len().min(buffer.remaining());
                buffer.put_slice(&rest[..some]);
                this.given += some;
                return Poll::Ready(Ok(()));
            }
            this.out.clear();
            this.given = 0;
            let mut came = ReadBuf::new(&mut this.chunk);
            ready!(Pin::new(&mut this.inner).poll_read(context, &mut came))?;
            if came.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.bounds.pass(came.filled(), &mut this.out);
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(context)
    }
}

/// Where the stream of frames (RFC 6455, 5.2) stands.
#[derive(Debug)]
struct Bounds {
    most: u64,
    /// What has come of a frame's header.
    header: Vec<u8>,
    /// How much of the frame's payload still passes, and how much behind that does not.
    keep: u64,
    drop: u64,
    /// Whether the frame is a part of a message, and not a ping or the like between its parts.
    is_part: bool,
    /// Whether the message is text, how much of it has passed, and whether only spaces do.
    is_text: bool,
    passed: u64,
    is_over: bool,
}

impl Bounds {
    fn new(most: u64) -> Self {
        Self {
            most,
            header: Vec::with_capacity(MOST_HEADER),
            keep: 0,
            drop: 0,
            is_part: false,
            is_text: false,
            passed: 0,
            is_over: false,
        }
    }

    /// Appends to `out` what passes of the next `bytes`.
    fn pass(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        while let Some(&first) = bytes.first() {
            if self.keep > 0 {
                let (kept, rest) = bytes.split_at(least(self.keep, bytes.len()));
                self.take(kept, out);
                bytes = rest;
            } else if self.drop > 0 {
                let gone = least(self.drop, bytes.len());
                let before = self.drop;
                self.drop -= gone as u64;
                // Often enough, however the bytes are parted.
                if before / PULSE != self.drop / PULSE {
                    out.extend(PONG);
                }
                bytes = &bytes[gone..];
            } else {
                self.header.push(first);
                bytes = &bytes[1..];
                if let Some(length) = payload_length(&self.header) {
                    self.begin(length, out);
                }
            }
        }
    }

    /// A frame begins with a payload of that many bytes.
    fn begin(&mut self, length: u64, out: &mut Vec<u8>) {
        let (first, second) = (self.header[0], self.header[1]);
        let kind = first & 0x0f;
        self.is_part = kind < 8;
        if !self.is_part {
            self.keep = length;
            out.append(&mut self.header);
            return;
        }
        // Zero goes on with the message at hand.
        if kind != 0 {
            (self.is_text, self.passed, self.is_over) = (kind == 1, 0, false);
        }
        self.keep = length.min(self.most - self.passed);
        self.drop = length - self.keep;
        let masked = second & 0x80;
        out.push(first);
        match self.keep {
            0..126 => out.push(masked | self.keep as u8),
            126..=0xffff => {
                out.push(masked | 126);
                out.extend((self.keep as u16).to_be_bytes());
            }
            _ => {
                out.push(masked | 127);
                out.extend(self.keep.to_be_bytes());
            }
        }
        let mask = if masked == 0 { 0 } else { 4 };
        out.extend(&self.header[self.header.len() - mask..]);
        self.header.clear();
    }

    /// A part of the payload passes. A text that is cut must end behind a whole character: spaces stand for what may be a part of one.
    fn take(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(bytes);
        self.keep -= bytes.len() as u64;
        if !self.is_part {
            return;
        }
        let end = self.most.saturating_sub(MOST_CHARACTER);
        let whole = least(end.saturating_sub(self.passed), bytes.len());
        self.passed += bytes.len() as u64;
        for byte in out[start + whole..].iter_mut().filter(|_| self.is_text) {
            self.is_over |= *byte & 0xc0 != 0x80;
            if self.is_over {
                *byte = b' ';
            }
        }
    }
}

/// The smaller of both.
fn least(wanted: u64, there: usize) -> usize {
    usize::try_from(wanted).map_or(there, |wanted| wanted.min(there))
}

/// How long the payload is, once the header is whole.
fn payload_length(header: &[u8]) -> Option<u64> {
    let second = *header.get(1)?;
    let mask = if second & 0x80 == 0 { 0 } else { 4 };
    let wide = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    if header.len() < 2 + wide + mask {
        return None;
    }
    let long = header[2..2 + wide]
        .iter()
        .fold(0, |length, byte| length << 8 | u64::from(*byte));
    Some(if wide == 0 { u64::from(second & 0x7f) } else { long })
}

#[cfg(test)]
mod tests;
