//! Marks of a text as a whole: how long and how loud it is, which faces look out of it, what VADER says about it. Words by themselves
//! are not here.

use super::tokens::Surface;
use crate::vader::Scores;

/// How many marks there are.
pub(super) const COUNT: usize = 82;

/// Collects marks; the order in which they are asked for is the order of their rows.
struct Marks<'a> {
    next: usize,
    rows: &'a mut Vec<u32>,
}

impl Marks<'_> {
    fn when(&mut self, holds: bool) {
        if holds && self.next < COUNT {
            self.rows.push(self.next as u32);
        }
        self.next += 1;
    }

    fn steps(&mut self, count: usize, steps: &[usize]) {
        steps.iter().for_each(|step| self.when(count >= *step));
    }

    fn reaches(&mut self, score: f64, steps: &[f64]) {
        steps.iter().for_each(|step| self.when(score >= *step));
    }
}

/// Appends the numbers of the marks that a text bears, and says how many were asked for.
pub(super) fn mark(surface: &Surface<'_>, vader: &Scores, rows: &mut Vec<u32>) -> usize {
    let mut marks = Marks { next: 0, rows };
    let counts = &surface.counts;
    marks.when(true);
    marks.steps(counts.words, &[4, 7, 10, 14, 18, 22]);
    marks.steps(counts.handles, &[1, 2, 3]);
    marks.when(counts.addressed);
    marks.steps(counts.tags, &[1, 2, 3]);
    marks.steps(counts.numbers, &[1, 2]);
    marks.steps(counts.exclamations, &[1, 2, 3]);
    marks.steps(counts.questions, &[1, 2]);
    marks.when(counts.questions > 0 && counts.exclamations > 0);
    marks.steps(counts.ellipses, &[1, 2]);
    marks.steps(counts.quotes, &[1, 2]);
    marks.steps(counts.shouted, &[1, 2, 4]);
    marks.when(counts.shouted > 3 && counts.shouted * 10 > counts.words * 6);
    marks.steps(counts.lengthened, &[1, 2]);
    marks.steps(counts.negations, &[1, 2]);
    marks.steps(counts.good, &[1, 2, 3]);
    marks.steps(counts.bad, &[1, 2, 3]);
    marks.steps(counts.emoji, &[1, 3]);
    marks.when(counts.good > 0 && counts.bad > 0);
    let (liked, disliked) = (counts.liked, counts.disliked);
    marks.steps(liked, &[1, 2, 3]);
    marks.steps(disliked, &[1, 2, 3]);
    marks.when(liked > 0 && disliked == 0);
    marks.when(disliked > 0 && liked == 0);
    marks.when(liked > disliked);
    marks.when(disliked > liked);
    marks.when(counts.good_phrases > 0);
    marks.when(counts.bad_phrases > 0);
    marks.reaches(
        vader.compound,
        &[
            -0.8, -0.6, -0.4, -0.2, -0.05, 0.05, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9,
        ],
    );
    marks.reaches(vader.negative, &[0.01, 0.06, 0.12, 0.18, 0.25, 0.35]);
    marks.reaches(vader.positive, &[0.01, 0.06, 0.12, 0.18, 0.25, 0.35, 0.5]);
    marks.next
}
