//! The TOML file as a flat list of keys with their lines. Tables become dots, and what stands in a list of tables goes by its `name`; which
//! keys exist is none of its business.

use std::collections::BTreeSet;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Origin};
use super::keys;
use super::layers::Entry;

/// Everything that the file sets; what is wrong with it goes to `errors`.
pub(super) fn read(path: &Path, errors: &mut Vec<ConfigError>) -> Vec<(String, Entry)> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            let reason = format!("{error}; name a readable TOML file");
            errors.push(ConfigError::File {
                path: path.to_owned(),
                reason,
            });
            return Vec::new();
        }
    };
    let origin = |at: usize| Origin::File {
        path: path.to_owned(),
        line: 1 + text.bytes().take(at).filter(|&byte| byte == b'\n').count(),
    };
    let (table, wrong) = DeTable::parse_recoverable(&text);
    errors.extend(wrong.iter().map(|error| ConfigError::Syntax {
        origin: origin(error.span().map_or(0, |span| span.start)),
        reason: error.message().to_owned(),
    }));

    let mut entries = Vec::new();
    flatten("", table.get_ref(), &mut |key, at, value| {
        let origin = origin(at);
        match value {
            Ok(text) => entries.push((key, Entry { text, origin })),
            Err(kind) => errors.push(ConfigError::Invalid {
                key,
                value: kind.to_owned(),
                origin,
                remedy: "write a text, a number, true or false, or a list of texts".to_owned(),
            }),
        }
    });
    entries
}

type Visit<'v> = dyn FnMut(String, usize, Result<String, &'static str>) + 'v;

fn flatten(prefix: &str, table: &DeTable<'_>, visit: &mut Visit<'_>) {
    for (name, value) in table {
        let key = format!("{prefix}{}", name.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) => flatten(&format!("{key}."), inner, visit),
            DeValue::Array(items) if items.iter().any(|item| item.get_ref().is_table()) => {
                let mut taken = BTreeSet::new();
                for (item, number) in items.iter().zip(1..) {
                    match item.get_ref() {
                        DeValue::Table(inner) => {
                            let name = name_of(inner, number, &mut taken);
                            flatten(&format!("{key}.{name}."), inner, visit);
                        }
                        _ => visit(format!("{key}.#{number}"), item.span().start, text_of(item)),
                    }
                }
            }
            _ => visit(key, name.span().start, text_of(value)),
        }
    }
}

/// What a table of a list is called in keys: its name, or its place as `#2` where it has none that fits into a key and is its own.
fn name_of(table: &DeTable<'_>, number: usize, taken: &mut BTreeSet<String>) -> String {
    let name = table.get("name").and_then(|name| name.get_ref().as_str());
    match name {
        Some(name) if keys::fits(name) && taken.insert(name.to_owned()) => name.to_owned(),
        _ => format!("#{number}"),
    }
}

fn text_of(value: &Spanned<DeValue<'_>>) -> Result<String, &'static str> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) => {
            let digits = number.as_str().replace('_', "");
            Ok(i64::from_str_radix(&digits, number.radix()).map_or(digits, |number| number.to_string()))
        }
        DeValue::Float(number) => Ok(number.as_str().to_owned()),
        DeValue::Boolean(flag) => Ok(flag.to_string()),
        DeValue::Array(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(text_of).collect();
            items.map(|items| items.join(","))
        }
        DeValue::Datetime(_) => Err("a time"),
        DeValue::Table(_) => Err("a table"),
    }
}
