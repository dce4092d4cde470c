//! A status's HTML as plain text, and its anchors with their places in that text. What an anchor means to a status is not known here.

use backtweet_domain::Span;
use html5gum::{EndTag, StartTag, Token, Tokenizer};

use crate::normalise::spans;

/// A status's words.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plain {
    pub(super) text: String,
    /// Where the content starts, behind the content warning.
    pub(super) body: usize,
    pub(super) anchors: Vec<Anchor>,
}

/// An `a` element.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) kind: AnchorKind,
    pub(super) href: String,
    /// `None` where it holds no text.
    pub(super) span: Option<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnchorKind {
    Mention,
    Hashtag,
    Link,
}

/// Makes plain text of a content warning and a status's HTML. Text that browsers hide inside a shortened link is kept, so that links
/// read in full.
pub(super) fn plain(warning: &str, html: &str) -> Plain {
    let mut reader = Reader::default();
    let warning = warning.trim();
    if !warning.is_empty() {
        reader.plain.text = format!("{warning}\n\n");
    }
    reader.plain.body = reader.plain.text.len();
    for Ok(token) in Tokenizer::new(html) {
        match token {
            Token::StartTag(tag) => reader.open(&tag),
            Token::EndTag(tag) => reader.close(&tag),
            Token::String(text) => reader.add(&String::from_utf8_lossy(&text)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    plain: Plain,
    /// The anchor that is open, and where its text starts.
    open: Option<(AnchorKind, String, usize)>,
    /// The element whose content is no text, while it is open.
    unread: Option<Vec<u8>>,
}

impl Reader {
    fn open(&mut self, tag: &StartTag<()>) {
        if self.unread.is_some() {
            return;
        }
        match tag.name.as_slice() {
            b"br" => self.plain.text.push('\n'),
            b"p" => self.separate("\n\n"),
            b"div" | b"li" | b"ul" | b"ol" | b"blockquote" | b"pre" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => {
                self.separate("\n");
            }
            b"a" => {
                self.end_anchor();
                self.open = Some((kind(tag), attribute(tag, b"href"), self.plain.text.len()));
            }
            b"script" | b"style" if !tag.self_closing => self.unread = Some(tag.name.to_vec()),
            _ => {}
        }
    }

    fn close(&mut self, tag: &EndTag<()>) {
        match &self.unread {
            Some(name) if *name == *tag.name => self.unread = None,
            Some(_) => {}
            None if tag.name.as_slice() == b"a" => self.end_anchor(),
            None => {}
        }
    }

    fn add(&mut self, text: &str) {
        if self.unread.is_none() {
            self.plain.text.push_str(text);
        }
    }

    /// Parts what comes from what was, unless something parts them already.
    fn separate(&mut self, by: &str) {
        let text = &mut self.plain.text;
        let missing = by.len()
            - text
                .bytes()
                .rev()
                .take(by.len())
                .take_while(|&byte| byte == b'\n')
                .count();
        if text.len() > self.plain.body {
            text.push_str(&by[..missing]);
        }
    }

    fn end_anchor(&mut self) {
        let Some((kind, href, start)) = self.open.take() else {
            return;
        };
        let span = spans::bytes(&self.plain.text, start as u64, self.plain.text.len() as u64);
        self.plain.anchors.push(Anchor { kind, href, span });
    }

    fn finish(mut self) -> Plain {
        self.end_anchor();
        let Plain { text, body, anchors } = &mut self.plain;
        text.truncate(text.trim_end().len());
        *body = text.len().min(*body);
        // An anchor may have ended in the white space that is gone now.
        for anchor in anchors {
            let span = anchor
                .span
                .map(|span| (span.start.into(), u64::from(span.end).min(text.len() as u64)));
            anchor.span = span.and_then(|(start, end)| spans::bytes(text, start, end));
        }
        self.plain
    }
}

/// What an anchor is, by the classes that Mastodon and those who speak with it set.
fn kind(tag: &StartTag<()>) -> AnchorKind {
    let classes = attribute(tag, b"class");
    let has = |class: &str| classes.split_ascii_whitespace().any(|one| one == class);
    if has("hashtag") {
        AnchorKind::Hashtag
    } else if has("mention") {
        AnchorKind::Mention
    } else {
        AnchorKind::Link
    }
}

fn attribute(tag: &StartTag<()>, name: &[u8]) -> String {
    tag.attributes
        .get(name)
        .map(|value| String::from_utf8_lossy(value).into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spelt<'a>(plain: &'a Plain, anchor: &Anchor) -> &'a str {
        let span = anchor.span.unwrap();
        &plain.text[span.start as usize..span.end as usize]
    }

    #[test]
    fn a_shortened_link_reads_in_full() {
        let plain = plain(
            "",
            r#"<p>see <a href="https://www.example.org/a/b" rel="nofollow"><span class="invisible">https://www.</span><span
 class="ellipsis">example.org/a</span><span class="invisible">/b</span></a> &amp; rest</p>"#,
        );
        assert_eq!(plain.text, "see https://www.example.org/a/b & rest");
        assert_eq!(plain.anchors.len(), 1);
        assert_eq!(plain.anchors[0].kind, AnchorKind::Link);
        assert_eq!(spelt(&plain, &plain.anchors[0]), "https://www.example.org/a/b");
    }

    #[test]
    fn paragraphs_breaks_and_the_content_warning_are_kept_apart() {
        let plain = plain(
            " CW ",
            "<p>one<br>two</p><p><a class=\"u-url mention\" href=\"x\">@<span>ann</span></a></p><ul><li>a</li></ul>",
        );
        assert_eq!(plain.text, "CW\n\none\ntwo\n\n@ann\na");
        assert_eq!(plain.body, 4);
        assert_eq!(spelt(&plain, &plain.anchors[0]), "@ann");
    }

    #[test]
    fn hidden_programs_and_unclosed_tags_do_no_harm() {
        let plain = plain(
            "",
            "<p>a<script>var x='<p>b</p>'</script>c <a class='mention hashtag' href='t'>#<span>Tag",
        );
        assert_eq!(plain.text, "ac #Tag");
        assert_eq!(plain.anchors[0].kind, AnchorKind::Hashtag);
    }

    proptest! {
        #[test]
        fn whatever_the_html_every_anchor_lies_in_the_text(
            warning in "\\PC{0,8}",
            html in "(<a href=\"h\" class=\"mention\">|</a>|<p>|</p>|<br/>|é|@x|&amp;|&#x1F600;| |<script>|</script>|\\PC){0,40}",
        ) {
            let plain = plain(&warning, &html);
            prop_assert!(plain.body <= plain.text.len());
            for anchor in &plain.anchors {
                let Some(span) = anchor.span else { continue };
                prop_assert!(plain.text.get(span.start as usize..span.end as usize).is_some());
            }
        }
    }
}
