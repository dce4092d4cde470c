//! The bytes of the topics' records: one pair of functions a topic, so that no stage meets a generated type.

use backtweet_domain::{Classified, PostEvent, Scored, Subject};
use bytes::Bytes;
use prost::Message;

use crate::{WireError, v1};

/// The value of a record of [`crate::topics::POSTS`].
pub fn encode_post_event(event: &PostEvent) -> Bytes {
    encode(&v1::PostEvent::from(event))
}

/// Reads the value of a record of [`crate::topics::POSTS`].
///
/// # Errors
/// When the bytes are no such message, or a value in it means nothing.
pub fn decode_post_event(value: &[u8]) -> Result<PostEvent, WireError> {
    decode::<v1::PostEvent>(value, "PostEvent")?.try_into()
}

/// The value of a record of [`crate::topics::SUBJECTS`]. A deletion is a record without a value.
pub fn encode_subject(subject: &Subject) -> Bytes {
    encode(&v1::Subject::from(subject))
}

/// Reads the value of a record of [`crate::topics::SUBJECTS`].
///
/// # Errors
/// When the bytes are no such message, or a value in it means nothing.
pub fn decode_subject(value: &[u8]) -> Result<Subject, WireError> {
    decode::<v1::Subject>(value, "Subject")?.try_into()
}

/// The value of a record of [`crate::topics::CLASSIFIED`].
pub fn encode_classified(classified: &Classified) -> Bytes {
    encode(&v1::ClassifiedEvent::from(classified))
}

/// Reads the value of a record of [`crate::topics::CLASSIFIED`].
///
/// # Errors
/// When the bytes are no such message, or a value in it means nothing.
pub fn decode_classified(value: &[u8]) -> Result<Classified, WireError> {
    decode::<v1::ClassifiedEvent>(value, "ClassifiedEvent")?.try_into()
}

/// The value of a record of [`crate::topics::SCORED`].
pub fn encode_scored(scored: &Scored) -> Bytes {
    encode(&v1::ScoredEvent::from(scored))
}

/// Reads the value of a record of [`crate::topics::SCORED`].
///
/// # Errors
/// When the bytes are no such message, or a value in it means nothing.
pub fn decode_scored(value: &[u8]) -> Result<Scored, WireError> {
    decode::<v1::ScoredEvent>(value, "ScoredEvent")?.try_into()
}

/// The value of a record of [`crate::topics::DEAD_LETTERS`].
pub fn encode_dead_letter(letter: &v1::DeadLetter) -> Bytes {
    encode(letter)
}

/// Reads the value of a record of [`crate::topics::DEAD_LETTERS`].
///
/// # Errors
/// When the bytes are no such message.
pub fn decode_dead_letter(value: &[u8]) -> Result<v1::DeadLetter, WireError> {
    decode(value, "DeadLetter")
}

fn encode(message: &impl Message) -> Bytes {
    message.encode_to_vec().into()
}

fn decode<M: Message + Default>(value: &[u8], name: &str) -> Result<M, WireError> {
    M::decode(value).map_err(|error| {
        WireError::new(
            "record",
            format!(
                "{} bytes are no backtweet.v1.{name} ({error}): send that message",
                value.len()
            ),
        )
    })
}
