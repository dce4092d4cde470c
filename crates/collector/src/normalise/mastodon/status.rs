//! One status, with what it boosts and quotes, as events. Frames and streams are not known here.

use serde::Deserialize;

use backtweet_domain::{
    AccountId, Author, Engagement, Entities, Network, Post, PostEvent, PostId, Reference, ReferenceKind, Timestamp,
    revision,
};

use super::html::{self, Plain};
use super::{Instance, entities};
use crate::normalise::lenient::{Raw, Text};
use crate::normalise::{Awaited, Normalised, Refused, SeenStatus, clip};

/// How many statuses may lie within each other: a boost of a quote of a quote.
const MOST_NESTED: u32 = 3;

/// A status, or the frame around one; both are read as one so that each line is read once.
#[derive(Deserialize)]
pub(super) struct Status<'a> {
    #[serde(borrow, default)]
    pub(super) event: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) payload: Raw<'a>,
    #[serde(borrow, default)]
    id: Raw<'a>,
    #[serde(borrow, default)]
    uri: Raw<'a>,
    #[serde(borrow, default)]
    url: Raw<'a>,
    #[serde(borrow, default)]
    account: Raw<'a>,
    #[serde(borrow, default)]
    created_at: Raw<'a>,
    #[serde(borrow, default)]
    edited_at: Raw<'a>,
    #[serde(borrow, default)]
    visibility: Raw<'a>,
    #[serde(borrow, default)]
    spoiler_text: Raw<'a>,
    #[serde(borrow, default)]
    content: Raw<'a>,
    #[serde(borrow, default)]
    language: Raw<'a>,
    #[serde(borrow, default)]
    in_reply_to_id: Raw<'a>,
    #[serde(borrow, default)]
    in_reply_to_account_id: Raw<'a>,
    #[serde(borrow, default)]
    reblog: Raw<'a>,
    #[serde(borrow, default)]
    quote: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) mentions: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) tags: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) card: Raw<'a>,
    #[serde(borrow, default)]
    media_attachments: Raw<'a>,
    #[serde(borrow, default)]
    reblogs_count: Raw<'a>,
    #[serde(borrow, default)]
    favourites_count: Raw<'a>,
    #[serde(borrow, default)]
    replies_count: Raw<'a>,
    #[serde(borrow, default)]
    quotes_count: Raw<'a>,
}

impl Status<'_> {
    pub(super) fn is_frame(&self) -> bool {
        self.event.is_present() && !self.uri.is_present()
    }

    /// An object that has nothing of a status: an error message, a notification, a conversation.
    pub(super) fn is_something_else(&self) -> bool {
        !self.uri.is_present() && !self.content.is_present()
    }
}

#[derive(Deserialize)]
struct Account<'a> {
    #[serde(borrow, default)]
    id: Raw<'a>,
    #[serde(borrow, default)]
    acct: Raw<'a>,
    #[serde(borrow, default)]
    url: Raw<'a>,
    #[serde(borrow, default)]
    display_name: Raw<'a>,
    #[serde(borrow, default)]
    bot: Raw<'a>,
    #[serde(borrow, default)]
    followers_count: Raw<'a>,
    #[serde(borrow, default)]
    created_at: Raw<'a>,
}

#[derive(Deserialize)]
struct Quote<'a> {
    #[serde(borrow, default)]
    state: Raw<'a>,
    #[serde(borrow, default)]
    quoted_status: Raw<'a>,
    #[serde(borrow, default)]
    quoted_status_id: Raw<'a>,
}

/// A post that another refers to.
struct Cited {
    post: PostId,
    author: AccountId,
    handle: Option<String>,
}

impl Cited {
    fn by(self, kind: ReferenceKind) -> Reference {
        Reference {
            kind,
            target: Some(self.post),
            author: Some(self.author),
            author_handle: self.handle,
            included: true,
        }
    }
}

/// Collects what one line says.
pub(super) struct Reader<'i> {
    instance: &'i Instance,
    received: Timestamp,
    pub(super) out: Normalised,
}

impl<'i> Reader<'i> {
    pub(super) fn new(instance: &'i Instance, received: Timestamp) -> Self {
        Self {
            instance,
            received,
            out: Normalised::default(),
        }
    }

    /// Takes a status in, behind what it boosts or quotes. `None`: it is not public, and neither is what hangs on it.
    pub(super) fn read(&mut self, status: &Status<'_>, depth: u32) -> Result<Option<()>, Refused> {
        self.status(status, depth).map(|cited| cited.map(drop))
    }

