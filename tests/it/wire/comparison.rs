//! Compares an answer with a recorded one: members and fixed values exactly, made-up values by their form.

use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

/// A recorded body as the documents would have it.
pub(super) fn as_documented(recorded: &Value) -> Value {
    let renamed = |object: &Value, id: &str| {
        let mut renamed = Map::new();
        for (name, value) in object.as_object().unwrap() {
            renamed.insert(if name == "id" { id.to_owned() } else { name.clone() }, as_documented(value));
        }
        if id == "agent_id" {
            renamed.insert("type".to_owned(), json!("worker"));
        }
        renamed
    };
    match recorded {
        Value::String(stamp) if stamp.len() == 26 && stamp.parse::<DateTime>().is_ok() => json!(format!("{stamp}Z")),
        Value::Array(items) => items.iter().map(as_documented).collect(),
        Value::Object(members) => {
            let mut object = Map::new();
            for (name, value) in members {
                match name.as_str() {
                    "keys" => {
                        let keys = value.as_array().unwrap().iter().map(|key| Value::Object(renamed(key, "key_id")));
                        object.insert("ssh_keys".to_owned(), keys.collect());
                    }
                    "agents" => {
                        let agents = value.as_array().unwrap().iter().map(|it| Value::Object(renamed(it, "agent_id")));
                        object.insert("agents".to_owned(), agents.collect());
                    }
                    "key" => {
                        object.insert("key".to_owned(), Value::Object(renamed(value, "key_id")));
                    }
                    "agent" => object.extend(renamed(value, "agent_id")),
                    "success" if members.contains_key("agent") => {}
                    _ => {
                        object.insert(name.clone(), as_documented(value));
                    }
                }
            }
            Value::Object(object)
        }
        other => other.clone(),
    }
}

pub(super) fn compare(place: &str, expected: &Value, found: &Value, made_up: &[&str]) -> Result<(), String> {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            let names = |object: &Map<String, Value>| {
                let mut names: Vec<String> = object.keys().cloned().collect();
                names.sort();
                names
            };
            if names(expected) != names(found) {
                return Err(format!("{place}: members {:?}, recorded {:?}", names(found), names(expected)));
            }
            for (name, value) in expected {
                let place = format!("{place}/{name}");
                if made_up.contains(&name.as_str()) {
                    same_form(&place, value, &found[name])?;
                } else {
                    compare(&place, value, &found[name], made_up)?;
                }
            }
            Ok(())
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
                compare(&format!("{place}/{index}"), expected, found, made_up)?;
            }
            Ok(())
        }
        _ if expected == found => Ok(()),
        _ => Err(format!("{place}: {found}, recorded {expected}")),
    }
}

/// Compares what differs from run to run: lengths and characters of stamps, ids and digests.
fn same_form(place: &str, expected: &Value, found: &Value) -> Result<(), String> {
    let fits = match (expected.as_str(), found.as_str()) {
        (Some("<HS256 JWT>"), Some(found)) => found.starts_with("ey") && found.matches('.').count() == 2,
        (Some("<PKCS#8 RSA-2048 PEM>"), Some(found)) => found.starts_with("-----BEGIN PRIVATE KEY-----\n"),
        (Some(expected), Some(found)) if place.ends_with("public_key") => {
            // The comment's form is fixed: `artcafe_agent_NAME_TENANT_DAY_TIME`.
            let comment = |line: &str| line.split(' ').nth(2).map(digits_alike);
            comment(expected) == comment(found) && found.starts_with("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ")
        }
        (Some(_), Some(found)) if place.ends_with("next_token") => !found.is_empty(),
        (Some(expected), Some(found)) if place.ends_with("id") => {
            expected.len() == found.len() && found.starts_with("01")
        }
        (Some(expected), Some(found)) if expected.len() == 64 => {
            found.len() == 64 && found.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        }
        (Some(expected), Some(found)) => digits_alike(expected) == digits_alike(found),
        _ => expected == found,
    };
    if fits { Ok(()) } else { Err(format!("{place}: {found}, recorded {expected}")) }
}

fn digits_alike(text: &str) -> String {
    text.chars().map(|character| if character.is_ascii_digit() { '0' } else { character }).collect()
}
