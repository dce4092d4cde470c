//! `backtweet report`: figures about one subject.

mod cascade;
mod window;

use std::process::ExitCode;

use anyhow::{Result, bail};
use backtweet_domain::{Clock, SystemClock, Timestamp};
use backtweet_wire::v1;
use backtweet_wire::v1::report_service_client::ReportServiceClient;
use serde_json::json;
use tonic::transport::Channel;

use crate::args::{About, Bucket, Cascades, Format, Report};
use crate::client::{self, MESSAGE_LIMIT, refused};
use crate::output::{self, ACCENT, FAINT, styled};
use crate::view::bars::{bar, grouped, sparkline};
use crate::view::figures::{self, CoverageView, FiguresView, WindowView};
use crate::view::item;

type Client = ReportServiceClient<Channel>;

/// Runs the command.
pub async fn run(report: Report, endpoint: &str, format: Format) -> Result<ExitCode> {
    let now = SystemClock.now();
    // What is wrong with the command line is said before anything is connected.
    let request = Request::assemble(report, now)?;
    let mut client =
        ReportServiceClient::new(client::connect(endpoint).await?).max_decoding_message_size(MESSAGE_LIMIT);
    match request {
        Request::Summary(request) => summary(&mut client, request, format).await?,
        Request::Timeline(request) => timeline(&mut client, request, format).await?,
        Request::Authors(request) => authors(&mut client, request, format).await?,
        Request::Cascade(wanted) => cascade::one(&mut client, wanted, format).await?,
        Request::Cascades(args) => cascade::list(&mut client, args, format).await?,
        Request::Feed(request, limit) => feed(&mut client, request, limit, format).await?,
    }
    Ok(ExitCode::SUCCESS)
}

enum Request {
    Summary(v1::SummaryRequest),
    Timeline(v1::TimelineRequest),
    Authors(v1::TopAuthorsRequest),
    Cascade(cascade::Wanted),
    Cascades(Cascades),
    Feed(v1::FeedRequest, u32),
}

impl Request {
    fn assemble(report: Report, now: Timestamp) -> Result<Self> {
        let window = |about: &About| window::parse(about.from.as_deref(), about.to.as_deref(), now);
        Ok(match report {
            Report::Summary(about) => Self::Summary(v1::SummaryRequest {
                window: window(&about)?,
                subject: about.subject,
            }),
            Report::Timeline { about, bucket } => {
                let bucket = match bucket {
                    None => v1::Bucket::Unspecified,
                    Some(Bucket::Minute) => v1::Bucket::Minute,
                    Some(Bucket::Hour) => v1::Bucket::Hour,
                    Some(Bucket::Day) => v1::Bucket::Day,
                };
                let window = window(&about)?;
                Self::Timeline(v1::TimelineRequest {
                    subject: about.subject,
                    window,
                    bucket: bucket.into(),
                })
            }
            Report::Authors { about, limit } => Self::Authors(v1::TopAuthorsRequest {
                window: window(&about)?,
                subject: about.subject,
                limit,
            }),
            Report::Cascade(args) => Self::Cascade(cascade::Wanted::assemble(args, now)?),
            Report::Cascades(args) => Self::Cascades(args),
            Report::Feed {
                about,
                limit,
                kinds,
                intents,
                sentiments,
                roles,
            } => {
                let request = v1::FeedRequest {
                    window: window(&about)?,
                    subject: about.subject,
                    page_size: limit.min(500),
                    page_token: String::new(),
                    kinds: chosen("kind", &kinds, v1::Kind::from_str_name)?,
                    intents: chosen("intent", &intents, v1::Intent::from_str_name)?,
                    sentiments: chosen("label", &sentiments, v1::Label::from_str_name)?,
                    roles: chosen("role", &roles, v1::Role::from_str_name)?,
                };
                Self::Feed(request, limit)
            }
        })
    }
}

/// The wire's numbers of the names that were given on the command line.
fn chosen<T: Into<i32>>(what: &str, names: &[String], by_name: impl Fn(&str) -> Option<T>) -> Result<Vec<i32>> {
    let number = |name: &String| {
        let wire = format!("{}_{}", what.to_uppercase(), name.to_uppercase().replace('-', "_"));
        match by_name(&wire) {
            Some(value) => Ok(value.into()),
            None => bail!("`{name}` is no {what}: the words are those that `backtweet report summary` shows"),
        }
    };
    names.iter().map(number).collect()
}