    fn status(&mut self, status: &Status<'_>, depth: u32) -> Result<Option<Cited>, Refused> {
        let visibility: Text<'_> = status
            .visibility
            .need("visibility", "public, unlisted, private or direct")?;
        if !matches!(&*visibility, "public" | "unlisted") || depth > MOST_NESTED {
            self.out.ignored += 1;
            return Ok(None);
        }
        let id: Text<'_> = status.id.need("id", "the status's id on its instance")?;
        let id = self.instance.local(&id).ok_or_else(|| {
            Refused::new(
                "id",
                format!(
                    "`{}` is no id of an instance: send the status as its instance does",
                    clip(&id)
                ),
            )
        })?;
        let uri: Text<'_> = status.uri.need("uri", "the status's uri")?;
        let post = PostId::new(Network::Mastodon, uri.into_string())
            .map_err(|error| Refused::new("uri", error.to_string()))?;
        let account: Account<'_> = status.account.need("account", "the status's author")?;
        let author = self.author(&account)?;
        let cited = Cited {
            post: post.clone(),
            author: author.id.clone(),
            handle: author.handle.clone(),
        };

        let event = if status.reblog.is_present() {
            let boosted: Status<'_> = status.reblog.need("reblog", "the boosted status")?;
            let Some(boosted) = self.status(&boosted, depth + 1)? else {
                return Ok(None);
            };
            self.boost(status, post, author, boosted)?
        } else {
            self.post(status, post, author, &account, depth)?
        };
        self.out.keep(event, self.received)?;
        self.out.local.seen.push(SeenStatus {
            id,
            post: cited.post.clone(),
            author: cited.author.clone(),
            handle: cited.handle.clone(),
        });
        Ok(Some(cited))
    }

    fn author(&mut self, account: &Account<'_>) -> Result<Author, Refused> {
        let repaired = &mut self.out.repaired;
        let url: Text<'_> = account.url.need("account.url", "the author's profile")?;
        let acct: Text<'_> = account.acct.need("account.acct", "the author's name")?;
        Ok(Author {
            id: entities::account_id(&url).map_err(|error| Refused::new("account.url", error.to_string()))?,
            handle: Some(entities::handle(&acct, &url, self.instance)),
            name: account.display_name.read::<Text<'_>>(repaired).and_then(Text::filled),
            followers: account.followers_count.read(repaired),
            bot: account.bot.read(repaired).unwrap_or(false),
            created_at: account
                .created_at
                .read::<Text<'_>>(repaired)
                .and_then(|time| Timestamp::parse(&time).ok()),
        })
    }

    /// Event time: when the status says it was made, for that is when its server took it in; never later than now.
    fn created_at(&self, status: &Status<'_>) -> Result<Timestamp, Refused> {
        let text: Text<'_> = status
            .created_at
            .need("created_at", "the time as in 2026-07-01T12:00:00Z")?;
        Timestamp::parse(&text).map_err(|error| Refused::new("created_at", error.to_string()))
    }

    fn boost(&self, status: &Status<'_>, id: PostId, author: Author, boosted: Cited) -> Result<PostEvent, Refused> {
        let created_at = self.created_at(status)?;
        let post = Post {
            id,
            revision: rank(None, true),
            author,
            text: String::new(),
            language: None,
            created_at: Some(created_at),
            witnessed_at: created_at.min(self.received),
            references: vec![boosted.by(ReferenceKind::Repost)],
            entities: Entities::default(),
            engagement: Engagement::default(),
            url: None,
            has_media: false,
        };
        Ok(PostEvent::Created { post: Box::new(post) })
    }

