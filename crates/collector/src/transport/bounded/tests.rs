//! Any messages in any parts, read back by the WebSocket itself.

use std::io::Cursor;

use proptest::prelude::*;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, WebSocket};

use super::*;

const MOST: usize = 200;

/// A frame as a server writes it.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        short @ 0..126 => frame.push(short as u8),
        long @ 126..=0xffff => {
            frame.push(126);
            frame.extend((long as u16).to_be_bytes());
        }
        longer => {
            frame.push(127);
            frame.extend((longer as u64).to_be_bytes());
        }
    }
    frame.extend(payload);
    frame
}

/// A message in frames of so many bytes, with a ping behind each but the last.
fn message(kind: u8, payload: &[u8], part: usize) -> Vec<u8> {
    let parts: Vec<&[u8]> = match payload.is_empty() {
        true => vec![payload],
        false => payload.chunks(part).collect(),
    };
    let mut frames = Vec::new();
    for (place, some) in parts.iter().enumerate() {
        let is_last = place + 1 == parts.len();
        let kind = if place == 0 { kind } else { 0 };
        frames.extend(frame(kind | if is_last { 0x80 } else { 0 }, some));
        if !is_last {
            frames.extend(frame(0x89, b"p"));
        }
    }
    frames
}

/// What passes of `bytes`, that come so many at a time.
fn passed(bytes: &[u8], step: usize) -> Vec<u8> {
    let (mut bounds, mut out) = (Bounds::new(MOST as u64), Vec::new());
    bytes.chunks(step).for_each(|some| bounds.pass(some, &mut out));
    out
}

/// The messages in it.
fn messages(bytes: Vec<u8>) -> Vec<Message> {
    let config = WebSocketConfig::default()
        .max_message_size(Some(MOST))
        .max_frame_size(Some(MOST));
    let mut socket = WebSocket::from_raw_socket(Stream(Cursor::new(bytes)), Role::Client, Some(config));
    let mut messages = Vec::new();
    while let Ok(message) = socket.read() {
        if !matches!(message, Message::Ping(_) | Message::Pong(_)) {
            messages.push(message);
        }
    }
    messages
}

/// Reads only.
struct Stream(Cursor<Vec<u8>>);

impl io::Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl io::Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

proptest! {
    #[test]
    fn a_message_that_is_too_long_costs_itself_and_no_other(
        texts in prop::collection::vec(("[a-zé€😀]{0,150}", 1..300usize), 1..8),
        step in 1..400usize,
    ) {
        let bytes: Vec<u8> = texts.iter().flat_map(|(text, part)| message(1, text.as_bytes(), *part)).collect();
        let got = messages(passed(&bytes, step));
        prop_assert_eq!(got.len(), texts.len());
        for ((text, _), message) in texts.iter().zip(&got) {
            let got = message.to_text().unwrap();
            let whole = MOST - MOST_CHARACTER as usize;
            match text.len() <= whole {
                true => prop_assert_eq!(got, text),
                false => {
                    prop_assert_eq!(got.len(), text.len().min(MOST));
                    prop_assert!(text.starts_with(got.trim_end_matches(' ')));
                    prop_assert!(got.trim_end_matches(' ').len() >= whole - MOST_CHARACTER as usize);
                }
            }
        }
    }

    #[test]
    fn bytes_that_are_no_text_pass_up_to_the_bound(payload in prop::collection::vec(any::<u8>(), 0..500), part in 1..600usize, step in 1..400usize) {
        let bytes = [message(2, &payload, part), message(1, b"next", 9)].concat();
        let got = messages(passed(&bytes, step));
        let expected = vec![Message::binary(payload[..payload.len().min(MOST)].to_vec()), Message::text("next")];
        prop_assert_eq!(got, expected);
    }
}

#[test]
fn however_long_a_message_is_little_of_it_is_held_and_the_connection_shows_life() {
    let mut bounds = Bounds::new(MOST as u64);
    let mut out = Vec::new();
    bounds.pass(&[0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0], &mut out);
    let chunk = vec![b'x'; CHUNK];
    for _ in 0..161 {
        bounds.pass(&chunk, &mut out);
    }
    // A little more than 10 MiB of a terabyte.
    assert_eq!(out.windows(2).filter(|pair| **pair == PONG).count(), 10);
    assert!(out.len() < MOST + 50, "{}", out.len());
}
