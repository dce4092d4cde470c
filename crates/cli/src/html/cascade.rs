//! One cascade as a picture: the origin in the middle, each generation on a ring around it, each post as near to its parent as it gets.

use std::collections::HashMap;
use std::f64::consts::TAU;

use backtweet_wire::v1::{CascadeNode, CascadeResponse, Passing};
use maud::{Markup, html};

use super::timeline::number;
use crate::view::bars::grouped;

const SIZE: f64 = 460.0;
const MARGIN: f64 = 18.0;

/// A post where it is drawn.
struct Placed<'a> {
    node: &'a CascadeNode,
    parent: Option<usize>,
    angle: f64,
    radius: f64,
}

impl Placed<'_> {
    fn x(&self) -> f64 {
        SIZE / 2.0 + self.radius * self.angle.cos()
    }

    fn y(&self) -> f64 {
        SIZE / 2.0 + self.radius * self.angle.sin()
    }

    fn class(&self) -> &'static str {
        match (self.parent, self.node.passing()) {
            (None, _) => "origin",
            (_, Passing::Repost) => "reposts",
            _ => "citations",
        }
    }

    /// The more followers, the larger, as their logarithm.
    fn size(&self) -> f64 {
        let followers = self.node.followers.unwrap_or(0) as f64;
        if self.parent.is_none() {
            7.0
        } else {
            2.0 + (1.0 + followers).log10() * 0.7
        }
    }
}

/// The picture.
pub fn chart(cascade: &CascadeResponse) -> Markup {
    let placed = place(&cascade.nodes);
    let rings = placed.iter().map(|post| post.node.depth).max().unwrap_or(0);
    html! {
        svg.chart.square viewBox=(format!("0 0 {SIZE} {SIZE}")) role="img" aria-labelledby="cascade-title cascade-desc" {
            title #cascade-title { "The post that travelled furthest" }
            desc #cascade-desc { (described(cascade)) }
            @for ring in 1..=rings {
                circle.ring cx=(SIZE / 2.0) cy=(SIZE / 2.0) r=(number(radius(ring, rings))) {}
            }
            @for post in &placed {
                @if let Some(parent) = post.parent.map(|parent| &placed[parent]) {
                    line.edge x1=(number(parent.x())) y1=(number(parent.y())) x2=(number(post.x())) y2=(number(post.y())) {}
                }
            }
            @for post in placed.iter().rev() {
                circle class=(post.class()) cx=(number(post.x())) cy=(number(post.y())) r=(number(post.size())) {
                    title { (who(post.node)) }
                }
            }
        }
    }
}

fn described(cascade: &CascadeResponse) -> String {
    let figures = cascade.figures.clone().unwrap_or_default();
    let breadth: Vec<_> = figures.breadth.iter().map(|&posts| grouped(posts)).collect();
    format!("Posts by generation, from the origin on: {}.", breadth.join(", "))
}

fn who(node: &CascadeNode) -> String {
    let name = node.handle.as_ref().map(|handle| format!("@{handle}"));
    let name = name.or_else(|| node.author.clone()).unwrap_or_else(|| node.id.clone());
    match node.followers {
        Some(followers) => format!("{name}, {} followers", grouped(followers)),
        None => name,
    }
}

fn radius(depth: u32, rings: u32) -> f64 {
    (SIZE / 2.0 - MARGIN) * f64::from(depth) / f64::from(rings.max(1))
}

/// Gives each post a part of its parent's part of the circle, as wide as the posts at the ends below it are many.
fn place(nodes: &[CascadeNode]) -> Vec<Placed<'_>> {
    let places: HashMap<&str, usize> = nodes
        .iter()
        .enumerate()
        .map(|(place, node)| (node.id.as_str(), place))
        .collect();
    // A parent beyond the page is not drawn: what hangs on it hangs on the origin in the picture.
    let parent = |place: usize, node: &CascadeNode| {
        let named = node
            .parent
            .as_ref()
            .and_then(|parent| places.get(parent.as_str()).copied());
        (place > 0).then(|| named.filter(|&named| nodes[named].depth < node.depth).unwrap_or(0))
    };
    let parents: Vec<_> = nodes
        .iter()
        .enumerate()
        .map(|(place, node)| parent(place, node))
        .collect();
    let mut by_depth: Vec<usize> = (0..nodes.len()).collect();
    by_depth.sort_by_key(|&place| (nodes[place].depth, place));

    let mut ends = vec![0.0; nodes.len()];
    for &place in by_depth.iter().rev() {
        // Without children it is an end itself.
        ends[place] = f64::max(ends[place], 1.0);
        if let Some(parent) = parents[place] {
            ends[parent] += ends[place];
        }
    }
    let rings = nodes.iter().map(|node| node.depth).max().unwrap_or(0);
    // Where the part of each begins, and how much of it was given to its children.
    let mut begins = vec![0.0; nodes.len()];
    let mut given = vec![0.0; nodes.len()];
    let whole = ends.first().copied().unwrap_or(1.0);
    for &place in &by_depth {
        if let Some(parent) = parents[place] {
            begins[place] = begins[parent] + given[parent];
            given[parent] += ends[place];
        }
    }
    let placed = nodes.iter().enumerate().map(|(place, node)| Placed {
        node,
        parent: parents[place],
        angle: (begins[place] + ends[place] / 2.0) / whole * TAU,
        radius: radius(node.depth, rings),
    });
    placed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: &str, parent: Option<&str>, depth: u32) -> CascadeNode {
        CascadeNode {
            id: id.to_owned(),
            parent: parent.map(str::to_owned),
            depth,
            ..CascadeNode::default()
        }
    }

    #[test]
    fn each_post_lies_on_the_ring_of_its_generation_within_its_parents_part_of_the_circle() {
        let nodes = [
            node("root", None, 0),
            node("a", Some("root"), 1),
            node("b", Some("root"), 1),
            node("b1", Some("b"), 2),
            node("b2", Some("b"), 2),
            node("b3", Some("b"), 2),
        ];
        let placed = place(&nodes);
        assert_eq!(placed[0].radius, 0.0);
        assert_eq!(placed[1].radius * 2.0, placed[3].radius);
        let turn = |place: usize| placed[place].angle / TAU;
        // One end of four is below the first, three are below the second.
        assert_eq!((turn(1), turn(2)), (0.125, 0.625));
        assert_eq!((turn(3), turn(4), turn(5)), (0.375, 0.625, 0.875));
    }

    #[test]
    fn what_hangs_on_a_post_that_is_not_drawn_hangs_on_the_origin() {
        let nodes = [node("root", None, 0), node("late", Some("elsewhere"), 4)];
        assert_eq!(place(&nodes)[1].parent, Some(0));
        assert!(place(&[]).is_empty());
    }
}
