//! The plan of a rotation: every check that can refuse it, before anything is made.
//!
//! Owns that a rotation works from the configuration file alone, so that what is confirmed at the end
//! is what was meant at the start; that there is room for a second key; and that the platform's second
//! key store, which no API can change, is not passed over in silence.

use std::path::{Path, PathBuf};

use crate::api::ApiError;
use crate::config::{ConfigFile, Key, Origin};
use crate::ops::access::{self, Grant};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::prove;
use crate::ops::rotate::RotateOptions;
use crate::ops::rotate::journal::{Direction, Journal, NewKey, OldKey, Phase};
use crate::ops::session::{LoadedKey, Session};

/// Checks everything and writes down what will be done; makes nothing.
pub(super) async fn plan(session: &Session, options: &RotateOptions) -> Result<Journal, OpError> {
    let settings = &session.settings;
    let file = from_file_alone(session)?;
    let (tenant, agent) = (session.tenant()?.clone(), session.agent()?.clone());
    let old = session.key()?;
    let public = old.key.public();
    let (grant, authorized_by) = authorize(session, &old).await?;
    let client = session.client()?;
    let records = client.keys(grant.access()).await?;
    let record =
        records.iter().find(|record| record.is_usable() && record.is_of(&agent) && public.is_line(&record.public_key));
    match client.usage("ssh_keys", grant.access()).await {
        Ok(usage) if usage.current >= usage.limit => {
            return Err(OpError::new(
                ErrorCode::PlanLimit,
                format!("there is no room for a second key: the plan allows {} and {} are there", usage.limit, usage.current),
            )
            .hint("revoked keys count as well: delete one that is no longer used (`artcafe key list --all-agents`), or raise the plan in the portal"));
        }
        // Without this route, the 402 of the registration decides, and leaves nothing behind.
        _ => {}
    }
    if !options.accept_agent_record {
        refuse_agent_record(session, &grant, &public).await?;
    }
    let spec = options.spec.unwrap_or_else(|| old.key.spec());
    let format = options.format.unwrap_or(if old.format.supports(spec.algorithm).is_ok() {
        old.format
    } else {
        crate::keys::KeyFormat::default_for(spec.algorithm)
    });
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
            path: old.path.clone(),
            path_text: file.text_of(Key::PrivateKeyPath).map(|found| found.value),
            configured_id: settings.key_id.as_ref().map(|id| id.value.clone()),
            key_id: record.map(|record| record.key_id.clone()),
            public_line: public.line(""),
            fingerprint: public.openssh_fingerprint(),
            encrypted: old.encrypted,
        },
        new: NewKey {
            path: new_path(session, &old.path)?,
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
        register_requested_at: None,
        switched_at: None,
        retire_after: None,
        retire_requested: false,
        retired_by: None,
        retired_at: None,
        authorized_by,
    })
}

/// The configuration file, which must say all by itself: an override that differs would be gone next time.
fn from_file_alone(session: &Session) -> Result<&ConfigFile, OpError> {
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

/// The old key's own token where it works, else an administrator's; says which it was if not the first.
pub(super) async fn authorize(session: &Session, old: &LoadedKey) -> Result<(Grant, Option<String>), OpError> {
    let outcome = prove::prove(session, old).await?;
    let error = match outcome.verdict {
        Ok(token) => return Ok((Grant::of_agent(token), None)),
        Err(error) => error,
    };
    if !prove::is_dead(error.code) {
        return Err(error);
    }
    match access::administrator(session).await? {
        Some(grant) => {
            let from = grant.from.clone();
            Ok((grant, Some(from)))
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
        .hint("if that is acceptable, rotate with `--accept-agent-record`; otherwise register a new agent and set that up"));
    }
    Ok(())
}

/// The first key's name plus the time to the second; a name that is taken is never used.
fn new_path(session: &Session, old: &Path) -> Result<PathBuf, OpError> {
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

/// The name that a key had before its first rotation: without the time that a rotation adds.
pub(in crate::ops) fn plain_name(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_stamp = |text: &str| {
        text.len() == 16
            && text.bytes().enumerate().all(|(index, byte)| match index {
                8 => byte == b'T',
                15 => byte == b'Z',
                _ => byte.is_ascii_digit(),
            })
    };
    match name.rsplit_once('.') {
        Some((base, stamp)) if !base.is_empty() && is_stamp(stamp) => path.with_file_name(base),
        _ => path.to_path_buf(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_name_has_no_time() {
        let plain = |name: &str| plain_name(Path::new(name)).display().to_string();
        assert_eq!(plain("/k/agent.20261124T093000Z"), "/k/agent");
        assert_eq!(plain("/k/agent"), "/k/agent");
        assert_eq!(plain("/k/agent.pem"), "/k/agent.pem");
        assert_eq!(plain("/k/.20261124T093000Z"), "/k/.20261124T093000Z");
    }
}
