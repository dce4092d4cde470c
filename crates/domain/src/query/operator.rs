//! One word of a query: a term, or a sign or key with its value. How words are joined is `parse`'s.

use super::error::{Place, QueryError};
use super::normal::{feature_name, kind_name};
use super::{Atom, Feature, Term};
use crate::id::Network;
use crate::link;
use crate::post::ReferenceKind;
use crate::text::{fold, is_word};

/// Every key.
const KEYS: [&str; 9] = [
    "from",
    "to",
    "url",
    "domain",
    "lang",
    "network",
    "is",
    "has",
    "min_followers",
];
/// What other search languages call ours.
const ELSEWHERE: &[(&str, &str)] = &[
    ("author", "from:"),
    ("by", "from:"),
    ("mention", "@"),
    ("mentions", "@"),
    ("tag", "#"),
    ("hashtag", "#"),
    ("cashtag", "$"),
    ("link", "url:"),
    ("site", "domain:"),
    ("host", "domain:"),
    ("language", "lang:"),
    ("locale", "lang:"),
    ("platform", "network:"),
    ("source", "network:"),
    ("filter", "has:"),
    ("followers", "min_followers:"),
    ("followers_count", "min_followers:"),
];
/// What people write for a value.
const CALLED: &[(&str, &str)] = &[
    ("twitter", "x"),
    ("bsky", "bluesky"),
    ("fediverse", "mastodon"),
    ("retweet", "repost"),
    ("boost", "repost"),
    ("rt", "repost"),
    ("answer", "reply"),
    ("url", "link"),
    ("image", "media"),
    ("photo", "media"),
    ("video", "media"),
    ("english", "en"),
    ("spanish", "es"),
    ("portuguese", "pt"),
    ("french", "fr"),
    ("german", "de"),
    ("italian", "it"),
    ("hindi", "hi"),
    ("arabic", "ar"),
    ("japanese", "ja"),
];

/// A value behind a sign or key, with the place of both.
struct Value<'a> {
    key: &'a str,
    text: &'a str,
    place: Place,
}

impl Value<'_> {
    fn wrong(&self, why: &str) -> QueryError {
        QueryError::new(self.place, format!("`{}{}` {why}", self.key, self.text))
    }
}

/// What a word stands for, with the quoted value behind it where there is one.
pub(super) fn word(word: &str, quoted: Option<&str>, place: Place) -> Result<Atom, QueryError> {
    let signed = word.chars().next().filter(|c| matches!(c, '@' | '#' | '$'));
    let (key, bare) = match (signed, word.split_once(':')) {
        (Some(sign), _) => (sign.to_string(), &word[1..]),
        (None, Some((key, bare))) => (format!("{}:", key.to_lowercase()), bare),
        (None, None) => return text(word, place, word),
    };
    let value = Value {
        key: &key,
        text: quoted.unwrap_or(bare).trim(),
        place,
    };
    if key != "http:" && key != "https:" && !is_key(&key) {
        return Err(unknown(&value));
    }
    if value.text.is_empty() {
        return Err(value.wrong("has nothing behind it: write a value right behind it, or put it in quotes"));
    }
    if value.text.contains('*') && key != "domain:" {
        return Err(value.wrong("holds a `*`, which stands for the end of a word only: leave it out"));
    }
    match key.as_str() {
        "@" => account(&value).map(Atom::Mention),
        "#" => tag(&value).map(Atom::Hashtag),
        "$" => cashtag(&value).map(Atom::Cashtag),
        "from:" => account(&value).map(Atom::From),
        "to:" => account(&value).map(Atom::To),
        "url:" => page(&value).map(Atom::Url),
        "domain:" => domain(&value).map(Atom::Domain),
        "lang:" => language(&value).map(Atom::Language),
        "network:" => choice(&value, &Network::ALL, Network::name).map(Atom::Network),
        "is:" => {
            let kinds = [ReferenceKind::Repost, ReferenceKind::Quote, ReferenceKind::Reply];
            choice(&value, &kinds, kind_name).map(Atom::Refers)
        }
        "has:" => {
            let features = [Feature::Link, Feature::Media, Feature::Question];
            choice(&value, &features, feature_name).map(Atom::Has)
        }
        "min_followers:" => followers(&value).map(Atom::MinFollowers),
        _ => Err(value
            .wrong("is a link: write url: in front of it")
            .instead(format!("url:{word}"))),
    }
}

