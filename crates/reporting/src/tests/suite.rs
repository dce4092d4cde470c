//! The services on a loopback port with the fold running behind them, and what a client does with them.

use std::time::Duration;
use std::{future::Future, sync::Arc};

use fjall::Database;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Status, Streaming};

use backtweet_domain::{Scored, SubjectId, SystemClock, Version};
use backtweet_runtime::Ports;
use backtweet_store::FjallStore;
use backtweet_stream::{Cleanup, FjallLog, Log, Record, Topic};
use backtweet_wire::v1::report_service_client::ReportServiceClient;
use backtweet_wire::v1::subject_service_client::SubjectServiceClient;
use backtweet_wire::v1::watch_response::Change;
use backtweet_wire::{record, topics, v1};

use crate::{Config, Error, Reporting};

pub(super) const DEADLINE: Duration = Duration::from_secs(30);

pub(super) struct Suite {
    pub(super) ports: Ports,
    pub(super) reports: ReportServiceClient<Channel>,
    pub(super) subjects: SubjectServiceClient<Channel>,
    pub(super) shutdown: CancellationToken,
    endpoint: String,
    pub(super) running: JoinHandle<Result<(), Error>>,
    _folder: TempDir,
}

impl Suite {
    pub(super) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::builder(folder.path()).open().unwrap();
        let log = FjallLog::open(&database).unwrap();
        let topic = |name: &str, cleanup| Topic {
            name: name.to_owned(),
            partitions: 3,
            cleanup,
        };
        let deleted = Cleanup::Delete {
            retention: topics::RETENTION,
        };
        let all = [
            topic(topics::SUBJECTS, Cleanup::Compact),
            topic(topics::POSTS, deleted),
            topic(topics::SCORED, deleted),
            topic(topics::DEAD_LETTERS, deleted),
        ];
        log.create(&all).await.unwrap();
        let store = Arc::new(FjallStore::open(&database).unwrap());
        let ports = Ports {
            log: Arc::new(log),
            store,
            clock: Arc::new(SystemClock),
        };
        let config = Config {
            confirm_within: Duration::from_secs(2),
            retain_every: Duration::from_millis(20),
            ..Config::default()
        };
        let reporting = Reporting::new(config, ports.clone());
        let shutdown = CancellationToken::new();
        let (reports, subjects) = reporting.services(shutdown.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server::builder().add_service(reports).add_service(subjects);
        let end = shutdown.clone();
        tokio::spawn(
            server.serve_with_incoming_shutdown(TcpListenerStream::new(listener), async move {
                end.cancelled().await;
            }),
        );
        let running = tokio::spawn(reporting.run(shutdown.clone()));
        let endpoint = format!("http://{address}");
        let channel = connect(&endpoint).await;
        let (reports, subjects) = (
            ReportServiceClient::new(channel.clone()),
            SubjectServiceClient::new(channel),
        );
        Self {
            ports,
            reports,
            subjects,
            shutdown,
            endpoint,
            running,
            _folder: folder,
        }
    }

    pub(super) async fn put(&mut self, id: &str, keyword: &str) -> v1::PutSubjectResponse {
        let subject = v1::Subject {
            id: id.into(),
            keywords: vec![keyword.into()],
            ..Default::default()
        };
        self.subjects
            .put_subject(v1::PutSubjectRequest { subject: Some(subject) })
            .await
            .unwrap()
            .into_inner()
    }

    pub(super) async fn get(&mut self, id: &str) -> Result<v1::Subject, Code> {
        let response = self.subjects.get_subject(v1::GetSubjectRequest { id: id.into() }).await;
        response
            .map(|response| response.into_inner().subject.unwrap())
            .map_err(|status| status.code())
    }

    pub(super) async fn delete(&mut self, id: &str) -> Result<Vec<String>, Status> {
        let response = self
            .subjects
            .delete_subject(v1::DeleteSubjectRequest { id: id.into() })
            .await;
        response.map(|response| response.into_inner().laggards)
    }

    pub(super) async fn feed(&mut self, id: &str) -> v1::FeedResponse {
        let roles = vec![1, 2, 3, 4];
        let request = v1::FeedRequest {
            subject: id.into(),
            roles,
            ..Default::default()
        };
        self.reports.feed(request).await.unwrap().into_inner()
    }

    pub(super) async fn watch(&mut self, id: &str, resume_token: &str) -> Streaming<v1::WatchResponse> {
        let request = v1::WatchRequest {
            subject: id.into(),
            resume_token: resume_token.into(),
        };
        self.reports.watch(request).await.unwrap().into_inner()
    }

    /// A client with a connection of its own.
    pub(super) async fn another(&self) -> ReportServiceClient<Channel> {
        ReportServiceClient::new(connect(&self.endpoint).await)
    }

    pub(super) async fn append(&self, events: &[Scored]) {
        let record = |event: &Scored| Record {
            key: event.classified.subject.to_string().into(),
            value: Some(record::encode_scored(event)),
            time: self.ports.clock.now(),
        };
        self.ports
            .log
            .append(topics::SCORED, events.iter().map(record).collect())
            .await
            .unwrap();
    }
}

async fn connect(endpoint: &str) -> Channel {
    let endpoint = Endpoint::from_shared(endpoint.to_owned()).unwrap();
    endpoint.connect().await.unwrap()
}

pub(super) async fn next(stream: &mut Streaming<v1::WatchResponse>) -> Option<v1::WatchResponse> {
    timeout(DEADLINE, stream.message())
        .await
        .expect("nothing came in time")
        .unwrap()
}

pub(super) async fn next_item(stream: &mut Streaming<v1::WatchResponse>) -> (String, String) {
    let response = next(stream).await.unwrap();
    let change = match response.change.unwrap() {
        Change::Item(item) => item.sighting.unwrap().post.unwrap().id,
        Change::Gone(post) => format!("gone {post}"),
        Change::Behind(_) => "behind".to_owned(),
    };
    (change, response.resume_token)
}

/// Asks until the answer is right or the deadline passes.
pub(super) async fn eventually<T, F: Future<Output = T>>(
    mut ask: impl FnMut() -> F,
    is_right: impl Fn(&T) -> bool,
) -> T {
    let wait = async {
        loop {
            let answer = ask().await;
            if is_right(&answer) {
                return answer;
            }
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(DEADLINE, wait)
        .await
        .expect("the right answer did not come in time")
}

pub(super) fn id(text: &str) -> SubjectId {
    SubjectId::new(text).unwrap()
}

pub(super) fn generation(generation: u64) -> Version {
    Version {
        generation,
        revision: 1,
        lineage: 0,
    }
}
