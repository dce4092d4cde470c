//! `backtweet report people`.

use anyhow::Result;
use backtweet_wire::v1::{self, PeopleOrder, PeopleResponse, Person};
use serde_json::{Value, json};

use super::{Asked, Client};
use crate::args::{Format, People, PeopleSort};
use crate::client::refused;
use crate::output::{self, ACCENT, BAD, FAINT, GOOD, HEADING, styled};
use crate::view::author;
use crate::view::bars::{bar, grouped};
use crate::view::figures::{self, CoverageView, WindowView};
use crate::view::reach;

/// What the command line asks for.
pub(super) fn request(args: People, asked: &Asked) -> v1::PeopleRequest {
    let order = match args.order {
        PeopleSort::Advocates => PeopleOrder::Advocates,
        PeopleSort::Detractors => PeopleOrder::Detractors,
        PeopleSort::Authority => PeopleOrder::Authority,
        PeopleSort::Marginal => PeopleOrder::Marginal,
    };
    v1::PeopleRequest {
        subject: args.subject,
        window: asked.window,
        order: order.into(),
        limit: args.limit,
        without_bots: args.no_bots,
    }
}

/// Asks and shows.
pub(super) async fn show(client: &mut Client, request: v1::PeopleRequest, format: Format) -> Result<()> {
    let response = client.people(request).await.map_err(refused)?.into_inner();
    match format {
        Format::Json => output::json(&json!({
            "subject": response.subject,
            "window": WindowView::from(&response.window.unwrap_or_default()),
            "order": name(response.order()),
            "at": backtweet_domain::Timestamp::from_micros(response.at_us),
            "people": response.people.iter().map(view).collect::<Vec<_>>(),
            "authors": response.authors,
            "likely_bots": response.likely_bots,
            "authors_known": response.authors_known,
            "authors_whole": response.authors_whole,
            "coverage": CoverageView::from(&response.coverage.clone().unwrap_or_default()),
        }))?,
        Format::Csv => {
            let header = [
                "author",
                "handle",
                "followers",
                "backtweets",
                "value_milli",
                "strength_milli",
                "recent_milli",
                "marginal",
                "micro_milli",
                "authority",
                "likely_bot",
            ];
            output::csv(header, response.people.iter().map(row))?;
        }
        Format::Text if response.people.is_empty() => output::line(nobody(&response)),
        Format::Text => text(&response),
    }
    Ok(())
}

fn name(order: PeopleOrder) -> &'static str {
    match order {
        PeopleOrder::Advocates | PeopleOrder::Unspecified => "advocates",
        PeopleOrder::Detractors => "detractors",
        PeopleOrder::Authority => "authority",
        PeopleOrder::Marginal => "marginal",
    }
}

/// Why there is nobody, and what is missing.
fn nobody(response: &PeopleResponse) -> String {
    let subject = &response.subject;
    if response.authors == 0 {
        return format!("nobody pointed back at {subject} in this window");
    }
    let authors = grouped(response.authors);
    match response.order() {
        PeopleOrder::Advocates | PeopleOrder::Unspecified => {
            format!("none of the {authors} authors speaks for {subject} on the whole")
        }
        PeopleOrder::Detractors => format!("none of the {authors} authors speaks against {subject} on the whole"),
        PeopleOrder::Authority => {
            format!("none of the {authors} authors passed on, cited or answered a post that was seen, so nobody has authority")
        }
        PeopleOrder::Marginal if response.authors_known == 0 => {
            "no follow edges were collected of anybody here, so nobody's marginal reach is known; Bluesky's live stream brings follow edges, and \
             so do follow events that are pushed"
                .to_owned()
        }
        PeopleOrder::Marginal => format!("each follower that is known of the {authors} authors follows several of them"),
    }
}

fn view(person: &Person) -> Value {
    let standing = person.standing.unwrap_or_default();
    let bot = person.bot.unwrap_or_default();
    json!({
        "author": person.author,
        "handle": person.handle,
        "name": person.name,
        "followers": person.followers,
        "backtweets": person.backtweets,
        "standing": {
            "value_milli": standing.value_milli,
            "strength_milli": standing.strength_milli,
            "recent_milli": standing.recent_milli,
            "half_life_seconds": standing.half_life_seconds,
            "with_marginal": standing.with_marginal,
        },
        "marginal": person.marginal.as_ref().map(reach::json),
        "micro_milli": person.micro_milli,
        "authority": person.authority,
        "bot": {
            "likely_bot": bot.likely_bot,
            "declared": bot.declared,
            "automated": bot.automated,
            "duplicates": bot.duplicates,
            "flagged": bot.flagged,
        },
    })
}

