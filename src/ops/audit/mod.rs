//! The history of changes: `$ARTCAFE_HOME/audit.jsonl` and its head.
//!
//! Owns one line for each change that any command makes, written right after the change is durable,
//! each with the hash of the one before. A line is never rewritten. Nothing that changed nothing leaves
//! a line, and no line holds a secret. Readers take no lock and write nothing.

mod action;
mod chain;
mod change;
mod csv;
mod end;
mod export;
mod head;
mod history;
mod line;
mod show;
mod verify;

use std::path::PathBuf;

use jiff::Timestamp;

use crate::config::Paths;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::session::Session;

pub use action::{Action, Outcome};
pub use change::Change;
pub use export::{ExportFormat, ExportOptions, ExportReport, export};
pub use line::{Line, NO_LINE};
pub use show::{ShowOptions, ShowReport, Since, show};
pub use verify::{Described, Finding, Repair, VerifyReport, verify};

/// The history's file.
pub fn path(paths: &Paths) -> PathBuf {
    chain::path(&paths.home)
}

/// Writes a change to the history. Needs no other lock, and may be called while that of the home is held.
pub fn record(paths: &Paths, now: Timestamp, change: Change) -> Result<(), OpError> {
    chain::add(&paths.home, now, &change).map_err(|cause| {
        let what = match change.result {
            Outcome::Done => format!("the change was made (`{}`)", change.action),
            Outcome::Failed => format!("the change was tried and failed (`{}`)", change.action),
            Outcome::Unknown => format!("the change was tried (`{}`)", change.action),
        };
        let hint = cause.hint.clone().unwrap_or_else(|| "mend the cause".to_owned());
        OpError::new(
            ErrorCode::HistoryFailed,
            format!("{what}, but it could not be written to the history `{}`", path(paths).display()),
        )
        .hint(format!("{hint}; what was done stands"))
        .because(cause)
    })
}

impl Session {
    /// Writes a change of this identity to the history.
    pub fn record(&self, change: Change) -> Result<(), OpError> {
        let settings = &self.settings;
        let server = change.server.clone().or_else(|| Some(settings.endpoint.value.origin().to_owned()));
        let tenant_id = change.tenant_id.clone().or_else(|| settings.tenant_id.as_ref().map(|id| id.value.to_string()));
        let agent_id = change.agent_id.clone().or_else(|| settings.agent_id.as_ref().map(|id| id.value.to_string()));
        record(&settings.paths, (self.now)(), Change { server, tenant_id, agent_id, ..change })
    }
}
