//! Reads exports back, each by a reader of its own, into rows that can be compared with what the feed shows.

use backtweet_domain::Timestamp;
use backtweet_wire::v1::{self, ExportFormat, FeedItem};
use bytes::Bytes;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Map, Value, json};

/// The row that a post is to have.
pub(super) fn expected(item: &FeedItem) -> Value {
    let sighting = item.sighting.clone().unwrap();
    let post = sighting.post.clone().unwrap();
    let author = post.author.unwrap();
    let lineage = sighting.lineage.clone().unwrap();
    let sentiment = item.sentiment.as_ref();
    let time = |us| Timestamp::from_micros(us).to_string();
    let word = |prefix: &str, name: &str| name.trim_start_matches(prefix).to_lowercase();
    let kinds =
        |kinds: Vec<v1::Kind>| -> Vec<_> { kinds.iter().map(|kind| word("KIND_", kind.as_str_name())).collect() };
    let flags: Vec<_> = sighting.flags().map(|flag| word("FLAG_", flag.as_str_name())).collect();
    let declared = post.language.as_deref().map(|language| &language[..2]);
    let recognised = sentiment.and_then(|sentiment| sentiment.language.as_deref());
    let mentions: Vec<_> = post
        .mentions
        .iter()
        .map(|mention| {
            mention
                .account
                .clone()
                .unwrap_or_else(|| format!("@{}", mention.handle()))
        })
        .collect();
    json!({
        "id": post.id,
        "network": post.id.split(':').next(),
        "url": post.url,
        "author_id": author.id,
        "author_handle": author.handle,
        "author_name": author.name,
        "author_followers": author.followers,
        "witnessed_at": time(post.witnessed_at_us),
        "created_at": post.created_at_us.map(time),
        "text": post.text,
        "language": declared.or(recognised).unwrap_or("und"),
        "kinds": kinds(sighting.kinds().collect()),
        "automatic": kinds(sighting.automatic().collect()),
        "role": word("ROLE_", sighting.role().as_str_name()),
        "intent": word("INTENT_", sighting.intent().as_str_name()),
        "intent_confidence": sighting.intent_confidence,
        "sentiment": sentiment.map(|sentiment| word("LABEL_", sentiment.label().as_str_name())),
        "sentiment_score": sentiment.map(|sentiment| sentiment.score),
        "sentiment_confidence": sentiment.map(|sentiment| sentiment.confidence),
        "sentiment_model": sentiment.map(|sentiment| sentiment.model.clone()),
        "signal_milli": item.signal_milli,
        "root": lineage.root,
        "parent": lineage.parent,
        "depth": lineage.depth,
        "edge": lineage.parent.as_ref().map(|_| word("EDGE_", lineage.edge().as_str_name())),
        "flags": flags,
        "hashtags": post.hashtags.iter().map(|hashtag| hashtag.tag.clone()).collect::<Vec<_>>(),
        "links": post.links.iter().map(|link| link.canonical.clone()).collect::<Vec<_>>(),
        "mentions": mentions,
    })
}

/// The rows of a file.
pub(super) fn rows(format: ExportFormat, data: &[u8]) -> Vec<Value> {
    match format {
        ExportFormat::Ndjson => lines(data),
        ExportFormat::Csv => records(data),
        ExportFormat::Parquet => groups(data),
        ExportFormat::Unspecified => panic!("no format"),
    }
}

fn lines(data: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(data).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Cells are read by the column's name, apart from the guard as the protocol tells readers to take it away.
fn records(data: &[u8]) -> Vec<Value> {
    let mut reader = csv::Reader::from_reader(data);
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        let cells = header.iter().zip(record.iter());
        let cells = cells.map(|(name, cell)| (name.to_owned(), read_cell(name, cell)));
        Value::Object(cells.collect())
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn read_cell(name: &str, cell: &str) -> Value {
    match name {
        "kinds" | "automatic" | "flags" | "hashtags" | "links" | "mentions" => serde_json::from_str(cell).unwrap(),
        // Never absent.
        "text" => cell.strip_prefix('\'').unwrap_or(cell).into(),
        _ if cell.is_empty() => Value::Null,
        "author_followers" | "signal_milli" | "depth" => cell.parse::<i64>().unwrap().into(),
        "intent_confidence" | "sentiment_score" | "sentiment_confidence" => cell.parse::<f64>().unwrap().into(),
        _ => cell.strip_prefix('\'').unwrap_or(cell).into(),
    }
}

fn groups(data: &[u8]) -> Vec<Value> {
    let reader = SerializedFileReader::new(Bytes::copy_from_slice(data)).unwrap();
    let rows = reader.get_row_iter(None).unwrap();
    let row = |row: parquet::record::Row| {
        let fields = row.get_column_iter();
        let fields = fields.map(|(name, field)| (name.clone(), read_field(field)));
        Value::Object(fields.collect::<Map<_, _>>())
    };
    rows.map(|read| row(read.unwrap())).collect()
}

fn read_field(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Str(text) => text.as_str().into(),
        Field::Long(number) => (*number).into(),
        Field::Double(number) => (*number).into(),
        Field::TimestampMicros(us) => Timestamp::from_micros(*us).to_string().into(),
        Field::ListInternal(list) => list.elements().iter().map(read_field).collect(),
        other => panic!("a column of an unexpected type: {other:?}"),
    }
}
