//! The sentiment service as a program of its own.

use std::process::ExitCode;

use backtweet_runtime::{Program, Services, runner_options, service_main};

fn main() -> ExitCode {
    let program = Program {
        name: "backtweet-sentiment",
        version: env!("CARGO_PKG_VERSION"),
        about: "Scores what posts feel: backtweet.classified to backtweet.scored.",
    };
    service_main(program, |config, ports, shutdown| {
        let config = backtweet_sentiment::Config {
            runner: runner_options(config),
        };
        (Services::new(), backtweet_sentiment::run(config, ports, shutdown))
    })
}
