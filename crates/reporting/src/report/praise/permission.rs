//! What is known of the permission to reuse a post: a record beside the post's own, which the fold removes when the post is erased. It is
//! written only while nothing else of the subject changes, so that none can come in behind the erasure.

use backtweet_domain::{Role, Timestamp};
use backtweet_store::{Batch, Guard, Outcome, Store, StoreError, Stored, Write};
use backtweet_wire::v1::{self, PermissionStatus};
use bytes::Bytes;
use prost::Message;

use super::super::ReportError;
use super::super::reads::{Reads, corrupt};
use crate::fold::read_contribution;
use crate::invalid::{Invalid, Violations};
use crate::slot;

const LONGEST_NAME: usize = 200;
const LONGEST_NOTE: usize = 2_000;

/// What is known of each post.
pub(super) async fn of(reads: Reads<'_>, posts: &[&str]) -> Result<Vec<v1::Permission>, StoreError> {
    let names: Vec<_> = posts.iter().map(|post| slot::permission(post)).collect();
    let records = reads.records(&names).await?;
    let permissions = names.iter().zip(records).map(|(name, record)| match record {
        None => Ok(none()),
        Some(stored) => {
            v1::Permission::decode(stored.bytes).map_err(|error| corrupt(reads.subject, name, error.to_string()))
        }
    });
    permissions.collect()
}

fn none() -> v1::Permission {
    v1::Permission {
        status: PermissionStatus::None.into(),
        ..v1::Permission::default()
    }
}

/// Answers `ReportService.SetPermission`.
pub(crate) async fn set(
    store: &dyn Store,
    now: Timestamp,
    request: v1::SetPermissionRequest,
) -> Result<v1::SetPermissionResponse, ReportError> {
    let permission = read(&request, now)?;
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    while !put(reads, &request.post, &permission).await? {}
    Ok(v1::SetPermissionResponse {
        permission: Some(permission),
    })
}

fn read(request: &v1::SetPermissionRequest, now: Timestamp) -> Result<v1::Permission, Invalid> {
    let mut violations = Violations::default();
    let status = PermissionStatus::try_from(request.status).unwrap_or_default();
    if status == PermissionStatus::Unspecified {
        let reason = format!("{} is no status: use none, asked, granted or refused", request.status);
        violations.add("status", reason);
    }
    for (field, text, most) in [("by", &request.by, LONGEST_NAME), ("note", &request.note, LONGEST_NOTE)] {
        if text.len() > most {
            violations.add(field, format!("{} bytes are too many: keep to {most}", text.len()));
        }
    }
    violations.check("permission")?;
    if status == PermissionStatus::None {
        return Ok(none());
    }
    Ok(v1::Permission {
        status: status.into(),
        by: request.by.clone(),
        at_us: Some(now.micros()),
        note: request.note.clone(),
    })
}

/// Writes it down; `false` where the subject changed meanwhile.
async fn put(reads: Reads<'_>, post: &str, permission: &v1::Permission) -> Result<bool, ReportError> {
    let name = slot::permission(post);
    let names = [slot::HEAD.to_owned(), slot::post(post), name.clone()];
    let mut records = reads.records(&names).await?.into_iter();
    let (head, stored, former) = (
        records.next().flatten(),
        records.next().flatten(),
        records.next().flatten(),
    );
    let kept = read_contribution(reads.subject, post, stored.as_ref())?.unwrap_or_default();
    if kept.effective().is_none_or(|impact| impact.role() != Role::Backtweet) {
        let reason = format!(
            "`{post}` is no backtweet of `{}`, or is gone: `report praise` lists what can be asked for",
            reads.subject
        );
        return Err(ReportError::NotFound(reason));
    }
    let guard = |name: &str, stored: Option<&Stored>| Guard {
        name: name.to_owned(),
        version: stored.map(|stored| stored.version),
    };
    let write = if permission.status() == PermissionStatus::None {
        Write::Remove { name: name.clone() }
    } else {
        let stored = Stored {
            version: former.as_ref().map_or(1, |former| former.version + 1),
            open: false,
            bytes: Bytes::from(permission.encode_to_vec()),
        };
        Write::Put {
            name: name.clone(),
            stored,
            expires: None,
        }
    };
    let batch = Batch {
        slot: slot::of(reads.subject),
        guards: vec![guard(slot::HEAD, head.as_ref()), guard(&name, former.as_ref())],
        writes: vec![write],
    };
    let outcomes = reads.store.apply(&[batch]).await?;
    Ok(outcomes.iter().all(|outcome| *outcome != Outcome::Conflict))
}
