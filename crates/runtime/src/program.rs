//! What the `main` of every service does, so that it fits a screen: flags, configuration, logs, ports, gRPC, the service, the end.

use std::error::Error;
use std::future::Future;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, FromArgMatches, Parser};
use tokio_util::sync::CancellationToken;

use crate::config::{Config, ProcessEnvironment, Sources};
use crate::grpc::{GrpcServer, Services};
use crate::ports::{Ports, PortsError};
use crate::signals::Signals;
use crate::supervise::Supervisor;
use crate::telemetry;

/// Exit code for flags and configuration that cannot be used (`EX_USAGE` of `sysexits.h`).
pub const EXIT_CONFIG: u8 = 64;
/// Exit code for everything else that failed.
pub const EXIT_FAILED: u8 = 1;

/// What the gRPC drain has of its own beyond the grace of what it drains.
const MARGIN: Duration = Duration::from_secs(2);

/// What a program says about itself.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// Its name, such as `backtweet-sentiment`.
    pub name: &'static str,
    /// Its version: `env!("CARGO_PKG_VERSION")`.
    pub version: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
}

#[derive(Debug, Parser)]
struct Flags {
    /// Configuration file. Otherwise $BACKTWEET_CONFIG, otherwise ./backtweet.toml where there is one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Sets one key over file and environment. May be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    overrides: Vec<String>,
    /// Checks the configuration and exits.
    #[arg(long)]
    check_config: bool,
}

type Failure = Box<dyn Error + Send + Sync>;

/// Runs one service as a program until a signal comes or something ends. `service` makes its gRPC services, served on `listen` (health
/// and reflection come by themselves), and its work; where it cannot, nothing is listened on. The exit code is 0 after an end in order,
/// [`EXIT_CONFIG`] or [`EXIT_FAILED`] otherwise.
pub fn service_main<S, F, E>(program: Program, service: S) -> ExitCode
where
    S: FnOnce(&Config, Ports, CancellationToken) -> Result<(Services, F), E>,
    F: Future<Output = Result<(), E>> + Send + 'static,
    E: Into<Failure> + 'static,
{
    let flags = match flags(program) {
        Ok(flags) => flags,
        Err(code) => return code,
    };
    let sources = Sources {
        file: flags.config.as_deref(),
        overrides: &flags.overrides,
        environment: &ProcessEnvironment,
        directory: Path::new("."),
    };
    let config = match Config::load(&sources) {
        Ok(config) => config,
        Err(errors) => return complain(program, &errors, EXIT_CONFIG),
    };
    if flags.check_config {
        // Nobody reads on where stdout is closed.
        let _ = writeln!(std::io::stdout(), "the configuration is good");
        return ExitCode::SUCCESS;
    }
    match start(program, config, service) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(program, &*error, EXIT_FAILED),
    }
}

fn flags(program: Program) -> Result<Flags, ExitCode> {
    let command = Flags::command()
        .name(program.name)
        .version(program.version)
        .about(program.about);
    let parsed = command
        .try_get_matches()
        .and_then(|matches| Flags::from_arg_matches(&matches));
    parsed.map_err(|error| {
        let _ = error.print();
        if error.use_stderr() {
            ExitCode::from(EXIT_CONFIG)
        } else {
            ExitCode::SUCCESS
        }
    })
}

fn complain(program: Program, error: &dyn Error, code: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{}: {error}", program.name);
    ExitCode::from(code)
}

fn start<S, F, E>(program: Program, config: Config, service: S) -> Result<(), Failure>
where
    S: FnOnce(&Config, Ports, CancellationToken) -> Result<(Services, F), E>,
    F: Future<Output = Result<(), E>> + Send + 'static,
    E: Into<Failure> + 'static,
{
    telemetry::log_to_stderr(&config.tracing, &ProcessEnvironment)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let ended = runtime.block_on(supervise(program, config, service));
    // What still blocks a thread must not keep the process.
    runtime.shutdown_timeout(MARGIN);
    ended
}

async fn supervise<S, F, E>(program: Program, config: Config, service: S) -> Result<(), Failure>
where
    S: FnOnce(&Config, Ports, CancellationToken) -> Result<(Services, F), E>,
    F: Future<Output = Result<(), E>> + Send + 'static,
    E: Into<Failure> + 'static,
{
    let shutdown = CancellationToken::new();
    let mut tasks = Supervisor::new(shutdown.clone(), config.grace + MARGIN);
    let (signals, stop) = (Signals::catch()?, shutdown.clone());
    tasks.spawn("signals", async move {
        tokio::select! {
            name = signals.first() => tracing::info!("{name}: stopping"),
            () = stop.cancelled() => {}
        }
        stop.cancel();
        Ok::<_, Failure>(())
    });
    if let Some(address) = config.metrics_listen {
        let (metrics, stop) = (telemetry::serve_metrics(address)?, shutdown.clone());
        tasks.spawn("metrics", async move {
            stop.run_until_cancelled(metrics).await.unwrap_or(Ok(()))
        });
    }

    let ports = match Ports::open(&config, &shutdown).await {
        Err(PortsError::Stopped { .. }) => return Ok(()),
        opened => opened?,
    };
    let (services, work) = service(&config, ports.clone(), shutdown.clone()).map_err(Into::into)?;
    let server = GrpcServer::bind(&config, services).await?;
    tracing::info!(program = program.name, version = program.version, listen = %server.address(), "started");
    let health = server.health();
    tasks.spawn("grpc", server.serve(shutdown.clone()));
    tasks.spawn("health", async move {
        health.follow(&ports, shutdown).await;
        Ok::<_, Failure>(())
    });
    tasks.spawn(program.name, work);
    Ok(tasks.wait().await?)
}
