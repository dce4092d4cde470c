//! How a model is made from labelled texts: which blocks of features it sees, how they are weighed, and what is fitted. How good the outcome is
//! is measured elsewhere.

use backtweet_sentiment::fast::LANGUAGES;
use backtweet_sentiment::fast::features::{Block, Features, ROWS};

use super::data::Example;
use super::fit::{Matrix, fit};

/// What a model is made of.
#[derive(Debug, Clone, Copy)]
pub struct Recipe {
    pub name: &'static str,
    pub blocks: &'static [Block],
    /// How much more an n-gram counts that stands in texts of one label more often than in others (Wang and Manning 2012): the
    /// logarithm of the ratio to this power; 0 for all alike. The mean of a model for each is taken.
    pub ratios: &'static [f32],
    /// How much an error weighs against the penalty on weights.
    pub c: f32,
    /// How much a neutral text weighs beside a negative or a positive one.
    pub neutral: f32,
    /// How much a text of 2015 or later weighs beside an older one.
    pub recent: f32,
    /// How loud VADER's four scores are as numbers.
    pub vader: f32,
    /// Only English texts.
    pub english: bool,
    /// How much a text in another language weighs beside an English one.
    pub foreign: f32,
}

/// A fitted model: the weights of every row, with the weighing in them.
pub struct Fitted {
    pub weights: Vec<[f32; 3]>,
    pub bias: [f32; 3],
    vader: [[f32; 3]; 4],
    blocks: &'static [Block],
}

/// Rows of texts in fewer than this are left out.
const OFTEN: u32 = 2;

impl Recipe {
    /// Makes a model.
    pub fn make(&self, examples: &[&Example]) -> Fitted {
        let examples: Vec<&Example> = examples
            .iter()
            .copied()
            .filter(|example| !self.english || example.language == 0)
            .collect();
        let classes: Vec<_> = examples.iter().map(|example| example.class).collect();
        let heavy = self.heavy(&examples);
        let seen = self.seen(&examples);
        let mut fitted = Fitted {
            weights: vec![[0.0; 3]; ROWS],
            bias: [0.0; 3],
            vader: [[0.0; 3]; 4],
            blocks: self.blocks,
        };
        let share = 1.0 / self.ratios.len() as f32;
        for power in self.ratios {
            let scales = self.scales(&seen, *power);
            let rows: Vec<_> = examples.iter().map(|it| self.row(&it.features, &scales)).collect();
            let matrix = Matrix::new(&rows, ROWS + 4);
            drop(rows);
            let linear = fit::<3>(&matrix, &classes, &heavy);
            add(&mut fitted.bias, &linear.bias, share);
            for (column, weights) in matrix.columns.iter().zip(linear.weights) {
                let at = *column as usize;
                match at.checked_sub(ROWS) {
                    Some(score) => add(&mut fitted.vader[score], &weights, share * self.vader),
                    None => add(&mut fitted.weights[at], &weights, share * scales[at]),
                }
            }
        }
        fitted
    }

    /// How much each text weighs: every label of a language as much as the others.
    fn heavy(&self, examples: &[&Example]) -> Vec<f32> {
        let mut counts = [[0.0_f32; 3]; LANGUAGES.len()];
        examples.iter().for_each(|it| counts[it.language][it.class] += 1.0);
        let heavy = examples.iter().map(|it| {
            let own = &counts[it.language];
            let balance = own.iter().sum::<f32>() / (3.0 * own[it.class]);
            let balance = if it.class == 1 { balance * self.neutral } else { balance };
            let age = if it.recent { self.recent } else { 1.0 };
            age * self.c * balance * if it.language == 0 { 1.0 } else { self.foreign }
        });
        heavy.collect()
    }

    /// How many texts of each label each row stands in.
    fn seen(&self, examples: &[&Example]) -> Vec<[u32; 3]> {
        let mut seen = vec![[0_u32; 3]; ROWS];
        for example in examples {
            for &block in self.blocks {
                let mut rows = example.features.rows(block).to_vec();
                rows.sort_unstable();
                rows.dedup();
                rows.iter().for_each(|row| seen[*row as usize][example.class] += 1);
            }
        }
        seen
    }

    /// What each row is multiplied by.
    fn scales(&self, seen: &[[u32; 3]], power: f32) -> Vec<f32> {
        let mut scales = vec![0.0; ROWS];
        for &block in self.blocks {
            let range = block.start()..block.start() + block.rows();
            let total = seen[range.clone()].iter().fold([0.0; 3], |sums: [f32; 3], row| {
                [0, 1, 2].map(|class| sums[class] + row[class] as f32 + 1.0)
            });
            for row in range {
                scales[row] = match seen[row].iter().sum::<u32>() {
                    rare if rare < OFTEN => 0.0,
                    _ if block == Block::Marks => 1.0,
                    _ => ratio(seen[row], total).powf(power),
                };
            }
        }
        scales
    }

    fn row(&self, text: &Features, scales: &[f32]) -> Vec<(u32, f32)> {
        let mut row: Vec<(u32, f32)> = Vec::new();
        for &block in self.blocks {
            let mut rows = text.rows(block).to_vec();
            let loudness = block.loudness();
            rows.sort_unstable();
            for at in rows.into_iter().filter(|at| scales[*at as usize] != 0.0) {
                let value = loudness * scales[at as usize];
                match row.last_mut().filter(|(last, _)| *last == at) {
                    Some((_, sum)) => *sum += value,
                    None => row.push((at, value)),
                }
            }
        }
        if self.vader > 0.0 {
            let scores = text.vader().into_iter().zip(ROWS as u32..);
            row.extend(scores.map(|(score, column)| (column, score * self.vader)));
        }
        row
    }
}

/// The largest logarithm, of the three labels, of how much more often than in the other texts a row stands in those with the label.
fn ratio(seen: [u32; 3], total: [f32; 3]) -> f32 {
    let (all, sum) = (total.iter().sum::<f32>(), seen.iter().sum::<u32>() as f32);
    let of = |class: usize| {
        let (own, others) = (seen[class] as f32 + 1.0, sum - seen[class] as f32 + 1.0);
        (own / total[class] / (others / (all - total[class]))).ln().abs()
    };
    of(0).max(of(1)).max(of(2))
}

impl Fitted {
    /// The logarithmic odds of each class.
    pub fn odds(&self, text: &Features) -> [f32; 3] {
        let mut odds = self.bias;
        for &block in self.blocks {
            let rows = text.rows(block);
            let loudness = block.loudness();
            for row in rows {
                add(&mut odds, &self.weights[*row as usize], loudness);
            }
        }
        for (weights, score) in self.vader.iter().zip(text.vader()) {
            add(&mut odds, weights, score);
        }
        odds
    }

    /// The class with the highest odds.
    pub fn class(&self, text: &Features) -> usize {
        let odds = self.odds(text);
        (0..3).max_by(|a, b| odds[*a].total_cmp(&odds[*b])).unwrap_or(1)
    }
}

fn add(odds: &mut [f32; 3], weights: &[f32; 3], times: f32) {
    for (odd, weight) in odds.iter_mut().zip(weights) {
        *odd += times * weight;
    }
}
