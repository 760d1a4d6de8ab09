//! When a key began to count, and how that is known.
//!
//! Owns the order of the witnesses: the server's record, the registration that this machine remembers,
//! the time in the file's name, the file's own time. A witness whose words cannot be read is passed over.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::keys::KeyError;
use crate::ops::error::OpError;
use crate::ops::state::Registration;

/// The witness of a key's age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MadeBy {
    /// The server's record of its registration.
    Server,
    /// The registration as this machine remembers it.
    Registration,
    /// The time that a rotation writes into the file's name.
    FileName,
    /// The time of the file's last change.
    FileTime,
}

impl MadeBy {
    /// The witness, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Server => "registered, as the server says",
            Self::Registration => "registered, as this machine remembers",
            Self::FileName => "by the file's name",
            Self::FileTime => "by the file's last change",
        }
    }
}

/// The best local witness.
pub(super) fn locally(path: &Path, registered: Option<&Registration>) -> Result<(Timestamp, MadeBy), OpError> {
    if let Some(at) = registered.and_then(|entry| entry.registered_at.parse().ok()) {
        return Ok((at, MadeBy::Registration));
    }
    if let Some(at) = from_name(path) {
        return Ok((at, MadeBy::FileName));
    }
    let changed = std::fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .map_err(|source| KeyError::Unreadable { path: path.to_path_buf(), source })?;
    // A time that no calendar knows is as old as can be, so that it is looked at.
    Ok((Timestamp::try_from(changed).unwrap_or(Timestamp::UNIX_EPOCH), MadeBy::FileTime))
}

/// The time at the end of a name such as `artcafe_agent.20261124T093000Z`.
fn from_name(path: &Path) -> Option<Timestamp> {
    let (_, stamp) = path.file_name()?.to_str()?.rsplit_once('.')?;
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", stamp).ok()?;
    TimeZone::UTC.to_timestamp(time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_time_tells_the_age() {
        let told = |name: &str| from_name(Path::new(name)).map(|at| at.to_string());
        assert_eq!(told("/k/agent.20261124T093000Z").as_deref(), Some("2026-11-24T09:30:00Z"));
        for other in ["/k/agent", "/k/agent.pem", "/k/agent.20261399T093000Z", "/k/20261124T093000Z", "/"] {
            assert_eq!(told(other), None, "{other}");
        }
    }
}
