//! `backtweet report`: figures about one subject, or about several side by side. Each report has a file of its own.

mod authors;
mod campaign;
mod cascade;
mod community;
mod compare;
mod content;
pub mod feed;
mod heatmap;
mod html;
mod pages;
mod people;
mod praise;
mod propagation;
mod reach;
mod summary;
mod timeline;
pub mod window;

use std::process::ExitCode;

use anyhow::Result;
use backtweet_domain::{Clock, SystemClock, Timestamp};
use backtweet_wire::v1;
use backtweet_wire::v1::report_service_client::ReportServiceClient;
use tonic::transport::Channel;

pub use self::summary::view as summary_view;
use crate::args::{About, Format, Known, Report};
use crate::client::{self, MESSAGE_LIMIT};
use crate::view::zone::Zone;

type Client = ReportServiceClient<Channel>;

/// How a report is asked for, and how it is shown.
struct Asked {
    window: Option<v1::Window>,
    as_of_us: Option<i64>,
    zone: Zone,
    format: Format,
}

impl Asked {
    fn read(about: &About, format: Format) -> Result<Self> {
        let zone = Zone::read(about.tz.as_deref())?;
        let window = window::parse(about.from.as_deref(), about.to.as_deref(), &zone, SystemClock.now())?;
        Ok(Self {
            window,
            as_of_us: None,
            zone,
            format,
        })
    }

    /// By what was known at a time, where one is given.
    fn known(mut self, known: &Known) -> Result<Self> {
        let read = |text: &str| window::time(text, &self.zone, SystemClock.now());
        self.as_of_us = known.as_of.as_deref().map(read).transpose()?.map(Timestamp::micros);
        Ok(self)
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
            known,
            compare,
            top,
        } => {
            let asked = Asked::read(&about, format)?.known(&known)?;
            let request = summary::request(subject, &asked, compare, top)?;
            summary::show(&mut connect(endpoint).await?, request, &asked).await?;
        }
        Report::Timeline {
            subject,
            about,
            known,
            bucket,
        } => {
            let asked = Asked::read(&about, format)?.known(&known)?;
            let request = timeline::request(subject, &asked, bucket);
            timeline::show(&mut connect(endpoint).await?, request, &asked).await?;
        }
        Report::Compare { subjects, about, known } => {
            let asked = Asked::read(&about, format)?.known(&known)?;
            let request = v1::CompareRequest {
                subjects,
                window: asked.window,
                as_of_us: asked.as_of_us,
            };
            compare::show(&mut connect(endpoint).await?, request, format).await?;
        }
        Report::Heatmap { subject, about, known } => {
            let asked = Asked::read(&about, format)?.known(&known)?;
            let request = v1::HeatMapRequest {
                subject,
                window: asked.window,
                time_zone: asked.zone.name().to_owned(),
                as_of_us: asked.as_of_us,
            };
            heatmap::show(&mut connect(endpoint).await?, request, format).await?;
        }
        Report::Authors {
            subject,
            about,
            known,
            limit,
        } => {
            let asked = Asked::read(&about, format)?.known(&known)?;
            let request = v1::TopAuthorsRequest {
                subject,
                window: asked.window,
                limit,
                as_of_us: asked.as_of_us,
            };
            authors::show(&mut connect(endpoint).await?, request, format).await?;
        }
        Report::Content {
            subject,
            about,
            known,
            limit,
            sort,
        } => {
            let asked = Asked::read(&about, format)?.known(&known)?;
            let request = content::request(subject, &asked, limit, sort);
            content::show(&mut connect(endpoint).await?, request, &asked).await?;
        }
        Report::Propagation { subject, about } => {
            let window = Asked::read(&about, format)?.window;
            let request = v1::PropagationRequest { subject, window };
            propagation::show(&mut connect(endpoint).await?, request, format).await?;
        }
        Report::Campaign(args) => {
            let asked = Asked::read(&args.about, format)?;
            let request = campaign::request(args, &asked);
            campaign::show(&mut connect(endpoint).await?, request, &asked).await?;
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
        Report::Community { subject, about } => {
            let asked = Asked::read(&about, format)?;
            community::show(&mut connect(endpoint).await?, subject, &asked).await?;
        }
        Report::Pages(args) => {
            let asked = Asked::read(&args.about, format)?;
            let wanted = pages::Wanted::assemble(args, &asked)?;
            return pages::show(&mut connect(endpoint).await?, wanted, &asked).await;
        }
        Report::Praise(args) => {
            let asked = Asked::read(&args.about, format)?;
            praise::show(&mut connect(endpoint).await?, args, &asked).await?;
        }
        Report::Feed(args) => {
            let asked = Asked::read(&args.about, format)?.known(&args.known)?;
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
