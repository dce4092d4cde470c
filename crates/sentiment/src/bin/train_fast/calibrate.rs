//! What odds are divided by so that probabilities come true (Guo et al. 2017, "On Calibration of Modern Neural Networks"). It is learned
//! from training texts alone: from what models say about texts that they were not trained on.

use backtweet_sentiment::fast::LANGUAGES;
use backtweet_sentiment::fast::weights::softmax;

use super::data::Example;
use super::recipe::Recipe;

/// Parts of the cross-validation.
const PARTS: usize = 3;
/// Texts that go into a part together.
const RUN: usize = 60;

/// The temperature of each language.
pub fn temperatures(recipe: &Recipe, examples: &[Example]) -> [f32; LANGUAGES.len()] {
    let mut said: Vec<(usize, usize, [f32; 3])> = Vec::with_capacity(examples.len());
    for part in 0..PARTS {
        // Texts lie in the order in which they were collected, so runs of neighbours keep near-duplicates and topics together.
        let held = |at: usize| at / RUN % PARTS == part;
        let (out, kept): (Vec<_>, Vec<_>) = examples.iter().enumerate().partition(|(at, _)| held(*at));
        let kept: Vec<_> = kept.into_iter().map(|(_, example)| example).collect();
        let model = recipe.make(&kept);
        let odds = out
            .into_iter()
            .map(|(_, it)| (it.language, it.class, model.odds(&it.features)));
        said.extend(odds);
    }
    std::array::from_fn(|language| {
        let own: Vec<_> = said
            .iter()
            .filter(|it| it.0 == language)
            .map(|it| (it.1, it.2))
            .collect();
        best(&own)
    })
}

/// The temperature under which what happened is most probable, where every label is as frequent as the others.
fn best(said: &[(usize, [f32; 3])]) -> f32 {
    let mut counts = [0.0_f64; 3];
    said.iter().for_each(|(class, _)| counts[*class] += 1.0);
    let loss = |temperature: f32| -> f64 {
        let losses = said.iter().map(|(class, odds)| {
            let share = softmax(odds.map(|odd| odd / temperature))[*class];
            -f64::from(share.max(1e-30)).ln() / counts[*class]
        });
        losses.sum()
    };
    let tried = (10..=80).map(|step| step as f32 * 0.05);
    tried.min_by(|a, b| loss(*a).total_cmp(&loss(*b))).unwrap_or(1.0)
}
