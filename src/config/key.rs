//! The keys of the file that this program reads or writes, and what their values must be.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::duration;
use super::endpoint::Endpoint;
use super::error::ConfigError;
use super::key_path::KeyPath;
use super::names::nearest;
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
    /// The age of a key at which a timer may replace it.
    RotationAfter,
    /// The age of a key at which it has to be replaced.
    RotationMaxAge,
    /// How long a timer's rotation keeps the old key valid after the switch.
    RotationGrace,
    /// The command to run once the configuration names a new key.
    RotationPostSwitch,
    /// The time that this command has.
    RotationPostSwitchTimeout,
    /// The framework's language model provider; written by setup, read by the framework alone.
    LlmProvider,
    /// The framework's language model; written by setup, read by the framework alone.
    LlmModel,
}

/// The synonym of [`Key::TenantId`] that the platform's examples use.
pub(crate) const ORGANIZATION_ID: &str = "auth.organization_id";

const DURATION_HINT: &str = "write a whole number and a unit, such as 90m, 24h or 30d";

/// The language model providers that the platform's framework offers.
pub const LLM_PROVIDERS: [&str; 4] = ["anthropic", "openai", "bedrock", "local"];

impl Key {
    /// Every key, in the order of the guide's file.
    pub const ALL: [Self; 13] = [
        Self::AgentId,
        Self::TenantId,
        Self::PrivateKeyPath,
        Self::KeyType,
        Self::KeyId,
        Self::Endpoint,
        Self::RotationAfter,
        Self::RotationMaxAge,
        Self::RotationGrace,
        Self::RotationPostSwitch,
        Self::RotationPostSwitchTimeout,
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
            Self::RotationAfter => "rotation.after",
            Self::RotationMaxAge => "rotation.max_age",
            Self::RotationGrace => "rotation.grace",
            Self::RotationPostSwitch => "rotation.post_switch",
            Self::RotationPostSwitchTimeout => "rotation.post_switch_timeout",
            Self::LlmProvider => "llm.provider",
            Self::LlmModel => "llm.model",
        }
    }

    /// The dotted path in its parts.
    pub fn key_path(self) -> KeyPath {
        KeyPath::of_known(self)
    }

    /// Whether it says how keys are replaced, and nothing about which key or agent it is.
    pub const fn is_policy(self) -> bool {
        matches!(
            self,
            Self::RotationAfter
                | Self::RotationMaxAge
                | Self::RotationGrace
                | Self::RotationPostSwitch
                | Self::RotationPostSwitchTimeout
        )
    }

    /// How a value of another type than text is put right.
    pub(crate) const fn type_hint(self) -> &'static str {
        match self {
            Self::RotationAfter | Self::RotationMaxAge | Self::RotationGrace | Self::RotationPostSwitchTimeout => {
                DURATION_HINT
            }
            _ => "put the value in quotes",
        }
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
            Self::RotationGrace => duration::parse(text).err().map(|message| (message, DURATION_HINT.to_owned())),
            Self::RotationAfter | Self::RotationMaxAge | Self::RotationPostSwitchTimeout => {
                let complaint = match duration::parse(text) {
                    Ok(duration) if duration.is_zero() => Some("it is no time at all".to_owned()),
                    other => other.err(),
                };
                complaint.map(|message| (message, DURATION_HINT.to_owned()))
            }
            Self::RotationPostSwitch if text.trim().is_empty() => {
                Some(("the command is empty".to_owned(), "write a command line, or remove the line".to_owned()))
            }
            Self::RotationPostSwitch if text.contains(char::is_control) => Some((
                "the command contains control characters".to_owned(),
                "write one line; a longer one belongs in a script".to_owned(),
            )),
            Self::RotationPostSwitch => None,
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
            other => Some((format!("it must be a text, not {}", other.kind()), self.type_hint().to_owned())),
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema)]
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::names::known_names;

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
    fn values_of_our_keys_are_checked() {
        for (key, good, bad) in [
            (Key::AgentId, "a-1", "a/b"),
            (Key::KeyType, "access", "Agent"),
            (Key::Endpoint, "https://x.example", "x.example"),
            (Key::PrivateKeyPath, "~/.ssh/x", ""),
            (Key::LlmProvider, "local", "other"),
            (Key::RotationAfter, "30d", "30"),
            (Key::RotationMaxAge, "366d", "367d"),
            (Key::RotationMaxAge, "1s", "0d"),
            (Key::RotationGrace, "0s", "-1h"),
            (Key::RotationPostSwitch, "systemctl --user restart agent", "a\nb"),
            (Key::RotationPostSwitchTimeout, "60s", "0s"),
        ] {
            assert!(key.check(&Scalar::Text(good.into())).is_ok(), "{key}");
            assert!(key.check(&Scalar::Text(bad.into())).is_err(), "{key}");
            assert!(key.check(&Scalar::Integer(5)).is_err(), "{key}");
        }
    }
}
