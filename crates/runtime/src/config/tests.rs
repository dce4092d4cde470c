//! What holds for configuration as a whole: layers, errors, secrets, the example.

mod schedules;

use std::collections::BTreeMap;
use std::path::Path;

use super::*;

fn environment(variables: &[(&str, &str)]) -> BTreeMap<String, String> {
    variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn load(file: &str, variables: &[(&str, &str)], flags: &[&str]) -> Result<Config, ConfigErrors> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("backtweet.toml"), file).unwrap();
    let overrides: Vec<_> = flags.iter().map(|flag| (*flag).to_owned()).collect();
    let environment = environment(variables);
    Config::load(&Sources {
        file: None,
        overrides: &overrides,
        environment: &environment,
        directory: folder.path(),
    })
}

fn errors(file: &str, variables: &[(&str, &str)], flags: &[&str]) -> Vec<String> {
    load(file, variables, flags)
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn has(errors: &[String], parts: &[&str]) -> bool {
    errors.iter().any(|error| parts.iter().all(|part| error.contains(part)))
}

#[test]
fn later_layers_win_over_earlier_ones() {
    let file = "listen = '127.0.0.1:1'\ngrace_seconds = 1\n[store]\ntimeout_ms = 1_000\n";
    let variables = [
        ("BACKTWEET_GRACE_SECONDS", "2"),
        ("BACKTWEET_STORE__TIMEOUT_MS", "2000"),
    ];
    let config = load(
        file,
        &variables,
        &["grace_seconds=3", "store.kind=redis", "store.url=redis://h"],
    )
    .unwrap();
    assert_eq!(config.listen.port(), 1);
    assert_eq!(config.grace, Duration::from_secs(3));
    let StoreConfig::Redis(redis) = config.store else {
        panic!("{:?}", config.store)
    };
    assert_eq!(redis.timeout, Duration::from_millis(2000));
}

#[test]
fn a_file_is_found_by_flag_then_by_variable_and_must_exist_when_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (flagged, variable) = (folder.path().join("flag.toml"), folder.path().join("variable.toml"));
    std::fs::write(&flagged, "grace_seconds = 1").unwrap();
    std::fs::write(&variable, "grace_seconds = 2").unwrap();
    let environment = environment(&[("BACKTWEET_CONFIG", variable.to_str().unwrap())]);
    let load = |file: Option<&Path>| {
        Config::load(&Sources {
            file,
            overrides: &[],
            environment: &environment,
            directory: folder.path(),
        })
    };
    assert_eq!(load(Some(&flagged)).unwrap().grace, Duration::from_secs(1));
    assert_eq!(load(None).unwrap().grace, Duration::from_secs(2));
    let error = load(Some(Path::new("nowhere.toml"))).unwrap_err().to_string();
    assert!(error.contains("nowhere.toml") && error.contains("readable"), "{error}");
}

#[test]
fn every_error_is_reported_at_once_with_key_value_origin_and_remedy() {
    let file = "listen = 7400\n\n[log]\nkind = 'rabbit'\npartitons = 4\n[grpc]\nmax_streams = 0\n";
    let errors = errors(
        file,
        &[("BACKTWEET_GRACE_SECONDS", "soon"), ("BACKTWEET_STOR__KIND", "redis")],
        &["tracing.format=xml", "sentiment.model=gpt", "nonsense"],
    );
    assert!(
        has(&errors, &["backtweet.toml:1", "`listen` = `7400`", "127.0.0.1:7400"]),
        "{errors:#?}"
    );
    assert!(
        has(
            &errors,
            &["backtweet.toml:4", "`log.kind` = `rabbit`", "embedded, kafka"]
        ),
        "{errors:#?}"
    );
    assert!(
        has(
            &errors,
            &["backtweet.toml:5", "`log.partitons`", "did you mean `log.partitions`"]
        ),
        "{errors:#?}"
    );
    assert!(
        has(&errors, &["backtweet.toml:7", "`grpc.max_streams` = `0`", "from 1 to"]),
        "{errors:#?}"
    );
    assert!(
        has(
            &errors,
            &["BACKTWEET_GRACE_SECONDS", "`grace_seconds` = `soon`", "whole number"]
        ),
        "{errors:#?}"
    );
    assert!(
        has(&errors, &["BACKTWEET_STOR__KIND", "did you mean `store.kind`"]),
        "{errors:#?}"
    );
    assert!(
        has(&errors, &["flag --set tracing.format", "`xml`", "auto, pretty, json"]),
        "{errors:#?}"
    );
    assert!(
        has(
            &errors,
            &["flag --set sentiment.model", "`gpt`", "fast, deep, auto, lexicon"]
        ),
        "{errors:#?}"
    );
    assert!(has(&errors, &["nonsense", "key=value"]), "{errors:#?}");
    assert_eq!(errors.len(), 9, "{errors:#?}");
}

