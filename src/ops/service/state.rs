//! What stands where the units should be.
//!
//! Owns the telling of our own files from others. Changes nothing.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::durable;
use crate::ops::error::OpError;
use crate::ops::service::{Scope, manager, unit};

/// What stands at a unit's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnitState {
    /// A file of ours, unchanged.
    Installed,
    /// A file that is not as we wrote it.
    Differs,
    /// Nothing.
    Absent,
}

impl UnitState {
    /// The word for people and programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Differs => "differs",
            Self::Absent => "absent",
        }
    }

    /// What stands at this place, and its bytes unless it is a link.
    pub(in crate::ops) fn at(path: &Path) -> Result<(Self, Option<Vec<u8>>), OpError> {
        if path.is_symlink() {
            return Ok((Self::Differs, None));
        }
        Ok(match durable::read_if_present(path, 1024 * 1024)? {
            None => (Self::Absent, None),
            Some(bytes) if std::str::from_utf8(&bytes).is_ok_and(unit::is_as_written) => (Self::Installed, Some(bytes)),
            Some(bytes) => (Self::Differs, Some(bytes)),
        })
    }
}

/// One unit's state.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct UnitStatus {
    /// The file.
    pub path: PathBuf,
    /// What stands there.
    pub state: UnitState,
}

/// The timer's state.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ServiceStatus {
    /// Whose manager.
    pub scope: Scope,
    /// Service and timer.
    pub units: Vec<UnitStatus>,
    /// `installed`, `differs` or `absent`, over both.
    pub state: UnitState,
    /// What `systemctl is-enabled` says, where it can be asked.
    pub enabled: Option<String>,
    /// What `systemctl is-active` says, where it can be asked.
    pub active: Option<String>,
}

/// Looks at the units.
pub fn status(scope: Scope, unit_dir: &Path, name: &str) -> Result<ServiceStatus, OpError> {
    let mut units = Vec::new();
    for ending in ["service", "timer"] {
        let path = unit_dir.join(format!("{name}.{ending}"));
        let state = UnitState::at(&path)?.0;
        units.push(UnitStatus { path, state });
    }
    let all = |wanted: UnitState| units.iter().all(|unit| unit.state == wanted);
    let state = if all(UnitState::Absent) {
        UnitState::Absent
    } else if all(UnitState::Installed) {
        UnitState::Installed
    } else {
        // One of two is not an installation either.
        UnitState::Differs
    };
    let timer = format!("{name}.timer");
    let ask = |question| manager::word(scope, question, &timer).filter(|_| state != UnitState::Absent);
    Ok(ServiceStatus { scope, units, state, enabled: ask("is-enabled"), active: ask("is-active") })
}
