//! Fitted weights as the file that the model reads: signed bytes, in units that are as fine as each block allows.

use backtweet_sentiment::fast::LANGUAGES;
use backtweet_sentiment::fast::features::{Block, ROWS};
use backtweet_sentiment::fast::weights::{Dials, SIDES, file as written};

use super::recipe::Fitted;

/// Of the weights of a block, the share that are larger than the largest byte and are cut to it.
const CUT: f64 = 1e-4;

/// The file of weights.
pub fn file(model: &Fitted, temperature: [f32; LANGUAGES.len()]) -> Vec<u8> {
    let sides = |[negative, neutral, positive]: [f32; 3]| [negative - neutral, positive - neutral];
    let mut dials = Dials {
        bias: sides(model.bias),
        temperature,
        ..Dials::default()
    };
    let exact: Vec<[f32; SIDES]> = model.weights.iter().copied().map(sides).collect();
    let mut weights = vec![[0_i8; SIDES]; ROWS];
    for block in Block::ALL {
        let range = block.start()..block.start() + block.rows();
        for side in 0..SIDES {
            let mut sizes: Vec<f32> = exact[range.clone()].iter().map(|row| row[side].abs()).collect();
            sizes.sort_by(f32::total_cmp);
            let cut = (sizes.len() as f64 * CUT) as usize;
            let most = sizes[sizes.len() - 1 - cut];
            let unit = if most > 0.0 { most / 127.0 } else { 1.0 };
            dials.unit[side][block as usize] = unit;
            for row in range.clone() {
                weights[row][side] = (exact[row][side] / unit).round().clamp(-127.0, 127.0) as i8;
            }
        }
    }
    written(dials, &weights)
}
