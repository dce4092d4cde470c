//! What a cross-validation came to, in figures that people compare.

use std::collections::BTreeMap;
use std::io::{Result, Write};

use super::measure::{Corpus, Counts, Verdicts};

/// Draws for an interval of confidence.
const DRAWS: u64 = 2_000;

/// Prints the confusion matrix, precision, recall and F1, and F1 by domain.
pub fn print(name: &str, corpus: &Corpus<'_>, verdicts: &Verdicts, out: &mut impl Write) -> Result<()> {
    let truth: Vec<_> = corpus.tweets.iter().map(|tweet| tweet.complaint).collect();
    let counts = Counts::of(&verdicts.found, &truth);
    let (low, high) = interval(&verdicts.found, &truth);
    writeln!(out, "\n{name}")?;
    writeln!(
        out,
        "  F1 {:.3} (95 % {low:.3} to {high:.3})  precision {:.3}  recall {:.3}  macro F1 {:.3}  area under ROC {:.3}",
        counts.f1(),
        counts.precision(),
        counts.recall(),
        counts.macro_f1(),
        area(&verdicts.probability, &truth),
    )?;
    writeln!(
        out,
        "  complaints: {} found, {} missed; others: {} taken for complaints, {} not",
        counts.hits, counts.misses, counts.alarms, counts.rest
    )?;
    let chosen = verdicts
        .chosen
        .iter()
        .map(|(choice, threshold)| format!("{}/{}/{threshold:.2}", choice.c, choice.loud));
    writeln!(
        out,
        "  chosen, part by part (c/loud/threshold): {}",
        chosen.collect::<Vec<_>>().join(" ")
    )?;
    let brands = of_domains(corpus, verdicts, |domain| !domain.starts_with("random"));
    writeln!(
        out,
        "  tweets to and about brands alone: F1 {:.3}  precision {:.3}  recall {:.3}  macro F1 {:.3}",
        brands.f1(),
        brands.precision(),
        brands.recall(),
        brands.macro_f1()
    )?;
    let mut domains: BTreeMap<&str, ()> = BTreeMap::new();
    domains.extend(corpus.tweets.iter().map(|tweet| (tweet.domain.as_str(), ())));
    for domain in domains.into_keys() {
        let counts = of_domains(corpus, verdicts, |it| it == domain);
        if domain.starts_with("random") {
            writeln!(
                out,
                "    {domain:14} {:4} of {:4} taken for complaints",
                counts.alarms,
                counts.alarms + counts.rest
            )?;
        } else {
            writeln!(
                out,
                "    {domain:14} F1 {:.3}  precision {:.3}  recall {:.3}  of {} complaints and {} others",
                counts.f1(),
                counts.precision(),
                counts.recall(),
                counts.hits + counts.misses,
                counts.alarms + counts.rest
            )?;
        }
    }
    out.flush()
}

fn of_domains(corpus: &Corpus<'_>, verdicts: &Verdicts, wanted: impl Fn(&str) -> bool) -> Counts {
    let those = corpus
        .tweets
        .iter()
        .zip(&verdicts.found)
        .filter(|(tweet, _)| wanted(&tweet.domain));
    let (truth, found): (Vec<_>, Vec<_>) = those.map(|(tweet, found)| (tweet.complaint, *found)).unzip();
    Counts::of(&found, &truth)
}

/// Where F1 lies in 95 of 100 collections drawn from this one with repetition (percentile bootstrap).
fn interval(found: &[bool], truth: &[bool]) -> (f64, f64) {
    let mut state = 1_u64;
    let mut draw = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % found.len()
    };
    let mut drawn: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let picks: Vec<_> = (0..found.len()).map(|_| draw()).collect();
            let pick = |from: &[bool]| picks.iter().map(|at| from[*at]).collect::<Vec<_>>();
            Counts::of(&pick(found), &pick(truth)).f1()
        })
        .collect();
    drawn.sort_by(f64::total_cmp);
    (drawn[drawn.len() / 40], drawn[drawn.len() - 1 - drawn.len() / 40])
}

/// How often a complaint is more probable than another tweet, of all pairs (Mann and Whitney).
fn area(probability: &[f32], truth: &[bool]) -> f64 {
    let mut ranked: Vec<_> = probability.iter().zip(truth).collect();
    ranked.sort_by(|a, b| a.0.total_cmp(b.0));
    let (mut below, mut pairs, mut complaints) = (0.0, 0.0, 0.0);
    for (_, complaint) in ranked {
        if *complaint {
            (pairs, complaints) = (pairs + below, complaints + 1.0);
        } else {
            below += 1.0;
        }
    }
    pairs / f64::max(below * complaints, 1.0)
}
