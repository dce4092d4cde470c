//! GEXF 1.3, the format of Gephi.

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
    writeln!(out, r#"<gexf xmlns="http://gexf.net/1.3" version="1.3">"#)?;
    writeln!(
        out,
        r#"  <graph defaultedgetype="directed" mode="dynamic" timeformat="dateTime">"#
    )?;
    writeln!(out, r#"    <attributes class="node">"#)?;
    for (name, kind) in ATTRIBUTES {
        let kind = if kind == "int" { "integer" } else { kind };
        writeln!(out, r#"      <attribute id="{name}" title="{name}" type="{kind}"/>"#)?;
    }
    writeln!(out, "    </attributes>")?;
    writeln!(
        out,
        r#"    <attributes class="edge"><attribute id="known" title="known" type="string"/></attributes>"#
    )?;
    writeln!(out, "    <nodes>")?;
    for entry in view.entries() {
        let id = entry.id.to_string();
        let label = author(entry.id).unwrap_or_else(|| id.clone());
        write!(out, r#"      <node id="{}" label="{}""#, Text(&id), Text(&label))?;
        if let Some(node) = entry.node {
            write!(out, r#" start="{}""#, node.at)?;
        }
        write!(out, "><attvalues>")?;
        for (name, value) in attributes(entry, author) {
            write!(out, r#"<attvalue for="{name}" value="{}"/>"#, Text(&value))?;
        }
        writeln!(out, "</attvalues></node>")?;
    }
    writeln!(out, "    </nodes>\n    <edges>")?;
    for (number, entry) in view.entries().iter().enumerate() {
        let Some(parent) = entry.parent else {
            continue;
        };
        let [source, target] = [view.entries()[parent].id, entry.id].map(PostId::to_string);
        let (source, target) = (Text(&source), Text(&target));
        write!(out, r#"      <edge id="{number}" source="{source}" target="{target}">"#)?;
        let known = entry.edge.name();
        writeln!(
            out,
            r#"<attvalues><attvalue for="known" value="{known}"/></attvalues></edge>"#
        )?;
    }
    writeln!(out, "    </edges>\n  </graph>\n</gexf>")
}
