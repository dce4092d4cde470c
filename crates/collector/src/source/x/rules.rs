//! From subjects to the rules of the filtered stream, and from the rules that stand there to what has to change. Pure: who asks whom is
//! `sync.rs`'s.

mod reader;

use std::collections::{BTreeMap, BTreeSet};

use backtweet_domain::{Subject, SubjectId};
use xxhash_rust::xxh3::xxh3_64;

/// What every tag of ours starts with.
const TAG: &str = "backtweet/";
const OR: &str = " OR ";

/// Which part of the subjects' terms a connection follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// Which connection, from 0.
    pub(super) connection: u32,
    /// Of how many.
    pub(super) connections: u32,
}

/// A rule as it stands on the server.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub(super) struct Present {
    pub(super) id: String,
    pub(super) value: String,
    #[serde(default)]
    pub(super) tag: String,
}

/// A rule that is to stand there. Its tag is made of its value, so that equal rules have equal tags.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub(super) struct Wanted {
    pub(super) value: String,
    pub(super) tag: String,
}

/// What a subject asks for and no rule can follow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Unfit {
    pub(super) subject: SubjectId,
    /// The term or value.
    pub(super) term: String,
    /// Why, with the remedy.
    pub(super) reason: &'static str,
}

/// One term, and the first subject that asks for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Term {
    pub(super) subject: SubjectId,
    pub(super) text: String,
}

/// What the subjects come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) rules: Vec<Wanted>,
    /// The terms of each rule.
    pub(super) terms: Vec<Vec<Term>>,
    pub(super) unfit: Vec<Unfit>,
}

impl Plan {
    /// Each rule with its terms.
    pub(super) fn with_rules(&self) -> impl Iterator<Item = (&Wanted, &Vec<Term>)> {
        self.rules.iter().zip(&self.terms)
    }
}

/// How much fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// How many rules.
    pub(super) rules: usize,
    /// How many characters a rule.
    pub(super) length: usize,
}

/// The rules that follow this part of the subjects' terms, in the fewest rules; where there is room, in a few more, so that a new subject
/// leaves most rules as they are. Terms in `refused` are left out.
pub(super) fn plan(subjects: &[Subject], part: Part, refused: &BTreeSet<String>, room: Room) -> Plan {
    let mut plan = Plan::default();
    let mut terms = terms(subjects, part, &mut plan.unfit);
    terms.retain(|term| {
        let reason = if refused.contains(&term.text) {
            "X refuses it in a rule: change it"
        } else if term.text.chars().count() > room.length {
            "it is longer than a rule may be: shorten it"
        } else {
            return true;
        };
        plan.unfit.push(unfit(&term.subject, &term.text, reason));
        false
    });
    // While rules are exchanged both the old and the new ones stand there.
    let mut packed = pack(&terms, room.length, room.length / 2);
    if packed.len() > room.rules / 2 {
        packed = pack(&terms, room.length, room.length);
    }
    for rule in packed.drain(room.rules.min(packed.len())..) {
        let reason = "there is no room in the plan's rules: raise `rules`, or follow less";
        plan.unfit
            .extend(rule.iter().map(|term| unfit(&term.subject, &term.text, reason)));
    }
    for rule in packed {
        let value = rule.iter().map(|term| term.text.as_str()).collect::<Vec<_>>().join(OR);
        let tag = format!("{TAG}{}/{:016x}", part.connection, xxh3_64(value.as_bytes()));
        plan.rules.push(Wanted { value, tag });
        plan.terms.push(rule);
    }
    plan
}

fn unfit(subject: &SubjectId, term: &str, reason: &'static str) -> Unfit {
    Unfit {
        subject: subject.clone(),
        term: term.to_owned(),
        reason,
    }
}

/// What this part of the subjects asks for: each term once, with the first subject that wants it, ordered by subject.
fn terms(subjects: &[Subject], part: Part, unfit: &mut Vec<Unfit>) -> Vec<Term> {
    let mut owners: BTreeMap<String, (&SubjectId, usize)> = BTreeMap::new();
    for subject in subjects {
        let read = reader::read(subject);
        if is_ours(&subject.id, part) {
            unfit.extend(read.unfit);
        }
        for (place, text) in read.terms.into_iter().enumerate() {
            let owner = owners.entry(text).or_insert((&subject.id, place));
            *owner = (*owner).min((&subject.id, place));
        }
    }
    let ours = owners.into_iter().filter(|(_, (subject, _))| is_ours(subject, part));
    let mut terms: Vec<_> = ours.map(|(text, (subject, place))| (subject, place, text)).collect();
    terms.sort();
    let term = |(subject, _, text): (&SubjectId, usize, String)| Term {
        subject: subject.clone(),
        text,
    };
    terms.into_iter().map(term).collect()
}

