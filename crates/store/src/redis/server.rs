//! What the adapter asks of a server: looked at once, when connecting. What cannot work is an error; what may lose data is a warning
//! that names its remedy.

use std::collections::BTreeSet;

use redis::{InfoDict, Value, from_redis_value};

use crate::port::StoreError;

/// The oldest version of Redis that keeps scripts from failing half-way; Valkey reports a version of Redis for this purpose.
const OLDEST: u32 = 7;

/// Refuses a server that is too old, or that runs in the other mode.
pub(super) fn check(address: &str, info: Value, cluster: bool) -> Result<(), StoreError> {
    let unusable = |reason: String| StoreError::Unusable {
        reason: format!("{address} {reason}"),
    };
    let info: InfoDict =
        from_redis_value(info).map_err(|error| unusable(format!("does not say what it is ({error})")))?;
    let version: String = info.get("redis_version").unwrap_or_default();
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST) {
        return Err(unusable(format!(
            "runs version `{version}`; upgrade it to Redis 7 or Valkey, or later"
        )));
    }
    // Valkey has its own name for it.
    let mode: Option<String> = info.get("server_mode").or_else(|| info.get("redis_mode"));
    let mode = mode.unwrap_or_default();
    match (cluster, mode.as_str()) {
        (false, "cluster") => Err(unusable("is part of a cluster; set `cluster = true`".to_owned())),
        (true, "standalone") => Err(unusable("is no part of a cluster; set `cluster = false`".to_owned())),
        _ => Ok(()),
    }
}

/// Warns where the server may evict or lose what it was given. Managed servers often keep their settings to themselves: `None`.
pub(super) fn advise(address: &str, settings: Option<Value>) {
    let settings: Vec<(String, String)> = settings
        .and_then(|value| from_redis_value(value).ok())
        .unwrap_or_default();
    let setting = |name: &str| {
        settings
            .iter()
            .find(|(setting, _)| setting == name)
            .map(|(_, value)| value.as_str())
    };
    match setting("maxmemory-policy") {
        Some("noeviction") => {}
        Some(policy) => tracing::warn!(
            address,
            policy,
            "this server may evict records and figures when memory runs out: set `maxmemory-policy noeviction`"
        ),
        None => tracing::info!(
            address,
            "the server does not tell its settings; see that it runs `noeviction` and `appendonly yes`"
        ),
    }
    if setting("appendonly") == Some("no") {
        tracing::warn!(
            address,
            "this server loses everything written since its last snapshot when it stops: set `appendonly yes`"
        );
    }
}

/// The run ids of the masters, from the answers of all to `INFO`; each start of a server has its own.
pub(super) fn run_ids(infos: Value) -> BTreeSet<String> {
    let Value::Map(nodes) = infos else {
        return BTreeSet::new();
    };
    let infos = nodes
        .into_iter()
        .filter_map(|(_, info)| from_redis_value::<InfoDict>(info).ok());
    infos.filter_map(|info| info.get("run_id")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(text: &str) -> Value {
        Value::BulkString(text.into())
    }

    #[test]
    fn a_server_that_cannot_work_is_refused_with_its_remedy() {
        let check = |text, cluster| check("redis://host", info(text), cluster).map_err(|error| error.to_string());
        assert_eq!(
            check("redis_version:7.0.15\r\nredis_mode:standalone\r\n", false),
            Ok(())
        );
        assert_eq!(
            check(
                "redis_version:7.2.4\r\nserver_name:valkey\r\nserver_mode:cluster\r\n",
                true
            ),
            Ok(())
        );
        assert!(
            check("redis_version:6.2.1\r\n", false)
                .unwrap_err()
                .contains("`6.2.1`; upgrade")
        );
        assert!(check("", false).unwrap_err().contains("upgrade"));
        assert!(
            check("redis_version:7.0.0\r\nredis_mode:cluster\r\n", false)
                .unwrap_err()
                .contains("cluster = true")
        );
        assert!(
            check("redis_version:7.0.0\r\nredis_mode:standalone\r\n", true)
                .unwrap_err()
                .contains("cluster = false")
        );
    }
}
