//! The gRPC face: thin services over `report` and `subjects`, and their errors as statuses.

mod erasure;
mod export;
pub(crate) mod measure;
pub(crate) mod report;
pub(crate) mod subject;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

use backtweet_runtime::status::{ErrorCode, IntoStatus};

use crate::invalid::Invalid;
use crate::report::ReportError;
use crate::subjects::SubjectError;

fn invalid(error: Invalid) -> Status {
    let message = error.to_string();
    let violations = error
        .violations
        .into_iter()
        .map(|violation| FieldViolation::new(violation.field, violation.reason));
    let details = ErrorDetails::with_bad_request(violations.collect::<Vec<_>>());
    Status::with_error_details(Code::InvalidArgument, message, details)
}

fn report_status(error: ReportError) -> Status {
    match error {
        ReportError::Invalid(error) => invalid(error),
        ReportError::Store(error) => error.into_status(),
        ReportError::NotFound(reason) => backtweet_runtime::status::not_found(reason),
    }
}

fn subject_status(error: SubjectError) -> Status {
    match error {
        SubjectError::Invalid(error) => invalid(error),
        SubjectError::Unknown { .. } => backtweet_runtime::status::not_found(error.to_string()),
        SubjectError::NotRead => Status::new(ErrorCode::Unavailable.into(), error.to_string()),
        SubjectError::Store(error) => error.into_status(),
        SubjectError::Log(error) => error.into_status(),
    }
}
