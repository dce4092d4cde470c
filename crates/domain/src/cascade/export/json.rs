//! One JSON document: the root, the size, and a record for each post.

use std::io::{self, Write};

use serde::Serialize;

use super::passing;
use crate::cascade::View;
use crate::id::PostId;
use crate::time::Timestamp;

/// One post; what is not known is null.
#[derive(Serialize)]
struct Record<'a> {
    id: &'a PostId,
    parent: Option<&'a PostId>,
    edge: Option<&'static str>,
    at: Option<Timestamp>,
    author: Option<String>,
    followers: Option<u64>,
    passing: Option<&'static str>,
    role: Option<&'static str>,
    generation: usize,
    size: u64,
}

pub(super) fn write(
    view: &View<'_>,
    author: &dyn Fn(&PostId) -> Option<String>,
    out: &mut impl Write,
) -> io::Result<()> {
    let root = view.entries().first().map(|root| root.id);
    write!(out, "{{\"root\":{},\"nodes\":[", serde_json::to_string(&root)?)?;
    for (place, entry) in view.entries().iter().enumerate() {
        if place > 0 {
            write!(out, ",")?;
        }
        writeln!(out)?;
        let below = entry.parent.is_some();
        let record = Record {
            id: entry.id,
            parent: entry.parent.map(|parent| view.entries()[parent].id),
            edge: below.then(|| entry.edge.name()),
            at: entry.node.map(|node| node.at),
            author: author(entry.id),
            followers: entry.node.and_then(|node| node.followers),
            passing: entry.node.filter(|_| below).map(|node| passing(node.passing)),
            role: entry.node.map(|node| node.role.name()),
            generation: entry.depth,
            size: entry.size,
        };
        serde_json::to_writer(&mut *out, &record)?;
    }
    writeln!(out, "\n]}}")
}
