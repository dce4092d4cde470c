//! `SentimentService` as its clients meet it: over a connection, on the embedded store and on Redis where there is one.

// Everything in here is a test, helpers included.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use backtweet_domain::{ManualClock, Timestamp};
use backtweet_runtime::{Config, GrpcServer, Ports, Services};
use backtweet_sentiment::{Choice, Scoring, Text};
use backtweet_store::{RedisConfig, RedisStore};
use backtweet_wire::v1::score_stream_response::Outcome;
use backtweet_wire::v1::sentiment_service_client::SentimentServiceClient;
use backtweet_wire::v1::{self, Label, SentimentText};
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tonic_types::StatusExt;

const NOW: Timestamp = Timestamp::from_seconds(1_780_000_500);
const DAY_SECONDS: i64 = 24 * 3600;

type Client = SentimentServiceClient<Channel>;

/// A running service. Dropping it is a crash.
struct Service {
    client: Client,
    clock: Arc<ManualClock>,
    shutdown: CancellationToken,
    serving: tokio::task::JoinHandle<()>,
}

impl Service {
    async fn start(folder: &Path, redis: Option<&str>, model: Choice) -> Self {
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
            ..Default::default()
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

    async fn stop(self) {
        drop(self.client);
        self.shutdown.cancel();
        self.serving.await.unwrap();
    }

    async fn score(&self, texts: Vec<SentimentText>) -> Result<Vec<v1::Reading>, Status> {
        let response = self.client.clone().score(v1::ScoreRequest { texts }).await?;
        Ok(response.into_inner().readings)
    }

    async fn correct(&self, id: &str, label: Label) -> Result<Option<v1::Correction>, Status> {
        self.say(id, label, None).await
    }

    async fn say(&self, id: &str, label: Label, by: Option<&str>) -> Result<Option<v1::Correction>, Status> {
        let request = v1::CorrectRequest {
            id: id.to_owned(),
            label: label.into(),
            by: by.map(str::to_owned),
            note: None,
        };
        Ok(self.client.clone().correct(request).await?.into_inner().correction)
    }

    /// All corrections, and how many pages they took.
    async fn corrections(&self, page_size: u32) -> (Vec<v1::Correction>, usize) {
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
fn stores() -> Vec<Option<String>> {
    match std::env::var("BACKTWEET_TEST_REDIS") {
        Ok(url) => vec![None, Some(url)],
        Err(_) => {
            eprintln!("not tested on Redis: BACKTWEET_TEST_REDIS is not set");
            vec![None]
        }
    }
}

fn text(text: &str) -> SentimentText {
    SentimentText {
        text: text.to_owned(),
        language: Some("en".to_owned()),
        about: Vec::new(),
    }
}

fn field(status: &Status) -> String {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    status.get_details_bad_request().unwrap().field_violations[0]
        .field
        .clone()
}

#[tokio::test]
async fn a_batch_is_read_as_the_model_reads_it_and_a_repeated_call_gets_the_same_ids() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), None, Choice::Fast).await;
    let words = [
        "I love this",
        "worst service ever",
        "",
        "Olen tänään hyvin onnellinen tästä kauniista säästä",
    ];
    let texts: Vec<_> = words.map(text).to_vec();
    let readings = service.score(texts.clone()).await.unwrap();

    let inputs: Vec<_> = texts
        .iter()
        .map(|it| Text {
            text: &it.text,
            language: it.language.as_deref(),
        })
        .collect();
    let expected = Choice::Fast.load().score(&inputs);
    for (reading, expected) in readings.iter().zip(&expected) {
        assert_eq!(reading.sentiment.as_ref(), Some(&expected.into()));
    }
    assert_eq!(readings.len(), 4);
    assert_eq!(readings[0].sentiment.as_ref().unwrap().model, "fast/1");
    assert_eq!(service.score(texts).await.unwrap(), readings);
    let undeclared = SentimentText {
        language: None,
        ..text("I love this")
    };
    assert_ne!(service.score(vec![undeclared]).await.unwrap()[0].id, readings[0].id);
    service.stop().await;
}

#[tokio::test]
async fn what_cannot_be_scored_is_named_and_nothing_of_its_batch_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), None, Choice::Fast).await;
    let refused = async |texts| service.score(texts).await.unwrap_err();
    assert_eq!(field(&refused(Vec::new()).await), "texts");
    let many = refused(vec![text("fine"); 1_001]).await;
    assert_eq!(field(&many), "texts");
    assert!(
        many.message().contains("1001") && many.message().contains("1000"),
        "{many}"
    );
    let long = refused(vec![text("fine"), text(&"a".repeat(100_000))]).await;
    assert_eq!(field(&long), "texts[1].text");
    assert!(
        long.message().contains("100000") && long.message().contains("65536"),
        "{long}"
    );
    let names = SentimentText {
        about: vec!["acme".to_owned(), "a".repeat(257)],
        ..text("fine")
    };
    assert_eq!(field(&refused(vec![names]).await), "texts[0].about[1]");
    let language = SentimentText {
        language: Some("e".repeat(65)),
        ..text("fine")
    };
    assert_eq!(field(&refused(vec![language]).await), "texts[0].language");
    assert_eq!(service.score(vec![text(&"a ".repeat(32_768))]).await.unwrap().len(), 1);
    assert_eq!(service.score(vec![text("fine"); 1_000]).await.unwrap().len(), 1_000);
    service.stop().await;
}

