//! What there is to collect, in parts that one replica reads by itself, and whose each part is. Pure.

use std::collections::BTreeSet;

use backtweet_wire::v1;
use backtweet_wire::v1::source::Kind;
use xxhash_rust::xxh3::xxh3_64;

use crate::Refused;
use crate::normalise::clip;
use crate::normalise::mastodon::Instance;

/// Most shards that a Jetstream is parted into.
const MOST_SHARDS: u32 = 64;
/// What there is of a Mastodon instance where nothing is said.
const PUBLIC: &str = "public";

/// A part of a source that one replica reads by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// Its source's id and its part, such as `bluesky/0` or `home/hashtag:rust`.
    pub id: String,
    /// The part alone: a shard, a stream, a connection.
    pub part: String,
    /// What it is a part of.
    pub source: v1::Source,
}

/// The parts of a source.
pub(crate) fn of(source: &v1::Source) -> Vec<Assignment> {
    let numbered = |count: u32| (0..count.max(1)).map(|part| part.to_string()).collect();
    let parts: Vec<String> = match &source.kind {
        Some(Kind::Jetstream(jetstream)) => numbered(jetstream.shards),
        Some(Kind::Mastodon(mastodon)) if mastodon.streams.is_empty() => vec![PUBLIC.to_owned()],
        Some(Kind::Mastodon(mastodon)) => mastodon.streams.clone(),
        Some(Kind::X(x)) => numbered(x.connections),
        Some(Kind::Files(_)) => numbered(1),
        None => Vec::new(),
    };
    let assignment = |part: String| Assignment {
        id: format!("{}/{part}", source.id),
        part,
        source: source.clone(),
    };
    parts.into_iter().map(assignment).collect()
}

/// Whose an assignment is: of the live replicas the one with the highest hash for it (rendezvous hashing). So a replica that comes takes
/// its share from all others alike, and one that goes leaves its share to all others alike.
pub(crate) fn owner<'a>(assignment: &str, live: &'a BTreeSet<String>) -> Option<&'a str> {
    let score = |member: &str| xxh3_64(format!("{member}\0{assignment}").as_bytes());
    live.iter()
        .map(String::as_str)
        .max_by_key(|member| (score(member), *member))
}

/// Whether a source can be collected as it is described.
///
/// # Errors
/// The field at fault, and the remedy.
pub(crate) fn check(source: &v1::Source) -> Result<(), Refused> {
    let id = &source.id;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    if !(1..=64).contains(&id.len()) || !id.bytes().all(plain) {
        let reason = format!(
            "`{}` is no id: use 1 to 64 lower-case letters, digits, `-`, `_` and `.`",
            clip(id)
        );
        return Err(Refused::new("source.id", reason));
    }
    match &source.kind {
        Some(Kind::Jetstream(jetstream)) => check_jetstream(jetstream),
        Some(Kind::Mastodon(mastodon)) => check_mastodon(mastodon),
        Some(Kind::X(x)) => check_x(x),
        Some(Kind::Files(files)) => check_files(files),
        None => Err(Refused::new(
            "source.kind",
            "is missing: say jetstream, mastodon, x or files",
        )),
    }
}

fn check_jetstream(source: &v1::JetstreamSource) -> Result<(), Refused> {
    if source.version > 2 {
        let reason = format!("`{}` is no version of the wire: use 1 or 2", source.version);
        return Err(Refused::new("source.jetstream.version", reason));
    }
    if source.shards > MOST_SHARDS {
        let reason = format!("`{}` is too many: use up to {MOST_SHARDS}", source.shards);
        return Err(Refused::new("source.jetstream.shards", reason));
    }
    let server = |server: &&String| !server.starts_with("ws://") && !server.starts_with("wss://");
    match source.servers.iter().find(server) {
        Some(wrong) => {
            let reason = format!("`{}` is no server: write wss://host, without a path", clip(wrong));
            Err(Refused::new("source.jetstream.servers", reason))
        }
        None => Ok(()),
    }
}

fn check_mastodon(source: &v1::MastodonSource) -> Result<(), Refused> {
    let host = source
        .instance
        .split_once("://")
        .map_or(&*source.instance, |(_, host)| host);
    Instance::new(host).map_err(|refused| Refused::new("source.mastodon.instance", refused.reason))?;
    let known = |stream: &str| {
        let tag = stream
            .strip_prefix("hashtag:local:")
            .or_else(|| stream.strip_prefix("hashtag:"));
        match tag {
            Some(tag) => !tag.is_empty() && !tag.contains(['{', '}', '\0', '/', '#', '?']),
            None => matches!(stream, PUBLIC | "public:local" | "public:remote"),
        }
    };
    match source.streams.iter().find(|stream| !known(stream)) {
        Some(wrong) => {
            let reason = format!(
                "`{}` is no stream: use public, public:local, public:remote, hashtag:TAG or hashtag:local:TAG",
                clip(wrong)
            );
            Err(Refused::new("source.mastodon.streams", reason))
        }
        None => Ok(()),
    }
}

fn check_x(source: &v1::XSource) -> Result<(), Refused> {
    if source.token.is_empty() {
        let reason = "is missing: name where the app's bearer token lies, as env:NAME or file:PATH";
        return Err(Refused::new("source.x.token", reason));
    }
    if source.backfill_minutes > 5 {
        let reason = format!("`{}` is too many: the API knows up to 5", source.backfill_minutes);
        return Err(Refused::new("source.x.backfill_minutes", reason));
    }
    Ok(())
}

fn check_files(source: &v1::FilesSource) -> Result<(), Refused> {
    if source.path.is_empty() {
        return Err(Refused::new(
            "source.files.path",
            "is missing: name a file or a directory",
        ));
    }
    match (source.wire(), &source.instance) {
        (v1::Wire::Unspecified, _) => Err(Refused::new(
            "source.files.wire",
            "is missing: say which wire the lines are in",
        )),
        (v1::Wire::Mastodon, None) => Err(Refused::new(
            "source.files.instance",
            "is missing: name the host that the lines were read from, since Mastodon's ids are local to it",
        )),
        _ => Ok(()),
    }
}
