//! Fitted weights as the file that the classifier reads: signed bytes, in units that are as fine as each block allows.

use backtweet_classifier::intent::features::{Block, ROWS};
use backtweet_classifier::intent::model::{Dials, HEADS, file as written};

use super::polarity::Polarity;
use super::recipe::Fitted;

/// The file of weights.
pub fn file(model: &Fitted, polarity: &Polarity, threshold: f32) -> Vec<u8> {
    let [chatter, addressed, complaint] = model.bias;
    let mut dials = Dials {
        bias: [
            addressed - chatter,
            complaint - chatter,
            polarity.bias[0],
            polarity.bias[1],
        ],
        mean: polarity.mean,
        deviation: polarity.deviation,
        threshold,
        ..Dials::default()
    };
    let exact: Vec<[f32; HEADS]> = model
        .weights
        .iter()
        .zip(&polarity.weights)
        .map(|([chatter, addressed, complaint], [negative, positive])| {
            [addressed - chatter, complaint - chatter, *negative, *positive]
        })
        .collect();
    let mut weights = vec![[0_i8; HEADS]; ROWS];
    for block in Block::ALL {
        let range = block.start()..block.start() + block.rows();
        for head in 0..HEADS {
            let most = exact[range.clone()]
                .iter()
                .fold(0.0_f32, |most, row| most.max(row[head].abs()));
            let unit = if most > 0.0 { most / 127.0 } else { 1.0 };
            dials.unit[head][block as usize] = unit;
            for row in range.clone() {
                weights[row][head] = (exact[row][head] / unit).round() as i8;
            }
        }
    }
    written(dials, &weights)
}
