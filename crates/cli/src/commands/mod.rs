//! One file a command.

mod bench;
mod config;
mod demo;
mod erasure;
pub mod export;
mod filter;
mod health;
mod models;
mod praise;
mod push;
mod query;
pub mod report;
mod schedule;
mod sources;
mod subject;
mod up;
mod watch;

use std::process::ExitCode;

use anyhow::Result;
use clap::CommandFactory;

use backtweet_sentiment::Folders;

use crate::args::{Args, Command};
use crate::output;

/// Runs the command that was asked for.
pub async fn run(args: Args) -> Result<ExitCode> {
    let Args {
        endpoint,
        format,
        config,
        set,
        weights,
        quiet,
        command,
    } = args;
    // The folder is a key of the configuration too, for those who run a suite.
    let folder = weights.iter().map(|folder| format!("models={}", folder.display()));
    let settings = config::Settings {
        file: config,
        set: folder.chain(set).collect(),
    };
    match command {
        Command::Demo(demo) => demo::run(demo, format, quiet).await,
        Command::Up(up) => up::run(up, &settings, format).await,
        Command::Sources(sources) => sources::run(sources, &endpoint, format).await,
        Command::Push(push) => push::run(push, &endpoint, format, quiet).await,
        Command::Subject(subject) => subject::run(subject, &endpoint, format, quiet).await,
        Command::Query(query) => query::run(query, &endpoint, format).await,
        Command::Report(report) => report::run(report, &endpoint, format).await,
        Command::Praise(praise) => praise::run(praise, &endpoint, format).await,
        Command::Erasure(erasure) => erasure::run(erasure, &endpoint, format).await,
        Command::Export(export) => export::run(*export, &endpoint, quiet).await,
        Command::Watch { subject, resume } => watch::run(subject, resume, &endpoint, format).await,
        Command::Schedule(schedule) => schedule::run(schedule, &settings, &endpoint, format).await,
        Command::Health => health::run(&endpoint, format).await,
        Command::Score {
            keep: true, language, ..
        } => filter::score_in(&endpoint, language.as_deref()).await,
        Command::Score { model, language, .. } => {
            let model = models::chosen(model).load(&Folders::new(weights.as_deref()))?;
            filter::score(&*model, language.as_deref()).await
        }
        Command::Models(models) => models::run(models, weights.as_deref(), &endpoint, format, quiet).await,
        Command::Classify { subjects } => filter::classify(subjects.then_some(endpoint.as_str())).await,
        Command::Bench(bench) => bench::run(bench, &settings, format, quiet).await,
        Command::Config(command) => config::run(&command, &settings),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "backtweet", &mut script);
            output::line(String::from_utf8_lossy(&script).trim_end());
            Ok(ExitCode::SUCCESS)
        }
    }
}
