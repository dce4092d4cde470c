//! What a person sees of a cascade.

use backtweet_wire::v1::{CascadeForecast, CascadeGrowth, Passing};

use super::*;

fn node(id: &str, parent: Option<&str>, depth: u32, size: u64) -> CascadeNode {
    CascadeNode {
        id: id.into(),
        parent: parent.map(Into::into),
        passing: if parent.is_some() {
            Passing::Repost
        } else {
            Passing::Unspecified
        }
        .into(),
        depth,
        size,
        at_us: Some(i64::from(depth) * 90_000_000),
        handle: Some(id.into()),
        ..CascadeNode::default()
    }
}

/// Without styles.
fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn response() -> CascadeResponse {
    let bucket = |minute: i64, reposts| CascadeGrowth {
        start_us: minute * 60_000_000,
        came: Some(CascadeTotals {
            reposts,
            ..CascadeTotals::default()
        }),
        so_far: None,
    };
    CascadeResponse {
        subject: "acme".into(),
        root: "x:1".into(),
        figures: Some(CascadeFigures {
            size: 6,
            depth: 2,
            breadth: vec![1, 3, 2],
            structural_virality: Some(2.2),
            first_us: Some(0),
            half_after_us: Some(180_000_000),
            nine_tenths_after_us: Some(200_000_000),
            growth_length_us: 60_000_000,
            growth: vec![bucket(0, 1), bucket(3, 4)],
            ..CascadeFigures::default()
        }),
        forecast: Some(CascadeForecast {
            observed_us: 3_600_000_000,
            observed_size: 4,
            expected: 1_200,
            interval: 0.8,
            low: 600,
            high: 2_400,
        }),
        nodes: vec![
            node("o", None, 0, 6),
            node("a", Some("o"), 1, 1),
            node("b", Some("o"), 1, 3),
            node("c", Some("o"), 1, 1),
            node("d", Some("b"), 2, 1),
            node("e", Some("b"), 2, 1),
        ],
        ..CascadeResponse::default()
    }
}

#[test]
fn the_largest_branches_are_drawn_and_the_rest_is_counted() {
    let page = plain(&page(&response(), 2));
    let tree: Vec<_> = page.lines().skip_while(|line| !line.starts_with("@o")).collect();
    let expected = [
        "@o  1970-01-01T00:00:00Z  5 below",
        "├─ @a  +1 min 30 s",
        "├─ @b  +1 min 30 s  2 below",
        "│  └─ 2 more",
        "└─ 1 more",
    ];
    assert_eq!(tree, expected);
}

#[test]
fn quiet_stretches_show_as_gaps_and_the_forecast_says_its_interval() {
    let page = plain(&page(&response(), 0));
    assert!(page.contains("growth       ▂  █  by 1 min"), "{page}");
    assert!(
        page.contains("1,200 in the end, with 80 % between 600 and 2,400  from 4 in the first 1 h"),
        "{page}"
    );
    assert!(
        page.contains("passed on 5 times: 0 reposts, 0 citations; 2 generations, structural virality 2.20"),
        "{page}"
    );
}

#[test]
fn a_post_that_nobody_passed_on_is_said_to_be_one() {
    let alone = CascadeResponse {
        figures: Some(CascadeFigures {
            size: 1,
            ..CascadeFigures::default()
        }),
        nodes: vec![node("o", None, 0, 1)],
        ..response()
    };
    let page = plain(&page(&alone, 5));
    assert!(
        page.contains("nobody was seen to pass it on") && !page.contains("forecast"),
        "{page}"
    );
}

#[test]
fn a_long_growth_is_put_together_until_it_fits() {
    let mut figures = response().figures.unwrap();
    figures.growth.push(CascadeGrowth {
        start_us: 119 * 60_000_000,
        ..figures.growth[0]
    });
    figures.nine_tenths_after_us = Some(119 * 60_000_000);
    let (length, values) = growth(&figures);
    assert_eq!((length, values.len(), values.iter().sum::<u64>()), (120_000_000, 60, 6));
    assert_eq!(span(length), "2 min");
}
