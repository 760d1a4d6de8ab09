//! Whether a key should be replaced: its age, measured against the policy.
//!
//! Owns the verdict and where each fact of it comes from. Local facts alone suffice, so that a timer
//! can decide while the server is down; [`ask()`] adds what the server knows. Changes nothing and never
//! asks a person.

mod ask;
mod made;
mod standing;

use jiff::Timestamp;

use crate::checkpoint;
use crate::keys::{self, KeyFiles, PublicKey};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::own_key;
use crate::ops::rotate::{self, Direction, Phase};
use crate::ops::session::Session;
use crate::ops::show;
use crate::ops::state::State;
use crate::ops::superseded;

pub use ask::ask;
pub use made::MadeBy;
pub use standing::{OpenRotation, Registration, Standing, Verdict};

/// What is known of the configured key without asking the server; needs no passphrase.
pub fn assess(session: &Session) -> Result<Standing, OpError> {
    checkpoint::panic_at("due.assess");
    measure(session).map(|(standing, _)| standing)
}

/// The failure of a configuration from the past, which names a key that a rotation has replaced.
pub fn refuse_superseded(session: &Session) -> Option<OpError> {
    superseded::refusal(session)
}

/// The same, with the public key where it can be read.
fn measure(session: &Session) -> Result<(Standing, Option<PublicKey>), OpError> {
    let settings = &session.settings;
    if settings.file.is_none() {
        // A name that somebody misspelt must not pass for a key that is fresh.
        return Err(OpError::new(
            ErrorCode::NotConfigured,
            format!("there is no configuration at `{}`", settings.paths.config.value.display()),
        )
        .hint("make one with `artcafe setup`"));
    }
    session.refuse_given_key("the age of a key")?;
    let path = &settings.private_key_path.value;
    let state = State::load(&settings.paths)?;
    // Of a key that an ssh-agent holds the public half alone is here; without an agent its private half is just gone.
    let held = own_key::held_by_agent(path).filter(|_| session.ssh_agent.socket.is_some());
    let (public, key_format, encrypted, file) = match held {
        Some(public) => (Some(public), None, false, KeyFiles::at(path).public),
        None => {
            let bytes = keys::read_private(path).map_err(|error| match OpError::from(error) {
                error if error.code == ErrorCode::KeyFileMissing => superseded::explained(session, error),
                error => error,
            })?;
            let inspection = keys::inspect(bytes.expose()).map_err(|error| OpError::of_key(error, path))?;
            (inspection.public, Some(inspection.format), inspection.encrypted, path.clone())
        }
    };
    let remembered = show::registered(session, &state, &file);
    let fingerprint = public
        .as_ref()
        .map(PublicKey::openssh_fingerprint)
        .or_else(|| remembered.map(|entry| entry.fingerprint.clone()));
    let (agent_id, tenant_id) =
        (settings.agent_id.as_ref().map(|id| id.value.clone()), settings.tenant_id.as_ref().map(|id| id.value.clone()));
    let endpoint = settings.endpoint.value.origin().to_owned();
    let registered = match (&agent_id, &tenant_id, &fingerprint) {
        (Some(agent), Some(tenant), Some(fingerprint)) => state.registration(&endpoint, tenant, agent, fingerprint),
        _ => None,
    };
    let (made_at, made_by) = made::locally(&file, registered)?;
    let now = (session.now)();
    let key_id = settings.key_id.as_ref().map(|id| id.value.clone());
    let mut standing = Standing {
        config_path: settings.paths.config.value.clone(),
        agent_id,
        tenant_id,
        endpoint,
        private_key_path: path.clone(),
        algorithm: public
            .as_ref()
            .map(|key| key.algorithm().map_or_else(|| key.key_type().to_owned(), |algorithm| algorithm.to_string())),
        bits: public.as_ref().map(PublicKey::bits),
        key_format,
        encrypted,
        fingerprint,
        key_id: key_id.or_else(|| registered.map(|entry| entry.key_id.clone())),
        registration: Registration::Unknown,
        server_problem: None,
        made_at,
        made_by,
        age_days: 0,
        last_used: None,
        last_used_is_own: false,
        token_life_seconds: None,
        window_opens_at: made_at,
        due_at: made_at,
        verdict: Verdict::Unknown,
        rotation: open_rotation(session, now)?,
        superseded_by: superseded::current(session),
        on_agent_record: registered.is_some_and(|entry| entry.on_agent_record).then_some(true),
    };
    standing.judge(now, settings.rotation.after.value, settings.rotation.max_age.value);
    Ok((standing, public))
}

fn open_rotation(session: &Session, now: Timestamp) -> Result<Option<OpenRotation>, OpError> {
    // One that cannot be read says nothing of the key's age; whoever opened the session has been told of it.
    let journal = rotate::open(&session.settings.paths).ok().flatten();
    Ok(journal.map(|journal| {
        let in_grace = journal.phase == Phase::Confirmed
            && journal.direction == Direction::Forward
            && journal.hook.as_ref().is_none_or(|hook| hook.succeeded)
            && journal.retire_after.is_some_and(|end| now < end);
        OpenRotation {
            phase: journal.phase,
            direction: journal.direction,
            started_at: journal.started_at,
            retire_after: journal.retire_after,
            can_go_on: !in_grace,
        }
    }))
}
