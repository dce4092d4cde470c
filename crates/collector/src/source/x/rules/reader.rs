//! What one subject asks for, in the operators of X. Which rules that comes to is the parent's.

use backtweet_domain::query::{self, Atom};
use backtweet_domain::text::is_word;
use backtweet_domain::{Network, Subject};

use super::{Unfit, unfit};

/// Why no rule can hold a term, with the remedy.
type Reason = &'static str;

/// A subject's terms, and what of it no rule can follow.
pub(super) struct Reader<'a> {
    subject: &'a Subject,
    pub(super) terms: Vec<String>,
    pub(super) unfit: Vec<Unfit>,
}

pub(super) fn read(subject: &Subject) -> Reader<'_> {
    let mut reader = Reader {
        subject,
        terms: Vec::new(),
        unfit: Vec::new(),
    };
    reader.accounts();
    let pages = subject.links.iter().chain(&subject.domains);
    pages.for_each(|page| reader.add(page, url(page)));
    subject.hashtags.iter().for_each(|tag| reader.add(tag, hashtag(tag)));
    subject.keywords.iter().for_each(|word| reader.add(word, keyword(word)));
    reader.query();
    reader
}

impl Reader<'_> {
    fn add(&mut self, wanted: &str, term: Result<String, Reason>) {
        match term {
            Ok(term) => self.terms.push(term),
            Err(reason) => self.unfit.push(unfit(&self.subject.id, wanted, reason)),
        }
    }

    fn accounts(&mut self) {
        let on_x = |on: Option<Network>| on.is_none_or(|on| on == Network::X);
        let subject = self.subject;
        for account in subject.accounts.iter().filter(|account| on_x(account.network)) {
            for handle in &account.handles {
                self.handle(handle, account.network.is_some());
            }
            let native = account.native.as_deref().filter(|_| account.network.is_some());
            if let Some(native) = native.filter(|_| account.handles.is_empty()) {
                self.native(native);
            }
        }
    }

    /// A handle of an account that may be on any network is no mistake where it has another network's form.
    fn handle(&mut self, handle: &str, is_on_x: bool) {
        let name = handle.trim().trim_start_matches('@').to_lowercase();
        if is_handle(&name) {
            self.account(&name);
            self.terms.push(format!("@{name}"));
        } else if is_on_x {
            let reason = "it is no handle of X: write 1 to 15 letters, digits or underscores";
            self.add(handle, Err(reason));
        }
    }

    fn native(&mut self, native: &str) {
        if is_number(native) {
            self.account(native);
        } else {
            let reason = "it is no numeric id of an account of X: name the account's handle";
            self.add(native, Err(reason));
        }
    }

    fn account(&mut self, account: &str) {
        let operators = ["from", "to", "retweets_of"];
        self.terms
            .extend(operators.iter().map(|operator| format!("{operator}:{account}")));
    }

    /// Whatever matches the query has something of its cover; the rest of it is looked at once the post is there. Where no cover can be looked for
    /// as a whole, what can be is.
    fn query(&mut self) {
        let text = &self.subject.query;
        if text.trim().is_empty() {
            return;
        }
        let Ok(parsed) = query::parse(text) else {
            return self.add(text, Err("it cannot be read as a query: put the subject again"));
        };
        let cover = |can_look_up: &dyn Fn(&Atom) -> bool| parsed.expr.cover_on(Network::X, can_look_up);
        let Some(atoms) = cover(&|atom| self::atom(atom).is_ok()).or_else(|| cover(&|_| true)) else {
            return self.add(
                text,
                Err("there is nothing in it to look for: add a word, tag, account or link"),
            );
        };
        for atom in atoms {
            let term = self::atom(&atom).transpose();
            term.into_iter().for_each(|term| self.add(&atom.to_string(), term));
        }
    }
}

/// What an atom is in a rule; nothing where no post of X can have it.
fn atom(atom: &Atom) -> Result<Option<String>, Reason> {
    let account =
        |operator: &str, name: &str| (is_handle(name) || is_number(name)).then(|| format!("{operator}{name}"));
    match atom {
        Atom::Text(term) if term.open => Err("X looks for whole words only: add one that has to be there with it"),
        Atom::Text(term) => keyword(&term.text).map(Some),
        Atom::Mention(name) if is_number(name) => {
            Err("a number may be an account's id, which X does not look for among mentions: name the handle")
        }
        Atom::Mention(name) => Ok(account("@", name)),
        Atom::From(name) => Ok(account("from:", name)),
        Atom::To(name) => Ok(account("to:", name)),
        Atom::Hashtag(tag) => hashtag(tag).map(Some),
        Atom::Cashtag(tag) => hashtag(&format!("${tag}")).map(Some),
        Atom::Url(page) | Atom::Domain(page) => url(page).map(Some),
        Atom::Language(_) | Atom::Network(_) | Atom::Refers(_) | Atom::Has(_) | Atom::MinFollowers(_) => {
            Err("no post is looked for by this alone: add a word, tag, account or link")
        }
    }
}

fn is_handle(name: &str) -> bool {
    (1..=15).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether `www.` and the scheme stand in front is the writer's whim; X compares what follows word by word.
fn url(link: &str) -> Result<String, Reason> {
    let link = link.trim();
    let bare = link.split_once("://").map_or(link, |(_, rest)| rest);
    let bare = bare.strip_prefix("www.").unwrap_or(bare).trim_end_matches('/');
    let is_odd = |c: char| c == '"' || c == '\\' || c.is_whitespace() || c.is_control();
    if bare.contains(char::is_alphanumeric) && !bare.contains(is_odd) {
        Ok(format!("url:\"{bare}\""))
    } else {
        Err("it is no link or domain that a rule can hold: percent-encode it")
    }
}

fn hashtag(tag: &str) -> Result<String, Reason> {
    let tag = tag.trim().trim_start_matches('#').to_lowercase();
    let (sign, name) = tag.strip_prefix('$').map_or(("#", tag.as_str()), |name| ("$", name));
    if !name.is_empty() && name.chars().all(|c| is_word(c) || c == '_') {
        Ok(format!("{sign}{name}"))
    } else {
        Err("it is no hashtag of X: write letters, digits and underscores")
    }
}

fn keyword(keyword: &str) -> Result<String, Reason> {
    let apart = |c: char| c.is_whitespace() || c.is_control() || c == '"' || c == '\\';
    let words: Vec<&str> = keyword.split(apart).filter(|word| !word.is_empty()).collect();
    let phrase = words.join(" ").to_lowercase();
    if !phrase.chars().any(|c| c.is_alphanumeric() || !c.is_ascii()) {
        return Err("X finds no punctuation by itself: add a word");
    }
    let is_plain = phrase.chars().all(char::is_alphanumeric) && !matches!(phrase.as_str(), "or" | "and" | "not");
    Ok(if is_plain { phrase } else { format!("\"{phrase}\"") })
}
