//! What both graph formats share: texts in XML, and the attributes that a post has. No format is known here.

use std::fmt;

use super::passing;
use crate::cascade::Entry;
use crate::id::PostId;

/// A text within XML 1.0. What XML has no way to write is shown as U+FFFD.
pub(super) struct Text<'a>(pub(super) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_special = |c: char| matches!(c, '&' | '<' | '>' | '"' | '\'' | '\u{fffe}' | '\u{ffff}') || c < ' ';
        let mut rest = self.0;
        while let Some((place, c)) = rest.char_indices().find(|(_, c)| is_special(*c)) {
            f.write_str(&rest[..place])?;
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&apos;")?,
                '\t' | '\n' | '\r' => write!(f, "&#{};", u32::from(c))?,
                _ => f.write_str("\u{fffd}")?,
            }
            rest = &rest[place + c.len_utf8()..];
        }
        f.write_str(rest)
    }
}

/// The attributes of posts: their names, and their types as both formats call them.
pub(super) const ATTRIBUTES: [(&str, &str); 6] = [
    ("author", "string"),
    ("followers", "long"),
    ("time", "string"),
    ("passing", "string"),
    ("role", "string"),
    ("generation", "int"),
];

/// The attributes of one post that are known, by name.
pub(super) fn attributes(
    entry: &Entry<'_>,
    author: &dyn Fn(&PostId) -> Option<String>,
) -> impl Iterator<Item = (&'static str, String)> {
    let node = entry.node;
    let values = [
        author(entry.id),
        node.and_then(|node| node.followers)
            .map(|followers| followers.to_string()),
        node.map(|node| node.at.to_string()),
        node.filter(|_| entry.parent.is_some())
            .map(|node| passing(node.passing).to_owned()),
        node.map(|node| node.role.name().to_owned()),
        Some(entry.depth.to_string()),
    ];
    let named = ATTRIBUTES.iter().zip(values);
    named.filter_map(|((name, _), value)| Some((*name, value?)))
}
