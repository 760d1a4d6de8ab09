//! `agent update`: what the platform lets be changed of a record, which is its name and its metadata.
//!
//! Owns the merging: the platform replaces metadata as a whole, so what is there is sent back with what is new. Nothing
//! is sent where nothing would change. An answer that was lost is settled by looking.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::api::wire::{AgentChange, AgentRecord};
use crate::id::AgentId;
use crate::ops::access;
use crate::ops::agent::{check_name, look, refuse_secret};
use crate::ops::audit::{Action, Change, Outcome};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::session::Session;

/// What is to be changed.
#[derive(Debug, Clone, Default)]
pub struct AgentUpdateOptions {
    /// Its name.
    pub name: Option<String>,
    /// What it is for; empty takes it out.
    pub description: Option<String>,
    /// Whose it is; empty takes it out.
    pub owner: Option<String>,
    /// Words to find it by, added to those that are there.
    pub add_tags: Vec<String>,
    /// Words that go.
    pub remove_tags: Vec<String>,
}

/// What was changed.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct AgentUpdateReport {
    /// The record as it is now.
    pub agent: AgentRecord,
    /// `name`, `description`, `owner`, `tags`: what is different now; empty where nothing was sent.
    pub changed: Vec<&'static str>,
    /// Whether the server's answer was lost and the record found changed by looking.
    pub settled_by_looking: bool,
    /// What was sent and the server does not keep.
    pub not_kept: Vec<&'static str>,
    /// Where the token came from.
    pub authorized_by: String,
}

/// Changes an agent's record.
pub async fn update(
    session: &Session,
    id: Option<&AgentId>,
    options: &AgentUpdateOptions,
) -> Result<AgentUpdateReport, OpError> {
    let id = match id {
        Some(id) => id,
        None => session.agent()?,
    };
    if options.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
        return Err(OpError::new(ErrorCode::Usage, "an agent cannot be without a name").hint("give one with `--name`"));
    }
    let texts = [&options.name, &options.description, &options.owner].into_iter().flatten();
    refuse_secret(texts.chain(&options.add_tags).map(String::as_str))?;
    options.name.as_deref().map_or(Ok(()), check_name)?;
    if let Some(tag) = options.add_tags.iter().find(|tag| options.remove_tags.contains(tag)) {
        return Err(OpError::new(ErrorCode::Usage, format!("tag `{tag}` is to be added and removed at once"))
            .hint("leave one of `--tag` and `--remove-tag` out"));
    }
    let _lock = session.lock()?;
    let grant = access::any(session).await?;
    let (before, _) = look::agent(session, &grant, id).await?;
    let mut changed = Vec::new();
    let mut change = AgentChange::default();
    if let Some(name) = options.name.as_ref().filter(|name| **name != before.sent_name) {
        change.name = Some(name.clone());
        changed.push("name");
    }
    let metadata = merged(&before.metadata, options, &mut changed);
    if changed.iter().any(|name| *name != "name") {
        change.metadata = Some(Value::Object(metadata.clone()));
    }
    if changed.is_empty() {
        let authorized_by = grant.from;
        return Ok(AgentUpdateReport {
            agent: before,
            changed,
            settled_by_looking: false,
            not_kept: Vec::new(),
            authorized_by,
        });
    }
    let told = Change::new(Action::AgentUpdated).agent_id(id).setting(changed.join(","));
    let told = match &change.name {
        Some(name) => told.from(&before.name).to(name),
        None => told,
    };
    let lost = |record: &AgentRecord| not_kept(record, &change, &changed);
    let (agent, settled_by_looking) = match session.client()?.update_agent(id, &change, grant.access()).await {
        Ok(record) => (record, false),
        Err(error) if error.may_have_worked() => match session.client()?.agent(id, grant.access()).await {
            Ok(record) if lost(&record).is_empty() => (record, true),
            seen => {
                // One that is as it was is no doubt; a release that always fails (section 2.4) changes nothing.
                if seen.is_err() {
                    session.record(told.result(Outcome::Unknown))?;
                }
                return Err(look::explained(session, &grant, "change", error).await);
            }
        },
        Err(error) => return Err(error.into()),
    };
    session.record(told)?;
    let not_kept = lost(&agent);
    Ok(AgentUpdateReport { agent, changed, settled_by_looking, not_kept, authorized_by: grant.from })
}

/// The metadata with what is new; names what is different.
fn merged(before: &Value, options: &AgentUpdateOptions, changed: &mut Vec<&'static str>) -> Map<String, Value> {
    let mut metadata = before.as_object().cloned().unwrap_or_default();
    for (name, text) in [("description", &options.description), ("owner", &options.owner)] {
        let Some(text) = text else { continue };
        let was = metadata.get(name).and_then(Value::as_str).unwrap_or_default();
        if was != text {
            metadata.insert(name.to_owned(), if text.is_empty() { Value::Null } else { json!(text) });
            changed.push(name);
        }
    }
    let was: Vec<Value> = metadata.get("tags").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut tags = was.clone();
    tags.retain(|tag| !options.remove_tags.iter().any(|removed| tag.as_str() == Some(removed)));
    for tag in &options.add_tags {
        if !tags.iter().any(|known| known.as_str() == Some(tag)) {
            tags.push(json!(tag));
        }
    }
    if tags != was {
        metadata.insert("tags".to_owned(), Value::Array(tags));
        changed.push("tags");
    }
    metadata
}

/// What was sent and is not there.
fn not_kept(record: &AgentRecord, sent: &AgentChange, changed: &[&'static str]) -> Vec<&'static str> {
    let empty = Value::Null;
    let of = |name: &str| {
        let of =
            |metadata: &Value| metadata.get(name).filter(|value| **value != json!([])).cloned().unwrap_or_default();
        of(&record.metadata) == of(sent.metadata.as_ref().unwrap_or(&empty))
    };
    let is_kept = |name: &str| match name {
        "name" => sent.name.as_deref() == Some(record.sent_name.as_str()),
        name => of(name),
    };
    changed.iter().copied().filter(|name| !is_kept(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_asked_to_change_stays() {
        let before =
            json!({ "description": "d", "owner": "o", "tags": ["a", "b"], "custom": { "room": 7 }, "more": 1 });
        let mut changed = Vec::new();
        let options = AgentUpdateOptions {
            description: Some("e".to_owned()),
            add_tags: vec!["b".to_owned(), "c".to_owned()],
            remove_tags: vec!["a".to_owned(), "x".to_owned()],
            ..AgentUpdateOptions::default()
        };
        let after = Value::Object(merged(&before, &options, &mut changed));
        let expected =
            json!({ "description": "e", "owner": "o", "tags": ["b", "c"], "custom": { "room": 7 }, "more": 1 });
        assert_eq!((after, changed), (expected, vec!["description", "tags"]));

        let mut changed = Vec::new();
        let options = AgentUpdateOptions {
            description: Some("d".to_owned()),
            owner: Some(String::new()),
            add_tags: vec!["a".to_owned()],
            ..AgentUpdateOptions::default()
        };
        assert_eq!(merged(&before, &options, &mut changed)["owner"], Value::Null);
        assert_eq!(changed, ["owner"]);
        // A record without any is no obstacle, and nothing is written where nothing is wanted.
        let mut changed = Vec::new();
        let nothing = AgentUpdateOptions { description: Some(String::new()), ..AgentUpdateOptions::default() };
        assert!(merged(&Value::Null, &nothing, &mut changed).is_empty() && changed.is_empty());
    }
}
