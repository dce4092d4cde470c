//! Reading environment variables through a trait, so that tests own their environment.

use std::collections::BTreeMap;

/// Where environment variables come from.
pub trait Environment {
    /// The variable's value, where it is set.
    fn get(&self, name: &str) -> Option<String>;

    /// Names of all variables that start with `prefix`, in order.
    fn names(&self, prefix: &str) -> Vec<String>;
}

/// The environment of this process. Bytes that are no UTF-8 are replaced, and then refused where the value is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn get(&self, name: &str) -> Option<String> {
        std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
    }

    fn names(&self, prefix: &str) -> Vec<String> {
        let mut names: Vec<_> = std::env::vars_os()
            .filter_map(|(name, _)| name.into_string().ok())
            .filter(|name| name.starts_with(prefix))
            .collect();
        names.sort();
        names
    }
}

impl Environment for BTreeMap<String, String> {
    fn get(&self, name: &str) -> Option<String> {
        BTreeMap::get(self, name).cloned()
    }

    fn names(&self, prefix: &str) -> Vec<String> {
        self.keys().filter(|name| name.starts_with(prefix)).cloned().collect()
    }
}
