//! `artcafe deregister`: undoes `setup`.
//!
//! Owns the order: the key is revoked at the server first and seen to be, and only then are files
//! removed; a key whose revocation is in doubt keeps its file. What is under way is written to the
//! state before the first file goes, so that a run that was cut off can be gone on with, also when
//! the configuration or the key is gone already. Removes no more than `setup` made.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Serialize;

use crate::config::{ConfigFile, Edit, Key};
use crate::durable;
use crate::id::{AgentId, KeyId, TenantId};
use crate::interrupt;
use crate::keys::{KeyFiles, PublicKey};
use crate::ops::access::{self, Grant};
use crate::ops::audit::{Action, Change, Outcome};
use crate::ops::ending::{self, Ending, Method};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::progress::Stage;
use crate::ops::rotate::plain_name;
use crate::ops::session::Session;
use crate::ops::shared;
use crate::ops::state::{Deregistering, State};
use crate::ops::tokens;

/// What would be, or was, undone.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct DeregisterReport {
    /// The agent.
    pub agent_id: AgentId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The endpoint's origin.
    pub endpoint: String,
    /// The records of this key that were revoked or deleted.
    pub key_ids: Vec<KeyId>,
    /// `revoked`; `deleted` where the server has no such route; `absent` when there was none; `not_asked`
    /// when the server was left out.
    pub outcome: String,
    /// The files that were removed.
    pub removed: Vec<PathBuf>,
    /// The files that stay because `setup` did not make them.
    pub kept: Vec<PathBuf>,
}

/// How to undo.
pub struct DeregisterOptions {
    /// Why, for the platform's record.
    pub reason: String,
    /// Leave the server out and remove the files alone.
    pub local_only: bool,
    /// Go on although another configuration names the key.
    pub also: bool,
}

/// What `deregister` will touch, for the confirmation.
pub struct Plan {
    /// The agent.
    pub agent_id: AgentId,
    /// Files that go.
    pub remove: Vec<PathBuf>,
    /// Files that stay.
    pub keep: Vec<PathBuf>,
    begun: Option<Deregistering>,
}

/// Says what would be removed; touches nothing.
pub fn plan(session: &Session) -> Result<Plan, OpError> {
    let config = session.settings.paths.config.value.clone();
    let state = State::load(&session.settings.paths)?;
    if let Some(begun) = state.deregistering.iter().find(|entry| entry.config == config) {
        return Ok(Plan {
            agent_id: begun.agent_id.clone(),
            remove: begun.files.clone(),
            keep: Vec::new(),
            begun: Some(begun.clone()),
        });
    }
    let made = state.made_for(&config);
    let mut plan = Plan { agent_id: session.agent()?.clone(), remove: Vec::new(), keep: Vec::new(), begun: None };
    // The configuration goes first, so that it never names a key that is gone.
    if session.settings.file.is_some() {
        if made.is_some_and(|made| made.made_config) {
            plan.remove.push(config.clone())
        } else {
            plan.keep.push(config.clone())
        }
    }
    let current = session.settings.private_key_path.value.clone();
    let mut keys: BTreeSet<PathBuf> = made.map(|made| made.made_keys.iter().cloned().collect()).unwrap_or_default();
    let was_made = keys.contains(&current);
    keys.insert(current.clone());
    for key in keys {
        let files = KeyFiles::at(&key);
        let goes = (key != current || was_made) && shared::other_naming(session, &config, &key, None)?.is_none();
        // A rotation left links under the plain name, which would lead nowhere.
        let plain = KeyFiles::at(plain_name(&key));
        for (link, file) in [(&plain.public, &files.public), (&plain.private, &files.private)] {
            let leads_here = std::fs::read_link(link).is_ok_and(|target| target.file_name() == file.file_name());
            if goes && leads_here {
                plan.remove.push(link.clone());
            }
        }
        for file in [files.public, files.private] {
            if file.symlink_metadata().is_ok() {
                if goes { plan.remove.push(file) } else { plan.keep.push(file) }
            }
        }
    }
    Ok(plan)
}