async fn summary(client: &mut Client, request: v1::SummaryRequest, format: Format) -> Result<()> {
    let response = client.summary(request).await.map_err(refused)?.into_inner();
    let found = response.figures.unwrap_or_default();
    let coverage = response.coverage.unwrap_or_default();
    match format {
        Format::Text => {
            output::line(figures::page(&response.subject, &found));
            output::line(figures::coverage(&coverage));
            if found.backtweets == 0 {
                output::line(
                    "hand it posts with `backtweet push`, or see `backtweet subject get` for what it looks for",
                );
            }
        }
        Format::Json => output::json(&json!({
            "subject": response.subject,
            "window": WindowView::from(&response.window.unwrap_or_default()),
            "figures": FiguresView::from(&found),
            "coverage": CoverageView::from(&coverage),
        }))?,
        Format::Csv => {
            let simple = [
                ("backtweets", found.backtweets),
                ("reposts", found.reposts),
                ("citations", found.citations),
                ("automatic", found.automatic),
                ("indirect", found.indirect),
                ("origins", found.origins),
                ("answers", found.answers),
                ("impressions", found.impressions),
                ("impressions_unknown", found.impressions_unknown),
                ("authors", found.authors),
            ];
            let groups = [
                ("kind", &found.kinds),
                ("intent", &found.intents),
                ("network", &found.networks),
                ("language", &found.languages),
                ("sentiment", &found.sentiments),
            ];
            let mut rows: Vec<_> = simple.map(|(name, count)| [name.to_owned(), count.to_string()]).into();
            for (group, counts) in groups {
                rows.extend(
                    counts
                        .iter()
                        .map(|count| [format!("{group}/{}", count.name), count.count.to_string()]),
                );
            }
            rows.push(["signal_milli".to_owned(), found.signal_milli.to_string()]);
            output::csv(["figure", "value"], rows)?;
        }
    }
    Ok(())
}

async fn timeline(client: &mut Client, request: v1::TimelineRequest, format: Format) -> Result<()> {
    let response = client.timeline(request).await.map_err(refused)?.into_inner();
    let bucket = response
        .bucket()
        .as_str_name()
        .trim_start_matches("BUCKET_")
        .to_lowercase();
    let rows: Vec<_> = response
        .buckets
        .iter()
        .map(|bucket| {
            (
                Timestamp::from_micros(bucket.start_us),
                bucket.figures.clone().unwrap_or_default(),
            )
        })
        .collect();
    match format {
        Format::Json => {
            let buckets: Vec<_> = rows
                .iter()
                .map(|(start, found)| json!({ "start": start, "figures": FiguresView::from(found) }))
                .collect();
            output::json(&json!({
                "subject": response.subject,
                "window": WindowView::from(&response.window.unwrap_or_default()),
                "bucket": bucket,
                "buckets": buckets,
                "coverage": CoverageView::from(&response.coverage.unwrap_or_default()),
            }))?;
        }
        Format::Csv => {
            let rows = rows.iter().map(|(start, found)| {
                let numbers = [
                    found.backtweets,
                    found.reposts,
                    found.citations,
                    found.authors,
                    found.impressions,
                ];
                let [backtweets, reposts, citations, authors, impressions] = numbers.map(|number| number.to_string());
                [start.to_string(), backtweets, reposts, citations, authors, impressions]
            });
            output::csv(
                ["start", "backtweets", "reposts", "citations", "authors", "impressions"],
                rows,
            )?;
        }
        Format::Text if rows.is_empty() => {
            output::line(format!("{}: nothing happened in this window", response.subject))
        }
        Format::Text => {
            let most = rows.iter().map(|(_, found)| found.backtweets).max().unwrap_or(0);
            output::line(format!("{}, by {bucket}", styled(output::HEADING, &response.subject)));
            for (start, found) in &rows {
                let count = found.backtweets;
                output::line(format!(
                    "  {start}  {:>8}  {}",
                    grouped(count),
                    styled(ACCENT, bar(count, most, 40))
                ));
            }
            let values: Vec<_> = rows.iter().map(|(_, found)| found.backtweets).collect();
            output::line(format!("  {}", sparkline(&values)));
            output::line(figures::coverage(&response.coverage.unwrap_or_default()));
        }
    }
    Ok(())
}

