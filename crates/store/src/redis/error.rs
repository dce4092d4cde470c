//! What the errors of the driver and the server mean to callers of the port.

use redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::port::StoreError;

use super::keys::corrupt;

/// An error of a command on the keys of `key`. Whatever a server may get over (starting, failing over, out of memory, a slot on the
/// move, the password being changed) is waited for.
pub(super) fn failed(key: &str, error: &RedisError) -> StoreError {
    let detail = error.detail().unwrap_or_default();
    match (error.kind(), error.code()) {
        (_, Some("WRONGTYPE")) => corrupt(key, "a key holds another type than this suite writes"),
        (_, Some("CORRUPT")) => match detail.split_once(' ') {
            Some((key, reason)) => corrupt(key, reason),
            None => corrupt(key, detail),
        },
        (ErrorKind::Server(ServerErrorKind::ResponseError | ServerErrorKind::CrossSlot), _) => {
            corrupt(key, error.to_string())
        }
        (ErrorKind::UnexpectedReturnType, _) => corrupt(key, error.to_string()),
        _ => StoreError::Unavailable {
            reason: error.to_string(),
        },
    }
}

/// An error on the way to a first connection: what no waiting can mend is said at once.
pub(super) fn not_connected(address: &str, error: &RedisError) -> StoreError {
    let reason = match (error.kind(), error.code()) {
        (ErrorKind::AuthenticationFailed, _) | (_, Some("WRONGPASS" | "NOAUTH" | "NOPERM")) => {
            format!("{address} refuses the user or the password ({error}); correct them in the store's url")
        }
        (ErrorKind::InvalidClientConfig, _) => {
            format!("{address} is no address to connect to ({error}); write it as redis://host:6379")
        }
        (ErrorKind::Server(ServerErrorKind::ResponseError), _) => {
            format!(
                "{address} does not speak as needed ({error}); use Redis 7 or Valkey, in cluster mode only where so configured"
            )
        }
        _ => {
            return StoreError::Unavailable {
                reason: format!("{address}: {error}"),
            };
        }
    };
    StoreError::Unusable { reason }
}
