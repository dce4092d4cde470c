//! How good labels are beside those of people: figures that are published for this task, and where they lie by chance. What is labelled,
//! and by which model, is the caller's business.

use backtweet_domain::Label;

/// The labels that people give, in the order of every table here.
pub const LABELS: [Label; 3] = [Label::Negative, Label::Neutral, Label::Positive];
/// What a model can answer.
pub const ANSWERS: [Label; 4] = [Label::Negative, Label::Neutral, Label::Positive, Label::Unknown];
/// Draws for an interval of confidence.
const DRAWS: u64 = 2_000;

/// How often each label of people met each answer of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// By people's label as in [`LABELS`], then by the answer as in [`ANSWERS`].
    pub counts: [[u64; 4]; 3],
}

/// The figures of a tally, each in [0, 1]. An answer of unknown is a miss.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Figures {
    /// Mean share of each label that was found: the measure of SemEval-2017 task 4A.
    pub macro_recall: f64,
    /// Mean F1 of the labels.
    pub macro_f1: f64,
    /// Share of right answers.
    pub accuracy: f64,
}

impl Tally {
    /// Counts pairs of people's label and the answer; pairs that people call unknown are left out.
    pub fn of(pairs: impl IntoIterator<Item = (Label, Label)>) -> Self {
        let mut tally = Self::default();
        for (label, answer) in pairs {
            let place = |labels: &[Label], label| labels.iter().position(|it| *it == label);
            if let (Some(label), Some(answer)) = (place(&LABELS, label), place(&ANSWERS, answer)) {
                tally.counts[label][answer] += 1;
            }
        }
        tally
    }

    /// How many texts there are.
    pub fn texts(&self) -> u64 {
        self.counts.as_flattened().iter().sum()
    }

    /// How many of them got no label.
    pub fn unknown(&self) -> u64 {
        self.counts.iter().map(|answers| answers[3]).sum()
    }

    /// Its figures. A label that people never gave counts for nothing.
    pub fn figures(&self) -> Figures {
        let share = |part: u64, all: u64| if all == 0 { 0.0 } else { part as f64 / all as f64 };
        let given = |label: usize| self.counts[label].iter().sum::<u64>();
        let present = (0..LABELS.len()).filter(|label| given(*label) > 0);
        let labels = present.clone().count().max(1) as f64;
        let answered = |label: usize| self.counts.iter().map(|answers| answers[label]).sum::<u64>();
        let right = |label: usize| self.counts[label][label];
        Figures {
            macro_recall: present.clone().map(|it| share(right(it), given(it))).sum::<f64>() / labels,
            macro_f1: present
                .clone()
                .map(|it| share(2 * right(it), given(it) + answered(it)))
                .sum::<f64>()
                / labels,
            accuracy: share(present.map(right).sum(), self.texts()),
        }
    }

    /// Where the figures lie in 95 of 100 collections drawn from this one with repetition (percentile bootstrap): lowest and highest.
    pub fn interval(&self) -> (Figures, Figures) {
        let cells: Vec<(usize, u64)> = self.counts.as_flattened().iter().copied().enumerate().collect();
        let total = self.texts();
        let mut state = 1_u64;
        let mut drawn: Vec<Figures> = (0..DRAWS)
            .map(|_| {
                let mut tally = Self::default();
                for _ in 0..total {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    let mut pick = (state >> 33) % total;
                    for &(cell, count) in &cells {
                        if pick < count {
                            tally.counts[cell / 4][cell % 4] += 1;
                            break;
                        }
                        pick -= count;
                    }
                }
                tally.figures()
            })
            .collect();
        let mut ends = |figure: fn(&Figures) -> f64| {
            drawn.sort_by(|a, b| figure(a).total_cmp(&figure(b)));
            let cut = drawn.len() / 40;
            (figure(&drawn[cut]), figure(&drawn[drawn.len() - 1 - cut]))
        };
        let recall = ends(|it| it.macro_recall);
        let f1 = ends(|it| it.macro_f1);
        let accuracy = ends(|it| it.accuracy);
        let figures = |macro_recall, macro_f1, accuracy| Figures {
            macro_recall,
            macro_f1,
            accuracy,
        };
        (figures(recall.0, f1.0, accuracy.0), figures(recall.1, f1.1, accuracy.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_that_the_field_publishes() {
        let tally = Tally {
            counts: [[6, 2, 2, 0], [1, 7, 1, 1], [0, 0, 0, 0]],
        };
        let figures = tally.figures();
        assert!((figures.macro_recall - 0.65).abs() < 1e-12);
        assert!((figures.accuracy - 13.0 / 20.0).abs() < 1e-12);
        let f1 = f64::midpoint(2.0 * 6.0 / 17.0, 2.0 * 7.0 / 19.0);
        assert!((figures.macro_f1 - f1).abs() < 1e-12);
        assert_eq!((tally.texts(), tally.unknown()), (20, 1));
        let (low, high) = tally.interval();
        assert!(low.macro_recall < figures.macro_recall && figures.macro_recall < high.macro_recall);
        assert!(high.macro_recall - low.macro_recall < 0.6);
    }

    #[test]
    fn nothing_measured_is_no_figure_and_no_panic() {
        assert_eq!(Tally::default().figures(), Figures::default());
        assert_eq!(Tally::default().interval().1, Figures::default());
    }
}
