//! The trained weights and what they say about a text. How they come about is the business of `train-intent`; what follows for an intent is
//! decided in [`super`].
//!
//! The file: the magic word, the number of rows, then for each head its bias and the size of one unit of weight in each block, then mean and
//! standard deviation of the two readings of polarity and the threshold of a complaint, all in little-endian `f32`; then the weights in
//! units, one signed byte for each head, row by row.

use std::sync::LazyLock;

use super::features::{Block, Features, ROWS};

/// The first bytes of a file of weights in this layout.
pub const MAGIC: [u8; 8] = *b"BTINTNT1";
/// Linear models over the same features: addressed to an organisation without complaining, complaint (both against anything else), negative,
/// positive.
pub const HEADS: usize = 4;

const BLOCKS: usize = Block::ALL.len();
const FLOATS: usize = HEADS * (1 + BLOCKS) + 5;
const HEADER: usize = MAGIC.len() + 4 + 4 * FLOATS;

/// The model that is part of the program; `None` where its file is not what this program reads, which a test rules out.
pub(super) static SHIPPED: LazyLock<Option<Model<'static>>> =
    LazyLock::new(|| Model::load(include_bytes!("../../models/intent-1.bin")));

/// Trained weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Model<'a> {
    /// Everything but the weights.
    pub dials: Dials,
    /// In units, row by row, one for each head.
    weights: &'a [[u8; HEADS]],
}

/// The numbers that the weights are read with.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Dials {
    /// What each head says to an empty text.
    pub bias: [f32; HEADS],
    /// The size of one unit of weight, by head and block.
    pub unit: [[f32; BLOCKS]; HEADS],
    /// Mean of the negative and of the positive head over tweets of every kind.
    pub mean: [f32; 2],
    /// Their standard deviations.
    pub deviation: [f32; 2],
    /// From this probability up a text is read as a complaint.
    pub threshold: f32,
}

/// What the model says about one text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Probability that it complains, in [0, 1].
    pub complaint: f32,
    /// Probability that it speaks to or about an organisation without complaining, in [0, 1].
    pub addressed: f32,
    /// How negative its words are, in standard deviations from the mean of tweets.
    pub negative: f32,
    /// How positive its words are, likewise.
    pub positive: f32,
}

impl<'a> Model<'a> {
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

    /// What it says about a text.
    pub fn read(&self, text: &str) -> Reading {
        let mut features = Features::of(text);
        let words = self.sum(&features, &[Block::Words, Block::Letters]);
        let standard = |side: usize| {
            (words[2 + side] + self.dials.bias[2 + side] - self.dials.mean[side]) / self.dials.deviation[side]
        };
        let (negative, positive) = (standard(0), standard(1));
        features.polarity(negative, positive);
        let marks = self.sum(&features, &[Block::Handles, Block::Marks, Block::Polarity, Block::Cues]);
        let odds = |head: usize| (words[head] + marks[head] + self.dials.bias[head]).exp();
        let (addressed, complaint) = (odds(0), odds(1));
        let all = 1.0 + addressed + complaint;
        Reading {
            complaint: complaint / all,
            addressed: addressed / all,
            negative,
            positive,
        }
    }

    /// What each head makes of some blocks.
    fn sum(&self, features: &Features, blocks: &[Block]) -> [f32; HEADS] {
        let mut sums = [0.0; HEADS];
        for &block in blocks {
            let rows = features.rows(block);
            let mut units = [0_i32; HEADS];
            for row in rows.iter().filter_map(|row| self.weights.get(*row as usize)) {
                for (unit, weight) in units.iter_mut().zip(row) {
                    *unit += i32::from(weight.cast_signed());
                }
            }
            let loudness = block.loudness(rows.len());
            for (head, sum) in sums.iter_mut().enumerate() {
                *sum += units[head] as f32 * self.dials.unit[head][block as usize] * loudness;
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
        dials.deviation.iter().all(|it| *it > 0.0).then_some(dials)
    }

    /// Every number, in the order of the file.
    fn numbers(&mut self) -> impl Iterator<Item = &mut f32> {
        let units = self.unit.iter_mut().flatten();
        let polarity = self.mean.iter_mut().chain(&mut self.deviation);
        let numbers = self.bias.iter_mut().chain(units).chain(polarity);
        numbers.chain(std::iter::once(&mut self.threshold))
    }
}

/// A file of weights.
pub fn file(mut dials: Dials, weights: &[[i8; HEADS]]) -> Vec<u8> {
    let mut file = MAGIC.to_vec();
    file.extend((weights.len() as u32).to_le_bytes());
    file.extend(dials.numbers().flat_map(|number| number.to_le_bytes()));
    file.extend(weights.as_flattened().iter().map(|weight| weight.cast_unsigned()));
    file
}