fn is_key(key: &str) -> bool {
    matches!(key, "@" | "#" | "$") || key.strip_suffix(':').is_some_and(|key| KEYS.contains(&key))
}

fn unknown(value: &Value<'_>) -> QueryError {
    let Value { key, text, place } = *value;
    let name = key.trim_end_matches(':');
    let keys = KEYS.map(|key| format!("{key}:")).join(", ");
    let elsewhere = ELSEWHERE
        .iter()
        .find(|(other, _)| *other == name)
        .map(|(_, ours)| *ours);
    let near = || nearest(name, KEYS).map(|key| format!("{key}:{text}"));
    let meant = elsewhere.map(|ours| format!("{ours}{text}")).or_else(near);
    let error = QueryError::new(
        place,
        format!("`{key}` is no key: write one of {keys}, or put all of it in quotes"),
    );
    error.instead(meant.unwrap_or_else(|| format!("\"{key}{text}\"")))
}

/// A word or phrase; `written` is what the query has for it.
pub(super) fn text(typed: &str, place: Place, written: &str) -> Result<Atom, QueryError> {
    let wrong = |why: &str| QueryError::new(place, format!("`{written}` {why}"));
    let open = typed.trim_end().strip_suffix('*');
    let typed = open.unwrap_or(typed);
    if open.is_some_and(|word| word.is_empty() || word.ends_with(char::is_whitespace)) {
        return Err(wrong(
            "is a wildcard with nothing in front of it: write the beginning of a word before the `*`",
        ));
    }
    let Some(term) = Term::new(typed, open.is_some()) else {
        return Err(wrong("holds no word: write one"));
    };
    if term.text.contains('*') {
        let error = wrong("holds a `*` that is not at its end: it stands for the end of a word only");
        let meant = Term::new(&term.text.replace('*', ""), true);
        return Err(match meant {
            Some(meant) => error.instead(meant.to_string()),
            None => error,
        });
    }
    Ok(Atom::Text(term))
}

/// A handle, in lower case, or a native id as it is.
fn account(value: &Value<'_>) -> Result<String, QueryError> {
    let name = value.text.strip_prefix('@').unwrap_or(value.text);
    if ["did:", "https://", "http://"]
        .iter()
        .any(|start| name.starts_with(start))
    {
        return Ok(name.to_owned());
    }
    let handle = name.to_lowercase();
    let fits = |c: char| is_word(c) || matches!(c, '_' | '.' | '-' | '@');
    let bad = handle.chars().find(|c| !fits(*c));
    match bad {
        None if handle.starts_with(|c| is_word(c) || c == '_') => Ok(handle),
        _ => {
            let kept: String = handle.chars().take_while(|c| fits(*c)).collect();
            let kept = kept.trim_matches(['.', '-', '@']);
            let error = value.wrong("is no account: write a handle, with its host on Mastodon, or a native id");
            Err(if kept.is_empty() {
                error
            } else {
                error.instead(format!("{}{kept}", value.key))
            })
        }
    }
}

fn tag(value: &Value<'_>) -> Result<String, QueryError> {
    let term = Term::new(value.text, false).map(|term| term.text);
    let fits = |tag: &String| tag.contains(is_word) && !tag.contains(['#', '*', ' ', '"']);
    term.filter(fits)
        .ok_or_else(|| value.wrong("is no tag: write letters, digits and underscores"))
}

fn cashtag(value: &Value<'_>) -> Result<String, QueryError> {
    let tag = tag(value)?;
    if tag.starts_with(char::is_alphabetic) {
        return Ok(tag);
    }
    let error = value.wrong("is no cashtag, which begins with a letter: put an amount in quotes");
    Err(error.instead(format!("\"${}\"", value.text)))
}

fn page(value: &Value<'_>) -> Result<String, QueryError> {
    let Some(canonical) = link::canonical(value.text) else {
        return Err(value.wrong("is no link: write it as url:example.com/page"));
    };
    // What lies below a page goes on with a slash.
    Ok(match canonical.contains('?') {
        true => canonical,
        false => canonical.trim_end_matches('/').to_owned(),
    })
}

