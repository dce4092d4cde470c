//! Compiling subjects into the index: every text in the form that posts are looked up in.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use rustc_hash::FxHashMap;

use backtweet_domain::{OwnedAccount, Subject, link};

use super::{Indexed, SubjectIndex, Table};
use crate::text::normalise;

/// Up to so many bytes of words a table of all transitions stays within a few tens of megabytes; it is the fastest there is.
const TABLE_LIMIT: usize = 100_000;

/// Subjects that cannot be compiled.
#[derive(Debug, thiserror::Error)]
#[error("the keywords of {subjects} subjects are too many to compile: {source}; track fewer or shorter keywords")]
pub struct IndexError {
    subjects: usize,
    source: aho_corasick::BuildError,
}

impl SubjectIndex {
    /// Compiles the subjects. Empty words, tags, links and domains match nothing.
    ///
    /// # Errors
    /// When all keywords together take more states than can be counted.
    pub fn compile<'a>(subjects: impl IntoIterator<Item = &'a Subject>) -> Result<Self, IndexError> {
        let mut index = Self::default();
        let mut words = Table::default();
        for (place, subject) in (0u32..).zip(subjects) {
            index.subjects.push(Indexed {
                id: subject.id.clone(),
                generation: subject.generation,
            });
            index.positions.insert(subject.id.clone(), place);
            subject.accounts.iter().for_each(|account| index.own(account, place));
            let tags = subject
                .hashtags
                .iter()
                .map(|tag| normalise(tag.trim().trim_start_matches('#')));
            enter_all(&mut index.hashtags, tags, place);
            enter_all(
                &mut index.links,
                subject.links.iter().filter_map(|url| link::canonical(url)),
                place,
            );
            enter_all(
                &mut index.domains,
                subject.domains.iter().filter_map(|domain| host_of(domain)),
                place,
            );
            enter_all(&mut words, subject.keywords.iter().map(|word| normalise(word)), place);
        }
        index.compile_words(words)?;
        Ok(index)
    }

    fn own(&mut self, account: &OwnedAccount, place: u32) {
        if let Some(native) = account
            .native
            .as_deref()
            .map(str::trim)
            .filter(|native| !native.is_empty())
        {
            self.natives
                .entry(native.into())
                .or_default()
                .push((account.network, place));
        }
        for handle in &account.handles {
            let handle = handle.trim().trim_start_matches('@').to_lowercase();
            if !handle.is_empty() {
                self.handles
                    .entry(handle.into())
                    .or_default()
                    .push((account.network, place));
            }
        }
    }

    fn compile_words(&mut self, words: Table) -> Result<(), IndexError> {
        if words.is_empty() {
            return Ok(());
        }
        let (words, subjects): (Vec<_>, Vec<_>) = words.into_iter().unzip();
        let bytes: usize = words.iter().map(|word| word.len()).sum();
        let kind = (bytes <= TABLE_LIMIT).then_some(AhoCorasickKind::DFA);
        let built = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(kind)
            .build(words.iter().map(|word| word.as_bytes()));
        self.words = Some(built.map_err(|source| IndexError {
            subjects: self.subjects.len(),
            source,
        })?);
        self.word_subjects = subjects;
        Ok(())
    }
}

fn enter_all(table: &mut FxHashMap<Box<str>, Vec<u32>>, texts: impl Iterator<Item = String>, place: u32) {
    for text in texts.filter(|text| !text.is_empty() && text != "$") {
        let subjects = table.entry(text.into()).or_default();
        if subjects.last() != Some(&place) {
            subjects.push(place);
        }
    }
}

/// The host of a domain in the form that canonical links have it.
fn host_of(domain: &str) -> Option<String> {
    let canonical = link::canonical(domain.trim().trim_start_matches("*.").trim_matches('.'))?;
    link::host(&canonical).map(str::to_owned)
}
