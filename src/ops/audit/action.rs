//! What can be done, in the history's words.
//!
//! Owns the closed list of actions and outcomes and their names, which are part of the file's form and
//! never change. A line of a newer version may hold others: readers take names as they are.

use std::fmt;
use std::str::FromStr;

use crate::ops::error::{ErrorCode, OpError};

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident $name:literal;)*) => {
        /// What was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action { $($(#[$doc])* $variant,)* }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in the file.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

actions! {
    /// A key pair was made.
    KeyGenerated "key_generated";
    /// A key that was there already became the identity's.
    KeyAdopted "key_adopted";
    /// A key pair was moved out of the way, and kept.
    KeySetAside "key_set_aside";
    /// A key file got another format or passphrase.
    KeyConverted "key_converted";
    /// A key file's mode was narrowed, or its public half written anew.
    KeyRepaired "key_repaired";
    /// A public key was registered.
    KeyRegistered "key_registered";
    /// A key was revoked.
    KeyRevoked "key_revoked";
    /// A key's record was deleted.
    KeyDeleted "key_deleted";
    /// A key file was removed.
    KeyFileRemoved "key_file_removed";
    /// A link to a key file was made or changed.
    KeyLinked "key_linked";
    /// An agent was registered.
    AgentCreated "agent_created";
    /// An agent's record was changed.
    AgentUpdated "agent_updated";
    /// An agent was deleted.
    AgentDeleted "agent_deleted";
    /// A configuration was made, or several of its values written at once.
    ConfigWritten "config_written";
    /// One value of a configuration was set.
    ConfigSet "config_set";
    /// One value of a configuration was taken out.
    ConfigUnset "config_unset";
    /// A configuration was switched from one key to another.
    ConfigSwitched "config_switched";
    /// A configuration that named a superseded key names the current one again.
    ConfigRelinked "config_relinked";
    /// A configuration was removed.
    ConfigRemoved "config_removed";
    /// An administrator's token was stored.
    Login "login";
    /// A stored token was removed.
    Logout "logout";
    /// A command of the user's was run.
    HookRun "hook_run";
    /// A timer was installed.
    ServiceInstalled "service_installed";
    /// A timer was removed.
    ServiceRemoved "service_removed";
    /// A directory of an agent's own was made.
    DirectoryMade "directory_made";
    /// A tenant was registered.
    TenantCreated "tenant_created";
    /// A tenant's key for the API was stored.
    ApiKeySaved "api_key_saved";
    /// The history's torn last line was mended.
    Repaired "repaired";
    /// The history's head was missing or did not fit, and was made anew.
    HeadReplaced "head_replaced";
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for Action {
    type Err = OpError;

    fn from_str(text: &str) -> Result<Self, OpError> {
        Self::ALL.iter().copied().find(|action| action.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|action| action.name()).collect();
            OpError::new(ErrorCode::Usage, format!("there is no action `{}`", text.escape_default()))
                .hint(format!("use one of {}", names.join(", ")))
        })
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was tried and not done.
    Failed,
    /// It was tried, and whether it was done is not known.
    Unknown,
}

impl Outcome {
    /// The name in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_one_action() {
        for action in Action::ALL {
            assert_eq!(action.name().parse::<Action>().unwrap(), *action);
        }
        assert!("key_Generated".parse::<Action>().is_err());
    }
}
