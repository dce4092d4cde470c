//! What the figures of a raw file should be: each network's JSON is read here by other means than the collector's, and counted by brute
//! force over everything at once.

mod bluesky;
mod mastodon;
mod x;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

/// A post, as far as counting needs it. Everything is lower case where the suite compares without regard to case.
#[derive(Debug, Default, Clone)]
pub struct RawPost {
    pub network: &'static str,
    pub id: String,
    pub author: String,
    pub author_handle: Option<String>,
    pub followers: Option<u64>,
    pub references: Vec<RawReference>,
    pub mentions: Vec<(Option<String>, Option<String>)>,
    pub hashtags: Vec<String>,
    pub hosts: Vec<String>,
}

/// Who is pointed at, and how.
#[derive(Debug, Clone)]
pub struct RawReference {
    pub kind: &'static str,
    pub target: Option<String>,
    pub author: Option<String>,
    pub author_handle: Option<String>,
}

/// A subject, as far as counting needs it.
#[derive(Debug, Default, Clone)]
pub struct RawSubject {
    pub id: &'static str,
    /// Native ids.
    pub accounts: Vec<&'static str>,
    pub handles: Vec<&'static str>,
    pub hashtags: Vec<&'static str>,
    pub domains: Vec<&'static str>,
}

/// The first telling of each post in a file, in the order of the file.
#[derive(Debug, Default)]
pub struct Posts {
    order: Vec<RawPost>,
    known: HashMap<(&'static str, String), usize>,
}

impl Posts {
    pub fn read(&mut self, wire: &str, path: &Path) -> Result<()> {
        match wire {
            "jetstream" => bluesky::read(path, self),
            "mastodon" => mastodon::read(path, self),
            _ => x::read(path, self),
        }
    }

    pub fn add(&mut self, post: RawPost) {
        let key = (post.network, post.id.clone());
        if !self.known.contains_key(&key) {
            self.known.insert(key, self.order.len());
            self.order.push(post);
        }
    }

    fn get(&self, network: &'static str, id: &str) -> Option<&RawPost> {
        self.known
            .get(&(network, id.to_owned()))
            .map(|&place| &self.order[place])
    }

    /// The figures of one subject that a model has no say in.
    pub fn figures(&self, subject: &RawSubject) -> Value {
        let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
        let mut networks: BTreeMap<&str, u64> = BTreeMap::new();
        let mut authors = BTreeSet::new();
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        let members = self.conversation(subject);
        for post in &self.order {
            let mut count = |name| *counts.entry(name).or_default() += 1;
            let is_repost = post.references.iter().any(|reference| reference.kind == "repost");
            let is_reply = post.references.iter().any(|reference| reference.kind == "reply");
            if self.is_by(subject, post) {
                match (is_repost, is_reply) {
                    (true, _) => {}
                    (false, true) => count("answers"),
                    (false, false) => count("origins"),
                }
                continue;
            }
            let found = self.kinds(subject, post);
            if found.is_empty() {
                if members.contains(&(post.network, post.id.as_str())) {
                    count("indirect");
                }
                continue;
            }
            count("backtweets");
            count(if found.contains("repost") {
                "reposts"
            } else {
                "citations"
            });
            match post.followers {
                Some(followers) => *counts.entry("impressions").or_default() += followers,
                None => count("impressions_unknown"),
            }
            *networks.entry(post.network).or_default() += 1;
            authors.insert((post.network, &post.author));
            for kind in found {
                *kinds.entry(kind).or_default() += 1;
            }
        }
        let of = |name: &str| counts.get(name).copied().unwrap_or(0);
        json!({
            "backtweets": of("backtweets"),
            "reposts": of("reposts"),
            "citations": of("citations"),
            "indirect": of("indirect"),
            "origins": of("origins"),
            "answers": of("answers"),
            "kinds": kinds,
            "networks": networks,
            "impressions": of("impressions"),
            "impressions_unknown": of("impressions_unknown"),
            "authors": authors.len(),
        })
    }

    fn is_by(&self, subject: &RawSubject, post: &RawPost) -> bool {
        owns(subject, Some(&post.author), post.author_handle.as_deref())
    }

    fn kinds(&self, subject: &RawSubject, post: &RawPost) -> BTreeSet<&'static str> {
        let mut kinds = BTreeSet::new();
        for reference in &post.references {
            let known = reference
                .target
                .as_ref()
                .and_then(|target| self.get(post.network, target));
            let by_target = known.is_some_and(|target| {
                let is_repost = target.references.iter().any(|reference| reference.kind == "repost");
                self.is_by(subject, target) && !is_repost
            });
            if by_target || owns(subject, reference.author.as_deref(), reference.author_handle.as_deref()) {
                kinds.insert(reference.kind);
            }
        }
        if post
            .mentions
            .iter()
            .any(|(id, handle)| owns(subject, id.as_deref(), handle.as_deref()))
        {
            kinds.insert("mention");
        }
        if post.hashtags.iter().any(|tag| subject.hashtags.contains(&tag.as_str())) {
            kinds.insert("hashtag");
        }
        let within = |host: &str, domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
        if post
            .hosts
            .iter()
            .any(|host| subject.domains.iter().any(|domain| within(host, domain)))
        {
            kinds.insert("link");
        }
        kinds
    }

    /// Everything that belongs to the subject's conversation: direct findings, its own posts, and whatever hangs on them.
    fn conversation<'a>(&'a self, subject: &RawSubject) -> HashSet<(&'static str, &'a str)> {
        let mut members = HashSet::new();
        loop {
            let before = members.len();
            for post in &self.order {
                let is_repost = post.references.iter().any(|reference| reference.kind == "repost");
                let owned = self.is_by(subject, post);
                let hangs = post
                    .references
                    .iter()
                    .filter_map(|reference| reference.target.as_deref());
                let hangs = hangs
                    .into_iter()
                    .any(|target| members.contains(&(post.network, target)));
                if (owned && !is_repost) || (!owned && (hangs || !self.kinds(subject, post).is_empty())) {
                    members.insert((post.network, post.id.as_str()));
                }
            }
            if members.len() == before {
                return members;
            }
        }
    }
}

fn owns(subject: &RawSubject, native: Option<&str>, handle: Option<&str>) -> bool {
    native.is_some_and(|native| subject.accounts.contains(&native))
        || handle.is_some_and(|handle| subject.handles.contains(&handle))
}

fn host(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    Some(rest[..end].rsplit('@').next()?.split(':').next()?.to_lowercase())
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