    fn post(
        &mut self,
        status: &Status<'_>,
        id: PostId,
        author: Author,
        account: &Account<'_>,
        depth: u32,
    ) -> Result<PostEvent, Refused> {
        let created_at = self.created_at(status)?;
        let mut awaited = Vec::new();
        let mut references = Vec::new();
        references.extend(self.quote(status, depth, &mut awaited)?);
        references.extend(self.reply(status, account, &author, &mut awaited));

        let out = &mut self.out;
        let edited_at = status.edited_at.read::<Text<'_>>(&mut out.repaired).and_then(|time| {
            let time = Timestamp::parse(&time);
            out.repaired += u64::from(time.is_err());
            time.ok()
        });
        let mut plain = words(status, &mut out.repaired);
        let is_reply = status.in_reply_to_id.is_present();
        let entities = entities::read(status, &plain, is_reply, self.instance, &mut out.repaired);
        let url = status.url.read::<Text<'_>>(&mut out.repaired).and_then(Text::filled);
        let post = Box::new(Post {
            revision: rank(edited_at, awaited.is_empty()),
            author,
            text: std::mem::take(&mut plain.text),
            language: status
                .language
                .read::<Text<'_>>(&mut out.repaired)
                .and_then(Text::filled),
            created_at: Some(created_at),
            witnessed_at: created_at.min(self.received),
            references,
            entities,
            engagement: engagement(status, &mut out.repaired),
            url: url.or_else(|| id.native().starts_with("http").then(|| id.native().to_owned())),
            has_media: !status.media_attachments.list::<Raw<'_>>(&mut out.repaired).is_empty(),
            id,
        });
        // The event comes next into the list.
        let event = out.events.len();
        out.local
            .awaited
            .extend(awaited.into_iter().map(|awaited| Awaited { event, ..awaited }));
        Ok(if edited_at.is_some() {
            PostEvent::Edited { post }
        } else {
            PostEvent::Created { post }
        })
    }

    /// What the status quotes, where the quoted author agreed to it.
    fn quote(
        &mut self,
        status: &Status<'_>,
        depth: u32,
        awaited: &mut Vec<Awaited>,
    ) -> Result<Option<Reference>, Refused> {
        let Some(quote) = status.quote.read::<Quote<'_>>(&mut self.out.repaired) else {
            return Ok(None);
        };
        let state = quote.state.read::<Text<'_>>(&mut self.out.repaired);
        if state.as_deref() != Some("accepted") {
            return Ok(None);
        }
        if quote.quoted_status.is_present() {
            let quoted: Status<'_> = quote.quoted_status.need("quote.quoted_status", "the quoted status")?;
            return Ok(self
                .status(&quoted, depth + 1)?
                .map(|cited| cited.by(ReferenceKind::Quote)));
        }
        let id = quote.quoted_status_id.read::<Text<'_>>(&mut self.out.repaired);
        Ok(id.map(|id| self.unresolved(ReferenceKind::Quote, &id, awaited)))
    }

    /// What the status answers. Who made that is told by the mentions, or is the author again.
    fn reply(
        &mut self,
        status: &Status<'_>,
        account: &Account<'_>,
        author: &Author,
        awaited: &mut Vec<Awaited>,
    ) -> Option<Reference> {
        let id = status.in_reply_to_id.read::<Text<'_>>(&mut self.out.repaired)?;
        let mut reference = self.unresolved(ReferenceKind::Reply, &id, awaited);
        let repaired = &mut self.out.repaired;
        let Some(answered) = status.in_reply_to_account_id.read::<Text<'_>>(repaired) else {
            return Some(reference);
        };
        if account.id.read::<Text<'_>>(repaired).as_ref() == Some(&answered) {
            reference.author = Some(author.id.clone());
            reference.author_handle = author.handle.clone();
        } else if let Some((account, handle)) = entities::mentioned(status, &answered, self.instance) {
            reference.author = Some(account);
            reference.author_handle = Some(handle);
        }
        Some(reference)
    }

    fn unresolved(&mut self, kind: ReferenceKind, id: &str, awaited: &mut Vec<Awaited>) -> Reference {
        match self.instance.local(id) {
            Some(id) => awaited.push(Awaited { event: 0, kind, id }),
            None => self.out.repaired += 1,
        }
        Reference {
            kind,
            target: None,
            author: None,
            author_handle: None,
            included: false,
        }
    }
}

/// Orders what is said of one status: a later edit outranks an earlier one, and a status whose references are all resolved outranks
/// the same one with any still open.
fn rank(edited_at: Option<Timestamp>, is_resolved: bool) -> u64 {
    let edition = edited_at.map_or(0, |time| u64::try_from(time.micros()).unwrap_or(0));
    let plain = revision::of(edition);
    if is_resolved {
        revision::with_references(plain)
    } else {
        plain
    }
}

fn words(status: &Status<'_>, repaired: &mut u64) -> Plain {
    let warning = status.spoiler_text.read::<Text<'_>>(repaired).unwrap_or_default();
    let content = status.content.read::<Text<'_>>(repaired).unwrap_or_default();
    html::plain(&warning, &content)
}

fn engagement(status: &Status<'_>, repaired: &mut u64) -> Engagement {
    Engagement {
        reposts: status.reblogs_count.read(repaired),
        quotes: status.quotes_count.read(repaired),
        replies: status.replies_count.read(repaired),
        likes: status.favourites_count.read(repaired),
        views: None,
    }
}
