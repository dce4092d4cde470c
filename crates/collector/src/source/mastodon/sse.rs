//! Cuts a body of server-sent events into whole events. Where the body comes from, and what events say, is not known here.

use std::collections::VecDeque;

use bytes::Bytes;

/// Largest event that is kept, in bytes: above the longest line that is read, so that such a line is refused by itself.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// A buffer that grew beyond this is given back when it is empty.
const USUAL_BYTES: usize = 64 * 1024;

/// What a part of a body comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// A whole event.
    Event(Event),
    /// A comment, or an event without data.
    Life,
    /// An event that is too long to be kept.
    TooLong,
}

/// An event, as lines for the normaliser: its `event:` line, if it has one, and one `data:` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) name: Option<Bytes>,
    pub(super) data: Bytes,
}

/// A body on its way. An event that is not whole yet is in here alone.
#[derive(Debug, Default)]
pub(super) struct Cutter {
    /// The line that is not whole yet.
    rest: Vec<u8>,
    /// The beginning of that line was thrown away.
    beheaded: bool,
    name: Option<Bytes>,
    data: Vec<Bytes>,
    /// The event is too long: all up to its end is thrown away.
    skipping: bool,
}

impl Cutter {
    /// Takes more of the body, and puts behind `out` what is whole now.
    pub(super) fn push(&mut self, chunk: &[u8], out: &mut VecDeque<Part>) {
        let mut rest = std::mem::take(&mut self.rest);
        let mut unread = rest.len();
        rest.extend_from_slice(chunk);
        let mut start = 0;
        while let Some(length) = rest[unread..].iter().position(|byte| *byte == b'\n') {
            let end = unread + length;
            self.line(&rest[start..end], out);
            start = end + 1;
            unread = start;
        }
        rest.drain(..start);
        if rest.is_empty() && rest.capacity() > USUAL_BYTES {
            rest = Vec::new();
        }
        let kept: usize = self.data.iter().map(Bytes::len).sum();
        if kept + rest.len() > MOST_BYTES || (self.skipping && !rest.is_empty()) {
            self.beheaded = !rest.is_empty();
            rest = Vec::new();
            self.data.clear();
            self.skipping = true;
        }
        self.rest = rest;
    }

    fn line(&mut self, line: &[u8], out: &mut VecDeque<Part>) {
        if std::mem::take(&mut self.beheaded) {
            return;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            out.push_back(self.end());
            return;
        }
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &line[line.len()..]),
        };
        match field {
            _ if self.skipping => {}
            b"event" => self.name = Some(Bytes::copy_from_slice(line)),
            b"data" => self.data.push(Bytes::copy_from_slice(value)),
            _ => out.push_back(Part::Life),
        }
    }

    /// The blank line behind an event.
    fn end(&mut self) -> Part {
        let (name, data) = (self.name.take(), std::mem::take(&mut self.data));
        if std::mem::take(&mut self.skipping) {
            return Part::TooLong;
        }
        if data.is_empty() {
            return Part::Life;
        }
        let mut line = b"data:".to_vec();
        for (place, value) in data.iter().enumerate() {
            if place > 0 {
                line.push(b'\n');
            }
            line.extend_from_slice(value);
        }
        Part::Event(Event {
            name,
            data: line.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODY: &str = ":)\nevent: update\ndata: {\"id\":\"1\"}\n\n:thump\r\nevent: delete\r\ndata: 1\r\n\r\nevent: x\n\ndata: a\ndata: b\n\nevent: cut\ndata: 2";

    fn events(chunks: &[&[u8]]) -> Vec<(Option<String>, String)> {
        let (mut cutter, mut out) = (Cutter::default(), VecDeque::new());
        chunks.iter().for_each(|chunk| cutter.push(chunk, &mut out));
        let text = |bytes: &Bytes| String::from_utf8(bytes.to_vec()).unwrap();
        out.iter()
            .filter_map(|part| match part {
                Part::Event(event) => Some((event.name.as_ref().map(text), text(&event.data))),
                Part::Life | Part::TooLong => None,
            })
            .collect()
    }

    proptest! {
        #[test]
        fn events_come_whole_wherever_the_network_cuts(mut cuts in prop::collection::vec(0..BODY.len(), 0..9)) {
            cuts.extend([0, BODY.len()]);
            cuts.sort_unstable();
            let chunks: Vec<_> = cuts.windows(2).map(|cut| &BODY.as_bytes()[cut[0]..cut[1]]).collect();
            let expected = [
                (Some("event: update".to_owned()), "data: {\"id\":\"1\"}".to_owned()),
                (Some("event: delete".to_owned()), "data: 1".to_owned()),
                (None, "data: a\n b".to_owned()),
            ];
            prop_assert_eq!(events(&chunks), expected);
        }
    }

    #[test]
    fn an_endless_event_costs_itself_alone_and_no_memory() {
        let (mut cutter, mut out) = (Cutter::default(), VecDeque::new());
        cutter.push(b"event: update\ndata: ", &mut out);
        for _ in 0..40 {
            cutter.push(&[b'x'; 1024 * 1024], &mut out);
            assert!(cutter.rest.len() <= MOST_BYTES);
        }
        cutter.push(b"\ndata: more\n\nevent: delete\ndata: 7\n\n", &mut out);
        assert_eq!(out.pop_front(), Some(Part::TooLong));
        let Some(Part::Event(event)) = out.pop_front() else {
            panic!("{out:?}")
        };
        assert_eq!(event.data, Bytes::from_static(b"data: 7"));
    }
}
