//! The columns of an export, each with its type and where it comes from: the one list that every format and the manifest go by.
//! `docs/export.md` says what each of them means.

use std::borrow::Cow;

use backtweet_domain::{Edge, Flag, Intent, Kind, Label, Network, Role};
use backtweet_wire::convert::WireEnum;
use backtweet_wire::v1;
use backtweet_wire::v1::ExportType;

use crate::fold::counted_language;

/// Moves when a column is renamed, goes, or means something else.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// What stands in one cell. Only columns that say so are absent in any row.
pub(super) enum Value<'a> {
    Absent,
    Text(Cow<'a, str>),
    /// Microseconds since the Unix epoch.
    Time(i64),
    Integer(i64),
    Number(f64),
    Texts(Vec<Cow<'a, str>>),
}

/// One column.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: ExportType,
    pub(super) is_optional: bool,
    pub(super) value: for<'a> fn(&Row<'a>) -> Value<'a>,
}

/// One post, with all that is there of every post.
pub(super) struct Row<'a> {
    sighting: &'a v1::Sighting,
    post: &'a v1::Post,
    author: &'a v1::Author,
    lineage: &'a v1::Lineage,
    sentiment: Option<&'a v1::Sentiment>,
    signal_milli: i64,
}

impl<'a> Row<'a> {
    /// The row of a post; `None` where a part is missing that no post lacks.
    pub(super) fn of(item: &'a v1::FeedItem) -> Option<Self> {
        let sighting = item.sighting.as_ref()?;
        let post = sighting.post.as_ref()?;
        Some(Self {
            sighting,
            post,
            author: post.author.as_ref()?,
            lineage: sighting.lineage.as_ref()?,
            sentiment: item.sentiment.as_ref(),
            signal_milli: item.signal_milli,
        })
    }

    fn language(&self) -> String {
        let recognised = self.sentiment.and_then(|sentiment| sentiment.language.as_deref());
        counted_language(self.post.language.as_deref(), recognised)
    }

    fn network(&self) -> Value<'a> {
        let network = self.post.id.split_once(':').map_or("", |(network, _)| network);
        text(network.parse::<Network>().map_or("", Network::name))
    }

    fn edge(&self) -> Value<'a> {
        match self.lineage.parent {
            Some(_) => named::<Edge>(self.lineage.edge, Edge::name),
            None => Value::Absent,
        }
    }
}