/// Revokes the key and removes what `setup` made.
pub async fn deregister(session: &Session, options: &DeregisterOptions) -> Result<DeregisterReport, OpError> {
    let _lock = session.lock()?;
    crate::ops::rotate::refuse_changed(session)?;
    // Its second key would be left behind on the server and on the disk, with nothing that remembers it.
    if let Some(journal) = crate::ops::rotate::open(&session.settings.paths)? {
        return Err(journal
            .refusal((session.now)())
            .hint("finish it first: `artcafe key rotate --resume`, or undo it: `artcafe key rotate --abort`"));
    }
    let plan = plan(session)?;
    let begun = match plan.begun {
        Some(begun) => begun,
        None => {
            session.progress.begin("revocation", "revoking the key");
            begin(session, options, &plan).await?
        }
    };
    let stage = if begun.acted.is_empty() { Stage::Skipped } else { Stage::Done };
    session.progress.tell("revocation", stage, &begun.outcome);
    session.progress.begin("files", "removing the files");
    interrupt::go_on_by("run the same `artcafe deregister` again, which goes on from here");
    tokens::forget_all(&session.settings.paths)?;
    let mut removed = Vec::new();
    for file in &begun.files {
        interrupt::check()?;
        if durable::remove(file)? {
            let action = if *file == begun.config { Action::ConfigRemoved } else { Action::KeyFileRemoved };
            tell(session, &begun, Change::new(action).path(file))?;
            removed.push(file.clone());
        }
    }
    forget_key(session, &begun)?;
    let mut state = State::load(&session.settings.paths)?;
    state.registrations.retain(|entry| {
        entry.endpoint != begun.endpoint || entry.agent_id != begun.agent_id || !begun.key_ids.contains(&entry.key_id)
    });
    state.made.retain(|made| made.config != begun.config);
    state.deregistering.retain(|entry| entry.config != begun.config);
    state.save(&session.settings.paths)?;
    session.progress.done("files", &format!("{} removed", removed.len()));
    Ok(DeregisterReport {
        agent_id: begun.agent_id,
        tenant_id: begun.tenant_id,
        endpoint: begun.endpoint,
        key_ids: begun.acted,
        outcome: begun.outcome,
        removed,
        kept: plan.keep,
    })
}

/// The server's part, and the note of what follows it.
async fn begin(session: &Session, options: &DeregisterOptions, plan: &Plan) -> Result<Deregistering, OpError> {
    let config = session.settings.paths.config.value.clone();
    let key = &session.settings.private_key_path.value;
    let known = known_ids(session)?;
    if !options.also {
        for id in known.iter().map(Some).chain([None]) {
            if let Some(other) = shared::other_naming(session, &config, key, id)? {
                return Err(OpError::new(
                    ErrorCode::Differs,
                    format!("`{}` names this key as well and would stop working", other.display()),
                )
                .hint("give that configuration a key of its own, or go on all the same with `--also`"));
            }
        }
    }
    let (key_ids, acted, outcome) =
        if options.local_only { (known, Vec::new(), "not_asked") } else { revoke(session, options, known).await? };
    let begun = Deregistering {
        config,
        endpoint: session.settings.endpoint.value.origin().to_owned(),
        tenant_id: session.tenant()?.clone(),
        agent_id: plan.agent_id.clone(),
        key_ids,
        acted,
        outcome: outcome.to_owned(),
        files: plan.remove.clone(),
    };
    let mut state = State::load(&session.settings.paths)?;
    state.deregistering.retain(|entry| entry.config != begun.config);
    state.deregistering.push(begun.clone());
    state.save(&session.settings.paths)?;
    crate::checkpoint::reach("deregister.begun");
    Ok(begun)
}

/// The ids under which this machine knows the key to be registered.
pub(super) fn known_ids(session: &Session) -> Result<Vec<KeyId>, OpError> {
    let settings = &session.settings;
    let endpoint = settings.endpoint.value.origin();
    let mut ids: Vec<KeyId> = settings.key_id.iter().map(|id| id.value.clone()).collect();
    for entry in State::load(&settings.paths)?.registrations {
        let same =
            entry.endpoint == endpoint && Some(&entry.agent_id) == settings.agent_id.as_ref().map(|id| &id.value);
        if same && entry.private_key_path == settings.private_key_path.value && !ids.contains(&entry.key_id) {
            ids.push(entry.key_id);
        }
    }
    Ok(ids)
}

