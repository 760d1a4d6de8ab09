//! The platform's shapes, read leniently and written exactly.
//!
//! Owns the reading of records whichever of the two servers sent them: `id` or `key_id`, wrapped or
//! bare, `keys`, `ssh_keys` or an array, time stamps with or without zone (sections 1.7, 2.3, 12.1).
//! A record without a usable id is no record.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::id::{AgentId, KeyId, ServerText};

pub use super::agents::{AgentChange, AgentRecord, CreatedAgent, NewAgent};

/// Server text in a report, already fit to be shown.
fn shown<S: Serializer>(text: &ServerText, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text.as_str())
}

/// A key record of the platform.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct KeyRecord {
    /// Its id.
    pub key_id: KeyId,
    /// Its name, as somebody chose it.
    #[serde(serialize_with = "shown")]
    #[schemars(with = "String")]
    pub name: ServerText,
    /// The OpenSSH line, verbatim.
    #[serde(skip)]
    pub public_key: String,
    /// The fingerprint that the platform shows (its SPKI form, section 4).
    #[serde(serialize_with = "shown")]
    #[schemars(with = "String")]
    pub fingerprint: ServerText,
    /// `access`, `agent` or `deployment`.
    #[serde(serialize_with = "shown")]
    #[schemars(with = "String")]
    pub key_type: ServerText,
    /// The agent that it belongs to.
    pub agent_id: Option<String>,
    /// `active` unless something else was set.
    #[serde(serialize_with = "shown")]
    #[schemars(with = "String")]
    pub status: ServerText,
    /// Whether it was revoked.
    pub revoked: bool,
    /// When it was made.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub created_at: Option<Timestamp>,
    /// When it last proved something.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub last_used: Option<Timestamp>,
}

impl KeyRecord {
    /// Reads one record; `None` where it has no valid id or no public key.
    pub fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        Some(Self {
            key_id: id_of(value, "key_id")?.parse().ok()?,
            name: ServerText::new(text("name")),
            public_key: value.get("public_key")?.as_str()?.to_owned(),
            fingerprint: ServerText::new(text("fingerprint")),
            key_type: ServerText::new(text("key_type")),
            agent_id: value.get("agent_id").and_then(Value::as_str).map(|id| ServerText::new(id).to_string()),
            status: ServerText::new(value.get("status").and_then(Value::as_str).unwrap_or("active")),
            revoked: value.get("revoked").is_some_and(is_true) || text("status") == "revoked",
            created_at: timestamp(value.get("created_at")),
            last_used: timestamp(value.get("last_used")),
        })
    }

    /// Whether the record can authenticate: active and not revoked.
    pub fn is_usable(&self) -> bool {
        !self.revoked && self.status.as_str() == "active"
    }

    /// Whether it belongs to this agent.
    pub fn is_of(&self, agent: &AgentId) -> bool {
        self.agent_id.as_deref() == Some(agent.as_str())
    }
}

pub(super) fn id_of<'a>(value: &'a Value, documented: &str) -> Option<&'a str> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    // A server may send both names and fill only one of them.
    text(documented).or_else(|| text("id"))
}

fn is_true(value: &Value) -> bool {
    // The store turns free-form booleans into numbers (section 1.7).
    value.as_bool().unwrap_or_else(|| value.as_f64().is_some_and(|number| number != 0.0))
}

/// One object that may be wrapped in `member`.
pub(super) fn unwrapped<'a>(body: &'a Value, member: &str) -> &'a Value {
    match body.get(member) {
        Some(inner) if inner.is_object() => inner,
        _ => body,
    }
}

/// The list of an answer: a bare array, or under the first of these names that holds one.
pub(super) fn list<'a>(body: &'a Value, members: &[&str]) -> Option<&'a Vec<Value>> {
    body.as_array().or_else(|| members.iter().find_map(|member| body.get(*member).and_then(Value::as_array)))
}

/// A time stamp with a zone, or without one and then in UTC (section 1.7).
pub fn timestamp(value: Option<&Value>) -> Option<Timestamp> {
    let text = value?.as_str()?.trim();
    text.parse::<Timestamp>().ok().or_else(|| {
        let naive = text.parse::<DateTime>().ok()?;
        TimeZone::UTC.to_timestamp(naive).ok()
    })
}

/// A new key's registration; every member is always sent (section 2.3: a missing `agent_id` is a 500).
#[derive(Debug, Clone, Serialize)]
pub struct NewKey<'a> {
    /// Its name for people.
    pub name: &'a str,
    /// The OpenSSH line.
    pub public_key: &'a str,
    /// `access`, `agent` or `deployment`.
    pub key_type: &'a str,
    /// The agent that it is for.
    pub agent_id: &'a str,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_names_of_the_id_are_read() {
        for name in ["id", "key_id"] {
            let record = KeyRecord::read(&json!({ name: "k1", "public_key": "ssh-rsa AAAA", "revoked": 1 })).unwrap();
            assert_eq!(record.key_id.as_str(), "k1");
            assert!(record.revoked && !record.is_usable());
        }
        let both = json!({ "key_id": null, "id": "k1", "public_key": "ssh-rsa AAAA" });
        assert_eq!(KeyRecord::read(&both).unwrap().key_id.as_str(), "k1");
        assert!(KeyRecord::read(&json!({ "id": "../x", "public_key": "ssh-rsa AAAA" })).is_none());
    }

    #[test]
    fn time_stamps_with_and_without_zone_are_the_same_instant() {
        let naive = timestamp(Some(&json!("2025-05-18T19:15:05.311950"))).unwrap();
        assert_eq!(timestamp(Some(&json!("2025-05-18T19:15:05.311950Z"))).unwrap(), naive);
        assert_eq!(timestamp(Some(&json!("2025-05-18T21:15:05.311950+02:00"))).unwrap(), naive);
        assert_eq!(timestamp(Some(&json!(null))), None);
    }
}
