//! A quick look at a frame: whose it is, when it was, whether it is kept. It reads the frame's head and stops in front of the record; where
//! the head is not as servers write it, the frame is read whole. What a frame means is the normaliser's.

use std::borrow::Cow;

use serde_json::Value;

use backtweet_domain::Timestamp;

use crate::normalise::jetstream::COLLECTIONS;

/// What is to be done with a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Handed on: the suite keeps it, or the normaliser is to say what is wrong with it.
    Line,
    /// Passed over: a record of a collection that the suite does not keep.
    Other,
    /// v2's word about the stream itself.
    Notice,
}

/// What a quick look tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Glance<'a> {
    pub(super) what: What,
    pub(super) did: Option<Cow<'a, str>>,
    /// When the network witnessed it.
    pub(super) at: Option<Timestamp>,
    /// v2's number of the event.
    pub(super) seq: Option<u64>,
}

/// Looks at a frame of either wire.
pub(super) fn glance(frame: &[u8]) -> Glance<'_> {
    Fields::quick(frame).unwrap_or_else(|| Fields::whole(frame)).judge()
}

/// The fields of a frame's head, whichever wire it is.
#[derive(Debug, Default, PartialEq, Eq)]
struct Fields<'a> {
    /// v2's outer `$type`.
    envelope: Option<Cow<'a, str>>,
    /// v1's `kind`, or v2's inner `$type`.
    kind: Option<Cow<'a, str>>,
    did: Option<Cow<'a, str>>,
    collection: Option<Cow<'a, str>>,
    time_us: Option<i64>,
    seq: Option<u64>,
    witnessed: Option<Cow<'a, str>>,
    time: Option<Cow<'a, str>>,
}

impl<'a> Fields<'a> {
    fn judge(self) -> Glance<'a> {
        let what = match (self.envelope.as_deref(), self.fragment()) {
            (Some("error"), _) | (Some("message"), Some("info")) => What::Notice,
            (_, Some("sync")) => What::Other,
            (_, Some("commit")) => match self.collection.as_deref() {
                Some(collection) if !COLLECTIONS.contains(&collection) => What::Other,
                _ => What::Line,
            },
            _ => What::Line,
        };
        let written = || Timestamp::parse(self.witnessed.as_deref().or(self.time.as_deref())?).ok();
        Glance {
            what,
            at: self.time_us.map(Timestamp::from_micros).or_else(written),
            seq: self.seq,
            did: self.did,
        }
    }

    /// The kind without the name of v2's lexicon.
    fn fragment(&self) -> Option<&str> {
        let kind = self.kind.as_deref()?;
        Some(kind.rsplit_once('#').map_or(kind, |(_, fragment)| fragment))
    }

    /// Whether nothing more needs to be known.
    fn enough(&self) -> bool {
        let Some(kind) = self.fragment() else {
            return self.envelope.as_deref().is_some_and(|envelope| envelope != "message");
        };
        let timed = self.time_us.is_some() || (self.witnessed.is_some() && self.seq.is_some());
        kind == "info" || (timed && self.did.is_some() && (kind != "commit" || self.collection.is_some()))
    }

    /// Reads as much of the head as is needed; `None` where it is not written as servers write it.
    fn quick(frame: &'a [u8]) -> Option<Self> {
        let mut fields = Self::default();
        let mut walk = Walk { bytes: frame, at: 0 };
        fields.object(&mut walk, Level::Frame)?;
        Some(fields)
    }

    /// Reads an object up to its end, or up to where there is enough, which is the answer.
    fn object(&mut self, walk: &mut Walk<'a>, level: Level) -> Option<bool> {
        walk.eat(b'{')?;
        if walk.peek()? == b'}' {
            walk.at += 1;
            return Some(false);
        }
        loop {
            let key = walk.string()?;
            walk.eat(b':')?;
            if self.field(walk, level, key)? || self.enough() {
                return Some(true);
            }
            match walk.peek()? {
                b',' => walk.at += 1,
                b'}' => {
                    walk.at += 1;
                    return Some(false);
                }
                _ => return None,
            }
        }
    }

    fn field(&mut self, walk: &mut Walk<'a>, level: Level, key: &str) -> Option<bool> {
        match (level, key) {
            (Level::Frame, "commit") => return self.object(walk, Level::Commit),
            (Level::Frame, "payload") => return self.object(walk, Level::Payload),
            (Level::Frame, "$type") => self.envelope = Some(walk.text()?),
            (Level::Frame, "kind") | (Level::Payload, "$type") => self.kind = Some(walk.text()?),
            (Level::Frame | Level::Payload, "did") => self.did = Some(walk.text()?),
            (Level::Frame, "time_us") => self.time_us = Some(walk.number()?),
            (Level::Payload, "seq") => self.seq = Some(walk.number()?),
            (Level::Payload, "witnessedAt") => self.witnessed = Some(walk.text()?),
            (Level::Payload, "time") => self.time = Some(walk.text()?),
            (Level::Commit | Level::Payload, "collection") => self.collection = Some(walk.text()?),
            _ => walk.skip()?,
        }
        Some(false)
    }

    /// Reads the frame as JSON; nothing where it is none.
    fn whole(frame: &[u8]) -> Self {
        let value: Value = serde_json::from_slice(frame).unwrap_or_default();
        let payload = &value["payload"];
        let text = |value: &Value| value.as_str().map(|text| Cow::Owned(text.to_owned()));
        Self {
            envelope: text(&value["$type"]),
            kind: text(&value["kind"]).or_else(|| text(&payload["$type"])),
            did: text(&value["did"]).or_else(|| text(&payload["did"])),
            collection: text(&value["commit"]["collection"]).or_else(|| text(&payload["collection"])),
            time_us: value["time_us"].as_i64(),
            seq: payload["seq"].as_u64(),
            witnessed: text(&payload["witnessedAt"]),
            time: text(&payload["time"]),
        }
    }
}

/// Which object is being read.
#[derive(Debug, Clone, Copy)]
enum Level {
    Frame,
    Commit,
    Payload,
}

/// A place in JSON text. Every step is `None` where the text is not as it should be, or holds an escape that would have to be undone.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        while self.bytes.get(self.at)?.is_ascii_whitespace() {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// A string without escapes.
    fn string(&mut self) -> Option<&'a str> {
        self.eat(b'"')?;
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
        if rest[end] == b'\\' {
            return None;
        }
        self.at += end + 1;
        std::str::from_utf8(&rest[..end]).ok()
    }

    fn text(&mut self) -> Option<Cow<'a, str>> {
        self.string().map(Cow::Borrowed)
    }

    /// A number that is written as digits alone.
    fn number<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.peek()?;
        let rest = &self.bytes[self.at..];
        let end = rest
            .iter()
            .position(|byte| matches!(byte, b',' | b'}') || byte.is_ascii_whitespace())?;
        self.at += end;
        std::str::from_utf8(&rest[..end]).ok()?.parse().ok()
    }

    /// Passes over any value.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        self.peek()?;
        loop {
            match *self.bytes.get(self.at)? {
                b'"' => self.skip_string()?,
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth == 0 => return Some(()),
                b'}' | b']' => depth -= 1,
                b',' if depth == 0 => return Some(()),
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Passes over a string, up to its closing quote.
    fn skip_string(&mut self) -> Option<()> {
        loop {
            self.at += 1;
            match *self.bytes.get(self.at)? {
                b'"' => return Some(()),
                b'\\' => self.at += 1,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
