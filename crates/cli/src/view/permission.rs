//! How far asking for the permission to reuse a post has come.

use backtweet_domain::Timestamp;
use backtweet_wire::v1::{Permission, PermissionStatus};
use serde_json::{Value, json};

/// Its status in a word.
pub fn name(permission: &Permission) -> &'static str {
    match permission.status() {
        PermissionStatus::Unspecified | PermissionStatus::None => "none",
        PermissionStatus::Asked => "asked",
        PermissionStatus::Granted => "granted",
        PermissionStatus::Refused => "refused",
    }
}

/// The permission as JSON.
pub fn view(permission: &Permission) -> Value {
    json!({
        "status": name(permission),
        "by": permission.by,
        "at": permission.at_us.map(Timestamp::from_micros),
        "note": permission.note,
    })
}
