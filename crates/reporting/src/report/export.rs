//! The posts of a feed as one file: read page by page, written row by row, handed on in small parts, with a manifest behind the last. Nothing
//! is read before the part before was taken, so that what is held does not grow with the number of posts, and a slow reader waits alone.

mod columns;
mod csv;
mod encoder;
mod ndjson;
mod parquet;
mod request;

use backtweet_domain::Clock;
use backtweet_store::Store;
use backtweet_wire::v1;
use backtweet_wire::v1::export_response::Part;
use bytes::Bytes;
use sha2::{Digest, Sha256};

use self::encoder::{EncodeError, Encoder};
use super::feed::Walk;
use super::reads::Reads;
use super::{ReportError, coverage};
use crate::fold::Head;
use crate::invalid::Violations;

/// What the files say that they were written by.
const PROGRAM: &str = concat!("backtweet ", env!("CARGO_PKG_VERSION"));
/// How many bytes of the file one part has, at most.
const PART: usize = 256 << 10;

/// Why an export did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// What was read belongs to two lives of the subject.
    #[error("the subject `{0}` was deleted while it was exported, so that the export is not whole: ask again")]
    Deleted(String),
}

/// One export under way.
pub(crate) struct Export {
    request: v1::ExportRequest,
    walk: Walk,
    encoder: Encoder,
    /// What was written and not handed on yet.
    ready: Bytes,
    written: Written,
    /// The subject before the first post was read.
    start: Head,
    stage: Stage,
    /// The most bytes of rows that were ever held.
    #[cfg(test)]
    pub(crate) most_held: usize,
}

#[derive(PartialEq, Eq)]
enum Stage {
    Reading,
    /// All posts are written.
    Written,
    /// The manifest was handed on.
    Over,
}

/// What was handed on.
#[derive(Default)]
struct Written {
    rows: u64,
    bytes: u64,
    digest: Sha256,
}

impl Export {
    /// Begins one.
    pub(crate) async fn start(store: &dyn Store, request: v1::ExportRequest) -> Result<Self, ExportError> {
        let mut violations = Violations::default();
        let format = request::format(&request, &mut violations);
        let feed = request::feed(&request, &mut violations);
        let walk = Walk::start(&feed, &mut violations);
        violations.check("export request").map_err(ReportError::from)?;
        let encoder = Encoder::start(format, request.raw_text)?;
        let start = head(store, &request.subject).await?;
        Ok(Self {
            request,
            walk,
            encoder,
            ready: Bytes::new(),
            written: Written::default(),
            start,
            stage: Stage::Reading,
            #[cfg(test)]
            most_held: 0,
        })
    }

    /// The next part of the file, then the manifest, then `None`.
    pub(crate) async fn next(&mut self, store: &dyn Store, clock: &dyn Clock) -> Result<Option<Part>, ExportError> {
        while self.stage == Stage::Reading && self.ready.is_empty() {
            self.read(store).await?;
            // The embedded store answers at once: without this, a filter that lets little through would let nobody else run, nor a shutdown be seen.
            tokio::task::yield_now().await;
        }
        if !self.ready.is_empty() {
            let part = self.ready.split_to(self.ready.len().min(PART));
            self.written.bytes += part.len() as u64;
            self.written.digest.update(&part);
            return Ok(Some(Part::Data(part)));
        }
        if self.stage == Stage::Over {
            return Ok(None);
        }
        self.stage = Stage::Over;
        self.manifest(store, clock).await.map(Part::Manifest).map(Some)
    }

    /// Reads one page and writes it.
    async fn read(&mut self, store: &dyn Store) -> Result<(), ExportError> {
        match self.walk.next(store).await? {
            Some(items) => {
                for item in &items {
                    self.written.rows += u64::from(self.encoder.push(item)?);
                }
            }
            None => {
                self.encoder.finish()?;
                self.stage = Stage::Written;
            }
        }
        #[cfg(test)]
        {
            self.most_held = self.most_held.max(self.encoder.held());
        }
        self.ready = self.encoder.take().into();
        Ok(())
    }

    async fn manifest(&self, store: &dyn Store, clock: &dyn Clock) -> Result<v1::ExportManifest, ExportError> {
        let end = head(store, &self.request.subject).await?;
        if end.deleted_generation != self.start.deleted_generation {
            return Err(ExportError::Deleted(self.request.subject.clone()));
        }
        let sha256 = self.written.digest.clone().finalize();
        Ok(v1::ExportManifest {
            query: Some(self.request.clone()),
            window: Some(self.walk.window()),
            coverage: Some(coverage(&end)),
            schema_version: columns::SCHEMA_VERSION,
            columns: columns::schema(),
            rows: self.written.rows,
            bytes: self.written.bytes,
            sha256: sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
            program: PROGRAM.to_owned(),
            generated_at_us: clock.now().micros(),
            sequence_at_start: self.start.sequence,
            sequence_at_end: end.sequence,
        })
    }
}

async fn head(store: &dyn Store, subject: &str) -> Result<Head, ReportError> {
    Ok(Reads { store, subject }.head().await?)
}
