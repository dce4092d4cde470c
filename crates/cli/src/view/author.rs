//! How an author is called.

/// By their handle; by their id where that is not known.
pub fn name(handle: Option<&str>, id: &str) -> String {
    handle.map_or_else(|| id.to_owned(), |handle| format!("@{handle}"))
}
