//! The Bluesky posts of a stream as Jetstream v1 sends them, for measuring what reading that wire costs.

use backtweet_domain::{Post, PostEvent, ReferenceKind};
use serde_json::{Value, json};

/// The line of a Bluesky post; `None` for other events and networks.
pub fn jetstream(event: &PostEvent) -> Option<String> {
    let PostEvent::Created { post } = event else {
        return None;
    };
    let path = post.id.native().strip_prefix("at://")?;
    let (did, path) = path.split_once('/')?;
    let (collection, rkey) = path.split_once('/')?;
    let record = if post.is_repost() {
        json!({ "$type": collection, "createdAt": created(post), "subject": strong(post, ReferenceKind::Repost)? })
    } else {
        record(post)
    };
    let event = json!({
        "did": did,
        "time_us": post.witnessed_at.micros(),
        "kind": "commit",
        "commit": {
            "rev": rkey, "operation": "create", "collection": collection, "rkey": rkey, "record": record,
            "cid": "bafyreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        },
    });
    Some(event.to_string())
}

fn record(post: &Post) -> Value {
    let facet = |span: Option<backtweet_domain::Span>, feature: Value| {
        let span = span?;
        Some(json!({ "index": { "byteStart": span.start, "byteEnd": span.end }, "features": [feature] }))
    };
    let mentions = post.entities.mentions.iter().filter_map(|mention| {
        let did = mention.account.as_ref()?.native();
        facet(
            mention.span,
            json!({ "$type": "app.bsky.richtext.facet#mention", "did": did }),
        )
    });
    let tags = post.entities.hashtags.iter().filter_map(|tag| {
        facet(
            tag.span,
            json!({ "$type": "app.bsky.richtext.facet#tag", "tag": tag.tag }),
        )
    });
    let links = post.entities.links.iter().filter_map(|link| {
        facet(
            link.span,
            json!({ "$type": "app.bsky.richtext.facet#link", "uri": link.url }),
        )
    });
    let facets: Vec<Value> = mentions.chain(tags).chain(links).collect();
    let mut record = json!({
        "$type": "app.bsky.feed.post", "text": post.text, "createdAt": created(post), "langs": ["en"], "facets": facets,
    });
    if let Some(parent) = strong(post, ReferenceKind::Reply) {
        record["reply"] = json!({ "root": parent, "parent": parent });
    }
    if let Some(quoted) = strong(post, ReferenceKind::Quote) {
        record["embed"] = json!({ "$type": "app.bsky.embed.record", "record": quoted });
    }
    record
}

fn created(post: &Post) -> String {
    post.created_at.unwrap_or(post.witnessed_at).to_string()
}

fn strong(post: &Post, kind: ReferenceKind) -> Option<Value> {
    let target = post.reference(kind)?.target.as_ref()?;
    Some(json!({ "uri": target.native(), "cid": "bafyreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }))
}
