//! Exports over gRPC: what the manifest says, how a stream ends that is not whole, and readers that do not read.

use backtweet_wire::v1::export_response::Part;
use backtweet_wire::v1::{self, ExportFormat, ExportRequest};
use tokio::time::timeout;
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt;

use super::{FORMATS, everything, nasty};
use crate::tests::suite::{DEADLINE, Suite, eventually, id};

const POSTS: u64 = 1_500;

/// A suite whose subject has far more to export than a connection holds back.
async fn filled() -> Suite {
    let mut suite = Suite::start().await;
    suite.put("acme", "anvil").await;
    let long = "na ".repeat(1_500);
    let posts: Vec<_> = (0..POSTS).map(|number| nasty(&id("acme"), number, &long)).collect();
    suite.append(&posts).await;
    let reports = &suite.reports;
    let summary = || async {
        let request = v1::SummaryRequest {
            subject: "acme".into(),
            ..Default::default()
        };
        reports
            .clone()
            .summary(request)
            .await
            .unwrap()
            .into_inner()
            .figures
            .unwrap()
    };
    eventually(summary, |figures| {
        figures.backtweets + figures.indirect + figures.origins + figures.answers == POSTS
    })
    .await;
    suite
}

async fn next(stream: &mut Streaming<v1::ExportResponse>) -> Result<Option<Part>, Status> {
    let message = timeout(DEADLINE, stream.message())
        .await
        .expect("nothing came in time")?;
    Ok(message.map(|response| response.part.unwrap()))
}

/// Reads on to the end: the bytes that came, and the manifest or why there is none.
async fn rest(stream: &mut Streaming<v1::ExportResponse>) -> (usize, Result<v1::ExportManifest, Status>) {
    let mut bytes = 0;
    loop {
        match next(stream).await {
            Ok(Some(Part::Data(part))) => bytes += part.len(),
            Ok(Some(Part::Manifest(manifest))) => {
                assert!(next(stream).await.unwrap().is_none());
                return (bytes, Ok(manifest));
            }
            Ok(None) => panic!("the stream ended as if it were whole"),
            Err(status) => return (bytes, Err(status)),
        }
    }
}

#[tokio::test]
async fn a_reader_that_does_not_read_holds_nobody_up_and_an_end_of_the_service_is_no_end_of_the_file() {
    let mut suite = filled().await;
    let request = everything(&id("acme"), ExportFormat::Ndjson);
    let mut another = suite.another().await;
    let mut slow = another.export(request.clone()).await.unwrap().into_inner();
    assert!(matches!(next(&mut slow).await, Ok(Some(Part::Data(_)))));

    for format in FORMATS {
        let request = everything(&id("acme"), format);
        let mut stream = suite.reports.export(request.clone()).await.unwrap().into_inner();
        let (bytes, manifest) = rest(&mut stream).await;
        let manifest = manifest.unwrap();
        assert_eq!((manifest.rows, manifest.bytes), (POSTS, bytes as u64));
        assert_eq!(manifest.query, Some(request));
        assert_eq!((manifest.schema_version, manifest.columns.len()), (1, 29));
        assert!(manifest.coverage.unwrap().first_us.is_some());
        assert!(manifest.program.starts_with("backtweet ") && manifest.generated_at_us > 0);
    }

    suite.shutdown.cancel();
    let (_, ended) = rest(&mut slow).await;
    let status = ended.expect_err("what was cut off has no manifest");
    assert_eq!(status.code(), Code::Unavailable, "{status}");
    assert!(status.message().contains("not whole"), "{status}");
}

#[tokio::test]
async fn an_export_of_a_subject_that_is_deleted_meanwhile_is_not_whole() {
    let mut suite = filled().await;
    let request = everything(&id("acme"), ExportFormat::Ndjson);
    let mut stream = suite.reports.export(request).await.unwrap().into_inner();
    assert!(next(&mut stream).await.is_ok());
    suite.delete("acme").await.unwrap();
    let (_, ended) = rest(&mut stream).await;
    assert_eq!(ended.expect_err("it was deleted").code(), Code::Aborted);
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said_before_anything_is_streamed() {
    let mut suite = Suite::start().await;
    suite.put("acme", "anvil").await;
    let nobody = suite.reports.export(everything(&id("nobody"), ExportFormat::Csv)).await;
    assert_eq!(nobody.unwrap_err().code(), Code::NotFound);
    let request = ExportRequest {
        subject: "acme".into(),
        roles: vec![99],
        ..ExportRequest::default()
    };
    let refused = suite.reports.export(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let violations = refused.get_details_bad_request().unwrap().field_violations;
    let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, ["format", "roles[0]"]);
}
