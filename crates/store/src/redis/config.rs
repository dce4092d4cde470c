//! How to reach Redis. Passwords live in here, and are shown to nobody.

use std::fmt;
use std::time::Duration;

use redis::IntoConnectionInfo;

use crate::port::StoreError;

/// Where Redis is and how it is used.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisConfig {
    /// `redis://[user[:password]@]host[:port][/db]`. One for a single server; any number of its nodes for a cluster.
    pub urls: Vec<String>,
    /// Whether the servers form a Redis Cluster.
    pub cluster: bool,
    /// What every key begins with; keeps several suites on one server apart.
    pub prefix: String,
    /// How long a connection or an answer is waited for, before the server counts as not answering.
    pub response_timeout: Duration,
}

impl RedisConfig {
    /// The prefix where none is configured.
    pub const PREFIX: &'static str = "backtweet";
    /// The timeout where none is configured: enough for a pipeline of large batches on a busy server.
    pub const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);

    /// A single server, everything else at its default.
    pub fn single(url: impl Into<String>) -> Self {
        Self {
            urls: vec![url.into()],
            cluster: false,
            prefix: Self::PREFIX.to_owned(),
            response_timeout: Self::RESPONSE_TIMEOUT,
        }
    }

    /// A cluster, of which some nodes are known; everything else at its default.
    pub fn cluster(urls: Vec<String>) -> Self {
        Self {
            urls,
            cluster: true,
            ..Self::single("")
        }
    }

    /// All addresses, without their passwords.
    pub fn addresses(&self) -> String {
        self.urls
            .iter()
            .map(|url| without_password(url))
            .collect::<Vec<_>>()
            .join(", ")
    }

    pub(super) fn check(&self) -> Result<(), StoreError> {
        let unusable = |reason: String| Err(StoreError::Unusable { reason });
        match self.urls.len() {
            0 => return unusable("no redis url is given; give one, as redis://host:6379".to_owned()),
            1 => {}
            _ if self.cluster => {}
            many => {
                return unusable(format!(
                    "{many} redis urls are given for one server; give one, or set `cluster = true`"
                ));
            }
        }
        if self.prefix.is_empty() || self.prefix.contains(['{', '}', '\0']) {
            return unusable(format!(
                "the key prefix `{}` is empty or holds a brace; use letters and dashes",
                self.prefix
            ));
        }
        if self.response_timeout.is_zero() {
            return unusable("a response timeout of zero answers nothing; set some seconds".to_owned());
        }
        for url in &self.urls {
            if let Err(error) = url.as_str().into_connection_info() {
                let address = without_password(url);
                return unusable(format!(
                    "`{address}` is no redis url ({}); write it as redis://host:6379",
                    error.category()
                ));
            }
        }
        Ok(())
    }
}

impl fmt::Debug for RedisConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisConfig")
            .field("urls", &self.addresses())
            .field("cluster", &self.cluster)
            .field("prefix", &self.prefix)
            .field("response_timeout", &self.response_timeout)
            .finish()
    }
}

/// What lies behind the last `@`: host, port and database. A password may hold anything, so nothing before it is shown.
fn without_password(url: &str) -> String {
    let scheme = url.split_once("://").map_or("redis", |(scheme, _)| scheme);
    let address = url
        .rsplit_once('@')
        .map_or_else(|| url.split_once("://").map_or(url, |(_, rest)| rest), |(_, rest)| rest);
    format!("{scheme}://{}", address.split(['?', '#']).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_shown_to_nobody() {
        let urls = [
            "redis://user:se@cret@host:1/2",
            "redis://:secret@host",
            "rediss://host?password=secret",
            "secret@x",
            "redis://u:secret@",
        ];
        for url in urls {
            let config = RedisConfig::single(url);
            let shown = format!("{config:?} {:?}", config.check());
            assert!(!shown.contains("secret") && !shown.contains("cret"), "{shown}");
        }
        assert_eq!(
            RedisConfig::single("redis://user:pw@host:1/2").addresses(),
            "redis://host:1/2"
        );
    }

    #[test]
    fn what_cannot_work_is_refused_before_anything_is_opened() {
        let single = RedisConfig::single("redis://host");
        assert!(single.check().is_ok());
        let refused = [
            RedisConfig {
                urls: vec![],
                ..single.clone()
            },
            RedisConfig {
                urls: vec!["redis://a".into(), "redis://b".into()],
                ..single.clone()
            },
            RedisConfig {
                prefix: "a{b".into(),
                ..single.clone()
            },
            RedisConfig {
                prefix: String::new(),
                ..single.clone()
            },
            RedisConfig {
                response_timeout: Duration::ZERO,
                ..single
            },
            RedisConfig::single("http://host"),
        ];
        for config in refused {
            assert!(matches!(config.check(), Err(StoreError::Unusable { .. })), "{config:?}");
        }
    }
}
