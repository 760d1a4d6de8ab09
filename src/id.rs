//! Identifiers of the platform, and text that a server sent.
//!
//! Owns the one rule for ids (`[A-Za-z0-9._-]{1,128}`, not `.` or `..`), applied before an id reaches
//! a path, a URL or a file, and the one way to show server text. Ids are opaque otherwise: ULIDs,
//! UUIDs and words such as `prod-data-processor-01` all occur (`platform-api.md` 1.7).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is no identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} `{shown}` is not valid: {reason}")]
pub struct IdError {
    kind: &'static str,
    shown: String,
    reason: &'static str,
}

fn check(kind: &'static str, text: &str) -> Result<(), IdError> {
    let reason = if text.is_empty() {
        "it is empty"
    } else if text.len() > 128 {
        "it is longer than 128 characters"
    } else if text == "." || text == ".." {
        "it would name a directory"
    } else if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
        "only letters, digits, `.`, `_` and `-` are allowed"
    } else {
        return Ok(());
    };
    Err(IdError { kind, shown: ServerText::new(text).to_string().chars().take(80).collect(), reason })
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                check($kind, text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                check($kind, &text)?;
                Ok(Self(text))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                // Padded as the caller's columns ask.
                formatter.pad(&self.0)
            }
        }
    };
}

id_type!(
    /// The id of an agent, from the portal or from `POST /agents`.
    AgentId,
    "agent id"
);
id_type!(
    /// The id of a tenant (organization).
    TenantId,
    "tenant id"
);
id_type!(
    /// The id of a key record on the server.
    KeyId,
    "key id"
);
id_type!(
    /// The name of a configuration profile: a file name below `$ARTCAFE_HOME/profiles`.
    ProfileName,
    "profile name"
);

/// Text that came from a server: shown as such, at most 500 characters, control characters escaped.
///
/// Never parsed, never part of a command that we suggest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerText(String);

impl ServerText {
    /// Takes what the server sent and makes it fit to be shown.
    pub fn new(text: &str) -> Self {
        let mut shown = String::new();
        for (count, character) in text.chars().enumerate() {
            if count == 500 {
                shown.push('…');
                break;
            }
            // Bidirectional controls reorder what a person reads, so they are escaped as well.
            let reorders =
                matches!(character, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            if character.is_control() || reorders {
                shown.extend(character.escape_unicode());
            } else {
                shown.push(character);
            }
        }
        Self(shown)
    }

    /// The text, fit to be shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServerText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_opaque_words() {
        for good in ["a", "prod-data-processor-01", "01M84X4QNBPVZY3S0H1SXKDZC6", "a..b", "..."] {
            assert!(good.parse::<AgentId>().is_ok(), "{good}");
        }
        let long = "x".repeat(129);
        for bad in ["", ".", "..", "a/b", "a b", "a\n", "ä", "a%2f", long.as_str()] {
            assert!(bad.parse::<KeyId>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn server_text_is_cut_and_escaped() {
        let shown = ServerText::new(&format!("\u{1b}[2J\u{202e}{}", "x".repeat(600)));
        assert!(shown.as_str().starts_with("\\u{1b}[2J\\u{202e}xxx"));
        assert!(shown.as_str().ends_with('…'));
        assert!(!shown.as_str().chars().any(char::is_control));
    }
}
