//! The collector as a program of its own.

use std::process::ExitCode;

use backtweet_runtime::{Program, Services, limited, service_main};

fn main() -> ExitCode {
    let program = Program {
        name: "backtweet-collector",
        version: env!("CARGO_PKG_VERSION"),
        about: "Takes in public posts, pushed and live: CollectorService and the networks to backtweet.posts.",
    };
    service_main(program, |config, ports, shutdown| {
        let collector = backtweet_collector::Config::from(&config.collector);
        let service = backtweet_collector::service(ports.clone(), collector.clone());
        let services = Services::new().add(limited!(service, config.grpc));
        Ok((services, backtweet_collector::run(collector, ports, shutdown)))
    })
}
