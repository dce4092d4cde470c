//! Newick, with the names of inner posts and quoted labels.

use std::io::{self, Write};

use crate::cascade::View;

enum Step {
    Open(usize),
    Next,
    Close(usize),
}

pub(super) fn write(view: &View<'_>, out: &mut impl Write) -> io::Result<()> {
    let mut children = vec![Vec::new(); view.entries().len()];
    for (place, entry) in view.entries().iter().enumerate() {
        if let Some(parent) = entry.parent {
            children[parent].push(place);
        }
    }
    // No recursion: a chain may be longer than the stack is deep.
    let mut steps = vec![Step::Open(0)];
    while let Some(step) = steps.pop() {
        match step {
            Step::Open(place) if children[place].is_empty() => label(view, place, out)?,
            Step::Open(place) => {
                write!(out, "(")?;
                steps.push(Step::Close(place));
                for (nth, &child) in children[place].iter().enumerate().rev() {
                    steps.push(Step::Open(child));
                    if nth > 0 {
                        steps.push(Step::Next);
                    }
                }
            }
            Step::Next => write!(out, ",")?,
            Step::Close(place) => {
                write!(out, ")")?;
                label(view, place, out)?;
            }
        }
    }
    writeln!(out, ";")
}

/// A post's name, and the length of the branch above it.
fn label(view: &View<'_>, place: usize, out: &mut impl Write) -> io::Result<()> {
    let entry = &view.entries()[place];
    write!(out, "'{}'", entry.id.to_string().replace('\'', "''"))?;
    let Some(parent) = entry.parent else {
        return Ok(());
    };
    let times = entry.node.zip(view.entries()[parent].node);
    let length = times.map_or(0.0, |(node, parent)| node.at.since(parent.at).as_secs_f64());
    write!(out, ":{length}")
}
