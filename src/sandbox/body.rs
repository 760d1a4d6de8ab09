//! Reads request bodies as the platform's validation does: every complaint at once, in the order
//! of the fields, as 422 entries. Unknown members are ignored.

use super::reply::{Reply, entry, entry_with};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

/// Reads the whole body as JSON. `None` is an absent body, which only validation complains about.
pub(super) fn parse(content_type: Option<&str>, bytes: &[u8]) -> Result<Option<Value>, Reply> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(Reply::detail(StatusCode::BAD_REQUEST, "There was an error parsing the body"));
    };
    let is_json = content_type.is_none_or(|full| {
        let kind = full.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
    });
    if !is_json {
        // Taken as a text, which then fails to be an object.
        return Ok(Some(Value::String(text.to_owned())));
    }
    serde_json::from_str(text).map(Some).map_err(|error| {
        let (offset, reason) = describe(text, &error);
        Reply::invalid(vec![entry_with(
            "json_invalid",
            json!(["body", offset]),
            "JSON decode error",
            &json!({}),
            json!({ "error": reason }),
        )])
    })
}

/// The offset and words of the platform's JSON reader for an error of ours.
fn describe(text: &str, error: &serde_json::Error) -> (usize, &'static str) {
    let words = error.to_string();
    let known = [
        ("EOF while parsing a string", "Unterminated string starting at"),
        ("key must be a string", "Expecting property name enclosed in double quotes"),
        ("expected `:`", "Expecting ':' delimiter"),
        ("expected `,`", "Expecting ',' delimiter"),
        ("trailing characters", "Extra data"),
        ("control character", "Invalid control character at"),
        ("invalid escape", "Invalid \\escape"),
    ];
    let reason = known.iter().find(|(ours, _)| words.starts_with(ours)).map_or("Expecting value", |(_, theirs)| theirs);
    let offset = if error.is_eof() {
        text.chars().count()
    } else {
        let before: usize =
            text.split('\n').take(error.line().saturating_sub(1)).map(|line| line.chars().count() + 1).sum();
        before + error.column().saturating_sub(1)
    };
    (offset, reason)
}

/// Reads the members of one object and collects what is wrong with them.
pub(super) struct Fields<'a> {
    whole: &'a Value,
    members: Option<&'a Map<String, Value>>,
    location: Vec<Value>,
    complaints: Vec<Value>,
}

impl<'a> Fields<'a> {
    /// Starts on a request's body.
    pub(super) fn of_body(body: &'a Option<Value>) -> Self {
        static NOTHING: Value = Value::Null;
        let location = vec![json!("body")];
        match body {
            None | Some(Value::Null) => {
                let complaints = vec![entry("missing", json!(location), "Field required", &NOTHING)];
                Self { whole: &NOTHING, members: None, location, complaints }
            }
            Some(whole) => Self::of(whole, location),
        }
    }

    fn of(whole: &'a Value, location: Vec<Value>) -> Self {
        match whole {
            Value::Object(members) => Self { whole, members: Some(members), location, complaints: Vec::new() },
            other => {
                let message = "Input should be a valid dictionary or object to extract fields from";
                let complaints = vec![entry("model_attributes_type", json!(location), message, other)];
                Self { whole, members: None, location, complaints }
            }
        }
    }

    fn at(&self, name: &str) -> Value {
        let mut location = self.location.clone();
        location.push(json!(name));
        Value::Array(location)
    }

