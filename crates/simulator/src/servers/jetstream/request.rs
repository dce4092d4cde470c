//! What a client asks for: paths, parameters, cursors, filters. Nothing is sent from here.

use serde_json::Value;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request};
use tokio_tungstenite::tungstenite::http::Response;
use url::form_urlencoded;

use super::event::{Event, LEXICON};
use super::{Asked, Diary, Misdeed};

/// Cursors from here on are microseconds since 1970; smaller ones are numbers of events.
const FIRST_TIME: u64 = 1_000_000_000_000_000;
/// v1's parameters, as far as v2 has none of that name.
const ONLY_V1: [&str; 5] = [
    "wantedCollections",
    "wantedDids",
    "maxMessageSizeBytes",
    "requireHello",
    "compress",
];

/// What a connection is to get.
pub(super) struct Plan {
    pub(super) version: u32,
    pub(super) wanted: Wanted,
    /// Place of the first event.
    pub(super) from: usize,
    pub(super) compressed: bool,
    /// Whether nothing is sent before the client's first `options_update`.
    pub(super) hello: bool,
    /// What v2 says about the cursor before anything else.
    pub(super) info: Option<&'static str>,
}

/// Which events.
#[derive(Default)]
pub(super) struct Wanted {
    kinds: Vec<String>,
    collections: Vec<String>,
    dids: Vec<String>,
    /// Longest message, in bytes; no bound where 0.
    most_bytes: usize,
}

impl Wanted {
    pub(super) fn takes(&self, event: &Event) -> bool {
        let kind = self.kinds.is_empty() || self.kinds.contains(&event.kind);
        let did = self.dids.is_empty() || self.dids.contains(&event.did);
        let collection = match &event.collection {
            Some(collection) if !self.collections.is_empty() => {
                self.collections.iter().any(|wanted| match wanted.strip_suffix('*') {
                    Some(prefix) => collection.starts_with(prefix),
                    None => wanted == collection,
                })
            }
            _ => true,
        };
        let size = self.most_bytes == 0 || event.first.len() <= self.most_bytes;
        kind && did && collection && size
    }

    /// What a client's `options_update` says; `None` where the frame is something else.
    pub(super) fn updated(frame: &str) -> Option<Self> {
        let frame: Value = serde_json::from_str(frame).ok()?;
        let list = |field: &str| -> Vec<String> {
            let items = frame["payload"][field].as_array().into_iter().flatten();
            items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        (frame["type"] == "options_update").then(|| Self {
            kinds: Vec::new(),
            collections: list("wantedCollections"),
            dids: list("wantedDids"),
            most_bytes: frame["payload"]["maxMessageSizeBytes"].as_u64().unwrap_or(0) as usize,
        })
    }
}

/// Why a client gets no stream.
pub(super) struct Refusal {
    pub(super) status: u16,
    error: &'static str,
    message: String,
    retry_after: Option<String>,
}

impl Refusal {
    fn new(status: u16, error: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            error,
            message: message.into(),
            retry_after: None,
        }
    }

    /// The answer, in the form of XRPC's errors.
    pub(super) fn answer(&self) -> ErrorResponse {
        let body = serde_json::json!({"error": self.error, "message": self.message}).to_string();
        let mut answer = Response::builder()
            .status(self.status)
            .header("content-length", body.len());
        if let Some(after) = &self.retry_after {
            answer = answer.header("retry-after", after);
        }
        answer.body(Some(body)).unwrap_or_default()
    }
}

/// What `request` asks for.
pub(super) fn asked(request: &Request) -> Asked {
    let version = match request.uri().path() {
        "/subscribe" => 1,
        path if path.strip_prefix("/xrpc/") == Some(LEXICON) => 2,
        _ => 0,
    };
    let query = request.uri().query().unwrap_or_default();
    let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let cursor = first(&query, "cursor").and_then(|cursor| cursor.parse().ok());
    let header = (request.headers().get("socket-encoding")).is_some_and(|value| value == "zstd");
    let compressed = match version {
        1 => header || first(&query, "compress") == Some("true"),
        _ => first(&query, "zstdDictionary").is_some(),
    };
    Asked {
        version,
        query,
        cursor,
        compressed,
        ..Asked::default()
    }
}

fn first<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = query.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}

fn all(query: &[(String, String)], name: &str) -> Vec<String> {
    let found = query.iter().filter(|(key, _)| key == name);
    found.map(|(_, value)| value.clone()).collect()
}

