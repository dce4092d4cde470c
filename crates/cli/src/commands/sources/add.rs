//! From the command line to a source.

use anyhow::Result;
use backtweet_wire::v1;
use backtweet_wire::v1::source::Kind;

use crate::args::{AddSource, From};

/// The source that a command line describes.
///
/// # Errors
/// None at present: what is wrong with a source is said by the suite.
pub fn assemble(add: &AddSource) -> Result<v1::Source> {
    Ok(match add {
        AddSource::Bluesky {
            id,
            servers,
            wire,
            dictionary,
            shards,
        } => named(
            id,
            Kind::Jetstream(v1::JetstreamSource {
                servers: servers.clone(),
                version: *wire,
                dictionary: dictionary.clone().unwrap_or_default(),
                shards: *shards,
            }),
        ),
        AddSource::Mastodon {
            instance,
            id,
            streams,
            sse,
            token,
        } => {
            let id = id.clone().unwrap_or_else(|| name_of(instance));
            named(
                &id,
                Kind::Mastodon(v1::MastodonSource {
                    instance: instance.clone(),
                    streams: streams.clone(),
                    sse: *sse,
                    token: token.clone().unwrap_or_default(),
                }),
            )
        }
        AddSource::X {
            id,
            token,
            api,
            rules,
            rule_length,
            monthly_posts,
            backfill_minutes,
            connections,
        } => named(
            id,
            Kind::X(v1::XSource {
                token: token.clone(),
                api: api.clone().unwrap_or_default(),
                rules: *rules,
                rule_length: *rule_length,
                monthly_posts: *monthly_posts,
                backfill_minutes: *backfill_minutes,
                connections: *connections,
            }),
        ),
        AddSource::Files {
            path,
            id,
            from,
            instance,
        } => {
            let wire = match from {
                From::Jetstream => v1::Wire::Jetstream,
                From::Mastodon => v1::Wire::Mastodon,
                From::X => v1::Wire::X,
                From::Post => v1::Wire::Post,
            };
            named(
                &id.clone().unwrap_or_else(|| name_of(path)),
                Kind::Files(v1::FilesSource {
                    path: path.clone(),
                    wire: wire as i32,
                    instance: instance.clone(),
                }),
            )
        }
    })
}

/// Bluesky's stream from `server`, or from Bluesky's own servers.
pub fn bluesky(server: Option<&str>) -> v1::Source {
    named(
        "bluesky",
        Kind::Jetstream(v1::JetstreamSource {
            servers: server.map(str::to_owned).into_iter().collect(),
            ..v1::JetstreamSource::default()
        }),
    )
}

/// The public stream of a Mastodon instance.
pub fn mastodon(instance: &str, token: Option<&str>) -> v1::Source {
    named(
        &name_of(instance),
        Kind::Mastodon(v1::MastodonSource {
            instance: instance.to_owned(),
            token: token.unwrap_or_default().to_owned(),
            ..v1::MastodonSource::default()
        }),
    )
}

fn named(id: &str, kind: Kind) -> v1::Source {
    v1::Source {
        id: id.to_owned(),
        kind: Some(kind),
        paused: false,
    }
}

/// An id made of what a source is called elsewhere.
fn name_of(text: &str) -> String {
    let text = text.rsplit_once("://").map_or(text, |(_, rest)| rest);
    let plain = |letter: char| match letter.to_ascii_lowercase() {
        letter if letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_') => letter,
        _ => '-',
    };
    let name: String = text.trim_matches('/').chars().map(plain).collect();
    name.trim_matches('-').chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_named_after_what_they_collect() {
        assert_eq!(name_of("mastodon.social"), "mastodon.social");
        assert_eq!(name_of("http://127.0.0.1:3000"), "127.0.0.1-3000");
        assert_eq!(name_of("/var/log/Posts"), "var-log-posts");
    }
}