/// Whether a subject is followed by this connection.
fn is_ours(subject: &SubjectId, part: Part) -> bool {
    xxh3_64(subject.as_str().as_bytes()) % u64::from(part.connections.max(1)) == u64::from(part.connection)
}

/// Fills rule after rule, in order. A rule that has `enough` characters ends behind a term whose hash says so, so that what changes in
/// front of such a term changes nothing behind it.
fn pack(terms: &[Term], length: usize, enough: usize) -> Vec<Vec<Term>> {
    let mut rules: Vec<Vec<Term>> = Vec::new();
    let mut used = 0;
    let mut is_closed = true;
    for term in terms {
        let long = term.text.chars().count();
        match rules.last_mut() {
            Some(rule) if !is_closed && used + OR.len() + long <= length => {
                used += OR.len() + long;
                rule.push(term.clone());
            }
            _ => {
                used = long;
                rules.push(vec![term.clone()]);
            }
        }
        is_closed = used >= enough && xxh3_64(term.text.as_bytes()).is_multiple_of(8);
    }
    rules
}

/// What has to be written so that the wanted rules stand there, and none of ours besides.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) add: Vec<Wanted>,
    /// Ids.
    pub(super) delete: Vec<String>,
    /// Wanted rules that stand there under a tag which is not ours: whoever wrote them may delete them.
    pub(super) borrowed: usize,
}

/// How the rules that stand there differ from those wanted. Rules of others are left alone.
pub(super) fn diff(wanted: &[Wanted], present: &[Present], part: Part) -> Change {
    let mut change = Change::default();
    let values: BTreeSet<&str> = wanted.iter().map(|rule| rule.value.as_str()).collect();
    let there: BTreeSet<&str> = present.iter().map(|rule| rule.value.as_str()).collect();
    let mut kept: BTreeSet<&str> = BTreeSet::new();
    for rule in present.iter().filter(|rule| is_kept_by(&rule.tag, part)) {
        if !values.contains(rule.value.as_str()) || !kept.insert(&rule.value) {
            change.delete.push(rule.id.clone());
        }
    }
    for rule in wanted.iter().filter(|rule| !kept.contains(rule.value.as_str())) {
        // The server takes no value twice.
        if there.contains(rule.value.as_str()) {
            change.borrowed += 1;
        } else {
            change.add.push(rule.clone());
        }
    }
    change
}

/// Whether rules of this tag are this connection's to delete. The first also sees to those of connections that there are no more.
fn is_kept_by(tag: &str, part: Part) -> bool {
    let connection = tag.strip_prefix(TAG).and_then(|rest| rest.split_once('/'));
    let connection = connection.and_then(|(connection, _)| connection.parse::<u32>().ok());
    connection.is_some_and(|of| of == part.connection || (part.connection == 0 && of >= part.connections))
}

/// How many of the rules that stand there are not this connection's, nor another's of ours.
pub(super) fn foreign(present: &[Present]) -> usize {
    present.iter().filter(|rule| !rule.tag.starts_with(TAG)).count()
}

/// One request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Write {
    Add(Vec<Wanted>),
    Delete(Vec<String>),
}

/// The requests for a change, in their order: as much as there is room for is added before anything is deleted, so that nothing is missed
/// in between. `free` is how many more rules the server takes now.
pub(super) fn writes(mut change: Change, free: usize) -> Vec<Write> {
    /// How many rules go into one request.
    const MOST: usize = 500;
    let after = change.add.split_off(free.min(change.add.len()));
    let add = |rules: &[Wanted]| -> Vec<Write> { rules.chunks(MOST).map(|some| Write::Add(some.to_vec())).collect() };
    let delete = change.delete.chunks(MOST).map(|some| Write::Delete(some.to_vec()));
    let mut writes = add(&change.add);
    writes.extend(delete);
    writes.extend(add(&after));
    writes
}

#[cfg(test)]
mod tests;
