//! A sketch as the bytes that a store keeps.
//!
//! | byte | what |
//! |---|---|
//! | 0 | version: 1 |
//! | 1 | form: 0 hashes, 1 registers |
//! | 2.. | hashes: at most 1,536, ascending, eight bytes each, big-endian; registers: 16,384 of six bits each, the first in the highest bits of its byte |

use super::sketch::{EXACT, Form, REGISTERS, Sketch, TOP};

const VERSION: u8 = 1;
const HASHES: u8 = 0;
const PACKED: u8 = 1;

/// Bytes that are no sketch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SketchError {
    /// They end before their second byte.
    #[error("a sketch of {length} bytes has no version and form: build it anew from the follow edges")]
    Short {
        /// How many there are.
        length: usize,
    },
    /// A later release wrote them, or nobody.
    #[error(
        "a sketch of version {version} is not known: this release reads version 1; upgrade it, or build the sketch anew from the follow edges"
    )]
    Version {
        /// The first byte.
        version: u8,
    },
    /// The second byte names no form.
    #[error("a sketch of form {form} is not known: forms are 0 and 1; build it anew from the follow edges")]
    Form {
        /// The second byte.
        form: u8,
    },
    /// So many bytes hold no whole number of hashes, too many of them, or not all registers.
    #[error(
        "a sketch of form {form} cannot have {length} bytes after its first two: build it anew from the follow edges"
    )]
    Length {
        /// The second byte.
        form: u8,
        /// Bytes after it.
        length: usize,
    },
    /// A hash does not come after the one before it.
    #[error("the hashes of a sketch are out of order at {hash:#018x}: build it anew from the follow edges")]
    Order {
        /// That hash.
        hash: u64,
    },
    /// A register is higher than any hash can raise it.
    #[error("a register of a sketch is {value}, more than {TOP}: build it anew from the follow edges")]
    Register {
        /// Its value.
        value: u8,
    },
}

impl Sketch {
    /// Its bytes: at most 12,290, and the same for the same set.
    pub fn to_bytes(&self) -> Vec<u8> {
        match &self.0 {
            Form::Exact(hashes) => [VERSION, HASHES]
                .into_iter()
                .chain(hashes.iter().flat_map(|hash| hash.to_be_bytes()))
                .collect(),
            Form::Registers(registers) => [VERSION, PACKED]
                .into_iter()
                .chain(registers.chunks_exact(4).flat_map(pack))
                .collect(),
        }
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are of another version, are cut off, or hold what no sketch holds.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SketchError> {
        match bytes {
            [VERSION, HASHES, hashes @ ..] => read_hashes(hashes),
            [VERSION, PACKED, registers @ ..] => read_registers(registers),
            [VERSION, form, ..] => Err(SketchError::Form { form: *form }),
            [version, _, ..] => Err(SketchError::Version { version: *version }),
            _ => Err(SketchError::Short { length: bytes.len() }),
        }
    }
}

fn read_hashes(bytes: &[u8]) -> Result<Sketch, SketchError> {
    let (hashes, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() || hashes.len() > EXACT {
        return Err(SketchError::Length {
            form: HASHES,
            length: bytes.len(),
        });
    }
    let hashes: Vec<u64> = hashes.iter().map(|hash| u64::from_be_bytes(*hash)).collect();
    match hashes.windows(2).find(|pair| pair[0] >= pair[1]) {
        Some(pair) => Err(SketchError::Order { hash: pair[1] }),
        None => Ok(Sketch(Form::Exact(hashes))),
    }
}

fn read_registers(bytes: &[u8]) -> Result<Sketch, SketchError> {
    if bytes.len() != REGISTERS / 4 * 3 {
        return Err(SketchError::Length {
            form: PACKED,
            length: bytes.len(),
        });
    }
    let registers: Vec<u8> = bytes.chunks_exact(3).flat_map(unpack).collect();
    match registers.iter().find(|&&value| value > TOP) {
        Some(&value) => Err(SketchError::Register { value }),
        None => Ok(Sketch(Form::Registers(registers))),
    }
}

/// Four registers of six bits as three bytes.
fn pack(registers: &[u8]) -> [u8; 3] {
    let [_, bytes @ ..] = registers
        .iter()
        .fold(0_u32, |bits, &value| bits << 6 | u32::from(value))
        .to_be_bytes();
    bytes
}

fn unpack(bytes: &[u8]) -> [u8; 4] {
    let bits = bytes.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte));
    [18, 12, 6, 0].map(|shift| (bits >> shift) as u8 & 0x3f)
}
