//! The JSON Schemas: what they say is what is printed, and they only ever grow.
//!
//! `ARTCAFE_UPDATE=1 cargo test --test it schemas` writes `docs/schemas` anew. `docs/schemas/released` is what
//! programs out there were written against: it is frozen by a release and never written by a test.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::support::schema::{problems, strict};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas")
}

fn kept(folder: &Path) -> BTreeMap<String, Value> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap())
        })
        .collect()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a switch of this test, and it rewrites generated files of the checkout")]
fn the_files_are_what_the_types_say() {
    let documents = artcafe::cli::schema_documents();
    let made: BTreeMap<String, Value> =
        documents.into_iter().map(|(name, document)| (artcafe::cli::schema_file_name(&name), document)).collect();
    if std::env::var_os("ARTCAFE_UPDATE").is_some_and(|value| value == "1") {
        fs::create_dir_all(folder()).unwrap();
        for name in kept(&folder()).keys().filter(|name| !made.contains_key(*name)) {
            fs::remove_file(folder().join(name)).unwrap();
        }
        for (name, document) in &made {
            fs::write(folder().join(name), format!("{document:#}\n")).unwrap();
        }
    }
    let kept = kept(&folder());
    let stale: Vec<&String> =
        made.keys().chain(kept.keys()).filter(|name| made.get(*name) != kept.get(*name)).collect();
    assert!(stale.is_empty(), "stale: {stale:?}; write them anew with ARTCAFE_UPDATE=1 cargo test --test it schemas");
}

#[test]
fn each_is_a_valid_schema_whose_members_are_explained() {
    for (name, document) in artcafe::cli::schema_documents() {
        jsonschema::meta::validate(&document).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(document["properties"]["schema"].is_object(), "{name}");
        if name == "artcafe.event/1" {
            continue;
        }
        assert!(document["required"].as_array().unwrap().contains(&json!("warnings")), "{name}");
    }
}

#[test]
fn changes_are_additive() {
    let released = kept(&folder().join("released"));
    assert!(released.len() > 40, "only {} schemas are frozen", released.len());
    let current = kept(&folder());
    let mut broken = Vec::new();
    for (name, old) in &released {
        match current.get(name) {
            None => broken.push(format!("{name}: it is gone")),
            Some(new) => breaks(&Side { root: old, at: old }, &Side { root: new, at: new }, name, 0, &mut broken),
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_check_sees_every_kind_of_break() {
    let old = json!({
        "type": "object",
        "properties": {
            "a": { "type": "string" }, "b": { "type": ["string", "null"] }, "c": { "$ref": "#/$defs/C" },
            "d": { "type": "array", "items": { "type": "integer" } }, "e": { "enum": ["x", "y"] }, "f": { "type": "string" },
        },
        "required": ["a", "b"],
        "$defs": { "C": { "type": "object", "properties": { "inner": { "type": "boolean" } }, "required": ["inner"] } },
    });
    let seen = |change: &dyn Fn(&mut Value)| {
        let mut new = old.clone();
        change(&mut new);
        let mut broken = Vec::new();
        breaks(&Side { root: &old, at: &old }, &Side { root: &new, at: &new }, "t", 0, &mut broken);
        broken.len()
    };
    assert_eq!(seen(&|_| {}), 0);
    assert_eq!(seen(&|new| new["properties"]["more"] = json!({ "type": "string" })), 0);
    assert_eq!(seen(&|new| new["required"] = json!(["a", "b", "f"])), 0);
    assert_eq!(seen(&|new| new["properties"]["b"]["type"] = json!("string")), 0);
    assert_eq!(seen(&|new| new["properties"]["e"]["enum"] = json!(["x", "y", "z"])), 0);
    for (at, value) in [
        ("/properties/a/type", json!("integer")),
        ("/properties/a/type", json!(["string", "null"])),
        ("/required", json!(["a"])),
        ("/properties/d/items/type", json!("string")),
        ("/properties/e/enum", json!(["x"])),
        ("/properties/e", json!({ "type": "string" })),
        ("/$defs/C/required", json!([])),
        ("/$defs/C/properties/inner/type", json!("string")),
        ("/properties/c", json!({ "type": "string" })),
    ] {
        assert!(seen(&|new| *new.pointer_mut(at).unwrap() = value.clone()) > 0, "{at} {value}");
    }
    assert!(seen(&|new| drop(new["properties"].as_object_mut().unwrap().remove("f"))) > 0);
}

#[test]
fn a_wrong_output_is_seen() {
    let good = json!({ "schema": "artcafe.version/1", "data": { "version": "0.1.0" }, "warnings": [] });
    assert_eq!(problems(&good), Vec::<String>::new());
    for (at, value) in [
        ("/data/version", json!(1)),
        ("/data", json!({})),
        ("/data", json!({ "version": "0.1.0", "unknown": 1 })),
        ("/schema", json!("artcafe.unknown/1")),
        ("/warnings", json!([{ "code": "x" }])),
    ] {
        let mut wrong = good.clone();
        *wrong.pointer_mut(at).unwrap() = value;
        assert_ne!(problems(&wrong), Vec::<String>::new(), "{wrong}");
    }
    let closed = strict(&json!({ "type": "object", "properties": { "a": { "type": "object", "properties": {} } } }));
    assert_eq!(closed["properties"]["a"]["unevaluatedProperties"], json!(false));
}

/// A schema and the document in which its references lead somewhere.
struct Side<'a> {
    root: &'a Value,
    at: &'a Value,
}

impl<'a> Side<'a> {
    /// Behind every reference.
    fn resolved(&self) -> Side<'a> {
        let mut at = self.at;
        while let Some(place) = at.get("$ref").and_then(Value::as_str) {
            at = self.root.pointer(place.trim_start_matches('#')).unwrap();
        }
        Side { root: self.root, at }
    }

    fn child(&self, at: &'a Value) -> Side<'a> {
        Side { root: self.root, at }
    }

    fn types(&self) -> Option<Vec<&'a str>> {
        match self.at.get("type")? {
            Value::String(one) => Some(vec![one]),
            Value::Array(several) => Some(several.iter().map(|one| one.as_str().unwrap()).collect()),
            _ => None,
        }
    }

    fn strings(&self, member: &str) -> Vec<&'a str> {
        let list = self.at.get(member).and_then(Value::as_array);
        list.map(|list| list.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
    }

    fn variants(&self) -> Vec<&'a Value> {
        let list = self.at.get("anyOf").or(self.at.get("oneOf")).and_then(Value::as_array);
        list.map(|list| list.iter().collect()).unwrap_or_default()
    }
}

