//! Pieces of JSON Schema that several modules' reports share.
//!
//! Owns the schema of a value whose own type belongs to a library. Holds no value and converts none.

/// A time in a report: RFC 3339 in UTC, such as `2026-11-24T09:30:00Z`.
pub struct Rfc3339;

impl schemars::JsonSchema for Rfc3339 {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rfc3339".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}
