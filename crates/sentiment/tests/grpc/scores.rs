//! Batches and streams of texts: what comes back, in which order, and what is refused.

use backtweet_sentiment::{Choice, Fast, Model, Text};
use backtweet_wire::v1::score_stream_response::Outcome;
use backtweet_wire::v1::{self, Label, SentimentText};
use tonic::Code;

use crate::service::{Service, field, stores, text};

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
    let expected = Fast::new().score(&inputs);
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
async fn a_text_that_names_two_is_read_for_what_it_says_about_the_one_that_is_asked_about() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), None, Choice::Fast).await;
    let about = |name: &str| SentimentText {
        about: vec![name.to_owned()],
        ..text("@acme is wonderful, I love it. But @zeta is terrible and rude.")
    };
    let readings = service.score(vec![about("@acme"), about("@zeta")]).await.unwrap();
    let labels: Vec<_> = readings
        .iter()
        .map(|it| it.sentiment.as_ref().unwrap().label())
        .collect();
    assert_eq!(labels, [Label::Positive, Label::Negative]);
    assert_ne!(readings[0].id, readings[1].id);
    service.correct(&readings[1].id, Label::Neutral).await.unwrap();
    assert_eq!(service.corrections(0).await.0[0].text, Some(about("@zeta")));
    service.stop().await;
}

#[tokio::test]
async fn a_text_that_is_nobodys_business_is_scored_alike_and_not_kept() {
    for redis in stores() {
        let folder = tempfile::tempdir().unwrap();
        let service = Service::start(folder.path(), redis.as_deref(), Choice::Fast).await;
        let request = v1::ScoreRequest {
            texts: vec![text("I love this")],
            forget: true,
        };
        let readings = service
            .client
            .clone()
            .score(request)
            .await
            .unwrap()
            .into_inner()
            .readings;
        let unknown = service.correct(&readings[0].id, Label::Neutral).await.unwrap_err();
        assert_eq!(unknown.code(), Code::NotFound);
        assert!(unknown.message().contains("without `forget`"), "{unknown}");
        assert_eq!(service.score(vec![text("I love this")]).await.unwrap(), readings);
        service.correct(&readings[0].id, Label::Neutral).await.unwrap();
        service.stop().await;
    }
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
        let requests = (0..10_000).map(move |it| v1::ScoreStreamRequest {
            text: Some(number(it)),
            forget: it == 4_000,
        });
        let stream = service.client.clone().score_stream(tokio_stream::iter(requests)).await;
        let mut answers = stream.unwrap().into_inner();
        let mut ids = Vec::new();
        while let Some(answer) = answers.message().await.unwrap() {
            let place = ids.len();
            ids.push(match answer.outcome.unwrap() {
                Outcome::Reading(reading) => {
                    let label = [Label::Positive, Label::Negative][place % 2];
                    assert_eq!(reading.sentiment.unwrap().label(), label, "{place}");
                    Some(reading.id)
                }
                Outcome::Refused(reason) => {
                    assert!(reason.contains("text.text") && reason.contains("65536"), "{reason}");
                    None
                }
            });
        }
        assert_eq!(ids.len(), 10_000);
        assert!(
            (0..)
                .zip(&ids)
                .all(|(place, id)| id.is_none() == (place % 1_000 == 999))
        );
        let id = |place: usize| ids[place].as_deref().unwrap();
        assert_eq!(service.score(vec![number(9_998)]).await.unwrap()[0].id, id(9_998));
        let corrected = service.correct(id(4_001), Label::Neutral).await.unwrap().unwrap();
        assert_eq!(corrected.text, Some(number(4_001)));
        let forgotten = service.correct(id(4_000), Label::Neutral).await.unwrap_err();
        assert_eq!(forgotten.code(), Code::NotFound);
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
            forget: false,
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