async fn revoke(
    session: &Session,
    options: &DeregisterOptions,
    known: Vec<KeyId>,
) -> Result<(Vec<KeyId>, Vec<KeyId>, &'static str), OpError> {
    let agent = session.agent()?;
    // A key file that is lost or locked does not keep its registration: the ids tell which it is.
    session.refuse_given_key("deregistering")?;
    let public = match session.key() {
        Ok(key) => Some(key.key.public()),
        Err(error)
            if !known.is_empty()
                && matches!(error.code, ErrorCode::KeyFileMissing | ErrorCode::InputNeeded | ErrorCode::SshAgent) =>
        {
            None
        }
        Err(error) => return Err(error),
    };
    let grant = access::any(session).await.map_err(|error| match error.code {
        ErrorCode::TokenMissing => {
            let hint = error.hint.clone().unwrap_or_default();
            error.hint(format!("{hint}; or, if the key is revoked already, remove the files alone with `artcafe deregister --local-only`"))
        }
        _ => error,
    })?;
    let client = session.client()?;
    let mut ids = known;
    if let Some(public) = &public {
        // The list can be stale, so it only adds to what is known.
        for record in client.keys(grant.access()).await? {
            if record.is_usable()
                && record.is_of(agent)
                && public.is_line(&record.public_key)
                && !ids.contains(&record.key_id)
            {
                ids.push(record.key_id);
            }
        }
    }
    let mut outcome = "absent";
    let mut acted = Vec::new();
    for id in &ids {
        if let Some(how) = revoke_one(session, &grant, id, public.as_ref(), &options.reason).await? {
            outcome = how;
            acted.push(id.clone());
        }
    }
    Ok((ids, acted, outcome))
}

/// Revokes or deletes one record and sees that it is so; `None` where there was nothing to do.
async fn revoke_one(
    session: &Session,
    grant: &Grant,
    id: &KeyId,
    public: Option<&PublicKey>,
    reason: &str,
) -> Result<Option<&'static str>, OpError> {
    let client = session.client()?;
    let method = Method::Revoke { reason: reason.to_owned(), may_delete: true };
    // An id in a file can be wrong; another key is never revoked for it.
    if ending::look(client, grant, id, public, &method).await.map_err(undone)?.is_some() {
        return Ok(None);
    }
    let tell = |action: Action, result: Outcome| {
        let path = &session.settings.private_key_path.value;
        let mut change = Change::new(action).key_id(id).path(path).reason(reason).result(result);
        change.fingerprint = public.map(PublicKey::openssh_fingerprint);
        session.record(change)
    };
    match ending::end(client, grant, id, &method).await.map_err(undone)? {
        Ending::Done("deleted") => tell(Action::KeyDeleted, Outcome::Done).map(|()| Some("deleted")),
        Ending::Done(how) => tell(Action::KeyRevoked, Outcome::Done).map(|()| Some(how)),
        Ending::Already | Ending::Absent => Ok(None),
        Ending::Unsettled(error) => {
            // A request whose answer was lost may have worked.
            tell(Action::KeyRevoked, Outcome::Unknown)?;
            Err(undone(error))
        }
    }
}

/// A configuration that stays no longer names the key that is gone.
fn forget_key(session: &Session, begun: &Deregistering) -> Result<(), OpError> {
    let Some(file) = ConfigFile::load(&begun.config)? else { return Ok(()) };
    let mut edit = Edit::new(&file)?;
    let id = file.text_of(Key::KeyId).map(|found| found.value);
    let Some(id) = id.filter(|id| begun.key_ids.iter().any(|gone| gone.as_str() == id)) else { return Ok(()) };
    edit.unset(&Key::KeyId.key_path())?;
    if edit.save()? {
        let change = Change::new(Action::ConfigUnset).path(&begun.config).setting(Key::KeyId.path()).from(id);
        tell(session, begun, change)?;
    }
    Ok(())
}

/// The identity may be gone from the configuration already, so it is named by what was begun.
fn tell(session: &Session, begun: &Deregistering, change: Change) -> Result<(), OpError> {
    session.record(change.server(&begun.endpoint).tenant_id(&begun.tenant_id).agent_id(&begun.agent_id))
}

/// The server did not do it: nothing on this machine is touched.
fn undone(cause: OpError) -> OpError {
    OpError::new(cause.code, "the key could not be revoked, so nothing on this machine was removed")
        .because(cause)
        .hint("run the same command again, or revoke the key in the portal")
}