/// What the client gets, or why it gets nothing.
pub(super) fn plan(
    asked: &Asked,
    diary: &Diary,
    script: &[Misdeed],
    first_seq: u64,
    dictionary: Option<u32>,
) -> Result<Plan, Refusal> {
    for misdeed in script {
        if let Misdeed::Refuse { status, retry_after } = misdeed {
            return Err(Refusal {
                retry_after: retry_after.clone(),
                ..Refusal::new(*status, "Refused", "told to")
            });
        }
    }
    check(asked, dictionary)?;
    let (from, info) = start(asked, diary, script, first_seq)?;
    Ok(Plan {
        version: asked.version,
        wanted: wanted(asked)?,
        from,
        compressed: asked.compressed && dictionary.is_some(),
        hello: asked.version == 1 && first(&asked.query, "requireHello") == Some("true"),
        info,
    })
}

fn check(asked: &Asked, dictionary: Option<u32>) -> Result<(), Refusal> {
    let invalid = |message: String| Refusal::new(400, "InvalidRequest", message);
    if !matches!(asked.version, 1 | 2) {
        return Err(Refusal::new(404, "NotFound", "no such stream"));
    }
    let stray = ONLY_V1.iter().find(|name| first(&asked.query, name).is_some());
    if let Some(name) = stray.filter(|_| asked.version == 2) {
        return Err(invalid(format!("{name} is a parameter of v1")));
    }
    if asked.cursor.is_none() && first(&asked.query, "cursor").is_some() {
        return Err(invalid("the cursor is no number".to_owned()));
    }
    let id = first(&asked.query, "zstdDictionary").map(|id| id.parse().ok());
    if asked.version == 2 && id.is_some_and(|id| id != dictionary) {
        return Err(Refusal::new(400, "UnknownZstdDictionary", "no such dictionary"));
    }
    Ok(())
}

fn wanted(asked: &Asked) -> Result<Wanted, Refusal> {
    let most_bytes = first(&asked.query, "maxMessageSizeBytes").and_then(|bytes| bytes.parse().ok());
    let wanted = match asked.version {
        1 => Wanted {
            kinds: Vec::new(),
            collections: all(&asked.query, "wantedCollections"),
            dids: all(&asked.query, "wantedDids"),
            most_bytes: most_bytes.unwrap_or(0),
        },
        _ => Wanted {
            kinds: all(&asked.query, "kinds"),
            collections: all(&asked.query, "collections"),
            dids: all(&asked.query, "dids"),
            most_bytes: 0,
        },
    };
    let known = |kind: &String| matches!(kind.as_str(), "commit" | "identity" | "account" | "sync");
    if wanted.collections.len() > 100 || wanted.dids.len() > 10_000 || !wanted.kinds.iter().all(known) {
        return Err(Refusal::new(400, "InvalidRequest", "too many, or no such kind"));
    }
    Ok(wanted)
}

/// Where the cursor points: the place of the first event, and what v2 says about it.
fn start(
    asked: &Asked,
    diary: &Diary,
    script: &[Misdeed],
    first_seq: u64,
) -> Result<(usize, Option<&'static str>), Refusal> {
    let events = &diary.events;
    let behind = |time: i64| {
        let found = events.iter().position(|event| event.time_us >= time);
        found.unwrap_or(events.len())
    };
    let clamp = script.iter().find_map(|misdeed| match misdeed {
        Misdeed::Clamp { before_us } => Some(*before_us),
        _ => None,
    });
    let floor = clamp.map_or(0, behind);
    match asked.cursor {
        None => Ok((events.len(), None)),
        Some(time) if time >= FIRST_TIME => {
            let time = i64::try_from(time).unwrap_or(i64::MAX);
            let outdated = clamp.is_some_and(|clamp| time < clamp);
            Ok((behind(time).max(floor), outdated.then_some("OutdatedCursor")))
        }
        Some(seq) => {
            let place = seq.saturating_sub(first_seq) as usize;
            if place > events.len() {
                return Ok((events.len(), Some("FutureCursor")));
            }
            if asked.version == 2 && (seq < first_seq || place < floor) {
                let oldest = first_seq + floor as u64;
                return Err(Refusal::new(400, "CursorTooOld", format!("the oldest is {oldest}")));
            }
            Ok((place.max(floor), None))
        }
    }
}
