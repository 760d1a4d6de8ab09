//! What a program may run to mend a failure, without a person.
//!
//! Owns the closed list of such commands. Each is made of constants and, where one needs it, an id that this
//! program has parsed; never of a server's words, a path or a secret. None agrees to anything (`--yes`), gives up
//! a key (`--allow-last`, `--abort`, a revocation or deletion), or lowers a guard (`--insecure-http`,
//! `--allow-new-endpoint`). None undoes what a person decided: a revoked key is not replaced by a program. Where
//! only a person can decide, there is no fix.

use crate::id::KeyId;

/// A command of this program that mends a failure or goes on after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// From the configured ids to a proven key; goes on where an earlier run ended.
    Setup,
    /// Registers the configured key.
    KeyRegister,
    /// Mends modes, the public half and the plain name's link.
    KeyRepair,
    /// Goes on with an open rotation.
    RotateResume,
    /// Names the key again that replaced an older one.
    ConfigRelink,
    /// Names the record under which the key is registered.
    ConfigSetKeyId(KeyId),
}

impl Fix {
    /// The words behind `artcafe`.
    pub fn words(&self) -> Vec<String> {
        let words: &[&str] = match self {
            Self::Setup => &["setup"],
            Self::KeyRegister => &["key", "register"],
            Self::KeyRepair => &["key", "repair"],
            Self::RotateResume => &["key", "rotate", "--resume"],
            Self::ConfigRelink => &["config", "relink"],
            Self::ConfigSetKeyId(id) => {
                return ["config", "set", "auth.ssh_key.key_id", id.as_str()].map(str::to_owned).to_vec();
            }
        };
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    /// One of each kind, for those who check them all.
    pub fn samples(id: KeyId) -> Vec<Self> {
        vec![
            Self::Setup,
            Self::KeyRegister,
            Self::KeyRepair,
            Self::RotateResume,
            Self::ConfigRelink,
            Self::ConfigSetKeyId(id),
        ]
    }
}
