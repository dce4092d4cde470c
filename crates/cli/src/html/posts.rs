//! The subject's own posts that most came of, with what they say.

use backtweet_wire::v1::{Content, TopContentResponse};
use maud::{Markup, html};

use super::tables::width;
use crate::view::bars::grouped;
use crate::view::zone::Zone;

/// How much of a text is shown, in characters.
const LONGEST: usize = 280;

/// The list; a word where nothing came of any post.
pub fn list(contents: &TopContentResponse, zone: &Zone) -> Markup {
    let backtweets = |content: &Content| content.figures.as_ref().map_or(0, |figures| figures.backtweets);
    let most = contents.contents.iter().map(backtweets).max().unwrap_or(1);
    html! {
        @if contents.contents.is_empty() {
            p.empty { "Nothing came of posts by the subject's own accounts in this time." }
        }
        ol.posts {
            @for content in &contents.contents {
                li { (post(content, backtweets(content), most, zone)) }
            }
        }
    }
}

fn post(content: &Content, backtweets: u64, most: u64, zone: &Zone) -> Markup {
    let seen = content.sighting.as_ref().and_then(|sighting| sighting.post.as_ref());
    let figures = content.figures.clone().unwrap_or_default();
    let mood = figures
        .net_sentiment
        .map_or(String::new(), |net| format!(", net sentiment {net:+.2}"));
    html! {
        @match seen {
            Some(post) => {
                blockquote dir="auto" { (shown(&post.text)) }
                p.source {
                    (zone.moment(post.witnessed_at_us))
                    @if let Some(url) = post.url.as_deref().filter(|url| is_web(url)) {
                        " · " a href=(url) rel="noreferrer" { "read it" }
                    }
                }
            },
            None => { p.empty { "A post that was not seen itself, or is gone: " code { (content.post) } } },
        }
        div.bar { span.citations style=(width(backtweets, most)) {} }
        p.figures {
            strong { (grouped(backtweets)) } " backtweets by " (grouped(figures.authors)) " accounts: "
            (grouped(figures.reposts)) " reposts, " (grouped(figures.citations)) " citations" (mood)
        }
    }
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// The text on one line, cut where it is long.
fn shown(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
