//! Lines of one wire, and how each is read. What becomes of them is the intake's.

use bytes::Bytes;

use backtweet_domain::Timestamp;

use crate::normalise::mastodon::{EventName, Instance};
use crate::normalise::{Normalised, Refused, Wire, jetstream, mastodon, post, x};

/// Lines as a network sends them.
#[derive(Debug)]
pub(crate) struct Lines {
    pub(super) source: Source,
    /// Number of the first line, from 1.
    pub(super) first: u64,
    pub(super) lines: Vec<Bytes>,
}

/// A wire, with what its lines do not say of themselves.
#[derive(Debug)]
pub(super) enum Source {
    Jetstream,
    Mastodon(Instance, EventName),
    X,
    Post,
}

impl Lines {
    /// Lines of one wire; `first` is the number of the first, from 1. Mastodon's need the instance that they were read from.
    pub(crate) fn new(wire: Wire, instance: Option<&str>, first: u64, lines: Vec<Bytes>) -> Result<Self, Refused> {
        let source = match (wire, instance) {
            (Wire::Jetstream, _) => Source::Jetstream,
            (Wire::X, _) => Source::X,
            (Wire::Post, _) => Source::Post,
            (Wire::Mastodon, Some(host)) => Source::Mastodon(Instance::new(host)?, EventName::default()),
            (Wire::Mastodon, None) => {
                let reason =
                    "is missing: name the host that the lines were read from, since Mastodon's ids are local to it";
                return Err(Refused::new("instance", reason));
            }
        };
        Ok(Self {
            source,
            first: first.max(1),
            lines,
        })
    }

    pub(super) fn wire(&self) -> Wire {
        match self.source {
            Source::Jetstream => Wire::Jetstream,
            Source::Mastodon(..) => Wire::Mastodon,
            Source::X => Wire::X,
            Source::Post => Wire::Post,
        }
    }
}

impl Source {
    pub(super) fn normalise(&mut self, line: &[u8], received: Timestamp) -> Result<Normalised, Refused> {
        match self {
            Source::Jetstream => jetstream::normalise(line, received),
            Source::Mastodon(instance, name) => mastodon::normalise(line, name, instance, received),
            Source::X => x::normalise(line, received),
            Source::Post => post::normalise(line, received),
        }
    }
}
