//! Where a source's secrets lie: `env:NAME` or `file:PATH`. What they are for is not known here; they are never shown.

use std::fmt;

/// A secret, read.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// Reads the secret that `place` names.
    ///
    /// # Errors
    /// What is wrong, with the place and the remedy.
    pub(crate) fn read(place: &str) -> Result<Self, String> {
        let text = match place.split_once(':') {
            Some(("env", name)) => std::env::var(name)
                .map_err(|_| format!("the environment variable {name} is not set: put the token there"))?,
            Some(("file", path)) => std::fs::read_to_string(path)
                .map_err(|error| format!("the token's file {path} cannot be read ({error}): write the token there"))?,
            _ => {
                return Err(
                    "the token's place is neither env:NAME nor file:PATH: put the token into the environment or a \
                            file, and name that"
                        .to_owned(),
                );
            }
        };
        let text = text.trim();
        if text.is_empty() || text.contains(char::is_control) {
            return Err(format!("there is no token at {place}: put one there, on one line"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The secret itself, for the one request that needs it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_from_its_place_and_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "s3cret\n").unwrap();
        let secret = Secret::read(&format!("file:{}", path.display())).unwrap();
        assert_eq!(secret.reveal(), "s3cret");
        assert_eq!(format!("{secret:?}"), "***");
        for place in ["s3cret", "env:BACKTWEET_NO_SUCH_VARIABLE", "file:/no/such/file"] {
            let refused = Secret::read(place).unwrap_err();
            assert!(place.contains(':') || !refused.contains(place), "{refused}");
        }
    }
}
