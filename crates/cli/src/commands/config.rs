//! `backtweet config`, and how the other commands load the configuration.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use backtweet_runtime::Config;
use backtweet_runtime::config::{ProcessEnvironment, Sources};

use crate::args::ConfigCommand;
use crate::exit::{CONFIG, Failure};
use crate::output;

/// What the command line says about the configuration.
#[derive(Debug, Default)]
pub struct Settings {
    /// `--config`.
    pub file: Option<PathBuf>,
    /// Every `--set`.
    pub set: Vec<String>,
}

impl Settings {
    /// Loads the configuration; everything that is wrong with it is said at once.
    pub fn load(&self) -> Result<Config> {
        let sources = Sources {
            file: self.file.as_deref(),
            overrides: &self.set,
            environment: &ProcessEnvironment,
            directory: Path::new("."),
        };
        let config = Config::load(&sources).map_err(|errors| Failure {
            code: CONFIG,
            message: errors.to_string(),
        })?;
        Ok(config)
    }
}

/// Runs the command.
pub fn run(command: &ConfigCommand, settings: &Settings) -> Result<ExitCode> {
    match command {
        ConfigCommand::Example => output::line(Config::example().trim_end()),
        ConfigCommand::Check => {
            settings.load()?;
            output::line("the configuration is good");
        }
    }
    Ok(ExitCode::SUCCESS)
}
