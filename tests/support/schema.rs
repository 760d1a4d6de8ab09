//! Every JSON output of a run is checked against the schemas of `docs/schemas`, as other programs would read them.
//!
//! They are closed for the check: a member that no schema names is a mistake here, though not for a program.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Value, json};

/// What is wrong with an output; empty where nothing is.
pub(crate) fn problems(output: &Value) -> Vec<String> {
    let Some(name) = output["schema"].as_str() else { return vec!["it names no schema".to_owned()] };
    match validators().get(name) {
        None => vec![format!("there is no schema `{name}`")],
        Some(validator) => {
            validator.iter_errors(output).map(|error| format!("{}: {error}", error.instance_path())).collect()
        }
    }
}

/// Checks what a process printed, if it is one of our objects.
#[track_caller]
pub(crate) fn check(stdout: &str, stderr: &str) {
    let events = stderr.lines().filter(|line| line.contains("artcafe.event/1"));
    for text in [stdout, stderr].into_iter().chain(events) {
        let Ok(object @ Value::Object(_)) = serde_json::from_str::<Value>(text) else { continue };
        // Commands that `exec` or `sandbox exec` run print what they like.
        if object["schema"].as_str().is_some_and(|name| name.starts_with("artcafe.")) {
            let problems = problems(&object);
            assert!(problems.is_empty(), "{problems:#?}\n{object:#}");
        }
    }
}

fn validators() -> &'static BTreeMap<String, jsonschema::Validator> {
    static VALIDATORS: OnceLock<BTreeMap<String, jsonschema::Validator>> = OnceLock::new();
    VALIDATORS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .map(|path| {
                let document: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
                let options = jsonschema::options().should_validate_formats(true);
                (document["title"].as_str().unwrap().to_owned(), options.build(&strict(&document)).unwrap())
            })
            .collect()
    })
}

/// The same schema without room for members that it does not name.
pub(crate) fn strict(schema: &Value) -> Value {
    closed(schema, true)
}

/// A variant of an object that has members of its own as well is closed by that object alone.
fn closed(schema: &Value, closes: bool) -> Value {
    match schema {
        Value::Object(members) => {
            let names_members = members.get("properties").is_some_and(Value::is_object);
            let is_part = |name: &str| ["allOf", "anyOf", "oneOf"].contains(&name);
            let mut whole: serde_json::Map<String, Value> = serde_json::Map::new();
            for (name, value) in members {
                let value = match value {
                    Value::Array(variants) if is_part(name) => {
                        Value::Array(variants.iter().map(|variant| closed(variant, !names_members)).collect())
                    }
                    value => closed(value, true),
                };
                whole.insert(name.clone(), value);
            }
            let is_whole = names_members || members.get("allOf").is_some();
            if closes && is_whole && !members.contains_key("additionalProperties") {
                whole.insert("unevaluatedProperties".to_owned(), json!(false));
            }
            Value::Object(whole)
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| closed(item, true)).collect()),
        other => other.clone(),
    }
}
