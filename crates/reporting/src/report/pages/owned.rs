//! Which links and accounts are a subject's own. Pure.

use backtweet_domain::{Network, OwnedAccount, Subject, link};
use backtweet_wire::v1::PageKind;

use crate::fold::account;

/// The owned page that `page` stands for; `None` for what is not the subject's.
pub(super) fn owner(subject: &Subject, page: &str) -> Option<(PageKind, String)> {
    if let Some((network, native, handle)) = account(page) {
        let owned = subject
            .accounts
            .iter()
            .find(|owned| is(owned, network, native, handle))?;
        return Some((PageKind::Profile, name(owned)));
    }
    let is_link = subject
        .links
        .iter()
        .any(|link| link::canonical(link).as_deref() == Some(page));
    let host = link::host(page)?;
    let is_owned = is_link || subject.domains.iter().any(|domain| is_within(host, domain));
    is_owned.then(|| (PageKind::Link, page.to_owned()))
}

/// Whether a host of a canonical link is within a domain as people write it.
fn is_within(host: &str, domain: &str) -> bool {
    let domain = link::canonical(domain.trim().trim_start_matches("*.").trim_matches('.'));
    let domain = domain.as_deref().and_then(link::host);
    domain.is_some_and(|domain| link::is_within(host, domain))
}

fn is(owned: &OwnedAccount, network: Network, native: &str, handle: &str) -> bool {
    let plain = |handle: &str| handle.trim().trim_start_matches('@').to_lowercase();
    let is_there = owned.network.is_none_or(|owned| owned == network);
    let has_id = !native.is_empty() && owned.native.as_deref().map(str::trim) == Some(native);
    let has_handle = !handle.is_empty() && owned.handles.iter().any(|owned| plain(owned) == handle);
    is_there && (has_id || has_handle)
}

/// An owned account as people write it.
fn name(owned: &OwnedAccount) -> String {
    let network = owned.network.map(|network| format!("{network}:")).unwrap_or_default();
    let handle = owned
        .handles
        .first()
        .map(|handle| format!("@{}", handle.trim_start_matches('@')));
    let name = handle.or_else(|| owned.native.clone()).unwrap_or_default();
    format!("{network}{name}")
}
