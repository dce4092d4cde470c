//! The stream of `ReportService.Export` over `report::export`: what is measured beside it, and how it ends.

use std::pin::Pin;

use futures::stream::{Stream, unfold};
use tonic::{Code, Status};

use backtweet_runtime::status::ErrorCode;
use backtweet_wire::v1;
use backtweet_wire::v1::export_response::Part;

use super::report::ReportsApi;
use super::report_status;
use crate::report::export::{Export, ExportError};

/// What `Export` answers with.
pub(crate) type ExportStream = Pin<Box<dyn Stream<Item = Result<v1::ExportResponse, Status>> + Send>>;

/// Begins an export; it reads on only when the client took what was read before.
pub(super) async fn export(api: ReportsApi, request: v1::ExportRequest) -> Result<ExportStream, Status> {
    let export = Export::start(api.store.as_ref(), request).await;
    let exporter = Exporter {
        api,
        export: export.map_err(export_status)?,
        is_over: false,
    };
    Ok(Box::pin(unfold(exporter, Exporter::next)))
}

struct Exporter {
    api: ReportsApi,
    export: Export,
    is_over: bool,
}

impl Exporter {
    /// The next message; behind an error, as behind the manifest, comes nothing.
    async fn next(mut self) -> Option<(Result<v1::ExportResponse, Status>, Self)> {
        if self.is_over {
            return None;
        }
        let shutdown = self.api.shutdown.clone();
        let part = tokio::select! {
            biased;
            () = shutdown.cancelled() => Err(stopping()),
            part = self.part() => part,
        };
        self.is_over = part.is_err();
        let response = part.transpose()?.map(|part| v1::ExportResponse { part: Some(part) });
        Some((response, self))
    }

    async fn part(&mut self) -> Result<Option<Part>, Status> {
        let (store, clock) = (self.api.store.as_ref(), self.api.clock.as_ref());
        let mut part = self.export.next(store, clock).await.map_err(export_status)?;
        if let Some(Part::Manifest(manifest)) = &mut part {
            self.api.measure(&mut manifest.coverage, manifest.window).await?;
        }
        Ok(part)
    }
}

fn stopping() -> Status {
    let message = "the service stops, and the export is not whole: ask again once it is back";
    Status::new(ErrorCode::Unavailable.into(), message)
}

fn export_status(error: ExportError) -> Status {
    match error {
        ExportError::Report(error) => report_status(error),
        ExportError::Encode(error) => Status::internal(error.to_string()),
        ExportError::Deleted(_) => Status::new(Code::Aborted, error.to_string()),
    }
}
