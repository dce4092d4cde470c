//! The suite's own JSON: an event as the domain writes it, or a post by itself, which stands for its making. What clients tend to leave
//! out (event time, entities, canonical links) is filled in.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use backtweet_domain::{Entities, Link, Post, PostEvent, Timestamp, entities, revision};

use super::lenient::Text;
use super::{MAX_TEXT_BYTES, Normalised, Refused, clip, object, text_of};

/// What tells an event from a post.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    event: Option<Text<'a>>,
    #[serde(borrow, default)]
    post: Option<&'a RawValue>,
}

/// Reads one line.
///
/// # Errors
/// When it is neither an event nor a post, or a value in it means nothing.
pub fn normalise(line: &[u8], received: Timestamp) -> Result<Normalised, Refused> {
    let text = text_of(line)?;
    if text.is_empty() {
        return Ok(Normalised::nothing());
    }
    let line: Line<'_> = object(text, "an event or post")?;
    let mut event = match (line.event.as_deref(), line.post) {
        (None, _) => PostEvent::Created {
            post: post(text, "post", received)?,
        },
        (Some("created"), Some(raw)) => PostEvent::Created {
            post: post(raw.get(), "post", received)?,
        },
        (Some("edited"), Some(raw)) => PostEvent::Edited {
            post: post(raw.get(), "post", received)?,
        },
        (Some(_), _) => serde_json::from_str(text).map_err(|error| wrong("event", text, &error))?,
    };
    tidy(&mut event);
    let mut out = Normalised::default();
    out.keep(event, received)?;
    Ok(out)
}

fn wrong(field: &str, text: &str, error: &serde_json::Error) -> Refused {
    let error = error.to_string();
    // The place within the line says nothing to somebody who reads the field's name.
    let cause = error.split(" at line ").next().unwrap_or_default();
    let is_short = cause.chars().count() <= 240;
    let cause = if is_short { cause.into() } else { clip(cause) };
    Refused::new(
        field,
        format!(
            "{cause} in `{}`: send `id`, `author.id` and what else a post has, as `network:native` ids and RFC 3339 times",
            clip(text)
        ),
    )
}

fn post(text: &str, field: &str, received: Timestamp) -> Result<Box<Post>, Refused> {
    let mut post = match serde_json::from_str::<Box<Post>>(text) {
        Ok(post) => post,
        Err(error) if error.is_data() => filled_in(text, received).map_err(|error| wrong(field, text, &error))?,
        Err(error) => return Err(wrong(field, text, &error)),
    };
    if post.entities == Entities::default() && post.text.len() <= MAX_TEXT_BYTES && says_no_entities(text) {
        post.entities = entities::extract_on(post.id.network(), &post.text);
    }
    Ok(post)
}

/// Whether a post leaves its entities out, so that they are found in its text; empty lists mean that there are none.
fn says_no_entities(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Said {
        entities: Option<IgnoredAny>,
    }
    serde_json::from_str::<Said>(text).is_ok_and(|said| said.entities.is_none())
}

/// Reads a post once more, with what may be left out put in.
fn filled_in(text: &str, received: Timestamp) -> Result<Box<Post>, serde_json::Error> {
    let mut value: Value = serde_json::from_str(text)?;
    if value.get("witnessed_at").is_none_or(Value::is_null) {
        let declared = value
            .get("created_at")
            .and_then(Value::as_str)
            .and_then(|time| Timestamp::parse(time).ok());
        let time = declared.map_or(received, |time| time.min(received));
        value["witnessed_at"] = Value::from(time.to_string());
    }
    for link in value
        .pointer_mut("/entities/links")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if let Some(link) = link.as_object_mut() {
            // The canonical form is worked out for every link in `tidy`.
            link.entry("canonical").or_insert(Value::from(""));
        }
    }
    serde_json::from_value(value)
}

/// Brings what a client wrote into the form that every other wire gives: handles plain, links canonical by the suite's own rule, and its
/// revision as the post's edition, so that there is room for the records that complete it.
pub(crate) fn tidy(event: &mut PostEvent) {
    let post = match event {
        PostEvent::Created { post } | PostEvent::Edited { post } => post,
        PostEvent::Deleted { revision, .. } => {
            *revision = revision::last_of(*revision);
            return;
        }
        _ => return,
    };
    post.revision = revision::of(post.revision);
    plain_handle(&mut post.author.handle);
    for reference in &mut post.references {
        plain_handle(&mut reference.author_handle);
    }
    tidy_entities(&mut post.entities);
}

fn tidy_entities(entities: &mut Entities) {
    for mention in &mut entities.mentions {
        plain_handle(&mut mention.handle);
    }
    for tag in entities.hashtags.iter_mut().filter(|tag| tag.tag.starts_with('#')) {
        tag.tag.remove(0);
    }
    for link in &mut entities.links {
        *link = Link::new(std::mem::take(&mut link.url), link.span);
    }
}

fn plain_handle(handle: &mut Option<String>) {
    if let Some(written) = handle {
        let plain = written.trim_start_matches('@').to_lowercase();
        *handle = (!plain.is_empty()).then_some(plain);
    }
}

#[cfg(test)]
mod tests;
