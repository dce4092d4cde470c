//! Breakdowns: tables whose numbers are drawn as bars beside them.

use backtweet_wire::v1::Count;
use maud::{Markup, html};

use crate::view::bars::grouped;

/// How many rows a breakdown has at most.
const MOST: usize = 7;

/// A table of counts, largest first. `class` names the colour of a row's bar.
pub fn breakdown(title: &str, counts: &[Count], class: impl Fn(&str) -> &'static str) -> Markup {
    let mut counts: Vec<_> = counts.iter().filter(|count| count.count > 0).collect();
    counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    let most = counts.first().map_or(1, |count| count.count);
    let left: u64 = counts.iter().skip(MOST).map(|count| count.count).sum();
    html! {
        div.breakdown {
            h3 { (title) }
            @if counts.is_empty() { p.empty { "None." } }
            table.bars {
                tbody {
                    @for count in counts.iter().take(MOST) {
                        tr {
                            th scope="row" dir="auto" { (if count.name == "und" { "not known".to_owned() } else { count.name.replace('_', " ") }) }
                            td.bar { span class=(class(&count.name)) style=(width(count.count, most)) {} }
                            td.number { (grouped(count.count)) }
                        }
                    }
                    @if left > 0 {
                        tr { th scope="row" { "all others" } td {} td.number { (grouped(left)) } }
                    }
                }
            }
        }
    }
}

/// Links and how often each stood beside a backtweet, the most frequent first.
pub fn links(links: &[Count]) -> Markup {
    html! {
        @if !links.is_empty() {
            h3 { "Links beside it" }
            table {
                tbody {
                    @for link in links.iter().take(MOST) {
                        tr { td { (bare(&link.name)) } td.number { (grouped(link.count)) } }
                    }
                }
            }
        }
    }
}

/// A link as people say it.
fn bare(link: &str) -> &str {
    let link = link
        .strip_prefix("https://")
        .or(link.strip_prefix("http://"))
        .unwrap_or(link);
    link.strip_suffix('/').unwrap_or(link)
}

/// How wide the bar of `value` is where that of `most` fills its cell.
pub fn width(value: u64, most: u64) -> String {
    format!(
        "width:{:.1}%",
        (value as f64 / most.max(1) as f64 * 100.0).clamp(0.5, 100.0)
    )
}

/// What stands behind a picture, for those who would rather read numbers.
pub fn behind(what: &str, table: Markup) -> Markup {
    html! {
        details {
            summary { (what) }
            div.scroll { (table) }
        }
    }
}
