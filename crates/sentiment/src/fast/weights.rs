//! The trained weights and what they say about a text. How they come about is the business of `train-fast`.
//!
//! The file: the magic word, the number of rows, then for each side its bias and the size of one unit of weight in each block, then the
//! temperature of each language, all in little-endian `f32`; then the weights in units, one signed byte for each side, row by row.

use super::LANGUAGES;
use super::features::{Block, Features, ROWS};

/// The first bytes of a file of weights in this layout.
pub const MAGIC: [u8; 8] = *b"BTSENTF1";
/// Negative and positive, both against neutral.
pub const SIDES: usize = 2;

const BLOCKS: usize = Block::ALL.len();
const FLOATS: usize = SIDES * (1 + BLOCKS) + LANGUAGES.len();
const HEADER: usize = MAGIC.len() + 4 + 4 * FLOATS;

/// Trained weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights<'a> {
    /// Everything but the weights.
    pub dials: Dials,
    /// In units, row by row, one for each side.
    weights: &'a [[u8; SIDES]],
}

/// The numbers that the weights are read with.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Dials {
    /// What each side says to an empty text.
    pub bias: [f32; SIDES],
    /// The size of one unit of weight, by side and block.
    pub unit: [[f32; BLOCKS]; SIDES],
    /// What odds are divided by so that probabilities come true, by language; above 0.
    pub temperature: [f32; LANGUAGES.len()],
}

impl<'a> Weights<'a> {
    /// Reads a file of weights; `None` where it is not one of this layout and of as many rows as this program has.
    pub fn load(file: &'a [u8]) -> Option<Self> {
        let (head, weights) = file.split_at_checked(HEADER)?;
        let (magic, numbers) = head.split_at_checked(MAGIC.len())?;
        let (rows, numbers) = numbers.split_first_chunk()?;
        let (weights, rest) = weights.as_chunks();
        let fits =
            magic == MAGIC && u32::from_le_bytes(*rows) as usize == ROWS && weights.len() == ROWS && rest.is_empty();
        let mut floats = numbers.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        let dials = Dials::read(|| floats.next().filter(|number| number.is_finite()))?;
        fits.then_some(Self { dials, weights })
    }

    /// The probabilities of negative, neutral and positive for a text in the language at `language` of [`LANGUAGES`].
    pub fn shares(&self, features: &Features, language: usize) -> [f32; 3] {
        let [negative, positive] = self.odds(features);
        let temperature = self.dials.temperature.get(language).copied().unwrap_or(1.0);
        softmax([negative, 0.0, positive].map(|odds| odds / temperature))
    }

    /// The logarithmic odds of negative and positive against neutral.
    fn odds(&self, features: &Features) -> [f32; SIDES] {
        let mut sums = self.dials.bias;
        for block in Block::ALL {
            let rows = features.rows(block);
            let mut units = [0_i32; SIDES];
            for row in rows.iter().filter_map(|row| self.weights.get(*row as usize)) {
                for (unit, weight) in units.iter_mut().zip(row) {
                    *unit += i32::from(weight.cast_signed());
                }
            }
            let loudness = block.loudness();
            for (side, sum) in sums.iter_mut().enumerate() {
                *sum += units[side] as f32 * self.dials.unit[side][block as usize] * loudness;
            }
        }
        sums
    }
}

impl Dials {
    fn read(mut next: impl FnMut() -> Option<f32>) -> Option<Self> {
        let mut dials = Self::default();
        for number in dials.numbers() {
            *number = next()?;
        }
        dials.temperature.iter().all(|it| *it > 0.0).then_some(dials)
    }

    /// Every number, in the order of the file.
    fn numbers(&mut self) -> impl Iterator<Item = &mut f32> {
        let units = self.unit.iter_mut().flatten();
        self.bias.iter_mut().chain(units).chain(&mut self.temperature)
    }
}

/// A file of weights.
pub fn file(mut dials: Dials, weights: &[[i8; SIDES]]) -> Vec<u8> {
    let mut file = MAGIC.to_vec();
    file.extend((weights.len() as u32).to_le_bytes());
    file.extend(dials.numbers().flat_map(|number| number.to_le_bytes()));
    file.extend(weights.as_flattened().iter().map(|weight| weight.cast_unsigned()));
    file
}

/// Odds as shares of 1.
pub fn softmax<const K: usize>(odds: [f32; K]) -> [f32; K] {
    let most = odds.into_iter().fold(f32::MIN, f32::max);
    let shares = odds.map(|odd| (odd - most).exp());
    let all: f32 = shares.iter().sum();
    shares.map(|share| share / all)
}
