//! Which layout a store's values are in: one written in another would be misread, so it is refused.

use fjall::Keyspace;

use crate::port::StoreError;

use super::failed;

/// The layout that is written today: moved on whenever a value of an earlier one could not be read.
const FORMAT: &[u8] = b"3";
/// Where it stands: shorter than any data key.
const KEY: &[u8] = b"\0";

/// Marks an empty store as of today's format; refuses one of another.
pub(super) fn check(data: &Keyspace) -> Result<(), StoreError> {
    match data.get(KEY).map_err(failed)? {
        Some(format) if *format == *FORMAT => Ok(()),
        None if data.is_empty().map_err(failed)? => data.insert(KEY, FORMAT).map_err(failed),
        format => Err(StoreError::Unusable {
            reason: format!(
                "it was written in format `{}`, and this program reads `{}`; name an empty data folder and bring the posts in again, \
                 or go on with the program that wrote it",
                format.as_deref().unwrap_or(b"1").escape_ascii(),
                FORMAT.escape_ascii()
            ),
        }),
    }
}

#[cfg(test)]
mod tests {
    use fjall::Database;

    use super::*;
    use crate::FjallStore;

    #[test]
    fn a_store_of_another_format_is_refused_instead_of_misread() {
        let folder = tempfile::tempdir().unwrap();
        let db = Database::builder(folder.path()).open().unwrap();
        FjallStore::open(&db).unwrap();
        let store = FjallStore::open(&db).unwrap();
        store.data.insert(KEY, b"7").unwrap();
        let error = FjallStore::open(&db).err().unwrap().to_string();
        assert!(
            error.contains("format `7`") && error.contains("empty data folder"),
            "{error}"
        );
        // From before formats were told.
        store.data.remove(KEY).unwrap();
        store.data.insert(b"1234slot\0name\0c", b"").unwrap();
        let error = FjallStore::open(&db).err().unwrap().to_string();
        assert!(error.contains("format `1`"), "{error}");
    }
}
