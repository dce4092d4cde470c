//! Reads a file of weights in the safetensors format and says what is wrong with one that is not as it should be. What the weights do is
//! not here.
//!
//! Every weight of two dimensions is there in signed bytes, `NAME`, with a scale for each row, `NAME.scale`; all others are `f32`. Names are
//! those of BERT. The word pieces are the bytes of `vocabulary`, one a line. The rest is in the metadata.

use std::collections::HashMap;

use fearless_simd::Level;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensorError, SafeTensors};

use super::Dials;
use super::encoder::{Encoder, Layer, Norm, Pieces};
use super::lanes::LANES;
use super::matrix::Matrix;
use super::tokens::MOST;

/// The version of the format that this program reads.
const FORMAT: &str = "1";

/// What is wrong with a file of weights.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is in another format, or part of it is missing.
    #[error("not a whole file of weights: {0}")]
    Format(#[from] SafeTensorError),
    /// The metadata lack something, or have what this program does not read.
    #[error("`{key}` of its metadata is `{value}`, not {wanted}")]
    Metadata {
        /// Which entry.
        key: &'static str,
        /// What it says; empty where there is none.
        value: String,
        /// What it should say.
        wanted: &'static str,
    },
    /// A weight is missing, of another type or shape, or no number.
    #[error("its weight `{name}` is not {wanted}")]
    Weight {
        /// Which one.
        name: String,
        /// What it should be.
        wanted: String,
    },
}

/// What is in a file beside the weights.
pub struct About {
    /// Name and version of the model.
    pub name: String,
    /// By language, as BCP 47 has it.
    pub languages: HashMap<String, Dials>,
    /// From which confidence on the fast model is believed.
    pub sure: f64,
}

/// Everything in a file of weights.
pub struct Content {
    /// What is in it beside the weights.
    pub about: About,
    /// The weights.
    pub encoder: Encoder,
    /// The word pieces, one a line.
    pub vocabulary: String,
}

/// Reads a file.
///
/// # Errors
/// When something of it is missing or not as it should be.
pub fn read(bytes: &[u8]) -> Result<Content, FileError> {
    let (_, header) = SafeTensors::read_metadata(bytes)?;
    let metadata = header.metadata().clone().unwrap_or_default();
    let tensors = SafeTensors::deserialize(bytes)?;
    let about = about(&metadata)?;
    let heads = entry(&metadata, "heads", "a number of heads above 0", |it| {
        it.parse().ok().filter(|heads| *heads > 0)
    })?;
    let weights = Weights(&tensors);
    let vocabulary = weights.vocabulary()?;
    let encoder = weights.encoder(heads, vocabulary.lines().count())?;
    Ok(Content {
        about,
        encoder,
        vocabulary,
    })
}

fn about(metadata: &HashMap<String, String>) -> Result<About, FileError> {
    entry(metadata, "format", "1, which this program reads", |it| {
        (it == FORMAT).then_some(())
    })?;
    let name = entry(metadata, "name", "a name and version such as deep/1", |it| {
        (!it.is_empty()).then(|| it.to_owned())
    })?;
    let wanted = "languages, each with a `blend` from 0 to 1 and a `temperature` above 0";
    let languages = entry(metadata, "languages", wanted, |it| {
        let languages: HashMap<String, Dials> = serde_json::from_str(it).ok()?;
        languages.values().all(Dials::are_sound).then_some(languages)
    })?;
    let sure = entry(metadata, "sure", "a confidence from 0 to 1", |it| {
        it.parse().ok().filter(|sure| (0.0..=1.0).contains(sure))
    })?;
    Ok(About { name, languages, sure })
}

fn entry<T>(
    metadata: &HashMap<String, String>,
    key: &'static str,
    wanted: &'static str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, FileError> {
    let value = metadata.get(key).map(String::as_str).unwrap_or_default();
    read(value).ok_or_else(|| FileError::Metadata {
        key,
        value: value.chars().take(80).collect(),
        wanted,
    })
}

/// The weights by name.
struct Weights<'a>(&'a SafeTensors<'a>);

impl<'a> Weights<'a> {
    fn vocabulary(&self) -> Result<String, FileError> {
        let wanted = || wrong("vocabulary", "lines of text in bytes");
        let view = self.view("vocabulary", Dtype::U8).ok_or_else(wanted)?;
        String::from_utf8(view.data().to_vec()).map_err(|_| wanted())
    }