fn domain(value: &Value<'_>) -> Result<String, QueryError> {
    let text = value.text.strip_prefix("*.").unwrap_or(value.text);
    if text.contains(['/', ':']) {
        let error = value.wrong("is a link, not a domain: write url:, or the domain alone");
        return Err(error.instead(format!("url:{text}")));
    }
    let is_bare = |host: &str| host.contains('.') && !host.contains(['?', '#', '@', ':', '*']);
    let canonical = link::canonical(&format!("https://{text}/")).filter(|_| is_bare(text));
    let host = canonical.as_deref().and_then(link::host).filter(|host| is_bare(host));
    host.map(str::to_owned)
        .ok_or_else(|| value.wrong("is no domain: write it as domain:example.com"))
}

/// The shape of BCP 47: a language of two or three letters, and more behind hyphens.
fn language(value: &Value<'_>) -> Result<String, QueryError> {
    let language = fold(value.text);
    let mut parts = language.split('-');
    let is_code = |part: &str| matches!(part.len(), 2 | 3) && part.bytes().all(|b| b.is_ascii_lowercase());
    let is_more = |part: &str| matches!(part.len(), 1..=8) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    if parts.next().is_some_and(is_code) && parts.all(is_more) {
        return Ok(language);
    }
    let error = value.wrong("is no language: write its code, such as lang:en or lang:pt-BR");
    let hyphened = language.replace('_', "-");
    Err(match called(&language) {
        Some(code) => error.instead(format!("lang:{code}")),
        None if hyphened != language => error.instead(format!("lang:{hyphened}")),
        None => error,
    })
}

/// One of a few names.
fn choice<T: Copy>(value: &Value<'_>, all: &[T], name: fn(T) -> &'static str) -> Result<T, QueryError> {
    let text = fold(value.text);
    if let Some(known) = all.iter().find(|known| name(**known) == text) {
        return Ok(*known);
    }
    let names = || all.iter().map(|known| name(*known));
    let list = names().collect::<Vec<_>>().join(", ");
    let error = value.wrong(&format!("is not known: write one of {list}"));
    let meant = called(text.trim_end_matches('s')).filter(|meant| names().any(|name| name == *meant));
    Err(match meant.or_else(|| nearest(&text, names())) {
        Some(meant) => error.instead(format!("{}{meant}", value.key)),
        None => error,
    })
}

fn called(text: &str) -> Option<&'static str> {
    CALLED.iter().find(|(name, _)| *name == text).map(|(_, ours)| *ours)
}

fn followers(value: &Value<'_>) -> Result<u64, QueryError> {
    let text = value.text.to_lowercase();
    let (digits, unit) = match text.strip_suffix('k') {
        Some(digits) => (digits, 1_000),
        None => text
            .strip_suffix('m')
            .map_or((text.as_str(), 1), |digits| (digits, 1_000_000)),
    };
    let number = digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| digits.parse::<u64>().ok());
    number
        .flatten()
        .and_then(|number| number.checked_mul(unit))
        .ok_or_else(|| {
            let error = value.wrong("is no number: write digits, and k or m for thousands or millions");
            let kept: String = text.chars().filter(char::is_ascii_digit).collect();
            let separated = !kept.is_empty() && text.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '_'));
            if separated {
                error.instead(format!("{}{kept}", value.key))
            } else {
                error
            }
        })
}

/// The candidate that `text` is a misspelling of.
fn nearest(text: &str, candidates: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    let most = if text.chars().count() > 3 { 2 } else { 1 };
    let near = candidates
        .into_iter()
        .map(|candidate| (distance(text, candidate), candidate));
    let near = near.filter(|(distance, candidate)| *distance <= most && *distance < candidate.len());
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Optimal string alignment: how many letters to change, add, leave out or swap with their neighbour.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().take(32).collect();
    let right: Vec<char> = right.chars().collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for i in 1..=left.len() {
        let mut row = vec![i];
        for j in 1..=right.len() {
            let change = rows[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
            let mut least = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}