fn row(person: &Person) -> [String; 11] {
    let standing = person.standing.unwrap_or_default();
    let marginal = person.marginal.as_ref().and_then(|marginal| marginal.estimate);
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    [
        person.author.clone(),
        person.handle.clone().unwrap_or_default(),
        number(person.followers),
        person.backtweets.to_string(),
        standing.value_milli.to_string(),
        standing.strength_milli.to_string(),
        standing.recent_milli.to_string(),
        number(marginal),
        number(person.micro_milli),
        person.authority.map(|share| share.to_string()).unwrap_or_default(),
        person.bot.unwrap_or_default().likely_bot.to_string(),
    ]
}

fn text(response: &PeopleResponse) {
    let order = response.order();
    output::line(format!("{}  {}", styled(HEADING, &response.subject), name(order)));
    output::line(table(&response.people, order));
    let half_life = response.people.first().and_then(|person| person.standing);
    let days = half_life.map_or(0, |standing| standing.half_life_seconds / 86_400);
    let what = match order {
        PeopleOrder::Authority => {
            "authority: PageRank on who passed on or cited whom, of everything retained".to_owned()
        }
        PeopleOrder::Marginal => {
            "micro: marginal reach × its share of the audience; marginal reach: followers that no other author has"
                .to_owned()
        }
        _ => format!("standing: signals, each halved every {days} days, × (1 + log₂(1 + marginal reach) / 10)"),
    };
    output::line(styled(FAINT, what));
    if let Some(missing) = reach::missing(response.authors, response.authors_known, response.authors_whole) {
        output::line(styled(FAINT, missing));
    }
    output::line(styled(
        FAINT,
        format!(
            "authors: {}; likely bots: {}, who say so, or of whose backtweets, 3 or more, most are flagged as automated or as duplicates",
            grouped(response.authors),
            grouped(response.likely_bots)
        ),
    ));
    output::line(figures::coverage(&response.coverage.clone().unwrap_or_default()));
}

fn table(people: &[Person], order: PeopleOrder) -> comfy_table::Table {
    let weight = |person: &Person| match order {
        PeopleOrder::Authority => (person.authority.unwrap_or(0.0) * 1e6) as u64,
        PeopleOrder::Marginal => person.micro_milli.unwrap_or(0),
        _ => person.standing.unwrap_or_default().value_milli.unsigned_abs(),
    };
    let most = people.iter().map(weight).max().unwrap_or(0);
    let mut table = comfy_table::Table::new();
    table.load_preset(comfy_table::presets::NOTHING);
    table.set_header([
        "#",
        "author",
        "followers",
        "backtweets",
        "standing",
        "signals",
        "only theirs",
        "authority",
        "bot",
        "",
    ]);
    for (place, person) in people.iter().enumerate() {
        let standing = person.standing.unwrap_or_default();
        let thousandths = |value: i64| format!("{:.1}", value as f64 / 1_000.0);
        let style = match order {
            PeopleOrder::Detractors => BAD,
            PeopleOrder::Authority | PeopleOrder::Marginal => ACCENT,
            _ => GOOD,
        };
        let who = author::name(person.handle.as_deref(), &person.author);
        table.add_row([
            (place + 1).to_string(),
            who,
            person.followers.map_or("?".to_owned(), grouped),
            grouped(person.backtweets),
            thousandths(standing.value_milli),
            thousandths(standing.strength_milli),
            person.marginal.as_ref().map_or("?".to_owned(), reach::text),
            person
                .authority
                .map_or(String::new(), |share| format!("{:.2} %", share * 100.0)),
            bot(person),
            styled(style, bar(weight(person), most, 16)),
        ]);
    }
    table
}

/// The evidence, where there is any.
fn bot(person: &Person) -> String {
    let bot = person.bot.unwrap_or_default();
    let evidence = match (bot.declared, bot.flagged) {
        (true, _) => "says so".to_owned(),
        (false, 0) => return String::new(),
        (false, flagged) => format!("{} of {}", grouped(flagged), grouped(person.backtweets)),
    };
    if bot.likely_bot {
        format!("likely, {evidence}")
    } else {
        evidence
    }
}