    fn value(&self, name: &str) -> Option<&'a Value> {
        self.members.and_then(|members| members.get(name))
    }

    /// Adds a complaint about a member that was read well but means nothing.
    pub(super) fn refuse(&mut self, name: &str, message: &str) {
        let input = self.value(name).cloned().unwrap_or_default();
        let message = format!("Value error, {message}");
        self.complaints.push(entry_with("value_error", self.at(name), &message, &input, json!({ "error": {} })));
    }

    /// Adds a complaint about an absent member.
    pub(super) fn miss(&mut self, name: &str) {
        // An absent object has been complained about as a whole.
        if self.members.is_some() {
            self.complaints.push(entry("missing", self.at(name), "Field required", self.whole));
        }
    }

    fn mistyped(&mut self, name: &str, kind: &str, message: &str, value: &Value) {
        self.complaints.push(entry(kind, self.at(name), message, value));
    }

    /// A required text.
    pub(super) fn text(&mut self, name: &str) -> String {
        match self.value(name) {
            None => {
                self.miss(name);
                String::new()
            }
            Some(_) => self.text_or(name, ""),
        }
    }

    /// A text that may be absent but not null.
    pub(super) fn text_or(&mut self, name: &str, default: &str) -> String {
        match self.value(name) {
            None => default.to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => {
                self.mistyped(name, "string_type", "Input should be a valid string", other);
                String::new()
            }
        }
    }

    /// A text that may be absent or null.
    pub(super) fn optional_text(&mut self, name: &str) -> Option<String> {
        match self.value(name) {
            None | Some(Value::Null) => None,
            Some(_) => Some(self.text_or(name, "")),
        }
    }

    /// An object that may be absent or null.
    pub(super) fn optional_object(&mut self, name: &str) -> Option<Map<String, Value>> {
        match self.value(name) {
            None | Some(Value::Null) => None,
            Some(Value::Object(object)) => Some(object.clone()),
            Some(other) => {
                self.mistyped(name, "dict_type", "Input should be a valid dictionary", other);
                None
            }
        }
    }

    /// A list of texts that may be absent or, where `nullable`, null.
    pub(super) fn texts(&mut self, name: &str, nullable: bool) -> Option<Vec<String>> {
        match self.value(name) {
            None => None,
            Some(Value::Null) if nullable => None,
            Some(Value::Array(items)) => {
                let mut texts = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    match item {
                        Value::String(text) => texts.push(text.clone()),
                        other => {
                            let mut location = self.location.clone();
                            location.extend([json!(name), json!(index)]);
                            let message = "Input should be a valid string";
                            self.complaints.push(entry("string_type", json!(location), message, other));
                        }
                    }
                }
                Some(texts)
            }
            Some(other) => {
                self.mistyped(name, "list_type", "Input should be a valid list", other);
                None
            }
        }
    }

    /// A model inside this one, that may be absent or null.
    pub(super) fn nested<T>(&mut self, name: &str, read: impl FnOnce(&mut Fields<'_>) -> T) -> Option<T> {
        let value = self.value(name).filter(|value| !value.is_null())?;
        let mut location = self.location.clone();
        location.push(json!(name));
        let mut inner = Fields::of(value, location);
        let read = read(&mut inner);
        self.complaints.append(&mut inner.complaints);
        Some(read)
    }

    /// A list of models inside this one, that may be absent or null.
    pub(super) fn each<T>(&mut self, name: &str, mut read: impl FnMut(&mut Fields<'_>) -> T) -> Option<Vec<T>> {
        let items = match self.value(name) {
            None | Some(Value::Null) => return None,
            Some(Value::Array(items)) => items,
            Some(other) => {
                self.mistyped(name, "list_type", "Input should be a valid list", other);
                return None;
            }
        };
        let mut found = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let mut location = self.location.clone();
            location.extend([json!(name), json!(index)]);
            let mut inner = Fields::of(item, location);
            found.push(read(&mut inner));
            self.complaints.append(&mut inner.complaints);
        }
        Some(found)
    }

    /// A member as it is, for free-form parts.
    pub(super) fn raw(&self, name: &str) -> Option<&'a Value> {
        self.value(name)
    }

    /// Says whether nothing is wrong so far.
    pub(super) fn is_fine(&self) -> bool {
        self.complaints.is_empty()
    }

    /// Ends the reading: 422 if anything was wrong.
    pub(super) fn finish(self) -> Result<(), Reply> {
        if self.complaints.is_empty() { Ok(()) } else { Err(Reply::invalid(self.complaints)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body_of(reply: Reply) -> Value {
        serde_json::from_slice(&reply.body).unwrap()
    }

    #[test]
    fn json_errors_have_the_platforms_offsets() {
        for (text, offset, reason) in [
            ("{\"name\":", 8, "Expecting value"),
            ("{\"a\":1} x", 8, "Extra data"),
            ("{a:1}", 1, "Expecting property name enclosed in double quotes"),
            ("{\n\"a\" 1}", 6, "Expecting ':' delimiter"),
        ] {
            let reply = parse(Some("application/json; charset=utf-8"), text.as_bytes()).unwrap_err();
            let body = body_of(reply);
            assert_eq!(body["detail"][0]["loc"], json!(["body", offset]), "{text}");
            assert_eq!(body["detail"][0]["ctx"]["error"], json!(reason), "{text}");
        }
        assert_eq!(parse(None, &[0xff, 0xfe]).unwrap_err().status, StatusCode::BAD_REQUEST);
        assert_eq!(parse(Some("text/plain"), b"{}").unwrap(), Some(json!("{}")));
        assert_eq!(parse(None, b"").unwrap(), None);
    }

    #[test]
    fn every_complaint_comes_at_once_and_in_order() {
        let body = Some(json!({ "b": 1, "c": null, "d": [1, "x"], "e": { "f": 2 } }));
        let mut fields = Fields::of_body(&body);
        fields.text("a");
        fields.text("b");
        fields.text_or("c", "");
        fields.texts("d", false);
        fields.nested("e", |inner| inner.optional_text("f"));
        let reply = fields.finish().unwrap_err();
        let found = body_of(reply);
        let places: Vec<&Value> = found["detail"].as_array().unwrap().iter().map(|entry| &entry["loc"]).collect();
        assert_eq!(
            places,
            [
                &json!(["body", "a"]),
                &json!(["body", "b"]),
                &json!(["body", "c"]),
                &json!(["body", "d", 0]),
                &json!(["body", "e", "f"])
            ]
        );
    }
}
