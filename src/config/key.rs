//! The keys of the file: those that this program reads, those that the platform's framework knows,
//! and dotted paths to any other.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::endpoint::Endpoint;
use super::error::ConfigError;
use super::scalar::Scalar;
use crate::id::{AgentId, KeyId, TenantId};

/// A key that this program reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// The agent to act for.
    AgentId,
    /// The tenant to act in.
    TenantId,
    /// The private key file.
    PrivateKeyPath,
    /// What the key is registered as.
    KeyType,
    /// The id of the key's record on the server.
    KeyId,
    /// The origin of the platform's API.
    Endpoint,
    /// The framework's language model provider; written by setup, read by the framework alone.
    LlmProvider,
    /// The framework's language model; written by setup, read by the framework alone.
    LlmModel,
}

/// The synonym of [`Key::TenantId`] that the platform's examples use.
pub(crate) const ORGANIZATION_ID: &str = "auth.organization_id";

/// The language model providers that the platform's framework offers.
pub const LLM_PROVIDERS: [&str; 4] = ["anthropic", "openai", "bedrock", "local"];

impl Key {
    /// Every key, in the order of the guide's file.
    pub const ALL: [Self; 8] = [
        Self::AgentId,
        Self::TenantId,
        Self::PrivateKeyPath,
        Self::KeyType,
        Self::KeyId,
        Self::Endpoint,
        Self::LlmProvider,
        Self::LlmModel,
    ];

    /// The dotted path.
    pub const fn path(self) -> &'static str {
        match self {
            Self::AgentId => "auth.agent_id",
            Self::TenantId => "auth.tenant_id",
            Self::PrivateKeyPath => "auth.ssh_key.private_key_path",
            Self::KeyType => "auth.ssh_key.key_type",
            Self::KeyId => "auth.ssh_key.key_id",
            Self::Endpoint => "api.endpoint",
            Self::LlmProvider => "llm.provider",
            Self::LlmModel => "llm.model",
        }
    }

    /// The dotted path in its parts.
    pub fn key_path(self) -> KeyPath {
        KeyPath(self.path().split('.').map(str::to_owned).collect())
    }

    /// Says what is wrong with a text as the value of this key: message and hint.
    pub(crate) fn complaint(self, text: &str) -> Option<(String, String)> {
        let id_hint = || "copy it from the portal".to_owned();
        match self {
            Self::AgentId => text.parse::<AgentId>().err().map(|error| (error.to_string(), id_hint())),
            Self::TenantId => text.parse::<TenantId>().err().map(|error| (error.to_string(), id_hint())),
            Self::KeyId => text
                .parse::<KeyId>()
                .err()
                .map(|error| (error.to_string(), "`artcafe key list` shows the ids".to_owned())),
            Self::PrivateKeyPath if text.trim().is_empty() => {
                Some(("the path is empty".to_owned(), "write the path of the private key file".to_owned()))
            }
            Self::PrivateKeyPath if text.contains(char::is_control) => Some((
                "the path contains control characters".to_owned(),
                "write the path of the private key file".to_owned(),
            )),
            Self::PrivateKeyPath => None,
            Self::KeyType => text
                .parse::<KeyType>()
                .err()
                .map(|error| (error.to_string(), "use agent, access or deployment".to_owned())),
            Self::Endpoint => text.parse::<Endpoint>().err().map(|error| (error.to_string(), error.hint().to_owned())),
            Self::LlmProvider if !LLM_PROVIDERS.contains(&text) => {
                Some(("the provider is unknown".to_owned(), format!("use one of {}", LLM_PROVIDERS.join(", "))))
            }
            Self::LlmModel if text.trim().is_empty() => {
                Some(("the model is empty".to_owned(), "write the model's name".to_owned()))
            }
            Self::LlmProvider | Self::LlmModel => None,
        }
    }

    /// Refuses a value that this key must not have.
    pub fn check(self, value: &Scalar) -> Result<(), ConfigError> {
        let complaint = match value {
            Scalar::Text(text) => self.complaint(text),
            other => Some((format!("it must be a text, not {}", other.kind()), "put the value in quotes".to_owned())),
        };
        complaint.map_or(Ok(()), |(message, hint)| {
            Err(ConfigError::BadValue { origin: None, key: self.path().to_owned(), message, hint })
        })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.path())
    }
}

impl FromStr for Key {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        Self::ALL.into_iter().find(|key| key.path() == text).ok_or_else(|| ConfigError::BadValue {
            origin: None,
            key: text.to_owned(),
            message: "there is no such key".to_owned(),
            hint: nearest(text, Self::ALL.map(Self::path))
                .map(|known| format!("did you mean `{known}`?"))
                .unwrap_or_default(),
        })
    }
}

/// What a key is registered as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyType {
    /// The identity of an agent.
    #[default]
    Agent,
    /// A person's access.
    Access,
    /// A deployment's identity.
    Deployment,
}

/// A text that is no key type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the key type is unknown")]
pub struct KeyTypeError;

impl KeyType {
    /// The word that the platform uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Access => "access",
            Self::Deployment => "deployment",
        }
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for KeyType {
    type Err = KeyTypeError;

    fn from_str(text: &str) -> Result<Self, KeyTypeError> {
        [Self::Agent, Self::Access, Self::Deployment].into_iter().find(|kind| kind.as_str() == text).ok_or(KeyTypeError)
    }
}

