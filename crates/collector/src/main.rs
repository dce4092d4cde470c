//! The collector as a program of its own.

use std::convert::Infallible;
use std::process::ExitCode;

use backtweet_runtime::{Program, Services, limited, service_main};

fn main() -> ExitCode {
    let program = Program {
        name: "backtweet-collector",
        version: env!("CARGO_PKG_VERSION"),
        about: "Takes in pushed posts: CollectorService to backtweet.posts.",
    };
    service_main(program, |config, ports, shutdown| {
        let collector = backtweet_collector::service(ports, backtweet_collector::Config::default());
        let services = Services::new().add(limited!(collector, config.grpc));
        (services, async move {
            shutdown.cancelled().await;
            Ok::<_, Infallible>(())
        })
    })
}
