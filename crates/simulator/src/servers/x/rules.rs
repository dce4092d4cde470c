//! The rules of the fake filtered stream: what stands there, what was written, and what is wrong with a rule. Nothing is matched here.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::{Api, Limits, answer, refused};

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What the server calls it.
    pub id: String,
    /// What it matches.
    pub value: String,
    /// What its writer calls it.
    pub tag: String,
}

/// One request that wrote to the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// The values of the rules that were to be added.
    Add(Vec<String>),
    /// The values of rules that were only to be checked.
    Check(Vec<String>),
    /// The ids of the rules that were to be deleted.
    Delete(Vec<String>),
}

#[derive(Debug, Default)]
pub(super) struct Rules {
    rules: Vec<Rule>,
    writes: Vec<Write>,
    forbidden: Vec<String>,
    last_id: u64,
}

impl Rules {
    pub(super) fn all(&self) -> Vec<Rule> {
        self.rules.clone()
    }

    pub(super) fn writes(&self) -> Vec<Write> {
        self.writes.clone()
    }

    pub(super) fn forbid(&mut self, word: &str) {
        self.forbidden.push(word.to_owned());
    }

    pub(super) fn put(&mut self, value: &str, tag: &str) -> Value {
        self.last_id += 1;
        let rule = Rule {
            id: self.last_id.to_string(),
            value: value.to_owned(),
            tag: tag.to_owned(),
        };
        let told = told(&rule);
        self.rules.push(rule);
        told
    }

    /// What is wrong with a new rule.
    fn wrong(&self, value: &str, limits: &Limits) -> Option<(&'static str, String)> {
        let length = value.chars().count();
        let forbidden = self.forbidden.iter().find(|word| value.contains(word.as_str()));
        if length > limits.rule_length {
            let most = limits.rule_length;
            return Some((
                "Invalid Rule",
                format!("Rules must be {most} characters or less, not {length}."),
            ));
        }
        if let Some(word) = forbidden {
            return Some((
                "Invalid Rule",
                format!("There were errors processing your rule: {word}"),
            ));
        }
        if self.rules.iter().any(|rule| rule.value == value) {
            return Some(("DuplicateRule", "A rule with this value already exists.".to_owned()));
        }
        (self.rules.len() >= limits.rules).then(|| ("RulesCapExceeded", "The cap of rules is reached.".to_owned()))
    }

    fn add(&mut self, wanted: &[Value], is_check: bool, limits: &Limits) -> Response {
        let text = |rule: &Value, key: &str| rule[key].as_str().unwrap_or_default().to_owned();
        let values = wanted.iter().map(|rule| text(rule, "value")).collect();
        self.writes.push(if is_check {
            Write::Check(values)
        } else {
            Write::Add(values)
        });
        let (mut data, mut errors) = (Vec::new(), Vec::new());
        for rule in wanted {
            let value = text(rule, "value");
            match self.wrong(&value, limits) {
                Some((title, detail)) => errors.push(json!({"value": value, "title": title, "details": [detail]})),
                None if is_check => data.push(json!({"value": value})),
                None => data.push(self.put(&value, &text(rule, "tag"))),
            }
        }
        let status = if data.is_empty() {
            StatusCode::BAD_REQUEST
        } else {
            StatusCode::CREATED
        };
        let summary = json!({"created": data.len(), "not_created": errors.len()});
        let mut body = json!({"data": data, "meta": {"summary": summary}});
        if !errors.is_empty() {
            body["errors"] = errors.into();
        }
        answer(status, &body)
    }

    fn delete(&mut self, ids: &[Value]) -> Response {
        let ids: Vec<String> = ids.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let before = self.rules.len();
        self.rules.retain(|rule| !ids.contains(&rule.id));
        let deleted = before - self.rules.len();
        let summary = json!({"deleted": deleted, "not_deleted": ids.len() - deleted});
        self.writes.push(Write::Delete(ids));
        answer(StatusCode::OK, &json!({"meta": {"summary": summary}}))
    }
}

fn told(rule: &Rule) -> Value {
    json!({"id": rule.id, "value": rule.value, "tag": rule.tag})
}

pub(super) async fn read(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    if let Some(response) = api.stranger(&headers) {
        return response;
    }
    let mut shared = api.lock();
    if let Some(refusal) = shared.rule_refusals.pop_front() {
        return refused(&refusal);
    }
    if let Err(refusal) = shared.windows.read(&api.limits) {
        return refused(&refusal);
    }
    let rules: Vec<Value> = shared.rules.rules.iter().map(told).collect();
    let meta = json!({"result_count": rules.len()});
    // The real one leaves `data` out where there is none.
    let body = if rules.is_empty() {
        json!({"meta": meta})
    } else {
        json!({"data": rules, "meta": meta})
    };
    answer(StatusCode::OK, &body)
}

pub(super) async fn write(
    State(api): State<Arc<Api>>,
    Query(parameters): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Some(response) = api.stranger(&headers) {
        return response;
    }
    let response = change(&api, &parameters, &body);
    api.told();
    response
}

fn change(api: &Api, parameters: &BTreeMap<String, String>, body: &[u8]) -> Response {
    let mut shared = api.lock();
    if let Some(refusal) = shared.rule_refusals.pop_front() {
        return refused(&refusal);
    }
    if let Err(refusal) = shared.windows.write(&api.limits) {
        return refused(&refusal);
    }
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let is_check = parameters.get("dry_run").is_some_and(|value| value == "true");
    if let Some(wanted) = body["add"].as_array() {
        return shared.rules.add(wanted, is_check, &api.limits);
    }
    match body["delete"]["ids"].as_array() {
        Some(ids) => shared.rules.delete(ids),
        None => answer(
            StatusCode::BAD_REQUEST,
            &json!({"title": "Invalid Request", "detail": "neither add nor delete"}),
        ),
    }
}
