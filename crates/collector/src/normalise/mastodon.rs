//! Mastodon: statuses by themselves, in WebSocket frames, or in the lines of a server-sent-event stream. What a status becomes is in
//! `mastodon/status.rs`. Ids that are local to an instance are told and asked for here, and resolved elsewhere.

mod entities;
mod html;
mod sse;
mod status;

use std::fmt;

use backtweet_domain::Timestamp;

use self::status::{Reader, Status};
use super::lenient::Text;
use super::{Gone, LocalId, Normalised, Refused, clip, object, text_of};

pub use sse::EventName;

/// The host that statuses were read from: their ids are local to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance(String);

impl Instance {
    /// The instance at `host`.
    ///
    /// # Errors
    /// When that is no host name, with an optional port.
    pub fn new(host: &str) -> Result<Self, Refused> {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | ':');
        if (1..=253).contains(&host.len()) && host.chars().all(plain) {
            return Ok(Self(host.to_lowercase()));
        }
        let reason = format!("`{}` is no host: name the instance as in mastodon.social", clip(host));
        Err(Refused::new("instance", reason))
    }

    /// What this instance calls `id`, where that can be an id.
    fn local(&self, id: &str) -> Option<LocalId> {
        is_id(id).then(|| LocalId {
            instance: self.0.clone(),
            id: id.to_owned(),
        })
    }
}

impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads one line. `name` carries the name of a server-sent event from its `event:` line to its `data:` line; start each body with a
/// fresh one.
///
/// # Errors
/// When it is none of the forms, or lacks what the suite needs of a status.
pub fn normalise(
    line: &[u8],
    name: &mut EventName,
    instance: &Instance,
    received: Timestamp,
) -> Result<Normalised, Refused> {
    let text = text_of(line)?;
    match sse::read(text, name) {
        sse::Line::Json => json(text, instance, received),
        sse::Line::Data(event, data) => message(event.as_deref(), data, instance, received),
        sse::Line::Nothing => Ok(Normalised::nothing()),
    }
}

/// A WebSocket frame, or a status by itself.
fn json(text: &str, instance: &Instance, received: Timestamp) -> Result<Normalised, Refused> {
    let read: Status<'_> = object(text, "a Mastodon status or frame")?;
    if !read.is_frame() {
        return one_status(&read, instance, received);
    }
    let event: Text<'_> = read.event.need("event", "the frame's event, such as update")?;
    if !matches!(&*event, "update" | "status.update" | "delete") {
        return Ok(Normalised::nothing());
    }
    let payload: Text<'_> = read.payload.need("payload", "the frame's payload, a string")?;
    message(Some(&event), payload.trim(), instance, received)
}

/// What a stream says happened. Without the event's name, as when a body is cut up, the data tells by its form.
fn message(event: Option<&str>, data: &str, instance: &Instance, received: Timestamp) -> Result<Normalised, Refused> {
    match (event, instance.local(data)) {
        (Some("delete") | None, Some(id)) => {
            let mut out = Normalised::default();
            out.local.gone.push(Gone { id, at: received });
            Ok(out)
        }
        (Some("delete"), None) => Err(Refused::new(
            "payload",
            format!("`{}` is no id: send the deleted status's id", clip(data)),
        )),
        (Some("update" | "status.update") | None, _) => {
            one_status(&object(data, "a Mastodon status")?, instance, received)
        }
        (Some(_), _) => Ok(Normalised::nothing()),
    }
}

/// Mastodon's ids are numbers, those of its kin letters and digits too.
fn is_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

fn one_status(status: &Status<'_>, instance: &Instance, received: Timestamp) -> Result<Normalised, Refused> {
    if status.is_something_else() {
        return Ok(Normalised::nothing());
    }
    let mut reader = Reader::new(instance, received);
    reader.read(status, 0)?;
    Ok(reader.out)
}

#[cfg(test)]
mod tests;