/// What a program written against the old schema could stumble over in an output of the new one.
fn breaks(old: &Side, new: &Side, at: &str, depth: usize, broken: &mut Vec<String>) {
    assert!(depth < 40, "{at}: the schema refers to itself");
    let (old, new) = (old.resolved(), new.resolved());
    match (old.types(), new.types()) {
        (Some(old), Some(new)) if !new.iter().all(|kind| old.contains(kind)) => {
            broken.push(format!("{at}: the type was {old:?} and is {new:?}"));
        }
        (Some(old), None) if new.at.get("const").is_none() => {
            broken.push(format!("{at}: the type was {old:?} and is anything"));
        }
        _ => {}
    }
    if old.at.get("const") != new.at.get("const") {
        broken.push(format!("{at}: the constant differs"));
    }
    let (was, is) = (old.strings("enum"), new.strings("enum"));
    if !was.is_empty() && !was.iter().all(|value| is.contains(value)) {
        broken.push(format!("{at}: of the values {was:?} only {is:?} are left"));
    }
    for name in old.strings("required") {
        if !new.strings("required").contains(&name) {
            broken.push(format!("{at}: `{name}` was always there"));
        }
    }
    if let Some(members) = old.at.get("properties").and_then(Value::as_object) {
        for (name, member) in members {
            match new.at.get("properties").and_then(|all| all.get(name)) {
                None => broken.push(format!("{at}: `{name}` is gone")),
                Some(now) => breaks(&old.child(member), &new.child(now), &format!("{at}.{name}"), depth + 1, broken),
            }
        }
    }
    if let Some(items) = old.at.get("items") {
        match new.at.get("items") {
            None => broken.push(format!("{at}: the items are gone")),
            Some(now) => breaks(&old.child(items), &new.child(now), &format!("{at}[]"), depth + 1, broken),
        }
    }
    let (was, is) = (old.variants(), new.variants());
    for (index, variant) in was.iter().enumerate() {
        match is.get(index) {
            None => broken.push(format!("{at}: variant {index} is gone")),
            Some(now) => breaks(&old.child(variant), &new.child(now), &format!("{at}|{index}"), depth + 1, broken),
        }
    }
    if is.len() > was.len() && !was.is_empty() {
        broken.push(format!("{at}: there are more variants"));
    }
}
