//! The plan of a rotation: every check that can refuse it, before anything is made.
//!
//! Owns that a rotation works from the configuration file alone, so that what is confirmed at the end
//! is what was meant at the start; that there is room for a second key; and that the platform's second
//! key store, which no API can change, is not passed over in silence.

use std::path::{Path, PathBuf};

use std::os::unix::fs::MetadataExt as _;

use crate::api::ApiError;
use crate::api::usage::Counted;
use crate::api::wire::KeyRecord;
use crate::config::{ConfigFile, Key, Origin};
use crate::durable;
use crate::keys::KeyFiles;
use crate::ops::access::{self, Grant};
use crate::ops::agent;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::own_key::LoadedKey;
use crate::ops::prove;
use crate::ops::rotate::journal::{Direction, Journal, NewKey, OldKey, Phase, superseded};
use crate::ops::rotate::links::{behind, plain_name};
use crate::ops::rotate::{RotateOptions, hook};
use crate::ops::session::Session;
use crate::ops::state::State;

/// Checks everything and writes down what will be done; makes nothing.
pub(super) async fn plan(session: &Session, options: &RotateOptions) -> Result<Journal, OpError> {
    let settings = &session.settings;
    let file = from_file_alone(session)?;
    session.refuse_given_key("a rotation")?;
    let (tenant, agent) = (session.tenant()?.clone(), session.agent()?.clone());
    // What is remembered is written later, and a damaged memory must not show only then.
    State::load(&settings.paths)?;
    let hook = hook::planned(session, options, file)?;
    can_be_written(session, file)?;
    let old = session.key_file()?;
    // A configuration that names the plain name's link means the file behind it, which is what goes in the end.
    let old_path = behind(&old.path);
    let public = old.key.public();
    let Authority { grant, authorized_by, last_used } = authorize(session, &old).await?;
    agent::memory::refuse(session, Some(&grant), &agent, true).await?;
    let client = session.client()?;
    let records = client.keys(grant.access()).await?;
    let record =
        records.iter().find(|record| record.is_usable() && record.is_of(&agent) && public.is_line(&record.public_key));
    // Without this route, the 402 of the registration decides, and leaves nothing behind.
    if let Ok(usage) = client.billing_usage(grant.access()).await
        && let Some((current, limit)) = usage.level(Counted::SshKeys).whole()
        && current >= limit
    {
        return Err(no_room(current, limit, &records));
    }
    if !options.accept_agent_record {
        refuse_agent_record(session, &grant, &public).await?;
    }
    let spec = options.spec.unwrap_or_else(|| old.key.spec());
    let of_old = old.format.filter(|format| format.supports(spec.algorithm).is_ok());
    let format = options.format.or(of_old).unwrap_or(crate::keys::KeyFormat::default_for(spec.algorithm));
    format.supports(spec.algorithm)?;
    Ok(Journal {
        version: 1,
        started_at: session.now_text(),
        config: file.path().to_path_buf(),
        endpoint: client.origin().to_owned(),
        tenant_id: tenant,
        agent_id: agent,
        phase: Phase::Planned,
        direction: Direction::Forward,
        old: OldKey {
            path: old_path.clone(),
            path_text: file.text_of(Key::PrivateKeyPath).map(|found| found.value),
            configured_id: settings.key_id.as_ref().map(|id| id.value.clone()),
            key_id: record.map(|record| record.key_id.clone()),
            public_line: public.line(""),
            fingerprint: public.openssh_fingerprint(),
            encrypted: old.encrypted,
        },
        new: NewKey {
            path: new_path(session, &old_path)?,
            algorithm: spec.algorithm,
            bits: spec.bits,
            format,
            comment: old.comment.clone().unwrap_or_default(),
            public_line: None,
            fingerprint: None,
            key_id: None,
        },
        grace_seconds: options.grace.map(|grace| grace.as_secs()),
        keep_old: options.keep_old,
        reason: options.reason.clone().unwrap_or_else(superseded),
        hook,
        register_requested_at: None,
        registrations_unseen: 0,
        switched: None,
        switched_at: None,
        old_last_used: last_used,
        old_proved_at: None,
        retire_after: None,
        retire_requested: false,
        retired_by: None,
        retired_at: None,
        authorized_by,
    })
}