    fn encoder(&self, heads: usize, pieces: usize) -> Result<Encoder, FileError> {
        let words = "embeddings.word_embeddings.weight";
        let (rows, width, weights) = self.table(words)?;
        if rows != pieces || width == 0 || width % LANES != 0 || width % heads != 0 {
            let wanted =
                format!("of {pieces} rows, a word piece each, with a multiple of {LANES} columns for {heads} heads");
            return Err(wrong(words, &wanted));
        }
        let places = "embeddings.position_embeddings.weight";
        let table = self.shaped(places, MOST, width)?;
        let scale = self.vector(&format!("{places}.scale"), MOST)?;
        let scaled = table.chunks_exact(width).zip(scale);
        let scaled = scaled.flat_map(|(row, scale)| row.iter().map(move |weight| f32::from(*weight) * scale));
        Ok(Encoder {
            pieces: Pieces {
                weights,
                scale: self.vector(&format!("{words}.scale"), rows)?,
            },
            places: scaled.collect(),
            norm: self.norm("embeddings.LayerNorm", width)?,
            layers: self.layers(width)?,
            classifier: self.matrix("classifier", 3, width)?,
            heads,
            level: Level::new(),
        })
    }

    /// As many layers as there are, and one at least.
    fn layers(&self, width: usize) -> Result<Vec<Layer>, FileError> {
        let mut layers = vec![self.layer(0, width)?];
        let is_there = |at: usize| {
            self.0
                .tensor(&format!("encoder.layer.{at}.output.dense.weight"))
                .is_ok()
        };
        while is_there(layers.len()) {
            layers.push(self.layer(layers.len(), width)?);
        }
        Ok(layers)
    }

    fn layer(&self, at: usize, width: usize) -> Result<Layer, FileError> {
        let name = |part: &str| format!("encoder.layer.{at}.{part}");
        let up = name("intermediate.dense");
        let (between, ..) = self.table(&format!("{up}.weight"))?;
        if between == 0 || between % LANES != 0 {
            return Err(wrong(
                &format!("{up}.weight"),
                &format!("of a multiple of {LANES} rows"),
            ));
        }
        let square = |part: &str| self.matrix(&name(part), width, width);
        Ok(Layer {
            query: square("attention.self.query")?,
            key: square("attention.self.key")?,
            value: square("attention.self.value")?,
            output: square("attention.output.dense")?,
            attention_norm: self.norm(&name("attention.output.LayerNorm"), width)?,
            up: self.matrix(&up, between, width)?,
            down: self.matrix(&name("output.dense"), width, between)?,
            norm: self.norm(&name("output.LayerNorm"), width)?,
        })
    }

    fn matrix(&self, name: &str, outputs: usize, inputs: usize) -> Result<Matrix, FileError> {
        let weights = self.shaped(&format!("{name}.weight"), outputs, inputs)?;
        let scale = self.vector(&format!("{name}.weight.scale"), outputs)?;
        Ok(Matrix::new(
            &weights,
            &scale,
            &self.vector(&format!("{name}.bias"), outputs)?,
        ))
    }

    fn norm(&self, name: &str, width: usize) -> Result<Norm, FileError> {
        Ok(Norm {
            weight: self.vector(&format!("{name}.weight"), width)?,
            bias: self.vector(&format!("{name}.bias"), width)?,
        })
    }

    fn shaped(&self, name: &str, rows: usize, columns: usize) -> Result<Vec<i8>, FileError> {
        let (own_rows, own_columns, weights) = self.table(name)?;
        if (own_rows, own_columns) != (rows, columns) {
            return Err(wrong(name, &format!("of {rows} rows and {columns} columns")));
        }
        Ok(weights)
    }

    /// Rows, columns and signed bytes.
    fn table(&self, name: &str) -> Result<(usize, usize, Vec<i8>), FileError> {
        let view = self.view(name, Dtype::I8);
        let shape = view.as_ref().map(TensorView::shape);
        let (Some(view), Some(&[rows, columns])) = (&view, shape) else {
            return Err(wrong(name, "a table of signed bytes"));
        };
        let weights = view.data().iter().map(|byte| byte.cast_signed()).collect();
        Ok((rows, columns, weights))
    }

    fn vector(&self, name: &str, length: usize) -> Result<Vec<f32>, FileError> {
        let wanted = || wrong(name, &format!("{length} numbers of the type F32"));
        let view = self.view(name, Dtype::F32).ok_or_else(wanted)?;
        let numbers = view.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        let numbers: Vec<f32> = numbers.collect();
        let fits = view.shape() == [length] && numbers.iter().all(|number| number.is_finite());
        fits.then_some(numbers).ok_or_else(wanted)
    }

    fn view(&self, name: &str, kind: Dtype) -> Option<TensorView<'a>> {
        self.0.tensor(name).ok().filter(|view| view.dtype() == kind)
    }
}

fn wrong(name: &str, wanted: &str) -> FileError {
    FileError::Weight {
        name: name.to_owned(),
        wanted: wanted.to_owned(),
    }
}
