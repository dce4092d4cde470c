//! Compressed frames: the dictionary and what it undoes. Whether frames come compressed is not decided here.

use zstd::bulk::Decompressor;
use zstd::zstd_safe::{get_dict_id_from_dict, get_dict_id_from_frame};

use super::ask::Version;
use crate::transport::MOST_MESSAGE_BYTES;

/// The dictionary that v1's servers compress with.
const V1_DICTIONARY: u32 = 1_612_007_021;
/// Where a frame does not say how long it is, this much is tried first.
const COMMON_BYTES: usize = 64 * 1024;

/// Why a frame stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stays {
    /// It was compressed with another dictionary, or is none.
    Unknown,
    /// It has more bytes than one that comes plain may have.
    TooLong,
}

/// Undoes the compression of frames.
pub(super) struct Decoder {
    context: Decompressor<'static>,
    /// What the last frame came to.
    plain: Vec<u8>,
    /// Names the dictionary to servers.
    pub(super) id: u32,
}

impl Decoder {
    /// Reads the dictionary at `path`.
    ///
    /// # Errors
    /// Why it is of no use, with the remedy.
    pub(super) async fn load(path: &str, version: Version) -> Result<Self, String> {
        let dictionary = tokio::fs::read(path)
            .await
            .map_err(|error| format!("the dictionary {path} cannot be read ({error}): put it there"))?;
        let id = get_dict_id_from_dict(&dictionary).map_or(0, u32::from);
        if id == 0 || (version == Version::V1 && id != V1_DICTIONARY) {
            return Err(format!(
                "the dictionary {path} has the id {id}, not the servers' ({V1_DICTIONARY} for v1): put theirs there"
            ));
        }
        let context = Decompressor::with_dictionary(&dictionary)
            .map_err(|error| format!("the dictionary {path} is of no use ({error}): put the servers' there"))?;
        Ok(Self {
            context,
            plain: Vec::new(),
            id,
        })
    }

    /// The frame as it was before it was compressed.
    pub(super) fn decode(&mut self, frame: &[u8]) -> Result<&[u8], Stays> {
        if frame.len() >= MOST_MESSAGE_BYTES {
            return Err(Stays::TooLong);
        }
        // Without its dictionary's id, a frame might be undone with the wrong one, to rubbish and without an error.
        if get_dict_id_from_frame(frame).map_or(0, u32::from) != self.id {
            return Err(Stays::Unknown);
        }
        let done = match Decompressor::upper_bound(frame) {
            Some(bytes) if bytes > MOST_MESSAGE_BYTES => return Err(Stays::TooLong),
            Some(bytes) => self.attempt(frame, bytes),
            None => (self.attempt(frame, COMMON_BYTES)).or_else(|| self.attempt(frame, MOST_MESSAGE_BYTES)),
        };
        done.map(|()| self.plain.as_slice()).ok_or(Stays::Unknown)
    }

    fn attempt(&mut self, frame: &[u8], most: usize) -> Option<()> {
        self.plain.clear();
        self.plain.reserve(most);
        self.context.decompress_to_buffer(frame, &mut self.plain).ok()?;
        Some(())
    }
}
