//! One post of a subject's conversation.

use backtweet_domain::{Flag, Intent, Kind, Label, Role, Timestamp};
use backtweet_wire::v1::{self, FeedItem};
use serde_json::{Value, json};

use super::bars::grouped;
use super::zone::Zone;
use crate::output::{ACCENT, BAD, FAINT, GOOD, HEADING, styled};

fn name<T>(value: i32, names: impl Fn(T) -> &'static str) -> &'static str
where
    T: TryFrom<WireEnum>,
{
    T::try_from(WireEnum(value)).map_or("unspecified", names)
}

/// A number of a protobuf enum on its way to the domain's word for it.
struct WireEnum(i32);

macro_rules! from_wire {
    ($($domain:ident: $wire:ident),*) => {$(
        impl TryFrom<WireEnum> for $domain {
            type Error = ();

            fn try_from(value: WireEnum) -> Result<Self, ()> {
                let wire = v1::$wire::try_from(value.0).map_err(|_| ())?;
                $domain::try_from(wire).map_err(|_| ())
            }
        }
    )*};
}

from_wire!(Flag: Flag, Kind: Kind, Intent: Intent, Label: Label, Role: Role);

/// The post as JSON.
pub fn view(item: &FeedItem) -> Value {
    let sighting = item.sighting.clone().unwrap_or_default();
    let post = sighting.post.unwrap_or_default();
    let author = post.author.unwrap_or_default();
    let lineage = sighting.lineage.unwrap_or_default();
    let mut view = json!({
        "post": post.id,
        "at": Timestamp::from_micros(post.witnessed_at_us),
        "author": { "id": author.id, "handle": author.handle, "name": author.name, "followers": author.followers },
        "text": post.text,
        "language": post.language,
        "url": post.url,
        "role": name(sighting.role, Role::name),
        "kinds": sighting.kinds.iter().map(|&kind| name(kind, Kind::name)).collect::<Vec<_>>(),
        "automatic": sighting.automatic.iter().map(|&kind| name(kind, Kind::name)).collect::<Vec<_>>(),
        "root": lineage.root,
        "parent": lineage.parent,
        "depth": lineage.depth,
        "intent": name(sighting.intent, Intent::name),
        "intent_confidence": sighting.intent_confidence,
        "flags": sighting.flags.iter().map(|&flag| name(flag, Flag::name)).collect::<Vec<_>>(),
        "sentiment": item.sentiment.as_ref().map(|sentiment| json!({
            "label": name(sentiment.label, Label::name),
            "score": sentiment.score,
            "confidence": sentiment.confidence,
            "language": sentiment.language,
            "model": sentiment.model,
        })),
        "signal_milli": item.signal_milli,
    });
    for (name, is_part) in [("erased", item.erased), ("changed", item.changed)] {
        if is_part {
            view[name] = json!(true);
        }
    }
    view
}

/// The post as a person reads it, by the clocks of `zone`.
pub fn text(item: &FeedItem, zone: &Zone) -> String {
    let Some(sighting) = &item.sighting else {
        return String::new();
    };
    let Some(post) = &sighting.post else {
        return String::new();
    };
    let author = post.author.clone().unwrap_or_default();
    let who = match author.handle {
        _ if item.erased => "somebody".to_owned(),
        Some(handle) => format!("@{handle}"),
        None => author.name.unwrap_or(author.id),
    };
    let followers = author
        .followers
        .map(|count| format!(" {} followers", grouped(count)))
        .unwrap_or_default();
    let kinds: Vec<_> = sighting.kinds.iter().map(|&kind| name(kind, Kind::name)).collect();
    let how = if kinds.is_empty() {
        name(sighting.role, Role::name).to_owned()
    } else {
        kinds.join("+")
    };
    let mood = item.sentiment.as_ref().map_or(String::new(), |sentiment| {
        match name::<Label>(sentiment.label, Label::name) {
            "positive" => styled(GOOD, " +"),
            "negative" => styled(BAD, " −"),
            "neutral" => " ·".to_owned(),
            _ => " ?".to_owned(),
        }
    });
    let head = format!(
        "{}  {}{}  {}  {}{mood}",
        styled(FAINT, zone.time(post.witnessed_at_us)),
        styled(HEADING, who),
        styled(FAINT, followers),
        styled(ACCENT, how),
        name(sighting.intent, Intent::name).replace('_', " "),
    );
    let body = match (item.erased, item.changed) {
        (true, _) => styled(
            FAINT,
            format!("{}: erased since, or its author is hidden today", post.id),
        ),
        (_, true) => styled(
            FAINT,
            format!("{}: changed since, what it said then is not kept", post.id),
        ),
        _ => post.text.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    if body.is_empty() {
        head
    } else {
        format!("{head}\n    {body}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_of_which_not_all_is_left_says_so_in_place_of_its_text() {
        let post = v1::Post {
            id: "x:1".to_owned(),
            ..v1::Post::default()
        };
        let erased = FeedItem {
            sighting: Some(v1::Sighting {
                post: Some(post),
                ..v1::Sighting::default()
            }),
            erased: true,
            ..FeedItem::default()
        };
        let shown = text(&erased, &Zone::UTC);
        assert!(
            shown.contains("somebody") && shown.contains("x:1: erased since"),
            "{shown}"
        );
        assert_eq!(view(&erased)["erased"], true);
        let changed = FeedItem {
            erased: false,
            changed: true,
            ..erased
        };
        assert!(text(&changed, &Zone::UTC).contains("changed since"));
    }
}
