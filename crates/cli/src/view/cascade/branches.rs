//! The largest branches of a cascade as a tree of lines.

use std::collections::HashMap;
use std::fmt::Write;

use backtweet_domain::Timestamp;
use backtweet_wire::v1::{CascadeNode, Edge, Passing};

use super::super::bars::grouped;
use super::span;
use crate::output::{ACCENT, FAINT, HEADING, styled};

/// How many generations are drawn; what lies deeper is counted.
const DEEPEST: u32 = 12;

/// Draws at most that many posts: those with the most below them, ties by time, and under each how many more there are.
pub(super) fn tree(nodes: &[CascadeNode], lines: usize) -> String {
    let Some(root) = nodes.first() else {
        return String::new();
    };
    let mut below: HashMap<&str, Vec<&CascadeNode>> = HashMap::new();
    for node in nodes {
        if let Some(parent) = &node.parent {
            below.entry(parent).or_default().push(node);
        }
    }
    let mut largest: Vec<&CascadeNode> = nodes.iter().skip(1).filter(|node| node.depth <= DEEPEST).collect();
    // A branch is larger than what is in it, so whoever is drawn has all above drawn.
    largest.sort_by_key(|node| (std::cmp::Reverse(node.size), node.depth));
    largest.truncate(lines);
    let drawn = largest.iter().map(|node| node.id.as_str()).collect();
    let drawing = Drawing { root, below, drawn };
    let mut out = format!("{}\n", drawing.line(root));
    drawing.under(root, "", &mut out);
    out
}

struct Drawing<'a> {
    root: &'a CascadeNode,
    below: HashMap<&'a str, Vec<&'a CascadeNode>>,
    drawn: std::collections::HashSet<&'a str>,
}

impl Drawing<'_> {
    /// Draws what hangs on a post; not deeper than [`DEEPEST`], so that it ends.
    fn under(&self, node: &CascadeNode, indent: &str, out: &mut String) {
        let children = self.below.get(node.id.as_str()).map_or(&[][..], Vec::as_slice);
        let is_drawn = |child: &&&CascadeNode| self.drawn.contains(child.id.as_str());
        let drawn: Vec<_> = children.iter().filter(is_drawn).collect();
        let left = children.iter().filter(|child| !is_drawn(child));
        let (many, posts) = left.fold((0, 0), |sum, child| (sum.0 + 1, sum.1 + child.size));
        for (place, child) in drawn.iter().enumerate() {
            let is_last = place + 1 == drawn.len() && many == 0;
            let (branch, bar) = if is_last {
                ("└─ ", "   ")
            } else {
                ("├─ ", "│  ")
            };
            let _ = writeln!(out, "{indent}{branch}{}", self.line(child));
            self.under(child, &format!("{indent}{bar}"), out);
        }
        if many > 0 {
            let more: u64 = many;
            let all = if posts > more {
                format!(", {} posts in all", grouped(posts))
            } else {
                String::new()
            };
            let _ = writeln!(
                out,
                "{indent}└─ {}",
                styled(FAINT, format!("{} more{all}", grouped(more)))
            );
        }
    }

    fn line(&self, node: &CascadeNode) -> String {
        let who = match (&node.handle, &node.name, &node.author) {
            (Some(handle), ..) => format!("@{handle}"),
            (None, Some(name), _) => name.clone(),
            (None, None, Some(author)) => author.clone(),
            (None, None, None) => format!("{} (not seen, or gone)", node.id),
        };
        let mut line = styled(HEADING, who);
        match (node.at_us, self.root.at_us) {
            (Some(at), Some(start)) if node.parent.is_some() => {
                let _ = write!(line, "  +{}", span(at - start));
            }
            (Some(at), _) => {
                let _ = write!(line, "  {}", styled(FAINT, Timestamp::from_micros(at)));
            }
            (None, _) => {}
        }
        if let Some(followers) = node.followers {
            let _ = write!(line, "  {}", styled(FAINT, format!("{} followers", grouped(followers))));
        }
        if node.passing() == Passing::Citation {
            line.push_str("  cited it");
        }
        if node.edge() == Edge::Inferred {
            line.push_str(&styled(FAINT, "  inferred"));
        }
        if node.size > 1 {
            let _ = write!(
                line,
                "  {}",
                styled(ACCENT, format!("{} below", grouped(node.size - 1)))
            );
        }
        line
    }
}
