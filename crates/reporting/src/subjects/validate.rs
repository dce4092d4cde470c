//! Checks a subject as it is put, and brings links, domains and queries into the form that they are compared in. Everything that is wrong is
//! said at once.

use backtweet_domain::query::{self, Parsed};
use backtweet_domain::{AccountId, Network, OwnedAccount, Retention, Subject, SubjectId, link};
use backtweet_wire::{WireEnum, v1};

use crate::invalid::{Invalid, Violations};

/// The most things of one sort that a subject tracks.
const MOST: usize = 1_000;
/// The longest name, word, tag or handle, in characters.
const LONGEST: usize = 200;
/// The shortest keyword, in characters: a single letter would match nearly everything.
const SHORTEST_KEYWORD: usize = 2;

/// Reads a subject. Its generation is not the client's to set, and is 0.
pub(super) fn subject(wire: v1::Subject) -> Result<Subject, Invalid> {
    let mut check = Check(Violations::default());
    let id = SubjectId::new(wire.id)
        .map_err(|error| check.wrong("subject.id", error.to_string()))
        .ok();
    let name = wire.name.trim().to_owned();
    check.length("subject.name", &name);
    let accounts = check.each("accounts", wire.accounts, Check::account);
    let keywords = check.each("keywords", wire.keywords, Check::keyword);
    let hashtags = check.each("hashtags", wire.hashtags, Check::hashtag);
    let links = check.each("links", wire.links, Check::link);
    let domains = check.each("domains", wire.domains, Check::domain);
    let restricts = !keywords.is_empty() || !hashtags.is_empty() || !wire.query.trim().is_empty();
    if !restricts && accounts.is_empty() && links.is_empty() && domains.is_empty() {
        check.wrong(
            "subject",
            "there is nothing to match: name an account, a keyword, a hashtag, a link, a domain or a query",
        );
    }
    let queried = check.query("subject.query", &wire.query, Parsed::require_cover);
    let [context, exclude] =
        [("subject.context", wire.context), ("subject.exclude", wire.exclude)].map(|(field, text)| {
            if !restricts && !text.trim().is_empty() {
                check.wrong(
                    field,
                    "it restricts keywords, hashtags and the query, and there are none: name one, or leave it out",
                );
            }
            check.query(field, &text, |_| Ok(()))
        });
    let retention = check.retention(wire.retention.unwrap_or_default());
    check.0.check("subject")?;
    let id = id.ok_or_else(|| Invalid::one("subject", "subject.id", "it is missing"))?;
    let present = |account: Option<OwnedAccount>| account;
    let accounts = accounts.into_iter().filter_map(present).collect();
    let texts = |texts: Vec<Option<String>>| texts.into_iter().flatten().collect();
    Ok(Subject {
        id,
        name,
        generation: 0,
        accounts,
        keywords: texts(keywords),
        hashtags: texts(hashtags),
        links: texts(links),
        domains: texts(domains),
        query: queried,
        context,
        exclude,
        retention,
    })
}

struct Check(Violations);

impl Check {
    fn wrong(&mut self, field: impl Into<String>, reason: impl Into<String>) {
        self.0.add(field, reason);
    }

    /// Reads every part of a list; `None` stands for one that was wrong.
    fn each<W, T>(&mut self, list: &str, parts: Vec<W>, read: fn(&mut Self, &str, W) -> Option<T>) -> Vec<Option<T>> {
        let field = format!("subject.{list}");
        if parts.len() > MOST {
            self.wrong(&field, format!("{} are too many: name at most {MOST}", parts.len()));
        }
        let parts = parts.into_iter().take(MOST).enumerate();
        parts
            .map(|(index, part)| read(self, &format!("{field}[{index}]"), part))
            .collect()
    }

    fn length(&mut self, field: &str, text: &str) {
        let length = text.chars().count();
        if length > LONGEST {
            self.wrong(
                field,
                format!("{length} characters are too many: use at most {LONGEST}"),
            );
        }
    }