#[tokio::test]
async fn corrections_are_kept_once_replaced_withdrawn_and_outlive_a_restart_and_their_texts() {
    for redis in stores() {
        let folder = tempfile::tempdir().unwrap();
        let service = Service::start(folder.path(), redis.as_deref(), Choice::Fast).await;
        let readings = service
            .score(vec![text("sick beat"), text("wicked"), text("bad to the bone")])
            .await
            .unwrap();
        let [sick, wicked, bad] = [0, 1, 2].map(|place: usize| readings[place].id.as_str());

        let first = service.say(sick, Label::Negative, Some("ann")).await.unwrap().unwrap();
        assert_eq!((first.label(), first.by.as_deref()), (Label::Negative, Some("ann")));
        assert_eq!(first.text, Some(text("sick beat")));
        assert_eq!(first.answer, readings[0].sentiment);
        service
            .clock
            .set(Timestamp::from_seconds(NOW.micros() / 1_000_000 + 60));
        assert_eq!(
            service.say(sick, Label::Negative, Some("ann")).await.unwrap().as_ref(),
            Some(&first)
        );
        let second = service.correct(sick, Label::Positive).await.unwrap().unwrap();
        assert_eq!(
            (second.label(), second.by.as_deref(), second.at_us),
            (Label::Positive, None, first.at_us)
        );
        assert!(second.changed_at_us > first.changed_at_us);
        service.correct(wicked, Label::Neutral).await.unwrap();
        service.correct(bad, Label::Positive).await.unwrap();
        assert_eq!(service.correct(wicked, Label::Unspecified).await.unwrap(), None);

        // It is withdrawn with its text: nobody can correct it any more, until it is scored again.
        let gone = service.correct(wicked, Label::Neutral).await.unwrap_err();
        assert_eq!(gone.code(), Code::NotFound);
        assert!(
            gone.message().contains(wicked) && gone.message().contains("score it again"),
            "{gone}"
        );
        assert_eq!(
            service.correct(wicked, Label::Unspecified).await.unwrap_err().code(),
            Code::NotFound
        );
        let (listed, _) = service.corrections(0).await;
        service.stop().await;

        let service = Service::start(folder.path(), redis.as_deref(), Choice::Fast).await;
        assert_eq!(service.corrections(1).await, (listed.clone(), 2));
        let of = |listed: &[v1::Correction]| {
            let text = |it: &v1::Correction| (it.text.as_ref().unwrap().text.clone(), it.label());
            listed.iter().map(text).collect::<Vec<_>>()
        };
        let expected = [("sick beat", Label::Positive), ("bad to the bone", Label::Positive)];
        assert_eq!(of(&listed), expected.map(|(text, label)| (text.to_owned(), label)));

        // A text is forgotten; what was said of it is not, and can still be changed.
        service
            .clock
            .set(Timestamp::from_seconds(NOW.micros() / 1_000_000 + 40 * DAY_SECONDS));
        let changed = service.correct(bad, Label::Negative).await.unwrap().unwrap();
        assert_eq!(changed.text, Some(text("bad to the bone")));
        service.score(vec![text("wicked")]).await.unwrap();
        service.correct(wicked, Label::Negative).await.unwrap();
        assert_eq!(service.corrections(0).await.0.len(), 3);
        service.stop().await;
    }
}

#[tokio::test]
async fn what_is_no_correction_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), None, Choice::Fast).await;
    let id = service.score(vec![text("fine")]).await.unwrap()[0].id.clone();
    for unknown in ["", "x:1", "no{thing}", &"0".repeat(32), &"a".repeat(100_000)] {
        let status = service.correct(unknown, Label::Positive).await.unwrap_err();
        assert_eq!(status.code(), Code::NotFound);
        assert!(
            status.message().contains("score it again") && status.message().len() < 300,
            "{status}"
        );
    }
    let status = service.correct(&id, Label::Unknown).await.unwrap_err();
    assert_eq!(field(&status), "label");
    assert!(status.message().contains("LABEL_NEUTRAL"), "{status}");
    let status = service
        .say(&id, Label::Neutral, Some(&"a".repeat(257)))
        .await
        .unwrap_err();
    assert_eq!(field(&status), "by");
    service
        .clock
        .set(Timestamp::from_seconds(NOW.micros() / 1_000_000 + 32 * DAY_SECONDS));
    assert_eq!(
        service.correct(&id, Label::Neutral).await.unwrap_err().code(),
        Code::NotFound
    );

    let request = v1::ListCorrectionsRequest {
        page_size: 1,
        page_token: "7".to_owned(),
    };
    let status = service.client.clone().list_corrections(request).await.unwrap_err();
    assert_eq!(field(&status), "page_token");
    assert_eq!(service.corrections(0).await, (Vec::new(), 1));
    service.stop().await;
}

