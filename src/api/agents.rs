//! Agents: the routes of sections 2.4 and 2.5, and their records whichever server sent them.
//!
//! Owns the reading of both shapes (`id` or `agent_id`, wrapped or flat, capabilities as words or objects), and what
//! is sent so that the platform keeps it: it drops a description that stands on top, and metadata but four members.
//! A private key that the server made leaves an answer as a secret before anything else is read of it. Creating is
//! never repeated blindly; whether a lost answer was a success is the caller's to find out.

use jiff::Timestamp;
use reqwest::Method;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::client::{Access, Client, Request, malformed};
use super::error::ApiError;
use super::retry::Repeat;
use super::wire::{id_of, timestamp, unwrapped};
use crate::id::{AgentId, ServerText};
use crate::secret::{Secret, SecretString};

/// An agent's record. Every text in it is fit to be shown.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct AgentRecord {
    /// Its id.
    pub agent_id: AgentId,
    /// Its name.
    pub name: String,
    /// `online`, `offline` or any other word of the platform's.
    pub status: String,
    /// Its type, which some servers take and never show.
    #[serde(rename = "type")]
    pub agent_type: Option<String>,
    /// Words for what it can do.
    pub capabilities: Vec<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Whose it is.
    pub owner: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Whatever else somebody keeps with it.
    pub custom: Option<Map<String, Value>>,
    /// When the platform last heard of it.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub last_seen: Option<Timestamp>,
    /// When it was made.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub updated_at: Option<Timestamp>,
    /// The key on the agent's own record, the platform's other key store (section 6).
    #[serde(skip)]
    pub public_key: Option<String>,
    /// Whether the record has an NKey, as those of the platform's latest releases do (section 2.5).
    #[serde(skip)]
    pub has_nkey: bool,
    /// Its metadata as the server sent it, to be sent back whole.
    #[serde(skip)]
    pub metadata: Value,
    /// Its name as the server sent it.
    #[serde(skip)]
    pub sent_name: String,
}

impl AgentRecord {
    /// Reads one record; `None` where it has no valid id.
    pub fn read(value: &Value) -> Option<Self> {
        let metadata = value.get("metadata").cloned().unwrap_or_default();
        let of = |holder: &Value, name: &str| holder.get(name).and_then(Value::as_str).map(shown);
        let some = |text: Option<String>| text.filter(|text| !text.is_empty());
        Some(Self {
            agent_id: id_of(value, "agent_id")?.parse().ok()?,
            name: of(value, "name").unwrap_or_default(),
            status: of(value, "status").unwrap_or_default(),
            agent_type: some(of(value, "type")),
            capabilities: words(value.get("capabilities")),
            description: some(of(&metadata, "description")).or_else(|| some(of(value, "description"))),
            owner: some(of(&metadata, "owner")),
            tags: words(metadata.get("tags")),
            custom: metadata.get("custom").and_then(Value::as_object).map(shown_object),
            last_seen: timestamp(value.get("last_seen")),
            created_at: timestamp(value.get("created_at")),
            updated_at: timestamp(value.get("updated_at")),
            public_key: value
                .get("public_key")
                .and_then(Value::as_str)
                .filter(|line| !line.is_empty())
                .map(str::to_owned),
            has_nkey: value.get("nkey_public").is_some(),
            sent_name: value.get("name").and_then(Value::as_str).unwrap_or_default().to_owned(),
            metadata,
        })
    }

    /// Whether the server keeps this text under a name of the metadata, or on top.
    pub fn keeps(&self, name: &str, text: &str) -> bool {
        self.metadata.get(name).and_then(Value::as_str) == Some(text)
            || name == "description" && self.description.as_deref() == Some(ServerText::new(text).as_str())
    }
}

fn shown(text: &str) -> String {
    ServerText::new(text).to_string()
}

/// A list of words, each a text or, as the documents say of capabilities, an object with a name.
fn words(value: Option<&Value>) -> Vec<String> {
    let entries = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let word = |entry: &Value| entry.as_str().or_else(|| entry.get("name")?.as_str()).map(shown);
    entries.iter().filter_map(word).collect()
}

fn shown_object(object: &Map<String, Value>) -> Map<String, Value> {
    object.iter().map(|(name, value)| (shown(name), shown_value(value))).collect()
}

fn shown_value(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(shown(text)),
        Value::Array(items) => items.iter().map(shown_value).collect(),
        Value::Object(members) => Value::Object(shown_object(members)),
        other => other.clone(),
    }
}

/// A new agent's registration.
#[derive(Debug, Clone, Serialize)]
pub struct NewAgent<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type, free text.
    #[serde(rename = "type")]
    pub agent_type: &'a str,
    /// Words for what it can do; the platform takes no objects here.
    pub capabilities: &'a [String],
    /// What it is for, where a server of the documents' kind looks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    /// The four members that the platform keeps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Value>,
    /// The OpenSSH line of the key on its record; without one the server makes a pair (section 2.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_key: Option<&'a str>,
}

/// What came of a registration.
#[derive(Debug)]
pub struct CreatedAgent {
    /// The record.
    pub record: AgentRecord,
    /// The private key of a pair that the server made.
    pub private_key: Option<SecretString>,
}

/// What is to be changed of a record: all that the platform lets be changed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct AgentChange {
    /// Its new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its metadata, whole: what is left out is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Value>,
}

