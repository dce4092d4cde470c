//! The classifier as a program of its own.

use std::process::ExitCode;

use backtweet_classifier::Classifier;
use backtweet_runtime::{Program, Services, limited, runner_options, service_main};

fn main() -> ExitCode {
    let program = Program {
        name: "backtweet-classifier",
        version: env!("CARGO_PKG_VERSION"),
        about: "Finds which posts point back at whom: backtweet.posts to backtweet.classified.",
    };
    service_main(program, |config, ports, shutdown| {
        let classifying = backtweet_classifier::Config {
            runner: runner_options(config),
            ..Default::default()
        };
        let classifier = Classifier::new(classifying, ports);
        let services = Services::new().add(limited!(classifier.service(), config.grpc));
        Ok((services, classifier.run(shutdown)))
    })
}
