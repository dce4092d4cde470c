//! How a model is made from labelled texts: which blocks of features it sees, how they are weighed, and what is fitted. How good the outcome is is
//! measured elsewhere.

use std::collections::BTreeMap;

use backtweet_classifier::intent::features::{Block, Features, ROWS};

use super::fit::{Linear, Matrix, fit, softmax};

/// What a model is made of.
#[derive(Debug, Clone, Copy)]
pub struct Recipe {
    pub name: &'static str,
    pub blocks: &'static [Block],
    /// How an n-gram weighs before anything is fitted.
    pub weighing: Weighing,
    /// Whether random tweets are a class of their own, beside complaints and the rest.
    pub three: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighing {
    /// By how rare it is, in [0, 1]: the logarithm of 1 / (share of texts with it), beside that of an n-gram in no text.
    Rarity,
    /// By how much more of the complaints have it than of the other texts: the logarithm of the ratio (Wang and Manning 2012).
    Ratio,
}

/// What is chosen by trying.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// How much an error weighs against the penalty on weights.
    pub c: f64,
    /// How loud n-grams are beside the other features.
    pub loud: f32,
}

/// Tried in this order; the first of equals is taken.
pub const CHOICES: [Choice; 2] = [Choice { c: 1.0, loud: 2.0 }, Choice { c: 3.0, loud: 2.0 }];

/// A fitted model: the weights of every row, with the weighing in them.
pub struct Fitted {
    pub weights: Vec<[f32; 3]>,
    pub bias: [f32; 3],
    blocks: &'static [Block],
}

impl Recipe {
    /// Makes a model from texts and their classes: 2 is a complaint.
    pub fn make(&self, texts: &[&Features], classes: &[usize], choice: Choice) -> Fitted {
        let scales = self.scales(texts, classes, choice.loud);
        let rows: Vec<_> = texts.iter().map(|text| self.row(text, &scales)).collect();
        let matrix = Matrix::new(&rows);
        let (weights, bias) = if self.three {
            let Linear { weights, bias } = fit::<3>(&matrix, classes, choice.c);
            (weights, bias)
        } else {
            let classes: Vec<_> = classes.iter().map(|class| usize::from(*class == 2)).collect();
            let linear = fit::<2>(&matrix, &classes, choice.c);
            // The middle class is never taken.
            let spread = |[no, yes]: [f32; 2]| [no, 0.0, yes];
            let bias = [linear.bias[0], -1e9, linear.bias[1]];
            (linear.weights.into_iter().map(spread).collect(), bias)
        };
        let mut all = vec![[0.0; 3]; ROWS];
        for (column, weights) in matrix.columns.iter().zip(weights) {
            let at = *column as usize;
            all[at] = weights.map(|weight: f32| weight * scales[at]);
        }
        Fitted {
            weights: all,
            bias,
            blocks: self.blocks,
        }
    }

    /// What each row is multiplied by.
    fn scales(&self, texts: &[&Features], classes: &[usize], loud: f32) -> Vec<f32> {
        let mut scales = vec![1.0; ROWS];
        let mut seen = vec![[0.0_f32; 2]; ROWS];
        for (text, class) in texts.iter().zip(classes) {
            for block in ngrams(self.blocks) {
                let mut rows = text.rows(block).to_vec();
                rows.sort_unstable();
                rows.dedup();
                rows.iter()
                    .for_each(|row| seen[*row as usize][usize::from(*class == 2)] += 1.0);
            }
        }
        for block in ngrams(self.blocks) {
            let range = block.start()..block.start() + block.rows();
            let all = 1.0 + texts.len() as f32;
            let total = seen[range.clone()]
                .iter()
                .fold([0.0; 2], |[a, b], [no, yes]| [a + no + 1.0, b + yes + 1.0]);
            for row in range {
                let [no, yes] = seen[row];
                let weight = match self.weighing {
                    Weighing::Rarity => (all / (1.0 + no + yes)).ln() / all.ln(),
                    Weighing::Ratio => (((yes + 1.0) / total[1]) / ((no + 1.0) / total[0])).ln(),
                };
                scales[row] = if no + yes > 0.0 { loud * weight } else { 0.0 };
            }
        }
        scales
    }

    fn row(&self, text: &Features, scales: &[f32]) -> Vec<(u32, f32)> {
        let mut row: BTreeMap<u32, f32> = BTreeMap::new();
        for &block in self.blocks {
            let rows = text.rows(block);
            let loudness = block.loudness(rows.len());
            for &at in rows.iter().filter(|at| scales[**at as usize] != 0.0) {
                *row.entry(at).or_default() += loudness * scales[at as usize];
            }
        }
        row.into_iter().collect()
    }
}

fn ngrams(blocks: &[Block]) -> impl Iterator<Item = Block> {
    let hashed = |block: &Block| matches!(block, Block::Words | Block::Letters | Block::Handles);
    blocks.iter().copied().filter(hashed)
}

impl Fitted {
    /// The logarithmic odds of each class.
    pub fn odds(&self, text: &Features) -> [f32; 3] {
        let mut odds = self.bias;
        for &block in self.blocks {
            let rows = text.rows(block);
            let loudness = block.loudness(rows.len());
            for row in rows {
                for (odd, weight) in odds.iter_mut().zip(self.weights[*row as usize]) {
                    *odd += loudness * weight;
                }
            }
        }
        odds
    }

    /// The probability of a complaint.
    pub fn probability(&self, text: &Features) -> f32 {
        softmax(self.odds(text))[2]
    }
}
