//! The sentiment service as a program of its own.

use std::process::ExitCode;

use backtweet_runtime::{Program, Services, limited, runner_options, service_main};
use backtweet_sentiment::Scoring;

fn main() -> ExitCode {
    let program = Program {
        name: "backtweet-sentiment",
        version: env!("CARGO_PKG_VERSION"),
        about: "Scores what posts feel: backtweet.classified to backtweet.scored; and any text over gRPC.",
    };
    service_main(program, |config, ports, shutdown| {
        let settings = backtweet_sentiment::Config::new(config, runner_options(config));
        let scoring = Scoring::new(settings, ports)?;
        let services = Services::new().add(limited!(scoring.service(shutdown.clone()), config.grpc));
        Ok((services, scoring.run(shutdown)))
    })
}
