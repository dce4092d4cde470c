//! Where values come from: each layer is a list of keys with a text and an origin, and later layers win. What the texts mean is
//! none of its business.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::error::{ConfigError, Origin};
use super::{keys, toml_file};

const PREFIX: &str = "BACKTWEET_";
const FILE_VARIABLE: &str = "BACKTWEET_CONFIG";
/// Variables of the suite that are no keys: the file, the address that the command line calls, and servers for tests.
const NO_KEYS: [&str; 3] = [FILE_VARIABLE, "BACKTWEET_ENDPOINT", "BACKTWEET_TEST_"];
/// Read where no file is named.
const DEFAULT_FILE: &str = "backtweet.toml";

/// Where a configuration is read from.
pub struct Sources<'a> {
    /// The file that a flag names. Otherwise the one that `BACKTWEET_CONFIG` names, otherwise `backtweet.toml` where there is one.
    pub file: Option<&'a Path>,
    /// `key=value`, as flags give them.
    pub overrides: &'a [String],
    /// Environment variables.
    pub environment: &'a dyn Environment,
    /// Where `backtweet.toml` is looked for.
    pub directory: &'a Path,
}

/// One value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// As it was written; the items of a list are parted by commas.
    pub text: String,
    /// Who set it.
    pub origin: Origin,
}

/// The winning value of every key that is set.
pub(super) type Layers = BTreeMap<String, Entry>;

/// What holds where nobody sets anything.
pub(super) fn defaults() -> Layers {
    let values = keys::KEYS.iter().filter_map(|key| match key.preset {
        keys::Preset::Value(toml) => Some((key.name.to_owned(), toml.trim_matches('"').to_owned())),
        keys::Preset::Unset(_) => None,
    });
    values
        .map(|(name, text)| {
            (
                name,
                Entry {
                    text,
                    origin: Origin::Default,
                },
            )
        })
        .collect()
}

/// All layers, one over the other, and what was wrong with any of them.
pub(super) fn gather(sources: &Sources<'_>) -> (Layers, Vec<ConfigError>) {
    let (mut layers, mut errors) = (defaults(), Vec::new());
    let mut layer: Vec<(String, Entry)> = Vec::new();
    if let Some(path) = file(sources) {
        layer.extend(toml_file::read(&path, &mut errors));
    }
    layer.extend(variables(sources.environment));
    layer.extend(flags(sources.overrides, &mut errors));

    for (key, entry) in layer {
        if !keys::exists(&key) {
            let suggestion = keys::closest(&key);
            errors.push(ConfigError::Unknown {
                key,
                origin: entry.origin,
                suggestion,
            });
            continue;
        }
        match key.strip_suffix("_file").filter(|name| keys::is_secret(name)) {
            Some(name) => match content(&entry) {
                Ok(text) => drop(layers.insert(
                    name.to_owned(),
                    Entry {
                        text,
                        origin: entry.origin,
                    },
                )),
                Err(reason) => errors.push(ConfigError::Invalid {
                    key: key.clone(),
                    value: entry.text,
                    origin: entry.origin,
                    remedy: format!("{reason}; name a readable file that holds the value and nothing else"),
                }),
            },
            None => {
                errors.extend(misplaced(&key, &entry));
                layers.insert(key, entry);
            }
        }
    }
    (layers, errors)
}

fn file(sources: &Sources<'_>) -> Option<PathBuf> {
    let named = sources.file.map(Path::to_owned);
    let named = named.or_else(|| {
        sources
            .environment
            .get(FILE_VARIABLE)
            .filter(|name| !name.is_empty())
            .map(PathBuf::from)
    });
    named.or_else(|| Some(sources.directory.join(DEFAULT_FILE)).filter(|path| path.exists()))
}

/// `BACKTWEET_STORE__TIMEOUT_MS` is `store.timeout_ms`; `BACKTWEET_LOG__PROPERTIES__LINGER_MS` is librdkafka's `linger.ms`;
/// `BACKTWEET_SCHEDULES__TO_ANN__AT` is when the schedule `to-ann` is due.
fn variables(environment: &dyn Environment) -> impl Iterator<Item = (String, Entry)> {
    let names = environment.names(PREFIX).into_iter();
    let names = names.filter(|name| !NO_KEYS.iter().any(|no_key| name.starts_with(no_key)));
    names.filter_map(move |name| {
        let text = environment.get(&name)?;
        let mut key = name[PREFIX.len()..].to_lowercase().replace("__", ".");
        if let Some(property) = key.strip_prefix(keys::PROPERTIES) {
            let (property, file) = property
                .strip_suffix("_file")
                .map_or((property, ""), |bare| (bare, "_file"));
            key = format!("{}{}{file}", keys::PROPERTIES, property.replace('_', "."));
        }
        if let Some((schedule, part)) = key.strip_prefix(keys::SCHEDULES).and_then(|key| key.split_once('.')) {
            key = format!("{}{}.{part}", keys::SCHEDULES, schedule.replace('_', "-"));
        }
        Some((
            key,
            Entry {
                text,
                origin: Origin::Variable(name),
            },
        ))
    })
}

fn flags(overrides: &[String], errors: &mut Vec<ConfigError>) -> Vec<(String, Entry)> {
    let mut entries = Vec::new();
    for flag in overrides {
        match flag.split_once('=') {
            Some((key, value)) => {
                let (key, text) = (key.trim().to_owned(), value.trim().to_owned());
                entries.push((
                    key.clone(),
                    Entry {
                        text,
                        origin: Origin::Flag(key),
                    },
                ));
            }
            None => errors.push(ConfigError::Invalid {
                key: flag.clone(),
                value: String::new(),
                origin: Origin::Flag(flag.clone()),
                remedy: "write it as key=value".to_owned(),
            }),
        }
    }
    entries
}

/// A secret's own file, without the line end that editors add.
fn content(entry: &Entry) -> Result<String, String> {
    let text = std::fs::read_to_string(&entry.text).map_err(|error| error.to_string())?;
    let text = text.trim_end_matches(['\n', '\r']);
    if text.is_empty() {
        Err("the file is empty".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

/// A password in the configuration file gets checked in with it, and one in a flag shows in every list of processes.
fn misplaced(key: &str, entry: &Entry) -> Option<ConfigError> {
    let exposed = matches!(entry.origin, Origin::File { .. } | Origin::Flag(_));
    let password = match key.strip_prefix(keys::PROPERTIES) {
        Some(property) => ["password", "secret", "key.pem"]
            .iter()
            .any(|word| property.contains(word)),
        None => keys::is_secret(key) && (!key.ends_with("url") || entry.text.contains('@')),
    };
    (exposed && password).then(|| ConfigError::Invalid {
        key: key.to_owned(),
        value: "***".to_owned(),
        origin: entry.origin.clone(),
        remedy: format!(
            "a password is taken from the environment ({}) or from a file that `{key}_file` names only",
            variable(key),
        ),
    })
}

/// The environment variable that sets `key`.
fn variable(key: &str) -> String {
    let key = match key.strip_prefix(keys::PROPERTIES) {
        Some(property) => format!("{}{}", keys::PROPERTIES, property.replace('.', "_")),
        None => key.replace('-', "_"),
    };
    format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"))
}
