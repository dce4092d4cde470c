//! The `backtweet` program: parses the command line and hands over to one command. Exit codes are in [`exit`].

mod args;
mod client;
mod commands;
mod exit;
mod html;
mod output;
mod schedules;
mod suite;
mod view;
mod whole_file;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return exit::report(&anyhow::anyhow!("no threads to run on: {error}")),
    };
    match runtime.block_on(commands::run(args)) {
        Ok(code) => code,
        Err(error) => exit::report(&error),
    }
}
