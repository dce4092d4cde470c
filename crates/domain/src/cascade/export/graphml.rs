//! GraphML (Brandes et al. 2002).

use std::io::{self, Write};

use super::xml::{ATTRIBUTES, Text, attributes};
use crate::cascade::View;
use crate::id::PostId;

pub(super) fn write(
    view: &View<'_>,
    author: &dyn Fn(&PostId) -> Option<String>,
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<graphml xmlns="http://graphml.graphdrawing.org/xmlns">"#)?;
    for (name, kind) in ATTRIBUTES {
        writeln!(
            out,
            r#"  <key id="{name}" for="node" attr.name="{name}" attr.type="{kind}"/>"#
        )?;
    }
    writeln!(
        out,
        r#"  <key id="known" for="edge" attr.name="known" attr.type="string"/>"#
    )?;
    writeln!(out, r#"  <graph id="cascade" edgedefault="directed">"#)?;
    for entry in view.entries() {
        write!(out, r#"    <node id="{}">"#, Text(&entry.id.to_string()))?;
        for (name, value) in attributes(entry, author) {
            write!(out, r#"<data key="{name}">{}</data>"#, Text(&value))?;
        }
        writeln!(out, "</node>")?;
    }
    for entry in view.entries() {
        let Some(parent) = entry.parent else {
            continue;
        };
        let [source, target] = [view.entries()[parent].id, entry.id].map(PostId::to_string);
        let (source, target) = (Text(&source), Text(&target));
        let known = entry.edge.name();
        writeln!(
            out,
            r#"    <edge source="{source}" target="{target}"><data key="known">{known}</data></edge>"#
        )?;
    }
    writeln!(out, "  </graph>\n</graphml>")
}
