//! `agent use`: which agent a configuration is for.
//!
//! Owns the change of that one value and what follows from it: the record's id of the former agent's key goes, since it
//! belongs to that agent alone, and the identity's proof is void. A key that is registered for the new agent is found
//! where a token can tell. Nothing is written where the configuration names that agent already. The key stays as it is:
//! one that is another agent's is never taken over unasked.

use std::path::PathBuf;

use serde::Serialize;

use crate::config::{ConfigFile, Edit, Key, Origin, Scalar, Sourced};
use crate::id::{AgentId, KeyId};
use crate::ops::access;
use crate::ops::agent::look::{self, local_fingerprint};
use crate::ops::audit::{Action, Change};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::session::Session;
use crate::ops::{prove, rotate};

/// What was changed.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct AgentUseReport {
    /// The agent that the configuration names now.
    pub agent_id: AgentId,
    /// The one that it named before.
    pub previous: Option<String>,
    /// The configuration.
    pub config_path: PathBuf,
    /// Whether anything was written.
    pub changed: bool,
    /// Whether the identity has to be proved anew.
    pub proof_void: bool,
    /// The key's record that the configuration named for the former agent, and names no longer.
    pub dropped_key_id: Option<String>,
    /// The key's record for this agent, where it was found and is named now.
    pub key_id: Option<KeyId>,
    /// Whether the platform knows the agent; null where no token could tell.
    pub is_known: Option<bool>,
    /// What the new proof found, where one was asked for.
    pub proof: Option<UseProof>,
}

/// A proof of the new identity.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct UseProof {
    /// Whether the key authenticates as this agent.
    pub proven: bool,
    /// The failure's code, where it does not.
    pub failure: Option<&'static str>,
    /// What failed, in words.
    pub reason: Option<String>,
    /// The next command.
    pub hint: Option<String>,
}

/// Makes the configuration one of this agent.
pub async fn select(session: &Session, id: &AgentId) -> Result<AgentUseReport, OpError> {
    let paths = &session.settings.paths;
    let path = paths.config.value.clone();
    let _lock = session.lock()?;
    if let Some(journal) = rotate::open(paths)?.filter(|journal| journal.config == path) {
        return Err(journal.refusal((session.now)()));
    }
    let file = ConfigFile::load(&path)?.ok_or_else(|| {
        OpError::new(ErrorCode::NotConfigured, format!("there is no configuration at `{}`", path.display()))
            .hint(format!("make one: `artcafe setup --agent-id {id}`"))
    })?;
    let text = |key| file.text_of(key).map(|found| found.value);
    let (previous, named_key) = (text(Key::AgentId), text(Key::KeyId));
    let mut report = AgentUseReport {
        agent_id: id.clone(),
        config_path: path,
        changed: false,
        proof_void: false,
        dropped_key_id: None,
        key_id: None,
        is_known: None,
        proof: None,
        previous: previous.clone(),
    };
    if previous.as_deref() == Some(id.as_str()) {
        report.key_id = named_key.and_then(|id| id.parse().ok());
        return Ok(report);
    }
    (report.is_known, report.key_id) = ask(session, id).await?;
    let mut edit = Edit::new(&file)?;
    edit.set(&Key::AgentId.key_path(), Scalar::Text(id.to_string()))?;
    if let Some(key) = &report.key_id {
        edit.set(&Key::KeyId.key_path(), Scalar::Text(key.to_string()))?;
    } else if named_key.is_some() {
        edit.unset(&Key::KeyId.key_path())?;
    }
    report.changed = edit.save()?;
    report.proof_void = report.changed;
    let told = |action, key: Key| Change::new(action).path(&report.config_path).setting(key.path()).agent_id(id);
    let mut set = told(Action::ConfigSet, Key::AgentId).to(id.as_str());
    set.from = previous.filter(|text| text.parse::<AgentId>().is_ok());
    session.record(set)?;
    let before = named_key.filter(|text| text.parse::<KeyId>().is_ok());
    match (&report.key_id, before) {
        (Some(key), before) => {
            let mut set = told(Action::ConfigSet, Key::KeyId).to(key.as_str());
            set.from = before.clone();
            session.record(set)?;
            report.dropped_key_id = before.filter(|before| before != key.as_str());
        }
        (None, Some(before)) => {
            session.record(told(Action::ConfigUnset, Key::KeyId).from(&before))?;
            report.dropped_key_id = Some(before);
        }
        (None, None) => {}
    }
    Ok(report)
}

/// Whether the agent exists and which record of it holds this machine's key, as far as an administrator's token tells.
async fn ask(session: &Session, id: &AgentId) -> Result<(Option<bool>, Option<KeyId>), OpError> {
    if session.settings.tenant_id.is_none() {
        return Ok((None, None));
    }
    let Some(grant) = access::administrator(session).await? else { return Ok((None, None)) };
    match look::agent(session, &grant, id).await {
        Ok(_) => {}
        Err(error) if matches!(error.code, ErrorCode::NotAllowed | ErrorCode::ServerFailed) => {
            return Ok((None, None));
        }
        Err(error) => return Err(error),
    }
    let Some(local) = local_fingerprint(session)? else { return Ok((Some(true), None)) };
    // The search spares the next proof one; without it the change stands all the same.
    let keys = session.client()?.keys(grant.access()).await.unwrap_or_default();
    let is_ours =
        |line: &str| crate::keys::PublicKey::parse_line(line).is_ok_and(|public| public.openssh_fingerprint() == local);
    let found = keys.into_iter().find(|key| key.is_usable() && key.is_of(id) && is_ours(&key.public_key));
    Ok((Some(true), found.map(|key| key.key_id)))
}

/// Proves the identity that the configuration names now.
pub async fn prove(session: &Session, report: &AgentUseReport) -> UseProof {
    let mut session = session.clone();
    session.settings.agent_id = Some(Sourced { value: report.agent_id.clone(), origin: Origin::Default });
    session.settings.key_id = report.key_id.clone().map(|value| Sourced { value, origin: Origin::Default });
    let verdict = match session.key() {
        Ok(key) => prove::prove(&session, &key).await.and_then(|outcome| outcome.verdict.map(|_| ())),
        Err(error) => Err(error),
    };
    match verdict {
        Ok(()) => UseProof { proven: true, failure: None, reason: None, hint: None },
        Err(error) => UseProof {
            proven: false,
            failure: Some(error.code.as_str()),
            reason: Some(error.message),
            hint: error.hint,
        },
    }
}
