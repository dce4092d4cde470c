//! A cascade as a file for other programs: as a graph, as a tree, or as plain records. Written piece by piece in the order of time, so that
//! the same cascade gives the same bytes; how files are named and where they go is the caller's.

mod gexf;
mod graphml;
mod json;
mod newick;
mod xml;

use std::io::{self, Write};

use super::{Passing, View};
use crate::id::PostId;

/// A format that other programs read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// GraphML, as yEd, Cytoscape, igraph and NetworkX read it.
    GraphMl,
    /// GEXF 1.3, as Gephi reads it; a post is there from its time on.
    Gexf,
    /// Newick, as programs for phylogenies read it; a branch is as long as the seconds between a post and what it hangs on, and 0 where one
    /// of the two times is not known or the order is turned.
    Newick,
    /// One JSON document with a record for each post.
    Json,
}

/// Writes a cascade. `author` tells what to call the author of a post, where that is known.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(
    view: &View<'_>,
    format: Format,
    author: &dyn Fn(&PostId) -> Option<String>,
    out: &mut impl Write,
) -> io::Result<()> {
    match format {
        Format::GraphMl => graphml::write(view, author, out),
        Format::Gexf => gexf::write(view, author, out),
        Format::Newick => newick::write(view, out),
        Format::Json => json::write(view, author, out),
    }
}

fn passing(passing: Passing) -> &'static str {
    match passing {
        Passing::Repost => "repost",
        Passing::Citation => "citation",
    }
}

#[cfg(test)]
mod tests;