/// What is needed later is tried now: a file that nobody can write must not show only when a key is registered.
fn can_be_written(session: &Session, file: &ConfigFile) -> Result<(), OpError> {
    let key = &session.settings.private_key_path.value;
    match key.symlink_metadata() {
        Ok(metadata) if session.user == 0 && metadata.uid() != 0 => {
            let owner = metadata.uid();
            return Err(OpError::new(
                ErrorCode::PermissionDenied,
                format!(
                    "the key `{}` belongs to user {owner}, and a key that root makes would be closed to it",
                    key.display()
                ),
            )
            .hint(format!("run the command as that user: `sudo -u '#{owner}' artcafe key rotate`")));
        }
        Err(_) if KeyFiles::at(key).public.exists() => {
            return Err(OpError::new(
                ErrorCode::KeyFileMissing,
                format!("only the public half of `{}` is on this disk: a key that an ssh-agent alone holds cannot be rotated, since its successor has to be a file", key.display()),
            )
            .hint(format!(
                "put a key file in its place with an administrator's token: `artcafe setup --output PATH --yes`; when `artcafe auth test` proves that one, end this one: `artcafe key revoke {}`; or put the private key file back beside it",
                session.settings.key_id.as_ref().map_or("ID", |id| id.value.as_str())
            )));
        }
        _ => {}
    }
    durable::check_can_replace(file.path())?;
    durable::check_can_create_in(key.parent().unwrap_or(Path::new(".")))?;
    Ok(())
}

/// The plan's limit is reached; says what counts and what can go.
pub(super) fn no_room(current: u64, limit: u64, records: &[KeyRecord]) -> OpError {
    let revoked: Vec<&str> =
        records.iter().filter(|record| !record.is_usable()).map(|record| record.key_id.as_str()).collect();
    let active = (records.len() - revoked.len()) as u64;
    let counts = match (revoked.is_empty(), current) {
        (true, _) => "none of them is revoked",
        (false, current) if current == records.len() as u64 => "revoked records count as well",
        (false, current) if current == active => "revoked records do not count",
        (false, _) => "it is not known whether revoked records count",
    };
    let hint = match deletable(records).filter(|_| current != active) {
        None => "delete the record of a key that is no longer used (`artcafe key list --all-agents` shows the last use), or raise the plan in the portal".to_owned(),
        Some(ids) => format!("delete a revoked record: {ids} (`artcafe key delete ID`), or raise the plan in the portal"),
    };
    OpError::new(
        ErrorCode::PlanLimit,
        format!("there is no room for a second key: the plan allows {limit} and {current} are there; {counts}"),
    )
    .hint(hint)
}

/// The first revoked records, for a person who has to make room; none where there are none.
fn deletable(records: &[KeyRecord]) -> Option<String> {
    let revoked: Vec<&str> =
        records.iter().filter(|record| !record.is_usable()).map(|record| record.key_id.as_str()).collect();
    match revoked.len() {
        0 => None,
        1..=3 => Some(revoked.join(", ")),
        more => Some(format!("{} and {} more", revoked.get(..3)?.join(", "), more - 3)),
    }
}

/// A registration that the plan's limit refused, with what could make room.
pub(super) async fn explained_limit(session: &Session, grant: &Grant, mut error: OpError) -> OpError {
    // What cannot be listed is not named; the refusal is what counts.
    if let Ok(client) = session.client()
        && let Ok(records) = client.keys(grant.access()).await
        && let Some(ids) = deletable(&records)
    {
        let hint = error.hint.take().unwrap_or_default();
        error.hint = Some(format!("{hint}; revoked records that could go: {ids} (`artcafe key delete ID`)"));
    }
    error
}

