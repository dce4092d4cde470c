//! X API v2, as the filtered stream sends it: a post with the posts and users it needs, in-stream errors, keep-alives. How a text and
//! its entities are read is in `x/text.rs`, what X does not show any more in `x/gone.rs`.

mod gone;
mod text;

use serde::Deserialize;

use backtweet_domain::{
    AccountId, Author, Engagement, Network, Post, PostEvent, PostId, Reference, ReferenceKind, Timestamp, revision,
};

use super::lenient::{Raw, Text};
use super::{Normalised, Refused, object, text_of};
pub(crate) use gone::Problem;

/// What one line is: an envelope, a post by itself, or an error.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    data: Raw<'a>,
    #[serde(borrow, default)]
    includes: Raw<'a>,
    #[serde(borrow, default)]
    errors: Raw<'a>,
    #[serde(borrow, default)]
    id: Raw<'a>,
    #[serde(borrow, default)]
    text: Raw<'a>,
}

/// What came with a post because it refers to it.
#[derive(Deserialize, Default)]
struct Includes<'a> {
    #[serde(borrow, default)]
    users: Raw<'a>,
    #[serde(borrow, default)]
    tweets: Raw<'a>,
}

#[derive(Deserialize)]
struct Tweet<'a> {
    #[serde(borrow, default)]
    id: Raw<'a>,
    #[serde(borrow, default)]
    edit_history_tweet_ids: Raw<'a>,
    #[serde(borrow, default)]
    author_id: Raw<'a>,
    #[serde(borrow, default)]
    text: Raw<'a>,
    #[serde(borrow, default)]
    note_tweet: Raw<'a>,
    #[serde(borrow, default)]
    entities: Raw<'a>,
    #[serde(borrow, default)]
    created_at: Raw<'a>,
    #[serde(borrow, default)]
    lang: Raw<'a>,
    #[serde(borrow, default)]
    in_reply_to_user_id: Raw<'a>,
    #[serde(borrow, default)]
    referenced_tweets: Raw<'a>,
    #[serde(borrow, default)]
    public_metrics: Raw<'a>,
    #[serde(borrow, default)]
    attachments: Raw<'a>,
}

#[derive(Deserialize)]
struct Cited<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    id: Text<'a>,
}

#[derive(Deserialize)]
struct User<'a> {
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    username: Text<'a>,
    #[serde(borrow, default)]
    name: Raw<'a>,
    #[serde(borrow, default)]
    created_at: Raw<'a>,
    #[serde(borrow, default)]
    public_metrics: Raw<'a>,
}

#[derive(Deserialize, Default)]
struct Metrics<'a> {
    #[serde(borrow, default)]
    retweet_count: Raw<'a>,
    #[serde(borrow, default)]
    quote_count: Raw<'a>,
    #[serde(borrow, default)]
    reply_count: Raw<'a>,
    #[serde(borrow, default)]
    like_count: Raw<'a>,
    #[serde(borrow, default)]
    impression_count: Raw<'a>,
    #[serde(borrow, default)]
    followers_count: Raw<'a>,
}

#[derive(Deserialize, Default)]
struct Attachments<'a> {
    #[serde(borrow, default)]
    media_keys: Raw<'a>,
}

/// Reads one line.
///
/// # Errors
/// When it is no post of the API, or lacks what the suite needs of one.
pub fn normalise(line: &[u8], received: Timestamp) -> Result<Normalised, Refused> {
    let text = text_of(line)?;
    if text.is_empty() {
        return Ok(Normalised::nothing());
    }
    let line: Line<'_> = object(text, "a post of the X API v2")?;
    let is_bare = line.id.is_present() && line.text.is_present();
    let mut out = Normalised::default();
    if !line.data.is_present() && !is_bare {
        let problems: Vec<Problem<'_>> = line.errors.list(&mut out.repaired);
        for problem in &problems {
            let event = problem.event(received)?;
            event.map_or(Ok(()), |event| out.keep(event, received))?;
        }
        return Ok(if out.events.is_empty() {
            Normalised::nothing()
        } else {
            out
        });
    }
    let includes: Includes<'_> = line.includes.read(&mut out.repaired).unwrap_or_default();
    let reader = Reader {
        received,
        users: includes.users.list(&mut out.repaired),
        tweets: includes.tweets.list(&mut out.repaired),
    };
    let tweet: Tweet<'_> = if line.data.is_present() {
        line.data.need("data", "a post")?
    } else {
        object(text, "a post of the X API v2")?
    };
    reader.read(&tweet, &mut out)?;
    Ok(out)
}

