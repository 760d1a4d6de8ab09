//! Reads numbers in queries as the platform's validation does: 422 entries for what is no number or out of bounds.

use super::reply::{Reply, entry, entry_with};
use serde_json::json;

/// Reads a whole number from a query value.
pub(super) fn query_number(name: &str, text: Option<&str>, default: i64) -> Result<i64, Reply> {
    let Some(text) = text else { return Ok(default) };
    text.trim().parse().map_err(|_error| {
        let message = "Input should be a valid integer, unable to parse string as an integer";
        Reply::invalid(vec![entry("int_parsing", json!(["query", name]), message, &json!(text))])
    })
}

/// Holds a query number to its bounds.
pub(super) fn bounded(name: &str, text: Option<&str>, value: i64, least: i64, most: i64) -> Result<i64, Reply> {
    let (kind, message, context) = if value < least {
        let message = format!("Input should be greater than or equal to {least}");
        ("greater_than_equal", message, json!({ "ge": least }))
    } else if value > most {
        ("less_than_equal", format!("Input should be less than or equal to {most}"), json!({ "le": most }))
    } else {
        return Ok(value);
    };
    let input = json!(text.unwrap_or_default());
    Err(Reply::invalid(vec![entry_with(kind, json!(["query", name]), &message, &input, context)]))
}
