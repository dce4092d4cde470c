//! What must hold for every event, whichever wire it came over: sane times, texts of a bounded size, spans that lie in the text.

use std::time::Duration;

use backtweet_domain::{Post, PostEvent, Timestamp, entities};

use super::{MAX_TEXT_BYTES, Refused};

/// How far a clock may run ahead of ours before its time is taken for a fault.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// Corrects what can be corrected and says how many values that were.
pub(crate) fn settle(event: &mut PostEvent, received: Timestamp) -> Result<u64, Refused> {
    match event {
        PostEvent::Created { post } | PostEvent::Edited { post } => settle_post(post, received),
        PostEvent::Deleted { at, .. } | PostEvent::Engagement { at, .. } => settle_time("at", at, received),
        PostEvent::Follow(follow) => settle_time("at", &mut follow.at, received),
        PostEvent::Account(change) => settle_time("at", &mut change.at, received),
    }
}

fn settle_post(post: &mut Post, received: Timestamp) -> Result<u64, Refused> {
    if post.text.len() > MAX_TEXT_BYTES {
        return Err(Refused::new(
            "text",
            format!(
                "has {} bytes, and {MAX_TEXT_BYTES} is the most: cut it short",
                post.text.len()
            ),
        ));
    }
    let mut repaired = settle_time("witnessed_at", &mut post.witnessed_at, received)?;
    if post.created_at.is_some_and(|time| !is_plausible(time, received)) {
        post.created_at = None;
        repaired += 1;
    }
    let (entities, misplaced) = entities::repair(std::mem::take(&mut post.entities), &post.text);
    post.entities = entities;
    Ok(repaired + misplaced as u64)
}

/// Clamps a time that lies in the future to the time of receipt.
fn settle_time(field: &str, time: &mut Timestamp, received: Timestamp) -> Result<u64, Refused> {
    if time.micros() <= 0 {
        return Err(Refused::new(
            field,
            format!("`{time}` is before 1970: send the time at which it was seen"),
        ));
    }
    if *time <= received.plus(TOLERANCE) {
        return Ok(0);
    }
    *time = received;
    Ok(1)
}

/// Whether an author can have written a post at that time: networks let their users make it up.
fn is_plausible(time: Timestamp, received: Timestamp) -> bool {
    /// The year 2000: no post of any of these networks is older, imported archives included.
    const FIRST: Timestamp = Timestamp::from_seconds(946_684_800);
    (FIRST..=received.plus(TOLERANCE)).contains(&time)
}
