//! Dotted paths to any value of the file, known to us or not.

use std::fmt;
use std::str::FromStr;

use super::error::ConfigError;
use super::key::{Key, ORGANIZATION_ID};

/// A dotted path to any value of the file: `auth.ssh_key.key_type`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyPath(Vec<String>);

impl KeyPath {
    /// The path of a key of ours.
    pub(crate) fn of_known(key: Key) -> Self {
        Self(key.path().split('.').map(str::to_owned).collect())
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::scalar::Scalar;

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
}