/// All columns, in the order of the file. New ones go to the end.
pub(super) const COLUMNS: &[Column] = &[
    required("id", ExportType::Text, |row| text(&row.post.id)),
    required("network", ExportType::Text, |row| row.network()),
    optional("url", ExportType::Text, |row| maybe(row.post.url.as_deref(), text)),
    required("author_id", ExportType::Text, |row| text(&row.author.id)),
    optional("author_handle", ExportType::Text, |row| {
        maybe(row.author.handle.as_deref(), text)
    }),
    optional("author_name", ExportType::Text, |row| {
        maybe(row.author.name.as_deref(), text)
    }),
    optional("author_followers", ExportType::Integer, |row| {
        maybe(row.author.followers, |followers| {
            Value::Integer(i64::try_from(followers).unwrap_or(i64::MAX))
        })
    }),
    required("witnessed_at", ExportType::Time, |row| {
        Value::Time(row.post.witnessed_at_us)
    }),
    optional("created_at", ExportType::Time, |row| {
        maybe(row.post.created_at_us, Value::Time)
    }),
    required("text", ExportType::Text, |row| text(&row.post.text)),
    required("language", ExportType::Text, |row| {
        Value::Text(Cow::Owned(row.language()))
    }),
    required("kinds", ExportType::Texts, |row| {
        names::<Kind>(&row.sighting.kinds, Kind::name)
    }),
    required("automatic", ExportType::Texts, |row| {
        names::<Kind>(&row.sighting.automatic, Kind::name)
    }),
    required("role", ExportType::Text, |row| {
        named::<Role>(row.sighting.role, Role::name)
    }),
    required("intent", ExportType::Text, |row| {
        named::<Intent>(row.sighting.intent, Intent::name)
    }),
    required("intent_confidence", ExportType::Number, |row| {
        Value::Number(row.sighting.intent_confidence)
    }),
    optional("sentiment", ExportType::Text, |row| {
        maybe(row.sentiment, |sentiment| named::<Label>(sentiment.label, Label::name))
    }),
    optional("sentiment_score", ExportType::Number, |row| {
        maybe(row.sentiment, |sentiment| Value::Number(sentiment.score))
    }),
    optional("sentiment_confidence", ExportType::Number, |row| {
        maybe(row.sentiment, |sentiment| Value::Number(sentiment.confidence))
    }),
    optional("sentiment_model", ExportType::Text, |row| {
        maybe(row.sentiment, |sentiment| text(&sentiment.model))
    }),
    required("signal_milli", ExportType::Integer, |row| {
        Value::Integer(row.signal_milli)
    }),
    required("root", ExportType::Text, |row| text(&row.lineage.root)),
    optional("parent", ExportType::Text, |row| {
        maybe(row.lineage.parent.as_deref(), text)
    }),
    required("depth", ExportType::Integer, |row| {
        Value::Integer(row.lineage.depth.into())
    }),
    optional("edge", ExportType::Text, |row| row.edge()),
    required("flags", ExportType::Texts, |row| {
        names::<Flag>(&row.sighting.flags, Flag::name)
    }),
    required("hashtags", ExportType::Texts, |row| {
        texts(row.post.hashtags.iter().map(|hashtag| hashtag.tag.as_str().into()))
    }),
    required("links", ExportType::Texts, |row| {
        texts(row.post.links.iter().map(|link| link.canonical.as_str().into()))
    }),
    required("mentions", ExportType::Texts, |row| {
        texts(row.post.mentions.iter().filter_map(mentioned))
    }),
];

const fn required(name: &'static str, kind: ExportType, value: for<'a> fn(&Row<'a>) -> Value<'a>) -> Column {
    Column {
        name,
        kind,
        is_optional: false,
        value,
    }
}

const fn optional(name: &'static str, kind: ExportType, value: for<'a> fn(&Row<'a>) -> Value<'a>) -> Column {
    Column {
        name,
        kind,
        is_optional: true,
        value,
    }
}

fn text(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

fn texts<'a>(texts: impl Iterator<Item = Cow<'a, str>>) -> Value<'a> {
    Value::Texts(texts.collect())
}

fn maybe<'a, T>(part: Option<T>, value: impl FnOnce(T) -> Value<'a>) -> Value<'a> {
    part.map_or(Value::Absent, value)
}

fn named<'a, T: WireEnum>(number: i32, name: impl Fn(T) -> &'static str) -> Value<'a> {
    text(T::from_number(number).map_or("", name))
}

fn names<'a, T: WireEnum>(numbers: &[i32], name: impl Fn(T) -> &'static str) -> Value<'a> {
    let known = numbers.iter().filter_map(|&number| T::from_number(number).ok());
    texts(known.map(|value| Cow::Borrowed(name(value))))
}

/// The account where the network told it, else its handle.
fn mentioned(mention: &v1::Mention) -> Option<Cow<'_, str>> {
    match (&mention.account, &mention.handle) {
        (Some(account), _) => Some(account.as_str().into()),
        (None, Some(handle)) => Some(format!("@{handle}").into()),
        (None, None) => None,
    }
}

/// The schema as the manifest tells it.
pub(super) fn schema() -> Vec<v1::ExportColumn> {
    let column = |column: &Column| v1::ExportColumn {
        name: column.name.to_owned(),
        r#type: column.kind.into(),
        optional: column.is_optional,
    };
    COLUMNS.iter().map(column).collect()
}
