//! The request log: one JSON line per request. Never holds a query, a header, a body or a token.

use super::error::SandboxError;
use serde_json::{Value, json};
use std::fs::{File, OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The longest path that is written whole.
const LONGEST_PATH: usize = 200;

/// The open log.
#[derive(Debug)]
pub(super) struct Log(Mutex<State>);

#[derive(Debug)]
struct State {
    file: File,
    /// Lines that could not be written since the last one that was.
    lost: u64,
}

/// What a line says.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) time: Value,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    /// Absent where the connection was closed without an answer.
    pub(super) status: Option<u16>,
    pub(super) took: Duration,
    /// Only a tenant that exists: the header may hold anything.
    pub(super) tenant: Option<&'a str>,
    pub(super) cause: Option<&'a str>,
}

impl Log {
    /// Opens the file for appending, readable by its owner only.
    pub(super) fn open(path: &Path) -> Result<Self, SandboxError> {
        let failed = |source| SandboxError::Log { path: path.to_owned(), source };
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path).map_err(failed)?;
        // A terminal or a pipe keeps the mode that it has.
        if file.metadata().map_err(failed)?.is_file() {
            file.set_permissions(Permissions::from_mode(0o600)).map_err(failed)?;
        }
        Ok(Self(Mutex::new(State { file, lost: 0 })))
    }

    /// Writes one line. A full disk loses it, and the next line that can be written says how many were lost.
    pub(super) fn write(&self, line: &Line<'_>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let path: String = line.path.chars().take(LONGEST_PATH).collect();
        let mut object = json!({
            "time": line.time,
            "method": line.method,
            "path": path,
            "status": line.status,
            "ms": u64::try_from(line.took.as_millis()).unwrap_or(u64::MAX),
            "tenant": line.tenant,
        });
        if let (Some(cause), Some(members)) = (line.cause, object.as_object_mut()) {
            members.insert("cause".to_owned(), json!(cause));
        }
        if let (true, Some(members)) = (state.lost > 0, object.as_object_mut()) {
            members.insert("lost_before".to_owned(), json!(state.lost));
        }
        let text = format!("{object}\n");
        state.lost = match state.file.write_all(text.as_bytes()) {
            Ok(()) => 0,
            Err(_) => state.lost.saturating_add(1),
        };
    }
}
