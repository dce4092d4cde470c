//! Exit codes, and how an error that ends a command is said.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | failed; the message says why |
//! | 2 | the command line is not understood |
//! | 3 | the demo's figures differ from the true ones |
//! | 64 | the configuration cannot be used |
//! | 65 | done, but some of the input was refused; the lines are named |
//! | 69 | no suite answers at the endpoint |
//! | 130 | a signal ended an export, which left nothing behind |

use std::process::ExitCode;

use crate::output;

/// The demo's figures differ from the oracle's.
pub const DISAGREES: u8 = 3;
/// The configuration cannot be used.
pub const CONFIG: u8 = 64;
/// Some of the input was refused.
pub const REFUSED: u8 = 65;
/// No suite answers.
pub const UNAVAILABLE: u8 = 69;

/// A signal ended what was half done.
pub const INTERRUPTED: u8 = 130;

/// An error with an exit code of its own.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// What went wrong and what helps.
    pub message: String,
}

/// Says what ended the command, and gives the exit code for it.
pub fn report(error: &anyhow::Error) -> ExitCode {
    output::error(&format!("{error:#}"));
    let code = error.downcast_ref::<Failure>().map_or(1, |failure| failure.code);
    ExitCode::from(code)
}