#[test]
fn a_line_that_is_no_toml_is_named_and_the_rest_is_still_checked() {
    let errors = errors("grace_seconds = \nlisten = 'here'\n", &[], &[]);
    assert!(has(&errors, &["backtweet.toml:1"]), "{errors:#?}");
    assert!(has(&errors, &["backtweet.toml:2", "`listen` = `here`"]), "{errors:#?}");
}

#[test]
fn the_example_parses_to_the_defaults_and_names_every_key() {
    let example = Config::example();
    assert_eq!(load(&example, &[], &[]).unwrap(), load("", &[], &[]).unwrap());
    for key in keys::KEYS {
        let name = key.name.rsplit('.').next().unwrap();
        assert!(
            example.contains(&format!("{name} = ")),
            "{} is not in the example",
            key.name
        );
    }
    let all = example.replace("\n# [", "\n[");
    let set: String = all
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| is_entry(rest)).unwrap_or(line))
        .collect::<Vec<_>>()
        .join("\n");
    let with_adapters = ["log.kind=kafka", "store.kind=redis"];
    load(&set, &[], &with_adapters).unwrap_or_else(|errors| panic!("{errors}\n{set}"));
}

/// Whether a comment is an entry that was commented out.
fn is_entry(comment: &str) -> bool {
    let name = comment.split(" = ").next().unwrap_or_default();
    comment.contains(" = ") && name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')
}

#[test]
fn the_defaults_are_good_values() {
    let config = Config::default();
    assert_eq!(config.listen, "127.0.0.1:7400".parse().unwrap());
    assert_eq!(
        config.log,
        LogConfig {
            kind: LogKind::Embedded,
            partitions: 4
        }
    );
    assert_eq!(config.store, StoreConfig::Embedded);
    assert_eq!(config.retention, Duration::from_secs(168 * 3600));
    assert_eq!(config.grpc.max_message_bytes, 4 * 1024 * 1024);
    assert!(load("", &[], &[]).is_ok());
}

#[test]
fn data_lie_where_the_system_keeps_data() {
    let at = |variables: &[(&str, &str)], flags: &[&str]| load("", variables, flags).unwrap().data_dir;
    assert_eq!(
        at(&[("HOME", "/home/a")], &[]),
        Path::new("/home/a/.local/share/backtweet")
    );
    assert_eq!(
        at(&[("HOME", "/home/a"), ("XDG_DATA_HOME", "/d")], &[]),
        Path::new("/d/backtweet")
    );
    assert_eq!(at(&[("HOME", "/home/a")], &["data_dir=~/b"]), Path::new("/home/a/b"));
    assert_eq!(at(&[], &[]), Path::new("backtweet-data"));
}

