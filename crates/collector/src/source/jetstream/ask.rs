//! What a server is asked for: its address, the wire, filters, cursor, compression. Nothing is sent from here.

use url::{Url, form_urlencoded};

use backtweet_wire::v1;

use super::place::Cursor;
use crate::normalise::clip;
use crate::normalise::jetstream::COLLECTIONS;

/// Bluesky's own servers.
const SERVERS: [&str; 4] = [
    "wss://jetstream1.us-east.bsky.network",
    "wss://jetstream2.us-east.bsky.network",
    "wss://jetstream1.us-west.bsky.network",
    "wss://jetstream2.us-west.bsky.network",
];

/// Which wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    V2,
}

impl Version {
    pub(super) fn of(config: &v1::JetstreamSource) -> Result<Self, String> {
        match config.version {
            0 | 1 => Ok(Version::V1),
            2 => Ok(Version::V2),
            other => Err(format!(
                "version {other} of Jetstream is not known: set version to 1 or 2"
            )),
        }
    }
}

/// The servers to read, tried in turn.
pub(super) fn servers(config: &v1::JetstreamSource) -> Result<Vec<String>, String> {
    if config.servers.is_empty() {
        return Ok(SERVERS.map(str::to_owned).to_vec());
    }
    config.servers.iter().map(|server| checked(server)).collect()
}

fn checked(server: &str) -> Result<String, String> {
    let refused = || {
        format!(
            "`{}` is no Jetstream server: write wss://host or ws://host:port, without a path",
            clip(server)
        )
    };
    let url = Url::parse(server).map_err(|_| refused())?;
    let bare = url.path().trim_matches('/').is_empty() && url.query().is_none() && url.fragment().is_none();
    let open = url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "ws" | "wss") || !url.has_host() || !bare || !open {
        return Err(refused());
    }
    Ok(server.trim_end_matches('/').to_owned())
}

/// The address at which `server` sends what the suite keeps. No bound on messages is asked for: it would leave events out unseen.
pub(super) fn url(server: &str, version: Version, cursor: Option<Cursor>, dictionary: Option<u32>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let path = match version {
        Version::V1 => {
            query.extend_pairs(COLLECTIONS.map(|collection| ("wantedCollections", collection)));
            if dictionary.is_some() {
                query.append_pair("compress", "true");
            }
            "/subscribe"
        }
        Version::V2 => {
            query.extend_pairs(["commit", "identity", "account"].map(|kind| ("kinds", kind)));
            query.extend_pairs(COLLECTIONS.map(|collection| ("collections", collection)));
            if let Some(id) = dictionary {
                query.append_pair("zstdDictionary", &id.to_string());
            }
            "/xrpc/network.bsky.jetstream.subscribeEvents"
        }
    };
    if let Some(cursor) = cursor {
        query.append_pair("cursor", &cursor.value().to_string());
    }
    format!("{server}{path}?{}", query.finish())
}
