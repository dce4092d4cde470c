//! Errors as gRPC statuses, in one place: a small set of codes, each mapped once, with the field at fault and when to try again as
//! rich details. What the errors mean is said by their own types.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use backtweet_domain::{IdError, Retry};
use backtweet_store::StoreError;
use backtweet_stream::LogError;
use backtweet_wire::WireError;

/// What a client is told to wait where the error has no better idea.
const WAIT: Duration = Duration::from_secs(1);

/// What went wrong, as far as a client can act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// The request means nothing: put it right.
    Invalid,
    /// What it asks for does not exist.
    NotFound,
    /// The present state does not allow it: change that first.
    Precondition,
    /// It asks for more than is allowed: ask for less.
    Exhausted,
    /// Something that the server needs is down: try again.
    Unavailable,
    /// The server is at fault: read its log.
    Internal,
}

impl From<ErrorCode> for Code {
    fn from(code: ErrorCode) -> Self {
        match code {
            ErrorCode::Invalid => Code::InvalidArgument,
            ErrorCode::NotFound => Code::NotFound,
            ErrorCode::Precondition => Code::FailedPrecondition,
            ErrorCode::Exhausted => Code::ResourceExhausted,
            ErrorCode::Unavailable => Code::Unavailable,
            ErrorCode::Internal => Code::Internal,
        }
    }
}

/// An error that a gRPC service can answer with: `store.read(..).await.map_err(IntoStatus::into_status)?`.
pub trait IntoStatus: std::error::Error + Sized {
    /// What went wrong.
    fn code(&self) -> ErrorCode;

    /// Whether trying again can help.
    fn retry(&self) -> Retry {
        Retry::Never
    }

    /// The field at fault and what is wrong with it, where it is the request's.
    fn violation(&self) -> Option<(String, String)> {
        None
    }

    /// The status, with its details.
    fn into_status(self) -> Status {
        let code = self.code();
        if code == ErrorCode::Internal {
            tracing::error!(error = %self, "a call failed by the server's own fault");
        }
        let mut details = ErrorDetails::new();
        match self.retry() {
            Retry::Never => {}
            Retry::Backoff => drop(details.set_retry_info(Some(WAIT))),
            Retry::After(wait) => drop(details.set_retry_info(Some(wait))),
        }
        if let Some((field, reason)) = self.violation() {
            details.add_bad_request_violation(field, reason);
        }
        Status::with_error_details(code.into(), self.to_string(), details)
    }
}

impl IntoStatus for StoreError {
    fn code(&self) -> ErrorCode {
        match self {
            StoreError::Unavailable { .. } => ErrorCode::Unavailable,
            StoreError::Unguarded { .. } | StoreError::Corrupt { .. } | StoreError::Unusable { .. } => {
                ErrorCode::Internal
            }
        }
    }

    fn retry(&self) -> Retry {
        StoreError::retry(self)
    }
}

impl IntoStatus for LogError {
    fn code(&self) -> ErrorCode {
        match self {
            LogError::Unavailable { .. } => ErrorCode::Unavailable,
            LogError::Refused { .. } => ErrorCode::Invalid,
            LogError::Unusable { .. } => ErrorCode::Internal,
        }
    }

    fn retry(&self) -> Retry {
        LogError::retry(self)
    }
}

impl IntoStatus for WireError {
    fn code(&self) -> ErrorCode {
        ErrorCode::Invalid
    }

    fn violation(&self) -> Option<(String, String)> {
        Some((self.field.clone(), self.reason.clone()))
    }
}

impl IntoStatus for IdError {
    fn code(&self) -> ErrorCode {
        ErrorCode::Invalid
    }
}

/// Says that `field` of the request means nothing; `reason` names the value and the remedy.
pub fn invalid(field: &str, reason: impl Into<String>) -> Status {
    WireError::new(field, reason).into_status()
}

/// Says that what was asked for does not exist; `message` names it and the remedy.
pub fn not_found(message: impl Into<String>) -> Status {
    Status::new(ErrorCode::NotFound.into(), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_learns_when_to_try_again_while_something_is_down() {
        let store = StoreError::Unavailable {
            reason: "no route".to_owned(),
        }
        .into_status();
        let log = LogError::Unavailable {
            reason: "no broker".to_owned(),
        }
        .into_status();
        for status in [store, log] {
            assert_eq!(status.code(), Code::Unavailable);
            assert_eq!(status.get_details_retry_info().unwrap().retry_delay, Some(WAIT));
        }
        let broken = LogError::Unusable {
            reason: "no disk".to_owned(),
        }
        .into_status();
        assert_eq!(broken.code(), Code::Internal);
        assert!(broken.get_details_retry_info().is_none());
    }

    #[test]
    fn a_client_learns_which_field_is_wrong() {
        let status = invalid("window.from_us", "9 lies after to_us (8): swap them");
        assert_eq!(status.code(), Code::InvalidArgument);
        let violations = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!(violations[0].field, "window.from_us");
        assert!(violations[0].description.contains("swap them"));
        assert!(status.message().contains("window.from_us"), "{}", status.message());
    }

    #[test]
    fn a_record_too_large_is_the_clients_to_put_right() {
        let refused = LogError::Refused {
            topic: "t".to_owned(),
            reason: "9 MB".to_owned(),
        };
        assert_eq!(refused.into_status().code(), Code::InvalidArgument);
    }
}