#[tokio::test]
async fn corrections_of_long_texts_come_in_pages_that_a_message_can_hold() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), None, Choice::Lexicon).await;
    for number in 0..40 {
        let id = service
            .score(vec![text(&format!("{number}{}", "é".repeat(32_000)))])
            .await
            .unwrap()[0]
            .id
            .clone();
        service.correct(&id, Label::Neutral).await.unwrap();
    }
    let (all, pages) = service.corrections(1_000).await;
    let ids: BTreeSet<_> = all.iter().map(|it| &it.id).collect();
    assert_eq!((all.len(), ids.len()), (40, 40));
    assert!(pages > 2, "{pages}");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_answers_each_text_in_order_and_what_is_refused_ends_nothing() {
    for redis in stores() {
        let folder = tempfile::tempdir().unwrap();
        let service = Service::start(folder.path(), redis.as_deref(), Choice::Fast).await;
        let number = |number: usize| match number % 1_000 {
            999 => text(&"a".repeat(100_000)),
            _ if number.is_multiple_of(2) => text(&format!("I love number {number}")),
            _ => text(&format!("I hate number {number}")),
        };
        let requests = (0..10_000).map(move |it| v1::ScoreStreamRequest { text: Some(number(it)) });
        let response = service
            .client
            .clone()
            .score_stream(tokio_stream::iter(requests))
            .await
            .unwrap();
        let mut answers = response.into_inner();
        let mut last = String::new();
        for place in 0..10_000 {
            let outcome = answers.message().await.unwrap().unwrap().outcome.unwrap();
            match outcome {
                Outcome::Reading(reading) => {
                    assert_ne!(place % 1_000, 999);
                    let label = [Label::Positive, Label::Negative][place % 2];
                    assert_eq!(reading.sentiment.unwrap().label(), label, "{place}");
                    last = reading.id;
                }
                Outcome::Refused(reason) => {
                    assert_eq!(place % 1_000, 999);
                    assert!(reason.contains("text.text") && reason.contains("65536"), "{reason}");
                }
            }
        }
        assert_eq!(answers.message().await.unwrap(), None);
        let corrected = service.correct(&last, Label::Neutral).await.unwrap().unwrap();
        assert_eq!(corrected.text, Some(number(9_998)));
        assert_eq!(service.score(vec![number(9_998)]).await.unwrap()[0].id, last);
        service.stop().await;
    }
}

#[tokio::test]
async fn an_open_stream_does_not_keep_the_service_from_stopping_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), None, Choice::Fast).await;
    let (requests, stream) = tokio::sync::mpsc::channel(1);
    let stream = tokio_stream::wrappers::ReceiverStream::new(stream);
    let mut answers = service.client.clone().score_stream(stream).await.unwrap().into_inner();
    requests
        .send(v1::ScoreStreamRequest {
            text: Some(text("I love it")),
        })
        .await
        .unwrap();
    assert!(matches!(
        answers.message().await.unwrap().unwrap().outcome,
        Some(Outcome::Reading(_))
    ));
    service.stop().await;
    let status = answers.message().await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.message().contains("new stream"), "{status}");
}

#[tokio::test]
async fn every_model_is_listed_with_what_was_measured_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), None, Choice::Lexicon).await;
    assert_eq!(
        service.score(vec![text("I love it")]).await.unwrap()[0]
            .sentiment
            .as_ref()
            .unwrap()
            .model,
        Choice::Lexicon.load().name()
    );
    let listed = service
        .client
        .clone()
        .list_models(v1::ListModelsRequest {})
        .await
        .unwrap()
        .into_inner()
        .models;
    let choices: Vec<_> = listed.iter().map(|it| it.choice.as_str()).collect();
    assert_eq!(choices, Choice::ALL.map(Choice::name));
    let [fast, lexicon] = ["fast", "lexicon"].map(|name| listed.iter().find(|it| it.choice == name).unwrap());
    assert!(fast.default && !fast.in_use && fast.unavailable.is_none());
    assert!(!lexicon.default && lexicon.in_use);
    assert_eq!((fast.version.as_str(), fast.languages.len()), ("fast/1", 8));
    let english = fast.measured.iter().find(|it| it.set == "en").unwrap();
    assert!(english.texts > 1_000 && english.language == "en");
    for estimate in [english.macro_recall, english.macro_f1, english.accuracy] {
        let v1::Estimate { value, low, high } = estimate.unwrap();
        assert!(
            0.5 < low && low < value && value < high && high < 1.0,
            "{low} {value} {high}"
        );
    }
    service.stop().await;
}

#[test]
fn every_model_can_be_configured_by_its_name() {
    for choice in Choice::ALL {
        let overrides = [format!("sentiment.model={}", choice.name())];
        let config = Config::load(&backtweet_runtime::config::Sources {
            file: None,
            overrides: &overrides,
            environment: &std::collections::BTreeMap::<String, String>::new(),
            directory: Path::new("/nowhere"),
        })
        .unwrap();
        assert_eq!(Choice::from(config.sentiment.model), choice);
    }
    assert_eq!(Choice::from(Config::default().sentiment.model), Choice::default());
}
