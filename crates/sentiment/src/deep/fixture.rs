//! A transformer small enough for tests: a file of weights as the training writes it, and what comes out of those weights, computed once
//! more in double precision and without any haste.

use std::collections::{BTreeMap, HashMap};

use safetensors::tensor::{Dtype, TensorView, serialize};

use super::tokens::MOST;

pub const WIDTH: usize = 16;
pub const HEADS: usize = 2;
const BETWEEN: usize = 32;
const LAYERS: usize = 2;
pub const PIECES: [&str; 12] = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "i", "love", "hate", "this", "##s", "day", "!", "@",
];

/// Weights by name: rows and numbers; a vector has no rows.
pub struct Tiny {
    weights: BTreeMap<String, (usize, Vec<f32>)>,
    metadata: HashMap<String, String>,
}

impl Tiny {
    pub fn new() -> Self {
        let mut shapes: Vec<(String, usize, usize)> = vec![
            ("embeddings.word_embeddings.weight".to_owned(), PIECES.len(), WIDTH),
            ("embeddings.position_embeddings.weight".to_owned(), MOST, WIDTH),
        ];
        let norm = |name: &str| ["weight", "bias"].map(|it| (format!("{name}.{it}"), 0, WIDTH));
        let linear = |name: &str, rows: usize, columns: usize| {
            [
                (format!("{name}.weight"), rows, columns),
                (format!("{name}.bias"), 0, rows),
            ]
        };
        shapes.extend(norm("embeddings.LayerNorm"));
        for layer in 0..LAYERS {
            let name = |part: &str| format!("encoder.layer.{layer}.{part}");
            for part in ["query", "key", "value"] {
                shapes.extend(linear(&name(&format!("attention.self.{part}")), WIDTH, WIDTH));
            }
            shapes.extend(linear(&name("attention.output.dense"), WIDTH, WIDTH));
            shapes.extend(norm(&name("attention.output.LayerNorm")));
            shapes.extend(linear(&name("intermediate.dense"), BETWEEN, WIDTH));
            shapes.extend(linear(&name("output.dense"), WIDTH, BETWEEN));
            shapes.extend(norm(&name("output.LayerNorm")));
        }
        shapes.extend(linear("classifier", 3, WIDTH));
        let mut state = 7_u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1 << 23) as f32 - 1.0
        };
        let weights = shapes.into_iter().map(|(name, rows, columns)| {
            let numbers = (0..rows.max(1) * columns).map(|_| next()).collect();
            (name, (rows, numbers))
        });
        let languages = r#"{"en": {"blend": 0.0, "temperature": 1.0}, "de": {"blend": 1.0, "temperature": 1.0}}"#;
        let metadata = [
            ("format", "1"),
            ("name", "deep/1"),
            ("heads", "2"),
            ("languages", languages),
            ("sure", "0.8"),
        ];
        Self {
            weights: weights.collect(),
            metadata: metadata.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        }
    }

    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.metadata.insert(key.to_owned(), value.to_owned());
        self
    }

    pub fn without(mut self, weight: &str) -> Self {
        self.weights.remove(weight);
        self
    }

    pub fn file(&self) -> Vec<u8> {
        let mut parts: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
        let floats = |numbers: &[f32]| numbers.iter().flat_map(|it| it.to_le_bytes()).collect();
        for (name, (rows, numbers)) in &self.weights {
            if *rows == 0 {
                parts.push((name.clone(), Dtype::F32, vec![numbers.len()], floats(numbers)));
                continue;
            }
            let columns = numbers.len() / rows;
            let scale: Vec<f32> = numbers.chunks(columns).map(scale).collect();
            let bytes = numbers.chunks(columns).zip(&scale);
            let bytes = bytes.flat_map(|(row, scale)| row.iter().map(move |it| (it / scale).round() as i8 as u8));
            parts.push((name.clone(), Dtype::I8, vec![*rows, columns], bytes.collect()));
            parts.push((format!("{name}.scale"), Dtype::F32, vec![*rows], floats(&scale)));
        }
        let pieces = PIECES.join("\n").into_bytes();
        parts.push(("vocabulary".to_owned(), Dtype::U8, vec![pieces.len()], pieces));
        let views = parts.iter().map(|(name, kind, shape, bytes)| {
            let view = TensorView::new(*kind, shape.clone(), bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name.as_str(), view)
        });
        serialize(views, Some(self.metadata.clone())).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Weights as a reader of the file knows them.
    fn weight(&self, name: &str) -> Vec<f64> {
        let (rows, numbers) = &self.weights[name];
        let columns = numbers.len() / rows.max(&1);
        let restored = numbers.chunks(columns).flat_map(|row| {
            let scale = scale(row);
            let back = move |it: &f32| if *rows == 0 { *it } else { (it / scale).round() * scale };
            row.iter().map(move |it| f64::from(back(it)))
        });
        restored.collect()
    }

    /// What comes out for these pieces.
    pub fn scores(&self, pieces: &[u32]) -> [f64; 3] {
        let words = self.weight("embeddings.word_embeddings.weight");
        let places = self.weight("embeddings.position_embeddings.weight");
        let embed = |(at, piece): (usize, &u32)| {
            let row = &words[*piece as usize * WIDTH..][..WIDTH];
            row.iter().zip(&places[at * WIDTH..]).map(|(a, b)| a + b).collect()
        };
        let mut rows: Vec<Vec<f64>> = pieces.iter().enumerate().map(embed).collect();
        self.norm("embeddings.LayerNorm", &mut rows);
        for layer in 0..LAYERS {
            let name = |part: &str| format!("encoder.layer.{layer}.{part}");
            let context = self.attention(&name("attention.self"), &rows);
            add(&mut rows, &self.linear(&name("attention.output.dense"), &context));
            self.norm(&name("attention.output.LayerNorm"), &mut rows);
            let mut wide = self.linear(&name("intermediate.dense"), &rows);
            wide.iter_mut().flatten().for_each(|it| *it *= below(*it));
            add(&mut rows, &self.linear(&name("output.dense"), &wide));
            self.norm(&name("output.LayerNorm"), &mut rows);
        }
        let mean = |column: usize| rows.iter().map(|row| row[column]).sum::<f64>() / rows.len() as f64;
        let scores = self.linear("classifier", &[(0..WIDTH).map(mean).collect()]);
        std::array::from_fn(|at| scores[0][at])
    }

    fn linear(&self, name: &str, rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let (weights, bias) = (
            self.weight(&format!("{name}.weight")),
            self.weight(&format!("{name}.bias")),
        );
        let output = |row: &Vec<f64>| {
            let sums = weights.chunks(row.len()).zip(&bias);
            sums.map(|(weights, bias)| dot(weights, row) + bias).collect()
        };
        rows.iter().map(output).collect()
    }

    fn attention(&self, name: &str, rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let [query, key, value] = ["query", "key", "value"].map(|it| self.linear(&format!("{name}.{it}"), rows));
        let own = WIDTH / HEADS;
        let answer = |row: usize, column: usize| {
            let head = column / own * own..column / own * own + own;
            let shares = key
                .iter()
                .map(|key| dot(&query[row][head.clone()], &key[head.clone()]) / (own as f64).sqrt());
            let shares: Vec<f64> = shares.map(f64::exp).collect();
            let sum: f64 = shares
                .iter()
                .zip(&value)
                .map(|(share, value)| share * value[column])
                .sum();
            sum / shares.iter().sum::<f64>()
        };
        (0..rows.len())
            .map(|row| (0..WIDTH).map(|column| answer(row, column)).collect())
            .collect()
    }

    fn norm(&self, name: &str, rows: &mut [Vec<f64>]) {
        let (weight, bias) = (
            self.weight(&format!("{name}.weight")),
            self.weight(&format!("{name}.bias")),
        );
        for row in rows {
            let mean = row.iter().sum::<f64>() / WIDTH as f64;
            let variance = row.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / WIDTH as f64;
            for ((number, weight), bias) in row.iter_mut().zip(&weight).zip(&bias) {
                *number = (*number - mean) / (variance + 1e-12).sqrt() * weight + bias;
            }
        }
    }
}

fn scale(row: &[f32]) -> f32 {
    row.iter().fold(0.0, |most: f32, it| most.max(it.abs())) / 127.0
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(rows: &mut [Vec<f64>], more: &[Vec<f64>]) {
    let both = rows.iter_mut().flatten().zip(more.iter().flatten());
    both.for_each(|(number, more)| *number += more);
}

/// The share of the normal distribution below `x`, by its series.
pub fn below(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for n in 1..150 {
        term *= -x * x / 2.0 / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    0.5 + sum / std::f64::consts::TAU.sqrt()
}
