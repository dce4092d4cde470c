//! From what a person wants to track, in a word, to a subject.

use anyhow::{Result, bail};
use backtweet_wire::v1;

use crate::output;

/// The subject that `what` means: `@handle`, `#tag`, a domain, or a word.
///
/// # Errors
/// When nothing can be made of it.
pub fn parse(what: &str) -> Result<v1::Subject> {
    let mut subject = v1::Subject {
        id: id(what),
        name: what.to_owned(),
        ..v1::Subject::default()
    };
    if subject.id.is_empty() {
        bail!("`{what}` cannot be tracked: write @HANDLE, #TAG, a domain or a word");
    }
    if let Some(handle) = what.strip_prefix('@') {
        subject.accounts.push(v1::OwnedAccount {
            handles: vec![handle.to_lowercase()],
            ..v1::OwnedAccount::default()
        });
    } else if let Some(tag) = what.strip_prefix('#') {
        subject.hashtags.push(tag.to_owned());
    } else if what.contains('.') && !what.contains(char::is_whitespace) {
        subject.domains.push(what.to_lowercase());
    } else {
        subject.keywords.push(what.to_owned());
    }
    Ok(subject)
}

/// Bluesky's stream names accounts by their DIDs alone: asks for those of the subject's handles. A handle that is not known there is still
/// tracked by its name.
pub async fn look_up(subject: &mut v1::Subject, appview: &str) {
    let mut found = Vec::new();
    for handle in subject.accounts.iter().flat_map(|account| &account.handles) {
        match backtweet_collector::did_of(appview, handle).await {
            Ok(Some(did)) => found.push(v1::OwnedAccount {
                network: v1::Network::Bluesky as i32,
                native: Some(did),
                handles: vec![handle.clone()],
            }),
            Ok(None) => output::note(format!("@{handle} is nobody on Bluesky")),
            Err(reason) => output::warning(format!(
                "@{handle} could not be looked up on Bluesky ({reason}); posts that name the account by its DID alone are not found"
            )),
        }
    }
    subject.accounts.extend(found);
}

/// An id made of what is tracked.
fn id(what: &str) -> String {
    let plain = |letter: char| match letter.to_ascii_lowercase() {
        letter if letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_') => letter,
        _ => '-',
    };
    let id: String = what.chars().map(plain).collect();
    id.trim_matches(['-', '.', '_']).chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tracked_is_told_by_how_it_is_written() {
        let handle = parse("@Ann.bsky.social").unwrap();
        assert_eq!(
            (handle.id.as_str(), &handle.accounts[0].handles[0][..]),
            ("ann.bsky.social", "ann.bsky.social")
        );
        assert_eq!(parse("#AcmeLaunch").unwrap().hashtags, ["AcmeLaunch"]);
        assert_eq!(parse("acme.example").unwrap().domains, ["acme.example"]);
        assert_eq!(parse("acme phones").unwrap().keywords, ["acme phones"]);
        assert!(parse("@").is_err());
    }
}
