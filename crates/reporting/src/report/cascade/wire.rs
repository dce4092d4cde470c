//! A cascade's figures as messages. Nothing is counted here that the domain counts.

use std::time::Duration;

use backtweet_domain::cascade::{
    Bucket, Entry, Forecast, Growth, HORIZON, INTERVAL, Passing, Reproduction, Totals, View,
};
use backtweet_domain::{Edge, Role, Timestamp};
use backtweet_wire::v1;

pub(super) fn figures(view: &View<'_>, now: Timestamp) -> v1::CascadeFigures {
    let shape = view.shape();
    let growth = Growth::of(view);
    let reproduction = Reproduction::of(view, &growth, now);
    let with_role = |role: Role| view.descendants().filter(|node| node.role == role).count() as u64;
    v1::CascadeFigures {
        size: shape.size(),
        depth: u32::try_from(shape.depth()).unwrap_or(u32::MAX),
        breadth: shape.breadth().to_vec(),
        structural_virality: shape.virality(),
        totals: Some(totals(&view.totals())),
        indirect: with_role(Role::Indirect),
        answers: with_role(Role::Answer),
        edges: Some(edges(view)),
        first_us: view.start().map(Timestamp::micros),
        last_us: view
            .entries()
            .iter()
            .filter_map(|entry| entry.node)
            .map(|node| node.at.micros())
            .max(),
        half_after_us: view.time_to(50).map(micros),
        nine_tenths_after_us: view.time_to(90).map(micros),
        origin_followers: view.root().and_then(|root| root.followers),
        amplification: view.amplification(),
        growth_length_us: micros(growth.length),
        growth: growth.buckets.iter().map(bucket).collect(),
        reproduction_horizon_us: micros(HORIZON),
        reproduction: reproduction.iter().map(estimate).collect(),
    }
}

pub(super) fn forecast(forecast: Forecast) -> v1::CascadeForecast {
    let Forecast {
        observed,
        size,
        expected,
        low,
        high,
    } = forecast;
    v1::CascadeForecast {
        observed_us: micros(observed),
        observed_size: size,
        expected,
        interval: INTERVAL,
        low,
        high,
    }
}

pub(super) fn node(view: &View<'_>, entry: &Entry<'_>, author: Option<v1::Author>) -> v1::CascadeNode {
    let author = author.unwrap_or_default();
    let (is_below, node) = (entry.parent.is_some(), entry.node);
    let passing = |passing| match passing {
        Passing::Repost => v1::Passing::Repost,
        Passing::Citation => v1::Passing::Citation,
    };
    v1::CascadeNode {
        id: entry.id.to_string(),
        parent: entry.parent.map(|parent| view.entries()[parent].id.to_string()),
        edge: if is_below {
            v1::Edge::from(entry.edge)
        } else {
            v1::Edge::Unspecified
        }
        .into(),
        passing: node
            .filter(|_| is_below)
            .map_or(v1::Passing::Unspecified, |node| passing(node.passing))
            .into(),
        depth: u32::try_from(entry.depth).unwrap_or(u32::MAX),
        size: entry.size,
        at_us: node.map(|node| node.at.micros()),
        role: node.map_or(v1::Role::Unspecified, |node| node.role.into()).into(),
        author: (!author.id.is_empty()).then_some(author.id),
        handle: author.handle,
        name: author.name,
        followers: node.and_then(|node| node.followers),
    }
}

pub(crate) fn totals(totals: &Totals) -> v1::CascadeTotals {
    v1::CascadeTotals {
        reposts: totals.reposts,
        citations: totals.citations,
        audience: u64::try_from(totals.audience).unwrap_or(u64::MAX),
        audience_unknown: totals.audience_unknown,
    }
}

fn edges(view: &View<'_>) -> v1::EdgeCounts {
    let known = |edge: Edge| view.entries()[1..].iter().filter(|entry| entry.edge == edge).count() as u64;
    v1::EdgeCounts {
        observed: known(Edge::Observed),
        inferred: known(Edge::Inferred),
        flattened: known(Edge::Flattened),
    }
}

fn bucket(bucket: &Bucket) -> v1::CascadeGrowth {
    v1::CascadeGrowth {
        start_us: bucket.start.micros(),
        came: Some(totals(&bucket.came)),
        so_far: Some(totals(&bucket.so_far)),
    }
}

fn estimate(reproduction: &Reproduction) -> v1::ReproductionEstimate {
    v1::ReproductionEstimate {
        from_us: reproduction.from.micros(),
        to_us: reproduction.to.micros(),
        posts: reproduction.posts,
        children: reproduction.children,
        estimated: reproduction.estimate(),
    }
}

pub(crate) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
