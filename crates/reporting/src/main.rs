//! The reporting service as a program of its own.

use std::process::ExitCode;

use backtweet_reporting::Reporting;
use backtweet_runtime::{Program, Services, limited, runner_options, service_main};

fn main() -> ExitCode {
    let program = Program {
        name: "backtweet-reporting",
        version: env!("CARGO_PKG_VERSION"),
        about: "Folds backtweet.scored into the store, and answers for subjects and reports.",
    };
    service_main(program, |config, ports, shutdown| {
        let settings = backtweet_reporting::Config {
            runner: runner_options(config),
            topic_retention: config.retention,
            ..Default::default()
        };
        let reporting = Reporting::new(settings, ports);
        let (reports, subjects) = reporting.services(shutdown.clone());
        let services = Services::new()
            .add(limited!(reports, config.grpc))
            .add(limited!(subjects, config.grpc));
        Ok((services, reporting.run(shutdown)))
    })
}