/// Which post an id names, and which of its edits.
struct Identity {
    post: PostId,
    /// Its place in the history of edits, from 0.
    edition: u64,
    at: Option<Timestamp>,
}

struct Reader<'a> {
    received: Timestamp,
    users: Vec<User<'a>>,
    tweets: Vec<Tweet<'a>>,
}

impl<'a> Reader<'a> {
    /// Takes in what the post refers to, as far as it came along, and then the post.
    fn read(&self, tweet: &Tweet<'a>, out: &mut Normalised) -> Result<(), Refused> {
        let cited = tweet.referenced_tweets.list::<Cited<'_>>(&mut 0);
        for cited in cited.iter().filter_map(|cited| self.included(&cited.id)) {
            let whole = cited.author_id.is_present() && cited.text.is_present();
            // A broken companion is no reason to lose the post itself.
            let taken = whole.then(|| self.event(cited, &mut out.repaired)).transpose();
            let kept = taken.and_then(|event| event.map_or(Ok(()), |event| out.keep(event, self.received)));
            out.repaired += u64::from(kept.is_err());
        }
        let event = self.event(tweet, &mut out.repaired)?;
        out.keep(event, self.received)
    }

    fn included(&self, id: &str) -> Option<&Tweet<'a>> {
        self.tweets
            .iter()
            .find(|tweet| tweet.id.read::<Text<'_>>(&mut 0).is_some_and(|other| *other == *id))
    }

