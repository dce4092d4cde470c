//! The frames of Jetstream's two wires, brought to one form. What a commit's record means is not known here.

use serde::Deserialize;

use backtweet_domain::Timestamp;

use crate::normalise::lenient::{Raw, Text};
use crate::normalise::{Refused, object};

/// What stands in front of the kind in the type of v2's messages.
const LEXICON: &str = "network.bsky.jetstream.subscribeEvents#";

/// Something that happened to a repository or an account.
pub(super) struct Event<'a> {
    pub(super) did: Raw<'a>,
    pub(super) time: Time<'a>,
    pub(super) what: What<'a>,
}

/// What happened.
pub(super) enum What<'a> {
    Commit(Commit<'a>),
    Account(Account<'a>),
    /// The account may have another handle now.
    Identity,
    /// Nothing that the suite keeps: a notice, a kind that is not known.
    Other,
}

/// When the network witnessed it.
pub(super) enum Time<'a> {
    /// Microseconds since 1970, in v1's `time_us`.
    Micros(Raw<'a>),
    /// RFC 3339, in v2's `witnessedAt`.
    Written(Raw<'a>),
}

/// A record made, changed or deleted; a deletion has no record.
#[derive(Deserialize)]
pub(super) struct Commit<'a> {
    #[serde(borrow, default)]
    pub(super) rev: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) operation: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) collection: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) rkey: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) record: Raw<'a>,
}

/// An account's state as its host told it; `seq` is the relay's, and the same in both wires.
#[derive(Deserialize)]
pub(super) struct Account<'a> {
    #[serde(borrow, default)]
    pub(super) active: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) status: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) seq: Raw<'a>,
}

/// A frame of either wire: v1's says its `kind`, v2's has a payload in an envelope with a `$type`.
#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(borrow, default)]
    did: Raw<'a>,
    #[serde(borrow, default)]
    time_us: Raw<'a>,
    #[serde(borrow, default)]
    kind: Raw<'a>,
    #[serde(borrow, default)]
    commit: Option<Commit<'a>>,
    #[serde(borrow, default)]
    account: Option<Account<'a>>,
    #[serde(borrow, default, rename = "$type")]
    envelope: Raw<'a>,
    #[serde(borrow, default)]
    payload: Raw<'a>,
}

/// v2's message: a commit lies flat in it, an account's state one level down.
#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(borrow, default, rename = "$type")]
    kind: Raw<'a>,
    #[serde(borrow, default)]
    did: Raw<'a>,
    #[serde(borrow, default)]
    time: Raw<'a>,
    #[serde(borrow, default, rename = "witnessedAt")]
    witnessed_at: Raw<'a>,
    #[serde(borrow, default)]
    rev: Raw<'a>,
    #[serde(borrow, default)]
    operation: Raw<'a>,
    #[serde(borrow, default)]
    collection: Raw<'a>,
    #[serde(borrow, default)]
    rkey: Raw<'a>,
    #[serde(borrow, default)]
    record: Raw<'a>,
    #[serde(borrow, default)]
    account: Option<Account<'a>>,
}

/// Reads a frame of either wire.
pub(super) fn read(text: &str) -> Result<Event<'_>, Refused> {
    let frame: Frame<'_> = object(text, "a Jetstream event")?;
    if frame.envelope.is_present() {
        return second(&frame);
    }
    let kind: Text<'_> = frame
        .kind
        .need("kind", "commit, identity or account, as Jetstream v1 does")?;
    let what = match &*kind {
        "commit" => What::Commit(missing(frame.commit, "commit", "the commit")?),
        "account" => What::Account(missing(frame.account, "account", "the account's state")?),
        "identity" => What::Identity,
        _ => What::Other,
    };
    Ok(Event {
        did: frame.did,
        time: Time::Micros(frame.time_us),
        what,
    })
}

/// Reads what a v2 envelope holds. Envelopes and messages of kinds that are not known are nothing, as the wire asks.
fn second<'a>(frame: &Frame<'a>) -> Result<Event<'a>, Refused> {
    let envelope: Text<'_> = frame.envelope.need("$type", "message, as Jetstream v2 does")?;
    if &*envelope != "message" {
        return Ok(Event {
            did: Raw::default(),
            time: Time::Micros(Raw::default()),
            what: What::Other,
        });
    }
    let payload: Payload<'_> = frame.payload.need("payload", "the event, as Jetstream v2 does")?;
    let kind: Text<'_> = payload.kind.need("payload.$type", "the kind of the event")?;
    let what = match kind.strip_prefix(LEXICON) {
        Some("commit") => What::Commit(Commit {
            rev: payload.rev,
            operation: payload.operation,
            collection: payload.collection,
            rkey: payload.rkey,
            record: payload.record,
        }),
        Some("account") => What::Account(missing(payload.account, "payload.account", "the account's state")?),
        Some("identity") => What::Identity,
        _ => What::Other,
    };
    let witnessed = payload.witnessed_at;
    Ok(Event {
        did: payload.did,
        time: Time::Written(if witnessed.is_present() {
            witnessed
        } else {
            payload.time
        }),
        what,
    })
}

fn missing<T>(part: Option<T>, field: &str, what: &str) -> Result<T, Refused> {
    part.ok_or_else(|| Refused::new(field, format!("is missing: send {what} with its event")))
}

impl Time<'_> {
    /// The time, or why the line cannot be taken without it.
    pub(super) fn read(&self) -> Result<Timestamp, Refused> {
        match self {
            Time::Micros(raw) => raw
                .need("time_us", "microseconds since 1970")
                .map(Timestamp::from_micros),
            Time::Written(raw) => {
                let text: Text<'_> = raw.need("payload.witnessedAt", "when the network witnessed the event")?;
                Timestamp::parse(&text).map_err(|error| Refused::new("payload.witnessedAt", error.to_string()))
            }
        }
    }
}
