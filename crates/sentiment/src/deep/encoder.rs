//! The transformer: word pieces of a text in, a number for each label out (BERT: Devlin et al. 2019; mean of the pieces, as MiniLM is
//! used for sentences). Posts are laid one behind the other, so that nothing is computed for padding; only attention goes post by post.

use fearless_simd::{Level, dispatch};

use super::attention::{Heads, attend};
use super::lanes::{add_and_normalize, gelu};
use super::matrix::Matrix;

/// Pieces that go through the layers together: enough that unpacking the weights costs little, few enough for what is computed of
/// them to stay near the core.
const TOGETHER: usize = 512;

/// The weights of a transformer with a classifier.
pub struct Encoder {
    /// What each word piece means.
    pub pieces: Pieces,
    /// What each place in a text adds, place by place.
    pub places: Vec<f32>,
    /// Behind the sum of both.
    pub norm: Norm,
    /// First to last.
    pub layers: Vec<Layer>,
    /// From a text to a number for each of negative, neutral and positive.
    pub classifier: Matrix,
    /// How many ways of attention there are; their width divides that of a row.
    pub heads: usize,
    /// The instructions that this machine has. They change how long it takes, and no bit of the answers.
    pub level: Level,
}

/// A row of signed bytes for each word piece, each row with a scale.
pub struct Pieces {
    /// Row by row.
    pub weights: Vec<i8>,
    /// By row.
    pub scale: Vec<f32>,
}

/// Weight and bias behind a normalisation.
pub struct Norm {
    /// By column.
    pub weight: Vec<f32>,
    /// By column.
    pub bias: Vec<f32>,
}

/// One layer.
pub struct Layer {
    /// What a piece asks for.
    pub query: Matrix,
    /// What it answers to.
    pub key: Matrix,
    /// What it answers.
    pub value: Matrix,
    /// What the answers come to.
    pub output: Matrix,
    /// Behind attention.
    pub attention_norm: Norm,
    /// To the width between.
    pub up: Matrix,
    /// And back.
    pub down: Matrix,
    /// At the end.
    pub norm: Norm,
}

/// What is computed on the way, kept so that memory is asked for once.
#[derive(Default)]
struct Work {
    rows: Vec<f32>,
    query: Vec<f32>,
    key: Vec<f32>,
    value: Vec<f32>,
    context: Vec<f32>,
    wide: Vec<f32>,
    more: Vec<f32>,
}

impl Encoder {
    /// The numbers for negative, neutral and positive of each text, larger for likelier, as natural logarithms without a common constant.
    /// Each text has at least one piece and as many as there are places at most; a piece that there is none of counts as zeros.
    pub fn scores(&self, texts: &[Vec<u32>]) -> Vec<[f32; 3]> {
        let mut work = Work::default();
        let mut scores = Vec::with_capacity(texts.len());
        let mut rest = texts;
        while !rest.is_empty() {
            let mut pieces = 0;
            let fits = |text: &&Vec<u32>| {
                pieces += text.len();
                pieces <= TOGETHER
            };
            let count = rest.iter().take_while(fits).count().max(1);
            let (now, later) = rest.split_at(count);
            self.read(now, &mut work);
            let results = work.more.chunks_exact(3);
            scores.extend(results.map(|it| [it[0], it[1], it[2]]));
            rest = later;
        }
        scores
    }

    /// Leaves three numbers for each text in `work.more`.
    fn read(&self, texts: &[Vec<u32>], work: &mut Work) {
        let lengths: Vec<usize> = texts.iter().map(Vec::len).collect();
        self.embed(texts, work);
        for layer in &self.layers {
            layer.apply(self.level, self.heads, &lengths, work);
        }
        self.mean(&lengths, work);
        self.classifier.apply(self.level, &work.context, &mut work.more);
    }

    fn embed(&self, texts: &[Vec<u32>], work: &mut Work) {
        let width = self.norm.weight.len();
        work.rows.clear();
        work.more.clear();
        for text in texts {
            for piece in text {
                self.pieces.row(*piece, width, &mut work.rows);
            }
            work.more.extend_from_slice(&self.places[..text.len() * width]);
        }
        self.norm.after(self.level, &mut work.rows, &work.more);
    }

    /// The mean row of each text, in `work.context`.
    fn mean(&self, lengths: &[usize], work: &mut Work) {
        let width = self.norm.weight.len();
        work.context.clear();
        let mut rest = work.rows.as_slice();
        for length in lengths {
            let (rows, later) = rest.split_at(length * width);
            rest = later;
            let mut mean = vec![0.0; width];
            for row in rows.chunks_exact(width) {
                mean.iter_mut().zip(row).for_each(|(mean, number)| *mean += number);
            }
            work.context.extend(mean.iter().map(|sum| sum / *length as f32));
        }
    }
}

impl Pieces {
    fn row(&self, piece: u32, width: usize, rows: &mut Vec<f32>) {
        let piece = piece as usize;
        let (weights, scale) = (self.weights.chunks_exact(width).nth(piece), self.scale.get(piece));
        match (weights, scale) {
            (Some(weights), Some(scale)) => rows.extend(weights.iter().map(|weight| f32::from(*weight) * scale)),
            _ => rows.resize(rows.len() + width, 0.0),
        }
    }
}

impl Norm {
    fn after(&self, level: Level, rows: &mut [f32], more: &[f32]) {
        dispatch!(level, simd => add_and_normalize(simd, rows, more, &self.weight, &self.bias));
    }
}

impl Layer {
    fn apply(&self, level: Level, heads: usize, lengths: &[usize], work: &mut Work) {
        let Work {
            rows,
            query,
            key,
            value,
            context,
            wide,
            more,
        } = work;
        self.query.apply(level, rows, query);
        self.key.apply(level, rows, key);
        self.value.apply(level, rows, value);
        context.resize(rows.len(), 0.0);
        let (width, mut start) = (self.query.outputs(), 0);
        for length in lengths {
            let part = start..start + length * width;
            let heads = Heads {
                query: &query[part.clone()],
                key: &key[part.clone()],
                value: &value[part.clone()],
                heads,
                width,
            };
            start = part.end;
            dispatch!(level, simd => attend(simd, &heads, &mut context[part.clone()]));
        }
        self.output.apply(level, context, more);
        self.attention_norm.after(level, rows, more);

        self.up.apply(level, rows, wide);
        dispatch!(level, simd => gelu(simd, wide));
        self.down.apply(level, wide, more);
        self.norm.after(level, rows, more);
    }
}
