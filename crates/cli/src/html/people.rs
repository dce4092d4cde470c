//! Who spoke for the subject, and who against.

use backtweet_wire::v1::{PeopleResponse, Person};
use maud::{Markup, html};

use super::facts::short;
use super::tables::width;
use crate::view::bars::grouped;

/// A ranking; a word where nobody is in it. `class` names the colour of the bars.
pub fn ranking(title: &str, people: &PeopleResponse, class: &'static str) -> Markup {
    let value = |person: &Person| person.standing.unwrap_or_default().value_milli.unsigned_abs();
    let most = people.people.iter().map(value).max().unwrap_or(1);
    html! {
        div.breakdown {
            h3 { (title) }
            @if people.people.is_empty() { p.empty { "Nobody." } }
            table.bars {
                tbody {
                    @for person in &people.people {
                        tr {
                            th scope="row" dir="auto" { (name(person)) }
                            td.bar { span class=(class) style=(width(value(person), most)) {} }
                            td.number {
                                (grouped(person.backtweets)) " posts"
                                @if let Some(followers) = person.followers { ", " (short(followers)) " followers" }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn name(person: &Person) -> String {
    let handle = person.handle.as_ref().map(|handle| format!("@{handle}"));
    handle
        .or_else(|| person.name.clone())
        .unwrap_or_else(|| person.author.clone())
}
