//! A service over ports of its own, and what is asked of it again and again.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use backtweet_domain::{ManualClock, Timestamp};
use backtweet_runtime::{Config, GrpcServer, Ports, Services};
use backtweet_sentiment::{Choice, Folders, Scoring};
use backtweet_store::{RedisConfig, RedisStore};
use backtweet_wire::v1::sentiment_service_client::SentimentServiceClient;
use backtweet_wire::v1::{self, Label, SentimentText};
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tonic_types::StatusExt;

const NOW: Timestamp = Timestamp::from_seconds(1_780_000_500);
pub const MINUTE: Duration = Duration::from_secs(60);
pub const DAY: Duration = Duration::from_secs(24 * 3600);

pub type Client = SentimentServiceClient<Channel>;

/// A running service. Its clock stands still until it is told otherwise.
pub struct Service {
    pub client: Client,
    clock: Arc<ManualClock>,
    shutdown: CancellationToken,
    serving: tokio::task::JoinHandle<()>,
}

impl Service {
    pub async fn start(folder: &Path, redis: Option<&str>, model: Choice) -> Self {
        let config = Config {
            data_dir: folder.to_owned(),
            listen: "127.0.0.1:0".parse().unwrap(),
            ..Config::default()
        };
        let shutdown = CancellationToken::new();
        let clock = Arc::new(ManualClock::at(NOW));
        let mut ports = Ports::open(&config, &shutdown).await.unwrap();
        ports.clock = clock.clone();
        if let Some(url) = redis {
            let config = RedisConfig {
                prefix: format!("sentiment-{}{}", std::process::id(), folder.display()),
                ..RedisConfig::single(url)
            };
            ports.store = Arc::new(RedisStore::connect(config).await.unwrap());
        }
        let settings = backtweet_sentiment::Config {
            model,
            folders: Folders::only([]),
            runner: Default::default(),
        };
        let scoring = Scoring::new(settings, ports).unwrap();
        let services = Services::new().add(scoring.service(shutdown.clone()));
        let server = GrpcServer::bind(&config, services).await.unwrap();
        let endpoint = Endpoint::from_shared(format!("http://{}", server.address())).unwrap();
        let (stop, running) = (shutdown.clone(), scoring.run(shutdown.clone()));
        let serving = tokio::spawn(async move {
            let (served, ran) = tokio::join!(server.serve(stop), running);
            served.unwrap();
            ran.unwrap();
        });
        Self {
            client: SentimentServiceClient::new(endpoint.connect().await.unwrap()),
            clock,
            shutdown,
            serving,
        }
    }

    /// Lets it be so much later than when the service started.
    pub fn later(&self, by: Duration) {
        self.clock.set(NOW.plus(by));
    }

    pub async fn stop(self) {
        drop(self.client);
        self.shutdown.cancel();
        self.serving.await.unwrap();
    }

    pub async fn score(&self, texts: Vec<SentimentText>) -> Result<Vec<v1::Reading>, Status> {
        let request = v1::ScoreRequest { texts, forget: false };
        Ok(self.client.clone().score(request).await?.into_inner().readings)
    }

    pub async fn correct(&self, id: &str, label: Label) -> Result<Option<v1::Correction>, Status> {
        self.say(id, label, None).await
    }

    pub async fn say(&self, id: &str, label: Label, by: Option<&str>) -> Result<Option<v1::Correction>, Status> {
        let request = v1::CorrectRequest {
            id: id.to_owned(),
            label: label.into(),
            by: by.map(str::to_owned),
            note: None,
        };
        Ok(self.client.clone().correct(request).await?.into_inner().correction)
    }

    /// All corrections, and how many pages they took.
    pub async fn corrections(&self, page_size: u32) -> (Vec<v1::Correction>, usize) {
        let (mut all, mut pages, mut page_token) = (Vec::new(), 0, String::new());
        loop {
            let request = v1::ListCorrectionsRequest { page_size, page_token };
            let page = self
                .client
                .clone()
                .list_corrections(request)
                .await
                .unwrap()
                .into_inner();
            all.extend(page.corrections);
            pages += 1;
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return (all, pages);
            }
        }
    }
}

/// Which stores there are to test on.
pub fn stores() -> Vec<Option<String>> {
    match std::env::var("BACKTWEET_TEST_REDIS") {
        Ok(url) => vec![None, Some(url)],
        Err(_) => {
            eprintln!("not tested on Redis: BACKTWEET_TEST_REDIS is not set");
            vec![None]
        }
    }
}

pub fn text(text: &str) -> SentimentText {
    SentimentText {
        text: text.to_owned(),
        language: Some("en".to_owned()),
        about: Vec::new(),
    }
}

pub fn field(status: &Status) -> String {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    status.get_details_bad_request().unwrap().field_violations[0]
        .field
        .clone()
}