    fn user(&self, id: &str) -> Option<&User<'a>> {
        self.users.iter().find(|user| *user.id == *id)
    }

    fn event(&self, tweet: &Tweet<'a>, repaired: &mut u64) -> Result<PostEvent, Refused> {
        let identity = identity(tweet, repaired)?;
        let author = self.author(tweet, repaired)?;
        let references = self.references(tweet, repaired);
        let is_repost = references
            .iter()
            .any(|reference| reference.kind == ReferenceKind::Repost);
        let created_at = tweet.created_at.read::<Text<'_>>(repaired).and_then(|time| {
            let time = Timestamp::parse(&time);
            *repaired += u64::from(time.is_err());
            time.ok()
        });
        // A repost's text and figures are a copy of the reposted post's.
        let words = if is_repost {
            text::Words::default()
        } else {
            self.words(tweet, &references, repaired)?
        };
        let name = author.handle.as_deref().unwrap_or("i");
        let newest: Text<'_> = tweet.id.need("id", "the post's id")?;
        let post = Box::new(Post {
            url: Some(format!("https://x.com/{name}/status/{}", &*newest)),
            witnessed_at: identity
                .at
                .or(created_at.map(|time| time.min(self.received)))
                .unwrap_or(self.received),
            id: identity.post,
            revision: revision::of(identity.edition),
            author,
            language: tweet
                .lang
                .read::<Text<'_>>(repaired)
                .and_then(language)
                .filter(|_| !is_repost),
            created_at,
            references,
            engagement: if is_repost {
                Engagement::default()
            } else {
                engagement(tweet, repaired)
            },
            has_media: words.has_media,
            text: words.text,
            entities: words.entities,
        });
        Ok(if identity.edition > 0 {
            PostEvent::Edited { post }
        } else {
            PostEvent::Created { post }
        })
    }

    fn author(&self, tweet: &Tweet<'a>, repaired: &mut u64) -> Result<Author, Refused> {
        let id: Text<'_> = tweet
            .author_id
            .need("author_id", "the author's id: ask for it in tweet.fields")?;
        let user = self.user(&id);
        let metrics = user
            .and_then(|user| user.public_metrics.read::<Metrics<'_>>(repaired))
            .unwrap_or_default();
        Ok(Author {
            id: account_id(&id).map_err(|error| Refused::new("author_id", error))?,
            handle: user.and_then(handle),
            name: user
                .and_then(|user| user.name.read::<Text<'_>>(repaired))
                .and_then(Text::filled),
            followers: metrics.followers_count.read(repaired),
            bot: false,
            created_at: user
                .and_then(|user| user.created_at.read::<Text<'_>>(repaired))
                .and_then(|time| Timestamp::parse(&time).ok()),
        })
    }

    fn references(&self, tweet: &Tweet<'a>, repaired: &mut u64) -> Vec<Reference> {
        let mut references = Vec::new();
        for cited in tweet.referenced_tweets.list::<Cited<'_>>(repaired) {
            let kind = match &*cited.kind {
                "retweeted" => ReferenceKind::Repost,
                "quoted" => ReferenceKind::Quote,
                "replied_to" => ReferenceKind::Reply,
                _ => continue,
            };
            let included = self.included(&cited.id);
            // An edited post is known by the first id of its history, which only the post itself tells.
            let target = included
                .and_then(|tweet| identity(tweet, repaired).ok().map(|identity| identity.post))
                .or_else(|| PostId::new(Network::X, cited.id.into_string()).ok());
            let author = included.and_then(|tweet| tweet.author_id.read::<Text<'_>>(repaired));
            references.push(Reference {
                included: included.is_some(),
                ..self.reference(kind, target, author)
            });
        }
        let answered = tweet.in_reply_to_user_id.read::<Text<'_>>(repaired);
        let reply = references
            .iter_mut()
            .find(|reference| reference.kind == ReferenceKind::Reply);
        match (answered, reply) {
            (Some(user), Some(reply)) => {
                *reply = Reference {
                    included: reply.included,
                    ..self.reference(ReferenceKind::Reply, reply.target.take(), Some(user))
                };
            }
            // The post that it answers is gone, or was not told.
            (Some(user), None) => references.push(self.reference(ReferenceKind::Reply, None, Some(user))),
            (None, _) => {}
        }
        references
    }

    fn reference(&self, kind: ReferenceKind, target: Option<PostId>, author: Option<Text<'_>>) -> Reference {
        let author_handle = author.as_deref().and_then(|id| self.user(id)).and_then(handle);
        Reference {
            kind,
            target,
            author: author.and_then(|id| account_id(&id).ok()),
            author_handle,
            included: false,
        }
    }

    fn words(&self, tweet: &Tweet<'a>, references: &[Reference], repaired: &mut u64) -> Result<text::Words, Refused> {
        let note = tweet.note_tweet.read::<text::Note<'_>>(repaired);
        let (text, entities) = match &note {
            Some(note) if note.text.is_present() => (note.text, note.entities),
            _ => (tweet.text, tweet.entities),
        };
        let text: Text<'_> = text.need("text", "the post's text")?;
        let mut words = text::read(&text, entities, repaired);
        let attachments = tweet.attachments.read::<Attachments<'_>>(repaired).unwrap_or_default();
        words.has_media |= !attachments.media_keys.list::<Raw<'_>>(repaired).is_empty();
        if references
            .iter()
            .any(|reference| reference.kind == ReferenceKind::Reply)
        {
            super::spans::mark_automatic(&words.text, 0, &mut words.entities.mentions);
        }
        for mention in words
            .entities
            .mentions
            .iter_mut()
            .filter(|mention| mention.account.is_none())
        {
            let user = self.users.iter().find(|user| handle(user) == mention.handle);
            mention.account = user.and_then(|user| account_id(&user.id).ok());
        }
        Ok(words)
    }
}

fn account_id(id: &str) -> Result<AccountId, String> {
    AccountId::new(Network::X, id).map_err(|error| error.to_string())
}

fn handle(user: &User<'_>) -> Option<String> {
    (!user.username.is_empty()).then(|| user.username.to_lowercase())
}

/// An edit makes a new id; the first of the history is the post, and the place in it the edition.
fn identity(tweet: &Tweet<'_>, repaired: &mut u64) -> Result<Identity, Refused> {
    let id: Text<'_> = tweet.id.need("id", "the post's id")?;
    let history = tweet.edit_history_tweet_ids.list::<Text<'_>>(repaired);
    let place = history
        .iter()
        .position(|other| *other == id)
        .unwrap_or(history.len().saturating_sub(1));
    let first = history.into_iter().next().unwrap_or(id);
    let post = PostId::new(Network::X, first.into_string()).map_err(|error| Refused::new("id", error.to_string()))?;
    Ok(Identity {
        at: post.time(),
        post,
        edition: place as u64,
    })
}

/// The language, where X knows one: its codes for "none", "only tags", "only links" and the like name no language.
fn language(code: Text<'_>) -> Option<String> {
    let is_none = matches!(&*code, "" | "und" | "zxx" | "art") || (code.len() == 3 && code.starts_with('q'));
    (!is_none).then(|| code.into_string())
}

fn engagement(tweet: &Tweet<'_>, repaired: &mut u64) -> Engagement {
    let metrics: Metrics<'_> = tweet.public_metrics.read(repaired).unwrap_or_default();
    Engagement {
        reposts: metrics.retweet_count.read(repaired),
        quotes: metrics.quote_count.read(repaired),
        replies: metrics.reply_count.read(repaired),
        likes: metrics.like_count.read(repaired),
        views: metrics.impression_count.read(repaired),
    }
}

#[cfg(test)]
mod tests;
