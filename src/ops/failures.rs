//! What failed on this machine, for those who watch it: `$ARTCAFE_HOME/state/failures.json`.
//!
//! Owns one count for each identity, kind of work and error code, and when the last of them was. A rotation that
//! failed before it changed anything leaves no trace elsewhere, and whoever watches a timer has to see it. Holds no
//! secret and no server's words. Written only when something failed; it can be lost without harm, and counts begin
//! anew then. A damaged file is told of and replaced by the next failure.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::Paths;
use crate::durable::{self, Lock};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::session::Session;

/// A few identities with a few codes each.
const LARGEST: u64 = 1024 * 1024;

/// How long another process is waited for, which holds the file for no longer than its own write.
const PATIENCE: Duration = Duration::from_secs(5);

/// The kind of work that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// A key was to be replaced.
    Rotation,
    /// The agent was to prove itself.
    Authentication,
}

/// The failures of one kind, of one identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    endpoint: String,
    tenant_id: String,
    agent_id: String,
    work: Work,
    last_at: Timestamp,
    /// How many there were of each code.
    codes: BTreeMap<String, u64>,
}

/// The failures of one kind, as they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Failures {
    /// When the last one was.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub last_at: Option<Timestamp>,
    /// How many there were of each code, since the memory began.
    pub codes: BTreeMap<String, u64>,
}

/// All failures that are remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    failures: Vec<Entry>,
}

impl Memory {
    /// Reads the file; an absent one is empty.
    pub fn load(paths: &Paths) -> Result<Self, OpError> {
        let path = path(paths);
        let Some(bytes) = durable::read_if_present(&path, LARGEST)? else { return Ok(Self::default()) };
        serde_json::from_slice(&bytes).map_err(|error| {
            OpError::new(ErrorCode::ConfigInvalid, format!("`{}` is damaged", path.display()))
                .because(error)
                .hint("it is written anew with the next failure; until then nothing is counted")
        })
    }

    /// What failed of this kind for the session's identity.
    pub fn of(&self, session: &Session, work: Work) -> Failures {
        let found = identity(session)
            .and_then(|identity| self.failures.iter().find(|entry| entry.work == work && entry.is_of(&identity)));
        found.map_or_else(Failures::default, |entry| Failures {
            last_at: Some(entry.last_at),
            codes: entry.codes.clone(),
        })
    }
}

impl Entry {
    fn is_of(&self, identity: &[String; 3]) -> bool {
        [&self.endpoint, &self.tenant_id, &self.agent_id].into_iter().eq(identity)
    }
}

/// Endpoint, tenant and agent; `None` where the identity is not known whole.
fn identity(session: &Session) -> Option<[String; 3]> {
    let (tenant, agent) = (session.tenant().ok()?, session.agent().ok()?);
    Some([session.settings.endpoint.value.origin().to_owned(), tenant.to_string(), agent.to_string()])
}

/// Remembers a failure. Says whether it is one that counts: a slip in the command line, a signal or another process
/// at the same work is none.
pub fn note(session: &Session, work: Work, code: ErrorCode) -> Result<bool, OpError> {
    let Some(identity) = identity(session).filter(|_| counts(code)) else { return Ok(false) };
    let paths = &session.settings.paths;
    durable::create_private_dir(&paths.home)?;
    durable::create_private_dir(&paths.state_dir())?;
    let _lock = Lock::acquire(&paths.state_dir().join("failures.lock"), &session.stamp, PATIENCE)?;
    let mut memory = match Memory::load(paths) {
        Err(error) if error.code == ErrorCode::ConfigInvalid => Memory::default(),
        other => other?,
    };
    let place = memory.failures.iter().position(|entry| entry.work == work && entry.is_of(&identity));
    let now = (session.now)();
    let mut entry = match place {
        Some(place) => memory.failures.remove(place),
        None => {
            let [endpoint, tenant_id, agent_id] = identity;
            Entry { endpoint, tenant_id, agent_id, work, last_at: now, codes: BTreeMap::new() }
        }
    };
    entry.last_at = now;
    let count = entry.codes.entry(code.as_str().to_owned()).or_default();
    *count = count.saturating_add(1);
    memory.failures.push(entry);
    let mut text = serde_json::to_string_pretty(&memory)
        .map_err(|error| OpError::new(ErrorCode::Failed, "cannot write what failed").because(error))?;
    text.push('\n');
    durable::replace(&path(paths), text.as_bytes(), 0o600)?;
    Ok(true)
}

fn counts(code: ErrorCode) -> bool {
    let is_slip = code.exit_code() == ErrorCode::Usage.exit_code();
    let is_early = matches!(
        code,
        ErrorCode::GraceRunning | ErrorCode::Locked | ErrorCode::ChangedMeanwhile | ErrorCode::RotationOpen
    );
    !is_slip && !is_early && !matches!(code, ErrorCode::Interrupted | ErrorCode::Terminated)
}

fn path(paths: &Paths) -> PathBuf {
    paths.state_dir().join("failures.json")
}
