//! The commented example file, made from the list of keys.

use super::keys::{KEYS, Key, Preset};

const HEAD: &str = "\
# Configuration of Backtweet. Every key is optional; what stands here are the defaults, and what is commented out is unset.
# Each key can also be set by an environment variable (store.timeout_ms: BACKTWEET_STORE__TIMEOUT_MS) and by --set key=value.
# Order: this file, then the environment, then flags. Secrets come from the environment or from files that KEY_file names.
";

const PROPERTIES: &str = "\
# Kafka: any property of librdkafka, such as \"linger.ms\" = 5. Passwords come from the environment
# (BACKTWEET_LOG__PROPERTIES__SASL_PASSWORD) or from a file (\"sasl.password_file\" = \"/run/secrets/kafka\").
# [log.properties]
";

const SCHEDULES: &str = "
# Reports that are delivered by themselves, as many as there are such tables: to a directory, a webhook or by mail (docs/schedules.md).
# [[schedules]]
# name = \"weekly\"
# subject = \"acme\"
# report = \"html\"
# every = \"week\"
# on = \"monday\"
# at = \"08:00\"
# time_zone = \"Europe/Berlin\"
# directory = \"reports\"
";

pub(super) fn render() -> String {
    let mut text = HEAD.to_owned();
    let mut table = "";
    for key in KEYS {
        let (of, name) = key.name.rsplit_once('.').unwrap_or(("", key.name));
        if of != table {
            if table == "log" {
                text.push_str(&format!("\n{PROPERTIES}"));
            }
            text.push_str(&format!("\n[{of}]\n"));
            table = of;
        } else if of.is_empty() {
            text.push('\n');
        }
        text.push_str(&entry(key, name));
    }
    text + SCHEDULES
}

fn entry(key: &Key, name: &str) -> String {
    match key.preset {
        Preset::Value(value) => format!("# {}\n{name} = {value}\n", key.doc),
        Preset::Unset(example) => format!("# {}\n# {name} = {example}\n", key.doc),
    }
}
