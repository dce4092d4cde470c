//! Connecting to a running suite, and saying what is wrong in words when it refuses.

use anyhow::{Context, Result};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

use crate::exit::{Failure, UNAVAILABLE};

/// The largest message that is taken from a suite, in bytes.
pub const MESSAGE_LIMIT: usize = 64 << 20;

/// A connection to the suite at `endpoint`.
///
/// # Errors
/// When the endpoint is no URL, or nothing answers there.
pub async fn connect(endpoint: &str) -> Result<Channel> {
    let parsed = Endpoint::from_shared(endpoint.to_owned())
        .with_context(|| format!("`{endpoint}` is no endpoint: write it as http://127.0.0.1:7400"))?;
    parsed.connect().await.map_err(|_| unavailable(endpoint).into())
}

fn unavailable(endpoint: &str) -> Failure {
    Failure {
        code: UNAVAILABLE,
        message: format!(
            "no suite answers at {endpoint}: start one with `backtweet up`, or name another with --endpoint"
        ),
    }
}

/// A refusal as an error that a person understands.
pub fn refused(status: Status) -> anyhow::Error {
    if status.code() == Code::Unavailable {
        let message = format!("the suite does not answer: {}", status.message());
        return Failure {
            code: UNAVAILABLE,
            message,
        }
        .into();
    }
    anyhow::anyhow!("{}", status.message())
}
