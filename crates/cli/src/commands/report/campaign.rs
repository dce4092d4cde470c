//! `backtweet report campaign`.

use anyhow::Result;
use backtweet_domain::Timestamp;
use backtweet_wire::v1;
use serde_json::{Value, json};

use super::{Asked, Client, timeline};
use crate::args::{Campaign, Format};
use crate::client::refused;
use crate::output::{self, ACCENT, FAINT, HEADING, styled};
use crate::view::author::name;
use crate::view::bars::{bar, grouped, sparkline};
use crate::view::figures::{self, CoverageView, FiguresView, WindowView};

/// What the command line asks for.
pub(super) fn request(args: Campaign, asked: &Asked) -> v1::CampaignRequest {
    v1::CampaignRequest {
        subject: args.subject,
        hashtags: args.hashtags,
        window: asked.window,
        bucket: timeline::bucket(args.bucket).into(),
        time_zone: asked.zone.name().to_owned(),
        limit: args.limit,
    }
}

/// Asks and shows.
pub(super) async fn show(client: &mut Client, request: v1::CampaignRequest, asked: &Asked) -> Result<()> {
    let response = client.campaign(request).await.map_err(refused)?.into_inner();
    match asked.format {
        Format::Json => output::json(&view(&response))?,
        Format::Csv => {
            let row = |step: &v1::UptakeBucket| {
                let (start, end) = (asked.zone.time(step.start_us), asked.zone.time(step.end_us));
                [
                    start,
                    end,
                    step.backtweets.to_string(),
                    step.new_participants.to_string(),
                ]
            };
            let header = ["start", "end", "backtweets", "new_participants"];
            output::csv(header, response.uptake.iter().map(row))?;
        }
        Format::Text => text(&response, asked),
    }
    Ok(())
}

fn view(response: &v1::CampaignResponse) -> Value {
    let step = |step: &v1::UptakeBucket| {
        json!({
            "start": Timestamp::from_micros(step.start_us),
            "end": Timestamp::from_micros(step.end_us),
            "backtweets": step.backtweets,
            "new_participants": step.new_participants,
        })
    };
    let participants = |all: &[v1::Participant]| all.iter().map(participant).collect::<Vec<_>>();
    let origin = |origin: &v1::Sighting| {
        let post = origin.post.clone().unwrap_or_default();
        json!({ "post": post.id, "at": Timestamp::from_micros(post.witnessed_at_us), "text": post.text, "url": post.url })
    };
    json!({
        "subject": response.subject,
        "hashtags": response.hashtags,
        "window": WindowView::from(&response.window.unwrap_or_default()),
        "figures": FiguresView::from(&response.figures.clone().unwrap_or_default()),
        "first_time": response.first_time,
        "bucket": timeline::name(response.bucket()),
        "time_zone": response.time_zone,
        "uptake": response.uptake.iter().map(step).collect::<Vec<_>>(),
        "top": participants(&response.top),
        "micro_influencers": participants(&response.micro_influencers),
        "mood": mood(response.mood.as_ref()),
        "baseline": mood(response.baseline.as_ref()),
        "mood_difference": response.mood_difference,
        "used_together": response.used_together.iter().map(|it| json!({ "name": it.name, "count": it.count })).collect::<Vec<_>>(),
        "origins_total": response.origins_total,
        "origins": response.origins.iter().map(origin).collect::<Vec<_>>(),
        "coverage": CoverageView::from(&response.coverage.clone().unwrap_or_default()),
    })
}

fn participant(participant: &v1::Participant) -> Value {
    json!({
        "author": participant.author,
        "handle": participant.handle,
        "name": participant.name,
        "followers": participant.followers,
        "backtweets": participant.backtweets,
        "signal_milli": participant.signal_milli,
        "first_time": participant.first_time,
        "passed_on": participant.passed_on,
    })
}

fn mood(mood: Option<&v1::Mood>) -> Value {
    let mood = mood.copied().unwrap_or_default();
    json!({
        "positive": mood.positive,
        "neutral": mood.neutral,
        "negative": mood.negative,
        "unknown": mood.unknown,
        "net_sentiment": mood.net_sentiment,
    })
}