/// A dotted path to any value of the file: `auth.ssh_key.key_type`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyPath(Vec<String>);

impl KeyPath {
    /// The names from the top of the file down; at least one.
    pub fn segments(&self) -> &[String] {
        &self.0
    }

    /// The key of ours that it names, where it is one.
    pub fn known(&self) -> Option<Key> {
        let path = self.to_string();
        Key::ALL.into_iter().find(|key| key.path() == path)
    }

    /// Whether its value has to be a text.
    pub(crate) fn is_text(&self) -> bool {
        self.known().is_some() || self.to_string() == ORGANIZATION_ID
    }
}

impl From<Key> for KeyPath {
    fn from(key: Key) -> Self {
        key.key_path()
    }
}

impl FromStr for KeyPath {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let segments: Vec<_> = text.split('.').map(str::to_owned).collect();
        let is_word = |segment: &String| {
            !segment.is_empty()
                && segment.chars().all(|character| character.is_alphanumeric() || "_-".contains(character))
        };
        if segments.len() <= 32 && segments.iter().all(is_word) {
            return Ok(Self(segments));
        }
        Err(ConfigError::BadValue {
            origin: None,
            key: crate::id::ServerText::new(text).to_string(),
            message: "it is no key".to_owned(),
            hint: "write names joined by dots, such as `auth.agent_id`".to_owned(),
        })
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join("."))
    }
}

/// The names that the platform's framework or this program knows below a section (`""`: the top);
/// nothing for a section whose names are not ours to judge.
pub(crate) fn known_names(section: &str) -> Option<&'static [&'static str]> {
    match section {
        "" => Some(&[
            "api",
            "auth",
            "messaging",
            "nats",
            "llm",
            "logging",
            "security",
            "resources",
            "agent",
            "platform",
            "monitoring",
        ]),
        "auth" => Some(&[
            "agent_id",
            "tenant_id",
            "organization_id",
            "ssh_key",
            "retry_attempts",
            "retry_delay",
            "token_refresh_margin",
        ]),
        "auth.ssh_key" => Some(&["private_key_path", "key_type", "key_id"]),
        "api" => Some(&["endpoint", "version", "websocket_endpoint"]),
        _ => None,
    }
}

/// The candidate that differs least from `text`, when it is near enough to be meant.
pub fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = text.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits between two words: insert, remove, replace, swap neighbours.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().take(64).collect(), right.chars().take(64).collect());
    let mut rows = vec![vec![0; right.len() + 1]; left.len() + 1];
    for (index, row) in rows.iter_mut().enumerate() {
        row[0] = index;
    }
    rows[0] = (0..=right.len()).collect();
    for i in 1..=left.len() {
        for j in 1..=right.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_known_to_its_section() {
        for key in Key::ALL {
            assert_eq!(key.path().parse::<Key>().unwrap(), key);
            let (section, name) = key.path().rsplit_once('.').unwrap();
            assert!(known_names(section).is_none_or(|names| names.contains(&name)), "{key}");
        }
        assert_eq!("auth.agentid".parse::<Key>().unwrap_err().hint().unwrap(), "did you mean `auth.agent_id`?");
    }

    #[test]
    fn the_nearest_name_is_near() {
        let names = known_names("auth").unwrap().iter().copied();
        assert_eq!(nearest("agent-id", names.clone()), Some("agent_id"));
        assert_eq!(nearest("tenantId", names.clone()), Some("tenant_id"));
        assert_eq!(nearest("shs_key", names.clone()), Some("ssh_key"));
        assert_eq!(nearest("colour", names), None);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("ab", "ba"), 1);
    }

    #[test]
    fn a_path_is_names_joined_by_dots() {
        assert_eq!("auth.ssh_key.key_id".parse::<KeyPath>().unwrap().segments(), ["auth", "ssh_key", "key_id"]);
        for bad in ["", ".", "a.", ".a", "a..b", "a b", "a[0]", "a\\.b", "a\n"] {
            assert!(bad.parse::<KeyPath>().is_err(), "{bad:?}");
        }
        let text: KeyPath = "auth.agent_id".parse().unwrap();
        assert_eq!(Scalar::parse_cli("12345", &text), Scalar::Text("12345".into()));
        let other: KeyPath = "messaging.batch_size".parse().unwrap();
        assert_eq!(Scalar::parse_cli("12", &other), Scalar::Integer(12));
    }

    #[test]
    fn values_of_our_keys_are_checked() {
        for (key, good, bad) in [
            (Key::AgentId, "a-1", "a/b"),
            (Key::KeyType, "access", "Agent"),
            (Key::Endpoint, "https://x.example", "x.example"),
            (Key::PrivateKeyPath, "~/.ssh/x", ""),
            (Key::LlmProvider, "local", "other"),
        ] {
            assert!(key.check(&Scalar::Text(good.into())).is_ok(), "{key}");
            assert!(key.check(&Scalar::Text(bad.into())).is_err(), "{key}");
            assert!(key.check(&Scalar::Integer(5)).is_err(), "{key}");
        }
    }
}
