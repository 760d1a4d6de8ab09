//! `key register`: the public half reaches the server, once.
//!
//! Owns idempotence and doubt. The public key comes from the private one, never from a `.pub` beside
//! it. A key that is registered already is not registered again. An answer that names another key,
//! another agent or a revoked record is refused. An answer that was lost is settled by looking the
//! key up for a while, since lists can be stale; it is never repeated blindly.

use std::time::Duration;

use serde::Serialize;

use crate::api::Client;
use crate::api::wire::{KeyRecord, NewKey};
use crate::config::{Edit, Key};
use crate::id::{AgentId, KeyId, TenantId};
use crate::interrupt;
use crate::keys::PublicKey;
use crate::ops::access::{self, Grant};
use crate::ops::agent::memory;
use crate::ops::audit::{Action, Change, Outcome};
use crate::ops::configure;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::fix::Fix;
use crate::ops::generate;
use crate::ops::session::Session;
use crate::ops::state::{Registration, State};

/// How long a key whose registration is in doubt is looked for, between looks.
pub(super) const LOOKS: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// What to register.
#[derive(Debug, Clone, Default)]
pub struct RegisterOptions {
    /// Its name for people; made from agent, host and date when absent.
    pub name: Option<String>,
    /// The host's name and the date, for that.
    pub default_name_tail: String,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What was registered.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct RegisterReport {
    /// The record's id; absent in a dry run of a new registration.
    pub key_id: Option<KeyId>,
    /// Whether it was there before.
    pub already_registered: bool,
    /// Whether the server's answer was lost and the record found by looking.
    pub settled_by_looking: bool,
    /// Whether nothing was done.
    pub dry_run: bool,
    /// Its name.
    pub name: String,
    /// `access`, `agent` or `deployment`.
    pub key_type: String,
    /// The agent.
    pub agent_id: AgentId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The endpoint's origin.
    pub endpoint: String,
    /// The OpenSSH fingerprint.
    pub fingerprint: String,
    /// The fingerprint that the platform shows.
    pub platform_fingerprint: String,
    /// Where the token came from.
    pub authorized_by: String,
    /// Whether the platform knows the agent; null where that was not looked at or could not be told.
    pub agent_is_known: Option<bool>,
    /// Whether the key id was written to the configuration.
    pub configuration_updated: bool,
}

/// Registers the configured private key.
pub async fn register(session: &Session, options: &RegisterOptions) -> Result<RegisterReport, OpError> {
    session.refuse_given_key("a registration")?;
    let key = session.key()?;
    // Asked before the server is: a file nobody can write must not show only after the registration.
    let lock = if options.dry_run { None } else { Some(session.lock()?) };
    let grant = access::any(session).await?;
    // Before anything is changed: it serves a warning alone, and must not hold up what follows the registration.
    let is_known = match session.client()?.agent(session.agent()?, grant.access()).await {
        Ok(_) => Some(true),
        Err(error) if error.is_record_missing() => Some(false),
        Err(_) => None,
    };
    let mut report = register_key(session, &key.key.public(), &grant, options).await?;
    report.agent_is_known = is_known.filter(|_| !report.already_registered);
    if let (Some(id), Some(_lock)) = (&report.key_id, &lock) {
        remember(session, &key.path, &report, id)?;
        tell(session, &key.path, &report)?;
        report.configuration_updated = write_key_id(session, id)?;
    }
    Ok(report)
}

/// Tells the history of a registration, if it is a new one.
pub(super) fn tell(session: &Session, path: &std::path::Path, report: &RegisterReport) -> Result<(), OpError> {
    match &report.key_id {
        Some(id) if !report.already_registered => session.record(
            Change::new(Action::KeyRegistered).key_id(id).fingerprint(&report.fingerprint).path(path).to(&report.name),
        ),
        _ => Ok(()),
    }
}

/// Registers a public key. What came of it is the caller's to remember and tell, but where that is not known.
pub async fn register_key(
    session: &Session,
    public: &PublicKey,
    grant: &Grant,
    options: &RegisterOptions,
) -> Result<RegisterReport, OpError> {
    let settings = &session.settings;
    ask(session, public, grant, options).await.map_err(|error| match error.code {
        ErrorCode::KeyRevoked => error.hint(format!(
            "make a new key in its place, which keeps the old pair as a backup: `{}`, then run the same command again",
            generate::in_place_of(&settings.paths, &settings.private_key_path.value)
        )),
        _ => error,
    })
}

async fn ask(
    session: &Session,
    public: &PublicKey,
    grant: &Grant,
    options: &RegisterOptions,
) -> Result<RegisterReport, OpError> {
    let (tenant, agent) = (session.tenant()?, session.agent()?);
    let client = session.client()?;
    let key_type = session.settings.key_type.value.to_string();
    let name = options.name.clone().unwrap_or_else(|| format!("{agent} {}", options.default_name_tail));
    let mut report = RegisterReport {
        key_id: None,
        already_registered: false,
        settled_by_looking: false,
        dry_run: options.dry_run,
        name: name.clone(),
        key_type: key_type.clone(),
        agent_id: agent.clone(),
        tenant_id: tenant.clone(),
        endpoint: client.origin().to_owned(),
        fingerprint: public.openssh_fingerprint(),
        platform_fingerprint: public.platform_fingerprint()?,
        authorized_by: grant.from.clone(),
        agent_is_known: None,
        configuration_updated: false,
    };
    memory::refuse(session, Some(grant), agent, !options.dry_run).await?;
    let records = client.keys(grant.access()).await?;
    if let Some(record) = find(&records, public, agent, &key_type)? {
        report.already_registered = true;
        report.name = record.name.to_string();
        report.key_id = Some(record.key_id.clone());
        return Ok(report);
    }
    if let Some(record) = remembered(session, client, public, grant, &report).await? {
        report.already_registered = true;
        report.name = record.name.to_string();
        report.key_id = Some(record.key_id);
        return Ok(report);
    }
    if options.dry_run {
        return Ok(report);
    }
    let line = public.line(public.comment().unwrap_or_default());
    let new = NewKey { name: &name, public_key: &line, key_type: &key_type, agent_id: agent.as_str() };
    let record = match client.create_key(&new, grant.access()).await {
        Ok(record) => record,
        Err(error) if error.may_have_worked() => {
            let mut settled = None;
            for wait in LOOKS {
                // Then it stays in doubt, which the history is told below.
                if interrupt::sleep(wait).await.is_err() {
                    break;
                }
                // A list that fails says nothing; the next look may.
                if let Ok(records) = client.keys(grant.access()).await
                    && let Some(record) = find(&records, public, agent, &key_type)?
                {
                    settled = Some(record.clone());
                    break;
                }
            }
            report.settled_by_looking = true;
            let Some(record) = settled else {
                let fingerprint = &report.fingerprint;
                session.record(
                    Change::new(Action::KeyRegistered).fingerprint(fingerprint).to(&name).result(Outcome::Unknown),
                )?;
                return Err(OpError::from(error)
                    .hint("whether the key was registered is not known: run the same command again, which first looks whether it is there")
                    .fix(Fix::KeyRegister));
            };
            record
        }
        Err(error) => return Err(error.into()),
    };
    accept(&record, public, agent, &key_type)?;
    report.key_id = Some(record.key_id);
    Ok(report)
}

/// The record that this machine remembers, where the list does not show it: a list can be stale, a
/// single record is not. One that is gone or not usable any more is none.
async fn remembered(
    session: &Session,
    client: &Client,
    public: &PublicKey,
    grant: &Grant,
    report: &RegisterReport,
) -> Result<Option<KeyRecord>, OpError> {
    let state = State::load(&session.settings.paths)?;
    let known = state.registration(&report.endpoint, &report.tenant_id, &report.agent_id, &report.fingerprint);
    let Some(known) = known else { return Ok(None) };
    match client.key(&known.key_id, grant.access()).await {
        Ok(record) => find(&[record], public, &report.agent_id, &report.key_type).map(|found| found.cloned()),
        Err(error) if error.is_record_missing() || error.is_route_missing() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The usable record of this key for this agent; a revoked record or another agent's is a refusal.
fn find<'a>(
    records: &'a [KeyRecord],
    public: &PublicKey,
    agent: &AgentId,
    key_type: &str,
) -> Result<Option<&'a KeyRecord>, OpError> {
    let same: Vec<&KeyRecord> = records.iter().filter(|record| public.is_line(&record.public_key)).collect();
    if let Some(record) = same.iter().find(|record| record.is_usable() && record.is_of(agent)) {
        if record.key_type.as_str() != key_type {
            return Err(OpError::new(
                ErrorCode::Differs,
                format!(
                    "the key is registered already as {}, but with key type `{}` instead of `{key_type}`",
                    record.key_id, record.key_type
                ),
            )
            .hint(format!(
                "use that type: `artcafe config set auth.ssh_key.key_type {}`",
                known_type(record.key_type.as_str())
            )));
        }
        return Ok(Some(record));
    }
    if let Some(record) = same.iter().find(|record| record.is_usable()) {
        return Err(OpError::new(
            ErrorCode::KeyOfAnotherAgent,
            format!(
                "the key is registered already as {} for another agent; a private key is never shared between agents",
                record.key_id
            ),
        )
        .hint(own_key_for(agent)));
    }
    if let Some(record) = same.iter().find(|record| record.is_of(agent)) {
        return Err(OpError::new(
            ErrorCode::KeyRevoked,
            format!("the key was registered as {} and revoked; a revoked key is not registered again", record.key_id),
        ));
    }
    Ok(None)
}

/// The one command that gives an agent a key of its own.
pub(super) fn own_key_for(agent: &AgentId) -> String {
    format!(
        "make a key of its own for this agent: `artcafe setup --agent-id {agent} --output PATH`, with `--profile NAME` where the configuration of the other agent is to stay"
    )
}

/// A hint repeats only words of our own.
fn known_type(text: &str) -> &'static str {
    match text {
        "agent" => "agent",
        "deployment" => "deployment",
        _ => "access",
    }
}

