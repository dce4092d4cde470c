//! How negative and how positive words are, learned from tweets that people labelled by sentiment. None of those is among the tweets that
//! complaints are learned from.

use std::collections::HashSet;

use backtweet_classifier::intent::features::{Block, Features, ROWS};

use super::data::Tweet;
use super::fit::{Matrix, fit};

/// How much an error weighs against the penalty on weights; in sight of this, more or less does little.
const C: f64 = 0.5;
/// How loud n-grams are.
const LOUD: f32 = 3.0;
/// An n-gram that fewer texts have is left out.
const OFTEN: usize = 3;

/// The two heads: how negative, how positive.
pub struct Polarity {
    pub weights: Vec<[f32; 2]>,
    pub bias: [f32; 2],
    /// Over the tweets that they were learned from.
    pub mean: [f32; 2],
    pub deviation: [f32; 2],
}

/// The labelled tweets without those whose words are those of a tweet that complaints are learned from.
pub fn strangers<'a>(labelled: &'a [(i8, String)], tweets: &[Tweet]) -> Vec<&'a (i8, String)> {
    let words = |text: &str| -> String {
        let words = text
            .split_whitespace()
            .filter(|word| !word.contains("://") && !word.starts_with('@'));
        words
            .flat_map(str::chars)
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let known: HashSet<_> = tweets.iter().map(|tweet| words(&tweet.text)).collect();
    labelled
        .iter()
        .filter(|(_, text)| !known.contains(&words(text)))
        .collect()
}

/// Learns both heads: negative against the rest, positive against the rest.
pub fn learn(labelled: &[&(i8, String)]) -> Polarity {
    let features: Vec<_> = labelled.iter().map(|(_, text)| Features::of(text)).collect();
    let rows = rows(&features);
    let matrix = Matrix::new(&rows);
    let mut polarity = Polarity {
        weights: vec![[0.0; 2]; ROWS],
        bias: [0.0; 2],
        mean: [0.0; 2],
        deviation: [1.0; 2],
    };
    for (side, sign) in [-1, 1].into_iter().enumerate() {
        let classes: Vec<_> = labelled.iter().map(|(label, _)| usize::from(*label == sign)).collect();
        let linear = fit::<2>(&matrix, &classes, C);
        polarity.bias[side] = linear.bias[1] - linear.bias[0];
        for (column, [no, yes]) in matrix.columns.iter().zip(linear.weights) {
            polarity.weights[*column as usize][side] = (yes - no) * LOUD;
        }
    }
    let readings: Vec<_> = features.iter().map(|text| polarity.read(text)).collect();
    let count = readings.len().max(1) as f32;
    for side in 0..2 {
        let mean = readings.iter().map(|reading| reading[side]).sum::<f32>() / count;
        let variance = readings
            .iter()
            .map(|reading| (reading[side] - mean).powi(2))
            .sum::<f32>()
            / count;
        (polarity.mean[side], polarity.deviation[side]) = (mean, variance.sqrt().max(1e-6));
    }
    polarity
}

fn rows(features: &[Features]) -> Vec<Vec<(u32, f32)>> {
    let mut held = vec![0; ROWS];
    let merged: Vec<Vec<(u32, f32)>> = features.iter().map(merged).collect();
    merged.iter().flatten().for_each(|(row, _)| held[*row as usize] += 1);
    let often = |row: Vec<(u32, f32)>| {
        row.into_iter()
            .filter(|(row, _)| held[*row as usize] >= OFTEN)
            .collect()
    };
    merged.into_iter().map(often).collect()
}

fn merged(text: &Features) -> Vec<(u32, f32)> {
    let mut merged: Vec<(u32, f32)> = Vec::new();
    for block in [Block::Words, Block::Letters] {
        let mut rows = text.rows(block).to_vec();
        let loudness = block.loudness(rows.len()) * LOUD;
        rows.sort_unstable();
        for row in rows {
            match merged.last_mut().filter(|(last, _)| *last == row) {
                Some((_, value)) => *value += loudness,
                None => merged.push((row, loudness)),
            }
        }
    }
    merged
}

impl Polarity {
    fn read(&self, text: &Features) -> [f32; 2] {
        let mut reading = self.bias;
        for block in [Block::Words, Block::Letters] {
            let rows = text.rows(block);
            let loudness = block.loudness(rows.len());
            for row in rows {
                for (reading, weight) in reading.iter_mut().zip(self.weights[*row as usize]) {
                    *reading += loudness * weight;
                }
            }
        }
        reading
    }

    /// Adds to a text's features how negative and how positive it is.
    pub fn mark(&self, text: &mut Features) {
        let reading = self.read(text);
        let standard = |side: usize| (reading[side] - self.mean[side]) / self.deviation[side];
        text.polarity(standard(0), standard(1));
    }
}
