//! Every key that exists, once: its default and what it means. Values are checked in `read`.

/// What holds where a key is not set.
#[derive(Debug, Clone, Copy)]
pub(super) enum Preset {
    /// This TOML value.
    Value(&'static str),
    /// Nothing, or what the documentation says; the TOML value is an example.
    Unset(&'static str),
}

/// One key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    /// Its dotted name.
    pub name: &'static str,
    /// What holds where it is not set.
    pub preset: Preset,
    /// What it means, for the example file.
    pub doc: &'static str,
    /// Whether its value stays out of every message, and `NAME_file` may name a file that holds it.
    pub secret: bool,
}

const fn key(name: &'static str, preset: Preset, doc: &'static str) -> Key {
    Key {
        name,
        preset,
        doc,
        secret: false,
    }
}

const fn secret(name: &'static str, preset: Preset, doc: &'static str) -> Key {
    Key {
        name,
        preset,
        doc,
        secret: true,
    }
}

use Preset::{Unset, Value};

/// The keys below this one are librdkafka's, and free.
pub(super) const PROPERTIES: &str = "log.properties.";

/// The keys below this one are those of schedules: a schedule's name, and a part.
pub(super) const SCHEDULES: &str = "schedules.";

/// What a schedule is made of, and whether its value is secret.
const SCHEDULE_PARTS: [(&str, bool); 16] = [
    ("name", false),
    ("subject", false),
    ("report", false),
    ("every", false),
    ("at", false),
    ("on", false),
    ("time_zone", false),
    ("directory", false),
    ("webhook.url", true),
    ("webhook.secret", true),
    ("mail.to", false),
    ("mail.from", false),
    ("mail.server", false),
    ("mail.tls", false),
    ("mail.user", false),
    ("mail.password", true),
];

/// Every key but the free ones and those of schedules, table by table.
pub(super) const KEYS: &[Key] = &[
    key(
        "data_dir",
        Unset("\"~/.local/share/backtweet\""),
        "Where the embedded log and store keep their files. Default: backtweet/ below $XDG_DATA_HOME, else below ~/.local/share.",
    ),
    key(
        "models",
        Unset("\"models\""),
        "A folder with the weights of the deep sentiment model. Default: models/ here, beside the program or in a folder above it.",
    ),
    key(
        "listen",
        Value("\"127.0.0.1:7400\""),
        "Where gRPC is served. Port 0 takes any free one.",
    ),
    key(
        "metrics_listen",
        Unset("\"127.0.0.1:7490\""),
        "Where Prometheus metrics are served. Off by default.",
    ),
    key(
        "retention_hours",
        Value("168"),
        "How long records stay in every topic but the compacted one. Figures stay.",
    ),
    key(
        "grace_seconds",
        Value("10"),
        "How long work in progress may take to end after a signal to stop.",
    ),
    key(
        "log.kind",
        Value("\"embedded\""),
        "embedded (files of this machine, one process) or kafka.",
    ),
    key(
        "log.partitions",
        Unset("4"),
        "How many partitions topics are created with. Default: 4 embedded, 16 on Kafka.",
    ),
    key(
        "log.brokers",
        Unset("[\"localhost:9092\"]"),
        "Kafka: some of its brokers.",
    ),
    key(
        "log.prefix",
        Value("\"\""),
        "Kafka: what every topic and consumer group is called with. Suites that share brokers need different ones.",
    ),
    key(
        "log.replication",
        Value("1"),
        "Kafka: copies of every partition that topics are created with.",
    ),
    key(
        "store.kind",
        Value("\"embedded\""),
        "embedded (files of this machine, one process) or redis.",
    ),
    secret(
        "store.url",
        Unset("[\"redis://localhost:6379\"]"),
        "Redis: its URL; for a cluster, those of some nodes. A URL with a password belongs into BACKTWEET_STORE__URL or a file that store.url_file names.",
    ),
    key("store.cluster", Value("false"), "Redis: whether it is a Redis Cluster."),
    key(
        "store.prefix",
        Value("\"backtweet\""),
        "Redis: what every key starts with. Suites that share a server need different ones.",
    ),
    key(
        "store.timeout_ms",
        Value("10000"),
        "Redis: how long one answer may take, in milliseconds.",
    ),
    key(
        "collector.appview",
        Value("\"https://public.api.bsky.app\""),
        "Where handles and follower counts of Bluesky accounts are looked up while Bluesky is collected. Empty: nowhere.",
    ),
    key(
        "collector.links",
        Value("true"),
        "Whether shortened links in collected posts are followed to where they lead.",
    ),
    key(
        "collector.lease_seconds",
        Value("5"),
        "How long an assignment stays with a collector that has fallen silent.",
    ),
    key(
        "collector.webhook_listen",
        Unset("\"127.0.0.1:7480\""),
        "Where X may deliver posts by webhook, behind a proxy that speaks TLS. Off by default.",
    ),
    key(
        "collector.webhook_secret",
        Unset("\"env:X_CONSUMER_SECRET\""),
        "Where the app's consumer secret lies: env:NAME or file:PATH, never the secret itself.",
    ),
    key(
        "sentiment.model",
        Value("\"fast\""),
        "fast, deep, auto (deep where fast is not sure) or lexicon (VADER): which model scores posts. backtweet models shows how good each is.",
    ),
    key(
        "tracing.filter",
        Value("\"info\""),
        "What is logged, such as info,backtweet_stream=debug.",
    ),
    key(
        "tracing.format",
        Value("\"auto\""),
        "auto (pretty on a terminal, JSON otherwise), pretty or json.",
    ),
    key(
        "grpc.max_message_bytes",
        Value("4194304"),
        "Largest message, taken or sent.",
    ),
    key(
        "grpc.max_streams",
        Value("256"),
        "Streams that one connection may have open.",
    ),
    key(
        "grpc.concurrency",
        Value("128"),
        "Calls of one connection worked on at once; more wait.",
    ),
    key(
        "grpc.timeout_seconds",
        Value("30"),
        "Until a call must have begun its answer.",
    ),
    key(
        "grpc.keepalive_seconds",
        Value("30"),
        "How often a silent connection is asked whether it still lives.",
    ),
    key(
        "grpc.keepalive_timeout_seconds",
        Value("10"),
        "How long it may take to say so.",
    ),
    key(
        "grpc.connection_age_seconds",
        Value("3600"),
        "Age at which a connection is asked to go, so that load spreads over new servers.",
    ),
    key(
        "grpc.connection_grace_seconds",
        Value("300"),
        "How long it may take to go before it is cut.",
    ),
];

/// The key called `name`.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// Whether `name` is a key, free ones and `_file` forms included.
pub(super) fn exists(name: &str) -> bool {
    let below = name
        .strip_prefix(PROPERTIES)
        .is_some_and(|property| !property.is_empty());
    below || find(name).is_some() || part(name).is_some() || name.strip_suffix("_file").is_some_and(is_one_secret)
}

/// Whether the value of `name` stays out of every message.
pub(super) fn is_secret(name: &str) -> bool {
    match name.strip_prefix(PROPERTIES) {
        Some(property) => !property.ends_with("_file"),
        None => is_one_secret(name),
    }
}

fn is_one_secret(name: &str) -> bool {
    find(name).is_some_and(|key| key.secret) || part(name).is_some_and(|(_, secret)| secret)
}

/// The part of a schedule that a key names.
fn part(name: &str) -> Option<(&'static str, bool)> {
    let (_, part) = name.strip_prefix(SCHEDULES)?.split_once('.')?;
    SCHEDULE_PARTS.into_iter().find(|(known, _)| *known == part)
}

/// Whether a name can be part of a key, and of an environment variable, where its dashes are underscores.
pub(super) fn fits(name: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    name.len() <= 64 && name.starts_with(plain) && name.chars().all(|letter| plain(letter) || letter == '-')
}

/// The key that was probably meant by `name`: one that goes on from it or ends in it, or else the one with the fewest letters to change,
/// up to a third of them.
pub(super) fn closest(name: &str) -> Option<String> {
    if let Some(below) = name.strip_prefix(SCHEDULES) {
        let Some((schedule, part)) = below.split_once('.') else {
            return Some("[[schedules]]".to_owned());
        };
        let (distance, known) = SCHEDULE_PARTS
            .iter()
            .map(|(known, _)| (distance(part, known), known))
            .min()?;
        return (distance <= part.chars().count().div_ceil(3)).then(|| format!("{SCHEDULES}{schedule}.{known}"));
    }
    let part = |key: &&Key| key.name.starts_with(&format!("{name}_")) || key.name.ends_with(&format!(".{name}"));
    if let Some(key) = KEYS.iter().find(part) {
        return Some(key.name.to_owned());
    }
    let (distance, known) = KEYS.iter().map(|key| (distance(name, key.name), key.name)).min()?;
    (distance <= name.chars().count().div_ceil(3)).then(|| known.to_owned())
}

/// Levenshtein's edit distance.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, letter) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}
