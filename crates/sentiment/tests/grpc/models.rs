//! Which models there are, how good they were measured to be, and that each can be configured.

use std::collections::BTreeMap;
use std::path::Path;

use backtweet_runtime::Config;
use backtweet_runtime::config::Sources;
use backtweet_sentiment::Choice;
use backtweet_wire::v1;

use crate::service::{Service, text};

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
        "vader/1"
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
    let deep = listed.iter().find(|it| it.choice == "deep").unwrap();
    let missing = deep.unavailable.as_deref().unwrap();
    assert!(missing.contains("safetensors"), "{missing}");
    assert!(deep.version.is_empty() && deep.measured.is_empty());
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
        let config = Config::load(&Sources {
            file: None,
            overrides: &overrides,
            environment: &BTreeMap::<String, String>::new(),
            directory: Path::new("/nowhere"),
        })
        .unwrap();
        assert_eq!(Choice::from(config.sentiment.model), choice);
    }
    assert_eq!(Choice::from(Config::default().sentiment.model), Choice::default());
}