    /// A word without spaces that does not begin with `sign`.
    fn word(&mut self, field: &str, text: &str, sign: char) -> Option<String> {
        let text = text.trim();
        self.length(field, text);
        if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            self.wrong(field, format!("`{text}` is no single word: leave out spaces"));
        } else if let Some(rest) = text.strip_prefix(sign) {
            self.wrong(field, format!("`{text}` begins with `{sign}`: write `{rest}`"));
        } else {
            return Some(text.to_owned());
        }
        None
    }

    fn account(&mut self, field: &str, wire: v1::OwnedAccount) -> Option<OwnedAccount> {
        let network = match wire.network {
            0 => None,
            number => self.network(field, number),
        };
        let native = wire.native.map(|native| native.trim().to_owned());
        if let Some(native) = &native
            && let Err(error) = AccountId::new(network.unwrap_or(Network::Other), native.clone())
        {
            self.wrong(format!("{field}.native"), error.to_string());
        }
        if native.is_none() && wire.handles.is_empty() {
            self.wrong(field, "it names no account: give its native id, a handle, or both");
        }
        let handles = wire.handles.iter().enumerate();
        let handles =
            handles.filter_map(|(index, handle)| self.word(&format!("{field}.handles[{index}]"), handle, '@'));
        Some(OwnedAccount {
            network,
            native,
            handles: handles.collect(),
        })
    }

    fn network(&mut self, field: &str, number: i32) -> Option<Network> {
        Network::from_number(number)
            .map_err(|error| self.wrong(format!("{field}.network"), error.reason))
            .ok()
    }

    fn retention(&mut self, wire: v1::Retention) -> Retention {
        let mut retention = Retention::default();
        if let Some(days) = wire.days {
            self.days("subject.retention", days);
            retention.days = Some(days);
        }
        for (index, v1::NetworkRetention { network, days }) in wire.networks.into_iter().enumerate() {
            let field = format!("subject.retention.networks[{index}]");
            self.days(&field, days);
            if let Some(network) = self.network(&field, network)
                && retention.networks.insert(network, days).is_some()
            {
                self.wrong(
                    format!("{field}.network"),
                    format!("{network} is named twice: name it once"),
                );
            }
        }
        retention
    }

    fn days(&mut self, field: &str, days: u32) {
        let most = Retention::MOST_DAYS;
        if !(1..=most).contains(&days) {
            let reason = format!(
                "{days} days are no retention: keep posts for 1 to {most}, or leave it out to keep them for good"
            );
            self.wrong(format!("{field}.days"), reason);
        }
    }

    fn keyword(&mut self, field: &str, text: String) -> Option<String> {
        let text = text.trim();
        self.length(field, text);
        if text.chars().count() < SHORTEST_KEYWORD {
            self.wrong(
                field,
                format!("`{text}` is too short: use at least {SHORTEST_KEYWORD} characters"),
            );
            return None;
        }
        Some(text.to_owned())
    }

    fn hashtag(&mut self, field: &str, text: String) -> Option<String> {
        self.word(field, &text, '#')
    }

    fn link(&mut self, field: &str, text: String) -> Option<String> {
        let canonical = link::canonical(text.trim());
        if canonical.is_none() {
            self.wrong(
                field,
                format!("`{text}` is no link: write it as https://example.com/page"),
            );
        }
        canonical
    }

    fn domain(&mut self, field: &str, text: String) -> Option<String> {
        let text = text.trim();
        let is_bare = !text.is_empty() && !text.contains(['/', ':', '?', '#', '@']) && text.contains('.');
        // Hosts are compared as they stand in canonical links.
        let canonical = link::canonical(&format!("https://{text}/")).filter(|_| is_bare);
        let host = canonical.and_then(|link| Some(link.strip_prefix("https://")?.split('/').next()?.to_owned()));
        if host.is_none() {
            self.wrong(
                field,
                format!("`{text}` is no domain: write it as example.com, without scheme or path"),
            );
        }
        host
    }

    /// A query in its normal form; empty where there is none, and where it was wrong.
    fn query(&mut self, field: &str, text: &str, fits: fn(&Parsed) -> Result<(), query::QueryError>) -> String {
        if text.trim().is_empty() {
            return String::new();
        }
        match query::parse(text).and_then(|parsed| fits(&parsed).map(|()| parsed)) {
            Ok(parsed) => parsed.expr.to_string(),
            Err(error) => {
                self.wrong(field, error.to_string());
                String::new()
            }
        }
    }
}

#[cfg(test)]
mod tests;
