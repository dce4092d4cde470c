//! What a look-up of posts tells: which are gone, which have changed. What follows from that is in `x/look.rs`.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::normalise::clip;
use crate::normalise::x::Problem;
use crate::source::Trouble;

/// What the answer comes to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// For the normaliser: posts that are gone, and the newest form of those that have changed.
    pub(super) lines: Vec<Bytes>,
    /// Posts that are gone.
    pub(super) gone: BTreeSet<u64>,
    /// Posts of which X could not tell.
    pub(super) unknown: BTreeSet<u64>,
    /// Newest ids of posts of which an older form was asked for.
    pub(super) newer: BTreeSet<u64>,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    data: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    includes: Option<&'a RawValue>,
    #[serde(borrow, default)]
    errors: Vec<&'a RawValue>,
}

/// What is read here of a post.
#[derive(Deserialize)]
struct Post {
    id: String,
    #[serde(default)]
    edit_history_tweet_ids: Vec<String>,
}

impl Answer {
    pub(super) fn read(body: &[u8]) -> Result<Self, Trouble> {
        let read: Body<'_> = serde_json::from_slice(body).map_err(|error| Trouble::Status {
            status: 200,
            reason: format!(
                "`{}` is no answer about posts ({error}): see that api is X's address",
                clip(&String::from_utf8_lossy(body))
            ),
        })?;
        let mut answer = Self::default();
        for post in &read.data {
            answer.found(post, read.includes);
        }
        for error in &read.errors {
            answer.failed(error);
        }
        Ok(answer)
    }

    fn found(&mut self, raw: &RawValue, includes: Option<&RawValue>) {
        let Ok(post) = serde_json::from_str::<Post>(raw.get()) else {
            return;
        };
        let Some(newest) = post
            .edit_history_tweet_ids
            .last()
            .filter(|_| post.edit_history_tweet_ids.len() > 1)
        else {
            return;
        };
        if *newest != post.id {
            self.newer.extend(newest.parse::<u64>());
            return;
        }
        let includes = includes.map_or("{}", RawValue::get);
        self.lines
            .push(format!(r#"{{"data":{},"includes":{includes}}}"#, raw.get()).into());
    }

    fn failed(&mut self, raw: &RawValue) {
        let Ok(problem) = serde_json::from_str::<Problem<'_>>(raw.get()) else {
            return;
        };
        let Some(id) = problem.asked_for().and_then(|id| id.parse().ok()) else {
            return;
        };
        match problem.is_gone() {
            true => {
                self.gone.insert(id);
                self.lines.push(format!(r#"{{"errors":[{}]}}"#, raw.get()).into());
            }
            false => {
                self.unknown.insert(id);
            }
        }
    }
}