/// The answer must be about this key, this agent, and be usable.
pub(super) fn accept(record: &KeyRecord, public: &PublicKey, agent: &AgentId, key_type: &str) -> Result<(), OpError> {
    let what = if !public.is_line(&record.public_key) {
        "another key"
    } else if !record.is_of(agent) {
        "another agent"
    } else if record.key_type.as_str() != key_type {
        "another key type"
    } else if !record.is_usable() {
        "a revoked record"
    } else {
        return Ok(());
    };
    Err(OpError::new(
        ErrorCode::BadAnswer,
        format!("the server answered the registration with {what}; nothing was recorded"),
    )
    .hint("see what the server holds: `artcafe key list`, and check that the endpoint is the platform's"))
}

/// Remembers the registration on this machine; the caller holds the lock.
pub(super) fn remember(
    session: &Session,
    path: &std::path::Path,
    report: &RegisterReport,
    id: &KeyId,
) -> Result<(), OpError> {
    let mut state = State::load(&session.settings.paths)?;
    let before = state.clone();
    let known = state.registration(&report.endpoint, &report.tenant_id, &report.agent_id, &report.fingerprint);
    let on_agent_record = known.is_some_and(|entry| entry.on_agent_record);
    let registered_at = match known {
        Some(entry) if &entry.key_id == id => entry.registered_at.clone(),
        _ => session.now_text(),
    };
    state.remember(Registration {
        endpoint: report.endpoint.clone(),
        tenant_id: report.tenant_id.clone(),
        agent_id: report.agent_id.clone(),
        key_id: id.clone(),
        fingerprint: report.fingerprint.clone(),
        private_key_path: path.to_path_buf(),
        registered_at,
        on_agent_record,
    });
    if state == before {
        // Written by a process that may have died before its fsync.
        return State::settle(&session.settings.paths);
    }
    state.save(&session.settings.paths)
}

/// Writes the key id to the configuration if that is this agent's and names this key.
fn write_key_id(session: &Session, id: &KeyId) -> Result<bool, OpError> {
    let Some(file) = &session.settings.file else { return Ok(false) };
    if !configure::names(file, session) {
        return Ok(false);
    }
    let mut edit = Edit::new(file)?;
    let key = Key::KeyId;
    edit.set(&key.key_path(), crate::config::Scalar::Text(id.to_string()))?;
    let changed = edit.save()?;
    if changed {
        session.record(Change::new(Action::ConfigSet).path(file.path()).setting(key.path()).to(id.as_str()))?;
    }
    Ok(changed)
}