impl Client {
    /// One agent's record.
    pub async fn agent(&self, id: &AgentId, access: Access<'_>) -> Result<AgentRecord, ApiError> {
        let route = "GET /agents/{id}";
        let body = self.fetch(route, format!("/api/v1/agents/{id}"), Vec::new(), access).await?;
        AgentRecord::read(unwrapped(&body, "agent")).ok_or_else(|| malformed(route, "it is no agent record"))
    }

    /// All agents that the token may see, over all pages.
    pub async fn agents(&self, access: Access<'_>) -> Result<Vec<AgentRecord>, ApiError> {
        let entries = self.pages("GET /agents", "/api/v1/agents", &["agents"], access).await?;
        Ok(entries.iter().filter_map(AgentRecord::read).collect())
    }

    /// Registers an agent. An answer that is lost has to be settled by looking at the list.
    pub async fn create_agent(&self, agent: &NewAgent<'_>, access: Access<'_>) -> Result<CreatedAgent, ApiError> {
        let route = "POST /agents";
        let mut body = self.post(route, "/agents", json!(agent), access, Repeat::OnlyIfUnsent).await?;
        let private_key = take_secrets(&mut body);
        let record = AgentRecord::read(unwrapped(&body, "agent"));
        let record = record.ok_or_else(|| malformed(route, "it is no agent record"))?;
        Ok(CreatedAgent { record, private_key })
    }

    /// Changes a record, and answers it as it is then.
    pub async fn update_agent(
        &self,
        id: &AgentId,
        change: &AgentChange,
        access: Access<'_>,
    ) -> Result<AgentRecord, ApiError> {
        let route = "PUT /agents/{id}";
        let request = Request {
            route,
            method: Method::PUT,
            path: format!("/api/v1/agents/{id}"),
            query: Vec::new(),
            body: Some(json!(change)),
            access,
            // The same values twice are the same as once.
            repeat: Repeat::Safe,
        };
        let body = self.send(request).await?;
        AgentRecord::read(unwrapped(&body, "agent")).ok_or_else(|| malformed(route, "it is no agent record"))
    }

    /// Deletes an agent, and with it the keys that are registered for it.
    pub async fn delete_agent(&self, id: &AgentId, access: Access<'_>) -> Result<(), ApiError> {
        let request = Request {
            route: "DELETE /agents/{id}",
            method: Method::DELETE,
            path: format!("/api/v1/agents/{id}"),
            query: Vec::new(),
            body: None,
            access,
            // Deleting twice is the same as once; the second answer says that there is none.
            repeat: Repeat::Safe,
        };
        self.send(request).await.map(|_| ())
    }
}

/// Takes what is secret out of the answer to a registration; the private key is handed on, a seed is not.
fn take_secrets(body: &mut Value) -> Option<SecretString> {
    let mut private_key = None;
    let mut take = |holder: &mut Value| {
        for member in ["private_key", "nkey_seed"] {
            if let Some(Value::String(text)) = holder.get_mut(member).map(Value::take) {
                let secret = Secret::new(text);
                if member == "private_key" && !secret.expose().is_empty() {
                    private_key = Some(secret);
                }
            }
        }
    };
    take(body);
    if let Some(inner) = body.get_mut("agent") {
        take(inner);
    }
    private_key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shapes_are_one_record() {
        let metadata = json!({ "description": "d", "owner": null, "tags": ["x", 3], "custom": { "a\u{1b}": "\u{7}" } });
        let flat = json!({ "agent_id": "a1", "name": "n", "type": "worker", "capabilities": [{ "name": "c" }, "e"],
            "metadata": metadata, "public_key": "" });
        let record = AgentRecord::read(unwrapped(&flat, "agent")).unwrap();
        assert_eq!((record.agent_id.as_str(), record.agent_type.as_deref()), ("a1", Some("worker")));
        assert_eq!((record.capabilities, record.tags), (vec!["c".to_owned(), "e".to_owned()], vec!["x".to_owned()]));
        assert_eq!((record.description.as_deref(), record.owner, record.public_key), (Some("d"), None, None));
        assert_eq!(json!(record.custom), json!({ "a\\u{1b}": "\\u{7}" }));
        let wrapped = json!({ "agent": { "id": "a1", "status": "busy", "last_seen": "2026-11-24T09:30:00.5" } });
        let record = AgentRecord::read(unwrapped(&wrapped, "agent")).unwrap();
        assert_eq!((record.agent_id.as_str(), record.status.as_str()), ("a1", "busy"));
        assert!(record.last_seen.is_some() && record.agent_type.is_none());
        assert!(AgentRecord::read(&json!({ "id": "../a" })).is_none());
    }

    #[test]
    fn no_secret_stays_in_an_answer() {
        for mut body in [
            json!({ "agent": { "id": "a" }, "private_key": "marked", "nkey_seed": "marked" }),
            json!({ "agent_id": "a", "private_key": "marked" }),
            json!({ "agent": { "id": "a", "private_key": "marked" } }),
        ] {
            assert_eq!(take_secrets(&mut body).unwrap().expose(), "marked");
            assert!(!body.to_string().contains("marked"), "{body}");
        }
        assert!(take_secrets(&mut json!({ "agent": { "id": "a" }, "private_key": null })).is_none());
    }
}