fn text(response: &v1::CampaignResponse, asked: &Asked) {
    let found = response.figures.clone().unwrap_or_default();
    let hashtags: Vec<_> = response.hashtags.iter().map(|hashtag| format!("#{hashtag}")).collect();
    output::line(format!(
        "{} {}",
        styled(HEADING, &response.subject),
        styled(ACCENT, hashtags.join(" "))
    ));
    let coverage = figures::coverage(&response.coverage.clone().unwrap_or_default());
    if found.backtweets == 0 {
        output::line(
            "  no backtweet carries it in this window; `backtweet report summary` names the hashtags that do get used",
        );
        origins(response, asked);
        return output::line(coverage);
    }
    output::line(format!(
        "  {} backtweets by {} participants, {} of whom came to {} with it",
        styled(ACCENT.bold(), grouped(found.backtweets)),
        grouped(found.authors),
        grouped(response.first_time),
        response.subject,
    ));
    output::line(format!("  {}", figures::mood(&found)));
    if let (Some(difference), Some(baseline)) = (response.mood_difference, &response.baseline) {
        output::line(format!(
            "  {} against {} without it",
            figures::net(Some(difference)),
            figures::net(baseline.net_sentiment).trim(),
        ));
    }
    let mut breakdowns = String::new();
    figures::breakdown(&mut breakdowns, "how", &found.kinds);
    figures::breakdown(&mut breakdowns, "along with", &response.used_together);
    output::line(breakdowns.trim_end());
    uptake(response, asked);
    participants("participants by signal", &response.top);
    participants(
        "1,000 to 100,000 followers, by passed on per follower",
        &response.micro_influencers,
    );
    origins(response, asked);
    output::line(coverage);
}

fn uptake(response: &v1::CampaignResponse, asked: &Asked) {
    let counts: Vec<u64> = response.uptake.iter().map(|step| step.backtweets).collect();
    let new: Vec<u64> = response.uptake.iter().map(|step| step.new_participants).collect();
    let most = counts.iter().copied().max().unwrap_or(0);
    let bucket = timeline::name(response.bucket()).replace('_', " ");
    let title = format!("by {bucket}, {}: backtweets, and new participants", response.time_zone);
    output::line(styled(HEADING, title));
    for step in &response.uptake {
        let start = if timeline::is_date(response.bucket()) {
            asked.zone.date(step.start_us)
        } else {
            asked.zone.time(step.start_us)
        };
        output::line(format!(
            "  {start}  {:>8}  {:>8}  {}",
            grouped(step.backtweets),
            styled(FAINT, format!("+{}", grouped(step.new_participants))),
            styled(ACCENT, bar(step.backtweets, most, 40)),
        ));
    }
    output::line(format!("  backtweets        {}", sparkline(&counts)));
    output::line(format!("  new participants  {}", sparkline(&new)));
}

fn participants(title: &str, participants: &[v1::Participant]) {
    if participants.is_empty() {
        return;
    }
    output::line(styled(HEADING, title));
    let mut table = comfy_table::Table::new();
    table.load_preset(comfy_table::presets::NOTHING);
    table.set_header(["#", "author", "followers", "backtweets", "signal", "passed on", ""]);
    for (place, row) in participants.iter().enumerate() {
        let who = name(row.handle.as_deref(), &row.author);
        table.add_row([
            (place + 1).to_string(),
            who,
            row.followers.map_or("?".to_owned(), grouped),
            grouped(row.backtweets),
            format!("{:.1}", row.signal_milli as f64 / 1000.0),
            grouped(row.passed_on),
            if row.first_time { "first time" } else { "" }.to_owned(),
        ]);
    }
    output::line(table);
}

fn origins(response: &v1::CampaignResponse, asked: &Asked) {
    if response.origins_total == 0 {
        return;
    }
    let title = format!("{} posts of its own carry it", grouped(response.origins_total));
    output::line(styled(HEADING, title));
    for origin in &response.origins {
        let post = origin.post.clone().unwrap_or_default();
        let text = post.text.split_whitespace().collect::<Vec<_>>().join(" ");
        output::line(format!(
            "  {}  {text}",
            styled(FAINT, asked.zone.time(post.witnessed_at_us))
        ));
    }
}
