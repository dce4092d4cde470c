//! The receipt over gRPC: of which subjects it is.

use tonic::{Request, Response, Status};

use backtweet_wire::v1;

use super::report::ReportsApi;
use super::{invalid, report_status, subject_status};
use crate::report::erasure::{Asked, receipt};

/// How many subjects are read at once.
const PAGE: usize = 1_000;

/// Answers `ReportService.ErasureReceipt`.
pub(super) async fn answer(
    api: &ReportsApi,
    request: Request<v1::ErasureReceiptRequest>,
) -> Result<Response<v1::ErasureReceiptResponse>, Status> {
    let request = request.into_inner();
    let asked = Asked::read(&request).map_err(invalid)?;
    let subjects = if request.subject.is_empty() {
        all(api).await?
    } else {
        let subject = api.subjects.get(&request.subject).await.map_err(subject_status)?;
        vec![subject.id.to_string()]
    };
    let response = receipt(
        api.store.as_ref(),
        &asked,
        &subjects,
        api.clock.now(),
        api.topic_retention,
    )
    .await
    .map_err(report_status)?;
    Ok(Response::new(response))
}

async fn all(api: &ReportsApi) -> Result<Vec<String>, Status> {
    let mut ids: Vec<String> = Vec::new();
    loop {
        let last = ids.last().cloned();
        let page = api.subjects.list(last.as_deref(), PAGE).await.map_err(subject_status)?;
        let is_end = page.len() < PAGE;
        ids.extend(page.into_iter().map(|subject| subject.id.to_string()));
        if is_end {
            return Ok(ids);
        }
    }
}