#[test]
fn kafka_gets_its_brokers_partitions_and_properties() {
    let file = "[log]\nkind = 'kafka'\nbrokers = ['a:1', 'b:2']\n[log.properties]\n'linger.ms' = 5\nclient.id = 'me'\n";
    let config = load(file, &[("BACKTWEET_LOG__PROPERTIES__SASL_PASSWORD", "hunter2")], &[]).unwrap();
    let LogKind::Kafka(kafka) = &config.log.kind else {
        panic!("{config:?}")
    };
    assert_eq!((config.log.partitions, kafka.brokers.len()), (16, 2));
    let property = |name: &str| kafka.properties.get(name).map(Secret::reveal);
    assert_eq!(property("linger.ms"), Some("5"));
    assert_eq!(property("client.id"), Some("me"));
    assert_eq!(property("sasl.password"), Some("hunter2"));
    assert_eq!(kafka.prefix, "");
}

#[test]
fn suites_that_share_brokers_are_told_apart_by_a_prefix_that_kafka_takes() {
    let kafka = ["log.kind=kafka", "log.brokers=a:1"];
    let with = |prefix: &str| load("", &[], &[kafka[0], kafka[1], &format!("log.prefix={prefix}")]);
    let LogKind::Kafka(settings) = with("tests-1.").unwrap().log.kind else {
        panic!("kafka was configured")
    };
    assert_eq!(settings.prefix, "tests-1.");
    for wrong in ["a b", "a/b", "ä", &"x".repeat(201)] {
        let refused = with(wrong).unwrap_err().to_string();
        assert!(refused.contains("`log.prefix`") && refused.contains(wrong), "{refused}");
    }
    assert!(has(&errors("", &[], &["log.prefix=a"]), &["`log.prefix`", "no effect"]));
}

#[test]
fn an_adapter_without_its_address_or_an_address_without_its_adapter_is_said() {
    let missing = errors("", &[], &["log.kind=kafka", "store.kind=redis"]);
    assert!(has(&missing, &["`log.brokers`", "has to be set"]) && has(&missing, &["`store.url`", "has to be set"]));
    let unused = errors("", &[("BACKTWEET_STORE__URL", "redis://h")], &["log.brokers=a:1"]);
    assert!(has(&unused, &["`log.brokers`", "no effect"]) && has(&unused, &["`store.url`", "no effect"]));
    assert!(load("", &[("BACKTWEET_STORE__URL", "redis://h")], &["store.kind=embedded"]).is_ok());
}

#[test]
fn secrets_come_from_files_and_variables_and_are_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    std::fs::write(&file, "redis://:hunter2@h:1\n").unwrap();
    let named = format!("store.kind = 'redis'\nstore.url_file = '{}'", file.display());
    let config = load(&named, &[], &[]).unwrap();
    let StoreConfig::Redis(redis) = &config.store else {
        panic!("{config:?}")
    };
    assert_eq!(redis.urls[0].reveal(), "redis://:hunter2@h:1");
    assert!(!format!("{config:?}").contains("hunter2"));

    let wrong = load(&named, &[("BACKTWEET_STORE__URL", "http://:hunter2@h")], &[]).unwrap_err();
    assert!(!format!("{wrong} {wrong:?}").contains("hunter2"), "{wrong}");
}

#[test]
fn a_password_in_the_file_or_in_a_flag_is_refused_without_showing_it() {
    let file = "[store]\nkind = 'redis'\nurl = 'redis://:hunter2@h'\n[log.properties]\n'sasl.password' = 'hunter2'\n";
    let errors = load(file, &[], &["store.url=redis://:hunter2@h"]).unwrap_err();
    assert_eq!(errors.iter().count(), 3, "{errors}");
    assert!(!format!("{errors} {errors:?}").contains("hunter2"), "{errors}");
    let text = errors.to_string();
    assert!(
        text.contains("BACKTWEET_STORE__URL") && text.contains("BACKTWEET_LOG__PROPERTIES__SASL_PASSWORD"),
        "{text}"
    );
}

#[test]
fn variables_that_are_no_keys_are_left_alone() {
    let variables = [
        ("BACKTWEET_ENDPOINT", "http://h:1"),
        ("BACKTWEET_TEST_REDIS", "redis://h"),
    ];
    assert!(load("", &variables, &[]).is_ok());
}
