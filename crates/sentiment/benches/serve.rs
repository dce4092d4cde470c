//! How many texts a second `SentimentService` scores and keeps over a local connection, beside the model alone: `cargo bench -p
//! backtweet-sentiment --bench serve`. Each text is a new one, so the store has something to write; `BACKTWEET_TEST_REDIS` takes Redis in
//! place of the embedded store.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tokio_util::sync::CancellationToken;

use backtweet_runtime::{Config, GrpcServer, Ports, Services};
use backtweet_sentiment::{Fast, Model, Scoring, Text};
use backtweet_store::{RedisConfig, RedisStore};
use backtweet_wire::v1::sentiment_service_client::SentimentServiceClient;
use backtweet_wire::v1::{ScoreRequest, ScoreStreamRequest, SentimentText};

const BATCH: usize = 1_000;

fn texts() -> Vec<SentimentText> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let text = |_| SentimentText {
        text: format!(
            "@acme I've been waiting for {} weeks and still no answer!!! Worst support ever. #fail https://acme.example/ticket/42",
            NEXT.fetch_add(1, Ordering::Relaxed)
        ),
        language: Some("en".to_owned()),
        about: Vec::new(),
    };
    (0..BATCH).map(text).collect()
}

fn serve(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let shutdown = CancellationToken::new();
    let config = Config {
        data_dir: folder.path().to_owned(),
        listen: "127.0.0.1:0".parse().unwrap(),
        ..Config::default()
    };
    let client = runtime.block_on(async {
        let mut ports = Ports::open(&config, &shutdown).await.unwrap();
        if let Ok(url) = std::env::var("BACKTWEET_TEST_REDIS") {
            let config = RedisConfig {
                prefix: format!("serve-{}", std::process::id()),
                ..RedisConfig::single(url)
            };
            ports.store = Arc::new(RedisStore::connect(config).await.unwrap());
        }
        let settings = backtweet_sentiment::Config::new(&config, Default::default());
        let scoring = Scoring::new(settings, ports).unwrap();
        let services = Services::new().add(scoring.service(shutdown.clone()));
        let server = GrpcServer::bind(&config, services).await.unwrap();
        let endpoint = format!("http://{}", server.address());
        tokio::spawn(server.serve(shutdown.clone()));
        SentimentServiceClient::connect(endpoint).await.unwrap()
    });

    let mut group = criterion.benchmark_group("serve");
    group.throughput(Throughput::Elements(BATCH as u64));
    let model = Fast::new();
    group.bench_function("model", |bencher| {
        bencher.iter(|| {
            let texts = texts();
            let inputs: Vec<_> = texts
                .iter()
                .map(|it| Text {
                    text: &it.text,
                    language: it.language.as_deref(),
                })
                .collect();
            model.score(&inputs)
        });
    });
    for (name, forget) in [("score, nothing kept", true), ("score", false)] {
        group.bench_function(name, |bencher| {
            bencher.to_async(&runtime).iter(|| async {
                let request = ScoreRequest { texts: texts(), forget };
                client.clone().score(request).await.unwrap()
            });
        });
    }
    group.bench_function("stream", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            let requests = texts().into_iter().map(|text| ScoreStreamRequest {
                text: Some(text),
                forget: false,
            });
            let response = client.clone().score_stream(tokio_stream::iter(requests)).await;
            let mut answers = response.unwrap().into_inner();
            while answers.message().await.unwrap().is_some() {}
        });
    });
    group.finish();
    shutdown.cancel();
}

criterion_group!(benches, serve);
criterion_main!(benches);
