//! The sentiment service as a program of its own.

use std::process::ExitCode;

use backtweet_runtime::{Program, Services, service_main};

fn main() -> ExitCode {
    let program = Program {
        name: "backtweet-sentiment",
        version: env!("CARGO_PKG_VERSION"),
        about: "Scores what posts feel: backtweet.classified to backtweet.scored.",
    };
    service_main(program, |_, _| Services::new(), backtweet_sentiment::run)
}
