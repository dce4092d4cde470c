//! `backtweet report`: figures about one subject, or about several side by side. Each report has a file of its own.

mod authors;
mod cascade;
mod compare;
mod content;
mod feed;
mod heatmap;
mod html;
mod people;
mod propagation;
mod reach;
mod summary;
mod timeline;
mod window;

use std::process::ExitCode;

use anyhow::Result;
use backtweet_domain::{Clock, SystemClock};
use backtweet_wire::v1;
use backtweet_wire::v1::report_service_client::ReportServiceClient;
use tonic::transport::Channel;

use crate::args::{About, Format, Report};
use crate::client::{self, MESSAGE_LIMIT};
use crate::view::zone::Zone;

type Client = ReportServiceClient<Channel>;

/// How a report is asked for, and how it is shown.
struct Asked {
    window: Option<v1::Window>,
    zone: Zone,
    format: Format,
}

impl Asked {
    fn read(about: &About, format: Format) -> Result<Self> {
        let zone = Zone::read(about.tz.as_deref())?;
        let window = window::parse(about.from.as_deref(), about.to.as_deref(), &zone, SystemClock.now())?;
        Ok(Self { window, zone, format })
    }
}

/// Runs the command. What is wrong with the command line is said before anything is connected.
pub async fn run(report: Report, endpoint: &str, format: Format) -> Result<ExitCode> {
    match report {
        Report::Html(args) => {
            let asked = Asked::read(&args.about, format)?;
            html::write(&connect(endpoint).await?, args, &asked).await?;
        }
        Report::Summary {
            subject,
            about,
            compare,
            top,
        } => {
            let asked = Asked::read(&about, format)?;
            let request = summary::request(subject, &asked, compare, top)?;
            summary::show(&mut connect(endpoint).await?, request, &asked).await?;
        }
        Report::Timeline { subject, about, bucket } => {
            let asked = Asked::read(&about, format)?;
            let request = timeline::request(subject, &asked, bucket);
            timeline::show(&mut connect(endpoint).await?, request, &asked).await?;
        }
        Report::Compare { subjects, about } => {
            let asked = Asked::read(&about, format)?;
            let request = v1::CompareRequest {
                subjects,
                window: asked.window,
            };
            compare::show(&mut connect(endpoint).await?, request, format).await?;
        }
        Report::Heatmap { subject, about } => {
            let asked = Asked::read(&about, format)?;
            let request = v1::HeatMapRequest {
                subject,
                window: asked.window,
                time_zone: asked.zone.name().to_owned(),
            };
            heatmap::show(&mut connect(endpoint).await?, request, format).await?;
        }
        Report::Authors { subject, about, limit } => {
            let asked = Asked::read(&about, format)?;
            let request = v1::TopAuthorsRequest {
                subject,
                window: asked.window,
                limit,
            };
            authors::show(&mut connect(endpoint).await?, request, format).await?;
        }
        Report::Content {
            subject,
            about,
            limit,
            sort,
        } => {
            let asked = Asked::read(&about, format)?;
            let request = content::request(subject, &asked, limit, sort);
            content::show(&mut connect(endpoint).await?, request, &asked).await?;
        }
        Report::Propagation { subject, about } => {
            let window = Asked::read(&about, format)?.window;
            let request = v1::PropagationRequest { subject, window };
            propagation::show(&mut connect(endpoint).await?, request, format).await?;
        }
        Report::Cascade(args) => {
            let wanted = cascade::Wanted::assemble(args, SystemClock.now())?;
            cascade::one(&mut connect(endpoint).await?, wanted, format).await?;
        }
        Report::Cascades(args) => cascade::list(&mut connect(endpoint).await?, args, format).await?,
        Report::Reach(args) => {
            let asked = Asked::read(&args.about, format)?;
            reach::show(&mut connect(endpoint).await?, reach::request(args, &asked), format).await?;
        }
        Report::People(args) => {
            let asked = Asked::read(&args.about, format)?;
            people::show(&mut connect(endpoint).await?, people::request(args, &asked), format).await?;
        }
        Report::Feed(args) => {
            let asked = Asked::read(&args.about, format)?;
            let limit = args.limit;
            let request = feed::request(*args, &asked)?;
            feed::show(&mut connect(endpoint).await?, request, limit, &asked).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn connect(endpoint: &str) -> Result<Client> {
    Ok(ReportServiceClient::new(client::connect(endpoint).await?).max_decoding_message_size(MESSAGE_LIMIT))
}