async fn authors(client: &mut Client, request: v1::TopAuthorsRequest, format: Format) -> Result<()> {
    let response = client.top_authors(request).await.map_err(refused)?.into_inner();
    match format {
        Format::Json => {
            let rows: Vec<_> = response
                .authors
                .iter()
                .map(|row| {
                    json!({
                        "author": row.author,
                        "handle": row.handle,
                        "name": row.name,
                        "followers": row.followers,
                        "backtweets": row.backtweets,
                        "signal_milli": row.signal_milli,
                    })
                })
                .collect();
            output::json(&json!({
                "subject": response.subject,
                "window": WindowView::from(&response.window.unwrap_or_default()),
                "authors": rows,
                "coverage": CoverageView::from(&response.coverage.unwrap_or_default()),
            }))?;
        }
        Format::Csv => {
            let rows = response.authors.into_iter().map(|row| {
                let followers = row.followers.map(|count| count.to_string()).unwrap_or_default();
                let (backtweets, signal) = (row.backtweets.to_string(), row.signal_milli.to_string());
                [
                    row.author,
                    row.handle.unwrap_or_default(),
                    followers,
                    backtweets,
                    signal,
                ]
            });
            output::csv(["author", "handle", "followers", "backtweets", "signal_milli"], rows)?;
        }
        Format::Text if response.authors.is_empty() => {
            output::line(format!("nobody pointed back at {} in this window", response.subject));
        }
        Format::Text => {
            let mut table = comfy_table::Table::new();
            table.load_preset(comfy_table::presets::NOTHING);
            table.set_header(["#", "author", "followers", "backtweets", "signal"]);
            for (place, row) in response.authors.iter().enumerate() {
                let who = row
                    .handle
                    .as_ref()
                    .map_or_else(|| row.author.clone(), |handle| format!("@{handle}"));
                table.add_row([
                    (place + 1).to_string(),
                    who,
                    row.followers.map_or("?".to_owned(), grouped),
                    grouped(row.backtweets),
                    format!("{:.1}", row.signal_milli as f64 / 1000.0),
                ]);
            }
            output::line(table);
            output::line(styled(
                FAINT,
                "signal: intent × sentiment × kind, summed over an author's backtweets",
            ));
        }
    }
    Ok(())
}

async fn feed(client: &mut Client, mut request: v1::FeedRequest, limit: u32, format: Format) -> Result<()> {
    let mut left = limit as usize;
    let mut items = Vec::new();
    while left > 0 {
        request.page_size = u32::try_from(left.min(500)).unwrap_or(500);
        let response = client.feed(request.clone()).await.map_err(refused)?.into_inner();
        left -= response.items.len().min(left);
        items.extend(response.items);
        request.page_token = response.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    match format {
        Format::Text if items.is_empty() => output::line("nothing here; a wider window or fewer filters may show more"),
        Format::Text => items.iter().for_each(|found| output::line(item::text(found))),
        Format::Json => {
            for found in &items {
                output::json_line(&item::view(found))?;
            }
        }
        Format::Csv => {
            let field = |value: &serde_json::Value| match value {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Null => String::new(),
                serde_json::Value::Array(parts) => parts
                    .iter()
                    .filter_map(|part| part.as_str())
                    .collect::<Vec<_>>()
                    .join("+"),
                other => other.to_string(),
            };
            let rows = items.iter().map(|found| {
                let view = item::view(found);
                [
                    field(&view["at"]),
                    field(&view["post"]),
                    field(&view["author"]["id"]),
                    field(&view["kinds"]),
                    field(&view["intent"]),
                    field(&view["sentiment"]["label"]),
                    field(&view["signal_milli"]),
                    field(&view["text"]),
                ]
            });
            output::csv(
                [
                    "at",
                    "post",
                    "author",
                    "kinds",
                    "intent",
                    "sentiment",
                    "signal_milli",
                    "text",
                ],
                rows,
            )?;
        }
    }
    Ok(())
}
