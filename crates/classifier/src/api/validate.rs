//! What is to be said about a query by itself: its normal form, its errors, and what to beware of.

use backtweet_domain::query::{Parsed, QueryError, Warning, parse};
use backtweet_wire::v1;

/// Says whether a query is one, and what to beware of. How much it would have matched takes the retained posts: the estimate is left out.
pub fn validate(request: &v1::ValidateQueryRequest) -> v1::ValidateQueryResponse {
    let mut response = v1::ValidateQueryResponse::default();
    let has_context = !request.context.trim().is_empty();
    let fields = [
        ("query", &request.query),
        ("context", &request.context),
        ("exclude", &request.exclude),
    ];
    for (field, text) in fields {
        let is_query = field == "query";
        if !is_query && text.trim().is_empty() {
            continue;
        }
        match read(text, is_query) {
            Ok(parsed) => {
                let warnings = parsed.warnings(has_context || !is_query);
                response
                    .warnings
                    .extend(warnings.into_iter().map(|it| warning(field, it)));
                let normal = parsed.expr.to_string();
                match field {
                    "query" => response.query = normal,
                    "context" => response.context = normal,
                    _ => response.exclude = normal,
                }
            }
            Err(it) => response.errors.push(error(field, it)),
        }
    }
    response.valid = response.errors.is_empty();
    response
}

/// Posts have to be looked up by the query; context and exclusion are asked about posts that were found.
fn read(text: &str, is_query: bool) -> Result<Parsed, QueryError> {
    let parsed = parse(text)?;
    if is_query {
        parsed.require_cover()?;
    }
    Ok(parsed)
}

fn error(field: &str, error: QueryError) -> v1::QueryNote {
    v1::QueryNote {
        field: field.to_owned(),
        column: count(error.column),
        length: count(error.length),
        message: error.message,
        suggestion: error.suggestion,
    }
}

fn warning(field: &str, warning: Warning) -> v1::QueryNote {
    v1::QueryNote {
        field: field.to_owned(),
        column: count(warning.column),
        length: count(warning.length),
        message: format!("{}: {}", warning.message, warning.remedy),
        suggestion: None,
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validated(query: &str, context: &str) -> v1::ValidateQueryResponse {
        validate(&v1::ValidateQueryRequest {
            query: query.to_owned(),
            context: context.to_owned(),
            ..Default::default()
        })
    }

    #[test]
    fn a_good_query_comes_back_in_normal_form_with_what_to_beware_of() {
        let response = validated("Apple   (iPhone OR  mac)", "");
        assert!(response.valid, "{:?}", response.errors);
        assert_eq!(response.query, "apple (iphone OR mac)");
        assert!(
            validated("apple", "")
                .warnings
                .iter()
                .any(|it| it.field == "query" && it.column == 1)
        );
        assert!(validated("apple", "iphone OR mac").warnings.is_empty());
    }

    #[test]
    fn what_is_wrong_names_its_field_and_its_column_all_at_once() {
        let response = validated("acme (", "lang:xx AND");
        let places: Vec<_> = response
            .errors
            .iter()
            .map(|it| (it.field.as_str(), it.column))
            .collect();
        assert!(!response.valid && response.query.is_empty());
        assert_eq!(places.len(), 2, "{:?}", response.errors);
        assert_eq!(places[0], ("query", 6));
        assert_eq!(validated("lang:en", "").errors[0].column, 1, "nothing to look for");
        assert!(validated("acme", "lang:en").valid, "a context is not looked up");
    }
}
