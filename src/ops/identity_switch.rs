//! Another agent or tenant in the configuration: `agent use`, `tenant use`.
//!
//! Owns what goes with such a change: the id of the key's record belongs to the identity before and is taken out with
//! it, in one write, and the proof is void; a record that was found for the new identity takes its place. The same id
//! writes nothing. The key file stays, and nothing is asked of a server here. Not while a rotation is open, which counts on the identity that it began with.

use std::path::PathBuf;

use serde::Serialize;

use crate::config::{ConfigFile, Edit, Key, Scalar};
use crate::id::{AgentId, KeyId, TenantId};
use crate::ops::audit::{Action, Change};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::prove::ProofReport;
use crate::ops::rotate;
use crate::ops::session::Session;
use crate::ops::show;
use crate::ops::state::State;

/// The part of the identity that becomes another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewIdentity {
    /// Another agent.
    Agent(AgentId),
    /// Another tenant.
    Tenant(TenantId),
}

impl NewIdentity {
    /// The key of the configuration that names it.
    pub fn key(&self) -> Key {
        match self {
            Self::Agent(_) => Key::AgentId,
            Self::Tenant(_) => Key::TenantId,
        }
    }

    /// What it is, in a word.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Agent(_) => "agent",
            Self::Tenant(_) => "tenant",
        }
    }

    /// The id.
    pub fn id(&self) -> &str {
        match self {
            Self::Agent(id) => id.as_str(),
            Self::Tenant(id) => id.as_str(),
        }
    }
}

/// What a server was found to know of the new identity, where one was asked.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Whether it exists; nothing where nobody could tell.
    pub is_known: Option<bool>,
    /// The record of it that holds this machine's key.
    pub key_id: Option<KeyId>,
    /// Whether this machine's key is registered for another agent instead.
    pub is_key_of_another: bool,
}

/// What was changed.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct SwitchReport {
    /// The configuration.
    pub path: PathBuf,
    /// The dotted key: `auth.agent_id` or `auth.tenant_id`.
    pub setting: &'static str,
    /// What it was; null where it was not set.
    pub from: Option<String>,
    /// What it is.
    pub to: String,
    /// Whether anything was written.
    pub changed: bool,
    /// Whether what was proven before says nothing now.
    pub proof_void: bool,
    /// The record's id that was taken out, since it belonged to the identity before.
    pub key_id_dropped: Option<KeyId>,
    /// The record's id that is named instead: this machine's key is registered for the new identity under it.
    pub key_id: Option<KeyId>,
    /// Whether the platform knows the new identity; null where nobody looked or no token could tell.
    pub is_known: Option<bool>,
    /// The proof of the identity as it is now; null where none was asked for.
    pub proof: Option<ProofReport>,
}

/// What this machine remembers of its agent and key in another tenant: the way back from a tenant leads to the record
/// that was left there.
pub fn remembered(session: &Session, tenant: &TenantId) -> Result<Found, OpError> {
    let settings = &session.settings;
    let state = State::load_if_readable(&settings.paths)?;
    // A key that cannot be read just now is told of by whoever uses it.
    let fingerprint = show::fingerprint_of(session, &settings.private_key_path.value).ok().flatten();
    let (Some(fingerprint), Ok(agent)) = (fingerprint, session.agent()) else { return Ok(Found::default()) };
    let entry = state.registration(settings.endpoint.value.origin(), tenant, agent, &fingerprint);
    Ok(Found { key_id: entry.map(|entry| entry.key_id.clone()), ..Found::default() })
}

/// Names another agent or tenant in the configuration in force.
pub fn switch(session: &Session, new: &NewIdentity, found: &Found) -> Result<SwitchReport, OpError> {
    let _lock = session.lock()?;
    let paths = &session.settings.paths;
    let path = paths.config.value.clone();
    // Read anew: it may have been written while the lock was waited for.
    let Some(file) = ConfigFile::load(&path)? else {
        return Err(OpError::new(
            ErrorCode::NotConfigured,
            format!("there is no configuration at `{}`", path.display()),
        )
        .hint("make one with `artcafe setup`, or see the others with `artcafe config profiles`"));
    };
    let from = file.text_of(new.key()).map(|found| found.value);
    let report = |changed: bool, from, key_id_dropped| SwitchReport {
        key_id: found.key_id.clone().filter(|_| changed),
        is_known: found.is_known,
        path: path.clone(),
        setting: new.key().path(),
        from,
        to: new.id().to_owned(),
        changed,
        proof_void: changed,
        key_id_dropped,
        proof: None,
    };
    if from.as_deref() == Some(new.id()) {
        return Ok(report(false, from, None));
    }
    if let Some(journal) = rotate::open(paths)?.filter(|journal| journal.config == path) {
        return Err(OpError::new(
            ErrorCode::RotationOpen,
            format!("a rotation of the key that `{}` names is open", path.display()),
        )
        .hint("finish it first: `artcafe key rotate --resume`")
        .because(OpError::new(ErrorCode::RotationOpen, journal.words())));
    }
    let dropped: Option<KeyId> = file.text_of(Key::KeyId).and_then(|found| found.value.parse().ok());
    let mut edit = Edit::new(&file)?;
    edit.set(&new.key().key_path(), Scalar::Text(new.id().to_owned()))?;
    if let Some(id) = &found.key_id {
        edit.set(&Key::KeyId.key_path(), Scalar::Text(id.to_string()))?;
    } else {
        edit.unset(&Key::KeyId.key_path())?;
    }
    let changed = edit.save()?;
    let dropped = dropped.filter(|id| found.key_id.as_ref() != Some(id));
    tell(session, new, &report(changed, from.clone(), dropped.clone()))?;
    Ok(report(changed, from, dropped))
}

/// Tells the history what was written.
fn tell(session: &Session, new: &NewIdentity, report: &SwitchReport) -> Result<(), OpError> {
    let of_new = |change: Change| match new {
        NewIdentity::Agent(id) => change.agent_id(id),
        NewIdentity::Tenant(id) => change.tenant_id(id),
    };
    let mut change = Change::new(Action::ConfigSet).path(&report.path).setting(report.setting).to(&report.to);
    change.from = report.from.clone();
    session.record(of_new(change))?;
    match (&report.key_id, &report.key_id_dropped) {
        (None, None) => Ok(()),
        (Some(id), dropped) => {
            let mut change =
                Change::new(Action::ConfigSet).path(&report.path).setting(Key::KeyId.path()).to(id.as_str());
            change.from = dropped.as_ref().map(ToString::to_string);
            session.record(of_new(change))
        }
        (None, Some(id)) => {
            let change = Change::new(Action::ConfigUnset).path(&report.path).setting(Key::KeyId.path());
            session.record(of_new(change.from(id.as_str())))
        }
    }
}
