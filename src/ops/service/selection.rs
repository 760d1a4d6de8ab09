//! Which configuration a timer is about, and what its units are called.

use std::path::PathBuf;

use aws_lc_rs::digest;

use crate::config::{Origin, Paths};
use crate::id::ProfileName;

/// Which configuration the timer is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// The one that is in force where nobody names another.
    Default,
    /// A profile.
    Profile(ProfileName),
    /// A file elsewhere.
    Config(PathBuf),
}

impl Selection {
    /// What the configuration in force was chosen by.
    pub fn of(paths: &Paths) -> Self {
        match (&paths.profile, &paths.config.origin) {
            (Some(name), _) => Self::Profile(name.clone()),
            (None, Origin::Default) => Self::Default,
            (None, _) => Self::Config(paths.config.value.clone()),
        }
    }

    /// The units' name without its ending; each configuration has its own.
    pub fn unit_name(&self) -> String {
        match self {
            Self::Default => "artcafe-rotate".to_owned(),
            Self::Profile(name) => format!("artcafe-rotate-{name}"),
            Self::Config(path) => {
                let hash = digest::digest(&digest::SHA256, path.as_os_str().as_encoded_bytes());
                // No profile has such units: theirs go on with a dash.
                let short: String = hash.as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
                format!("artcafe-rotate_{short}")
            }
        }
    }
}
