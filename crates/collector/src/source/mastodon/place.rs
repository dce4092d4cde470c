//! Which instance, and which of its streams: what they are called, and under which addresses they are found. Nothing is asked here.

use serde_json::json;
use url::Url;

use crate::normalise::clip;
use crate::normalise::mastodon::Instance;

/// Longest name of a hashtag that is taken, in characters.
const LONGEST_TAG: usize = 200;

/// The address of an instance, from `mastodon.social` or `http://127.0.0.1:3000`.
pub(super) fn instance(text: &str) -> Result<Url, String> {
    let refused = || format!("`{}` is no instance: write its host, as in mastodon.social", clip(text));
    let text = text.trim();
    let url = match text.contains("://") {
        true => Url::parse(text),
        false => Url::parse(&format!("https://{text}")),
    };
    let url = url.map_err(|_| refused())?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let plain = url.username().is_empty() && url.password().is_none();
    let known = matches!(url.scheme(), "https" | "http");
    if !(bare && plain && known) || Instance::new(&host(&url)).is_err() {
        return Err(refused());
    }
    Ok(url)
}

/// The host of `url`, with its port where it is not the usual one.
pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Whose statuses a stream carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    All,
    Local,
    Remote,
}

/// One stream of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stream {
    side: Side,
    tag: Option<String>,
}

impl Stream {
    /// Reads `public`, `public:local`, `public:remote`, `hashtag:TAG` or `hashtag:local:TAG`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (side, tag) = match text {
            "public" => (Side::All, None),
            "public:local" => (Side::Local, None),
            "public:remote" => (Side::Remote, None),
            _ => match (text.strip_prefix("hashtag:local:"), text.strip_prefix("hashtag:")) {
                (Some(tag), _) => (Side::Local, Some(tag)),
                (None, Some(tag)) => (Side::All, Some(tag)),
                (None, None) => {
                    return Err(format!(
                        "`{}` is no stream: write public, public:local, public:remote, hashtag:TAG or hashtag:local:TAG",
                        clip(text)
                    ));
                }
            },
        };
        if let Some(tag) = tag {
            let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '#' | '/' | '?' | '&' | ':');
            if tag.is_empty() || tag.chars().count() > LONGEST_TAG || tag.chars().any(odd) {
                return Err(format!(
                    "`{}` names no hashtag: write it without #, as in hashtag:rust",
                    clip(text)
                ));
            }
        }
        Ok(Self {
            side,
            tag: tag.map(str::to_owned),
        })
    }

    /// What a WebSocket is told to subscribe to it.
    pub(super) fn subscription(&self) -> String {
        let kind = if self.tag.is_some() { "hashtag" } else { "public" };
        let stream = match self.side {
            Side::All => kind.to_owned(),
            Side::Local => format!("{kind}:local"),
            Side::Remote => format!("{kind}:remote"),
        };
        match &self.tag {
            Some(tag) => json!({"type": "subscribe", "stream": stream, "tag": tag}).to_string(),
            None => json!({"type": "subscribe", "stream": stream}).to_string(),
        }
    }

    /// Where it is read as server-sent events, on the streaming host `base`.
    pub(super) fn events(&self, base: &Url) -> Url {
        let mut url = base.clone();
        let kind = if self.tag.is_some() { "hashtag" } else { "public" };
        let side = match self.side {
            Side::All => "",
            Side::Local => "/local",
            Side::Remote => "/remote",
        };
        url.set_path(&format!("/api/v1/streaming/{kind}{side}"));
        if let Some(tag) = &self.tag {
            url.query_pairs_mut().append_pair("tag", tag);
        }
        url
    }

    /// Where its past is read, on the instance `base`: right behind the status `after`, or the newest of it.
    pub(super) fn timeline(&self, base: &Url, after: Option<&str>, limit: usize) -> Url {
        let mut url = base.clone();
        // An instance's address always has a path.
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().extend(["api", "v1", "timelines"]);
            match &self.tag {
                Some(tag) => path.extend(["tag", tag]),
                None => path.push("public"),
            };
        }
        let mut query = url.query_pairs_mut();
        match self.side {
            Side::All => {}
            Side::Local => drop(query.append_pair("local", "true")),
            Side::Remote => drop(query.append_pair("remote", "true")),
        }
        if let Some(after) = after {
            query.append_pair("min_id", after);
        }
        query.append_pair("limit", &limit.to_string());
        drop(query);
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stream_is_asked_for_under_its_own_address() {
        let base = instance("mastodon.social").unwrap();
        let rows = [
            (
                "public",
                r#"{"stream":"public","type":"subscribe"}"#,
                "public",
                "public?",
            ),
            (
                "public:remote",
                r#"{"stream":"public:remote","type":"subscribe"}"#,
                "public/remote",
                "public?remote=true&",
            ),
            (
                "hashtag:straße",
                r#"{"stream":"hashtag","tag":"straße","type":"subscribe"}"#,
                "hashtag?tag=stra%C3%9Fe",
                "tag/stra%C3%9Fe?",
            ),
            (
                "hashtag:local:rust",
                r#"{"stream":"hashtag:local","tag":"rust","type":"subscribe"}"#,
                "hashtag/local?tag=rust",
                "tag/rust?local=true&",
            ),
        ];
        for (name, subscription, events, timeline) in rows {
            let stream = Stream::parse(name).unwrap();
            let subscribed: serde_json::Value = serde_json::from_str(&stream.subscription()).unwrap();
            assert_eq!(
                subscribed,
                serde_json::from_str::<serde_json::Value>(subscription).unwrap()
            );
            let asked = stream.events(&base);
            assert_eq!(
                asked.as_str(),
                format!("https://mastodon.social/api/v1/streaming/{events}")
            );
            let asked = stream.timeline(&base, Some("7"), 40);
            let expected = format!("https://mastodon.social/api/v1/timelines/{timeline}min_id=7&limit=40");
            assert_eq!(asked.as_str(), expected);
        }
    }

    #[test]
    fn what_names_no_instance_or_stream_is_refused_with_the_remedy() {
        for text in [
            "",
            "mastodon.social/about",
            "ftp://mastodon.social",
            "me:pw@mastodon.social",
            "a b",
            "https://",
        ] {
            let refused = instance(text).unwrap_err();
            assert!(refused.contains("write its host"), "{refused}");
        }
        for text in ["", "user", "hashtag:", "hashtag:#rust", "hashtag:a b", "hashtag:local:"] {
            let refused = Stream::parse(text).unwrap_err();
            assert!(refused.contains("write"), "{refused}");
        }
        assert_eq!(host(&instance("HTTP://127.0.0.1:3000/").unwrap()), "127.0.0.1:3000");
        assert_eq!(host(&instance("Mastodon.Social").unwrap()), "mastodon.social");
    }
}