/// The configuration file, which must say all by itself: an override that differs would be gone next time.
pub(super) fn from_file_alone(session: &Session) -> Result<&ConfigFile, OpError> {
    let settings = &session.settings;
    let Some(file) = &settings.file else {
        return Err(OpError::new(
            ErrorCode::NotConfigured,
            format!("there is no configuration at `{}`", settings.paths.config.value.display()),
        )
        .hint("a rotation switches the configuration: make one with `artcafe setup`"));
    };
    let in_file = |key| file.text_of(key).map(|found| found.value);
    for (name, value, origin) in settings.entries() {
        let Some(key) = Key::ALL.into_iter().find(|key| key.path() == name && !key.is_policy()) else { continue };
        if !matches!(origin, Origin::Flag(_) | Origin::Variable(_)) {
            continue;
        }
        let same = match (key, in_file(key)) {
            (Key::PrivateKeyPath, Some(text)) => settings.paths.expand(&text) == settings.private_key_path.value,
            (Key::Endpoint, Some(text)) => {
                text.parse().is_ok_and(|endpoint: crate::config::Endpoint| endpoint == settings.endpoint.value)
            }
            (_, text) => text == value,
        };
        if !same {
            return Err(OpError::new(
                ErrorCode::Differs,
                format!(
                    "{origin} gives another `{name}` than `{}`, and a rotation uses the file alone",
                    file.path().display()
                ),
            )
            .hint(format!("leave {origin} out, or write the value to the file: `artcafe config set {name} VALUE`")));
        }
    }
    Ok(file)
}

/// What a registration is asked for with.
pub(super) struct Authority {
    /// The token.
    pub(super) grant: Grant,
    /// Where it came from, if not from the old key.
    pub(super) authorized_by: Option<String>,
    /// When the old key was last used as the server has it, this use included.
    pub(super) last_used: Option<jiff::Timestamp>,
}

/// The old key's own token where it works, else an administrator's; says which it was if not the first.
pub(super) async fn authorize(session: &Session, old: &LoadedKey) -> Result<Authority, OpError> {
    let outcome = prove::prove(session, old).await?;
    let last_used = outcome.last_used;
    let error = match outcome.verdict {
        Ok(token) => return Ok(Authority { grant: Grant::of_agent(token), authorized_by: None, last_used }),
        Err(error) => error,
    };
    // Of a configuration from the past not even an administrator's token makes a new identity: the current key stands.
    if !prove::is_dead(error.code) || error.code == ErrorCode::KeySuperseded {
        return Err(error);
    }
    match access::administrator(session).await? {
        Some(grant) => {
            let authorized_by = Some(grant.from.clone());
            Ok(Authority { grant, authorized_by, last_used })
        }
        None => Err(access::missing().because(error)),
    }
}

/// The key on the agent's own record goes on being accepted, whatever happens to the key records.
async fn refuse_agent_record(session: &Session, grant: &Grant, public: &crate::keys::PublicKey) -> Result<(), OpError> {
    let agent = session.agent()?;
    let record = match session.client()?.agent(agent, grant.access()).await {
        Ok(record) => record,
        // An agent that the platform does not list has no such record; some releases fail on all of them.
        Err(ApiError::Status { status: 403 | 404 | 405 | 500 | 501, .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if record.public_key.as_deref().is_some_and(|line| public.is_line(line)) {
        return Err(OpError::new(
            ErrorCode::AgentRecordKey,
            format!("the record of agent `{agent}` itself carries the old key, which no API can change: it stays accepted at /auth/agent/verify and the WebSocket"),
        )
        .hint("if that is acceptable, rotate with `--accept-agent-record` (a timer: `artcafe service install --accept-agent-record`); else register an agent in the portal, whose record gets a key of its own, and set that up: `artcafe setup --agent-id ID`"));
    }
    Ok(())
}

/// The first key's name plus the time to the second; a name that is taken is never used.
pub(super) fn new_path(session: &Session, old: &Path) -> Result<PathBuf, OpError> {
    let base = plain_name(old);
    let mut time = (session.now)();
    for _ in 0..60 {
        let name =
            format!("{}.{}", base.file_name().unwrap_or_default().to_string_lossy(), time.strftime("%Y%m%dT%H%M%SZ"));
        let path = base.with_file_name(name);
        if !crate::keys::KeyFiles::at(&path).exists() {
            return Ok(path);
        }
        time += jiff::SignedDuration::from_secs(1);
    }
    Err(OpError::new(ErrorCode::FileExists, format!("every name for a new key beside `{}` is taken", base.display()))
        .hint("move old key files away"))
}
