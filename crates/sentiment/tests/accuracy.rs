//! That the default model stays as good as `docs/models/vader.md` says. Needs the labelled tweets, and says so where they are absent.

use backtweet_domain::Label;
use backtweet_sentiment::{Text, default_model};

#[test]
fn the_published_accuracy_holds() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/sentiment/en/dev.tsv");
    let Ok(content) = std::fs::read_to_string(file) else {
        eprintln!("skipped: the labelled tweets are not here");
        return;
    };
    let tweets: Vec<_> = content
        .lines()
        .filter_map(|line| line.split_once('\t')?.1.split_once('\t'))
        .collect();
    let texts: Vec<_> = tweets
        .iter()
        .map(|(_, text)| Text {
            text,
            language: Some("en"),
        })
        .collect();
    let read = default_model().score(&texts);
    let recall = |label: Label| {
        let gold = tweets.iter().zip(&read).filter(|((gold, _), _)| *gold == label.name());
        let (right, all) = gold.fold((0, 0), |(right, all), (_, read)| {
            (right + u32::from(read.label == label), all + 1)
        });
        f64::from(right) / f64::from(all)
    };
    let macro_recall = (recall(Label::Negative) + recall(Label::Neutral) + recall(Label::Positive)) / 3.0;
    assert!(
        (0.485..0.495).contains(&macro_recall),
        "macro recall on dev is {macro_recall:.4}"
    );
}
