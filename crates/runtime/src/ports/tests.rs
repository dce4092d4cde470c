//! What a program can rely on once its ports are open.

use std::cell::Cell;

use super::*;
use crate::config::Secret;

const QUICK: Backoff = Backoff {
    least: Duration::from_micros(1),
    most: Duration::from_micros(10),
};

fn config(folder: &Path) -> Config {
    Config {
        data_dir: folder.join("data"),
        ..Config::default()
    }
}

#[tokio::test]
async fn the_embedded_ports_come_with_every_topic_and_are_there_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    for _ in 0..2 {
        let ports = Ports::open(&config, &CancellationToken::new()).await.unwrap();
        for topic in topics(&config) {
            assert_eq!(ports.log.ends(&topic.name).await.unwrap().len(), 4, "{}", topic.name);
        }
        ports.log.ping().await.unwrap();
        ports.store.ping().await.unwrap();
    }
}

#[tokio::test]
async fn a_second_process_on_the_same_folder_is_told_which_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let _ports = Ports::open(&config, &CancellationToken::new()).await.unwrap();
    let Err(error) = Ports::open(&config, &CancellationToken::new()).await else {
        panic!("opened twice")
    };
    assert!(matches!(&error, PortsError::InUse { .. }), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains(&config.data_dir.display().to_string()) && text.contains("`data_dir`"),
        "{text}"
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("data"), "a file").unwrap();
    let config = config(folder.path());
    let Err(error) = Ports::open(&config, &CancellationToken::new()).await else {
        panic!("opened a file")
    };
    assert!(
        error.to_string().contains(&config.data_dir.display().to_string()),
        "{error}"
    );
}

fn down() -> PortsError {
    StoreError::Unavailable {
        reason: "connection refused".to_owned(),
    }
    .into()
}

#[tokio::test]
async fn a_dependency_that_is_down_is_waited_for() {
    let tries = Cell::new(0);
    let attempt = async || {
        tries.set(tries.get() + 1);
        if tries.get() < 20 { Err(down()) } else { Ok("here") }
    };
    assert_eq!(
        wait_for("redis", QUICK, &CancellationToken::new(), attempt)
            .await
            .unwrap(),
        "here"
    );
    assert_eq!(tries.get(), 20);
}

#[tokio::test]
async fn waiting_ends_when_the_program_is_told_to_stop() {
    let shutdown = CancellationToken::new();
    let tries = Cell::new(0);
    let attempt = async || {
        tries.set(tries.get() + 1);
        if tries.get() == 3 {
            shutdown.cancel();
        }
        Err::<(), _>(down())
    };
    let error = wait_for("redis", QUICK, &shutdown, attempt).await.unwrap_err();
    assert!(matches!(error, PortsError::Stopped { dependency: "redis" }), "{error}");
}

#[tokio::test]
async fn what_can_never_work_is_not_waited_for() {
    let wrong = || {
        PortsError::Store(StoreError::Unusable {
            reason: "redis 5".to_owned(),
        })
    };
    let error = wait_for(
        "redis",
        QUICK,
        &CancellationToken::new(),
        async || Err::<(), _>(wrong()),
    )
    .await
    .unwrap_err();
    assert!(error.to_string().contains("redis 5"), "{error}");
}

#[test]
fn only_the_compacted_topic_keeps_its_records_for_good() {
    let config = Config::default();
    let compacted: Vec<_> = topics(&config)
        .into_iter()
        .filter(|topic| topic.cleanup == Cleanup::Compact)
        .collect();
    assert_eq!(compacted.len(), 1);
    assert_eq!(compacted[0].name, topics::SUBJECTS);
}

#[test]
fn what_is_configured_for_kafka_and_redis_reaches_them() {
    let properties = [("sasl.password".to_owned(), Secret::new("hunter2"))].into();
    let brokers = vec!["a:1".to_owned(), "b:2".to_owned()];
    let kafka = kafka(&KafkaSettings {
        brokers,
        prefix: "p.".to_owned(),
        replication: 3,
        properties,
    });
    assert_eq!((kafka.bootstrap.as_str(), kafka.prefix.as_str()), ("a:1,b:2", "p."));
    assert_eq!(kafka.replication_factor, 3);
    assert_eq!(kafka.properties["sasl.password"], "hunter2");

    let redis = redis(&RedisSettings {
        urls: vec![Secret::new("redis://:hunter2@h")],
        cluster: true,
        prefix: "p".to_owned(),
        timeout: Duration::from_secs(7),
    });
    assert_eq!(
        (redis.urls[0].as_str(), redis.cluster, redis.prefix.as_str()),
        ("redis://:hunter2@h", true, "p")
    );
    assert_eq!(redis.response_timeout, Duration::from_secs(7));
}
