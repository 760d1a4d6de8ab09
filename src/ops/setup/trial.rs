//! The trial of an Ed25519 key before its registration stays.
//!
//! Owns the taking back: the platform registers keys that it cannot verify, and such a registration,
//! and an agent that was made for it, must not stay. What was there before stays.

use super::Run;
use crate::config::Sourced;
use crate::ops::access::Grant;
use crate::ops::audit::{Action, Change};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::own_key::{Holder, LoadedKey};
use crate::ops::prove;
use crate::ops::register;
use crate::ops::session::Session;
use crate::ops::state::State;

impl Run<'_> {
    /// The platform registers keys that it cannot verify: such a registration must not stay.
    pub(super) async fn try_before_keeping(
        &mut self,
        session: &mut Session,
        grant: &Grant,
        loaded: &LoadedKey,
        id: &crate::id::KeyId,
        is_ours: bool,
    ) -> Result<(), OpError> {
        let before = session.settings.key_id.replace(Sourced::default_of(id.clone()));
        let outcome = prove::prove(session, loaded).await?;
        session.settings.key_id = before;
        let error = match outcome.verdict {
            Ok(_) => return Ok(()),
            // The server has just said that it is registered, so a list that does not show it is a stale one.
            Err(error) if prove::is_dead(error.code) && error.code != ErrorCode::KeyRevoked => {
                OpError { source: error.source, ..prove::ed25519_refused() }
            }
            Err(error) => return Err(error),
        };
        let registration = if is_ours {
            self.take_back(session, grant, id, &error).await?;
            "its registration was taken back".to_owned()
        } else {
            format!("its registration {id}, which was there before, stays")
        };
        let key = match loaded.holder {
            Holder::SshAgent => "the key stays in the ssh-agent".to_owned(),
            _ => format!("the key file stays at `{}`", loaded.path.display()),
        };
        let stands = format!("{}; {registration}, nothing is configured, and {key}", error.message);
        let name = format!("{}_rsa", loaded.path.file_name().unwrap_or_default().to_string_lossy());
        Err(OpError { message: stands, ..error }.hint(format!(
            "run `artcafe setup` again with an RSA key beside it: `--algorithm rsa --ssh-key-name {name}`"
        )))
    }

    pub(super) fn is_remembered(
        &self,
        session: &Session,
        report: &register::RegisterReport,
        id: &crate::id::KeyId,
    ) -> Result<bool, OpError> {
        let state = State::load(&session.settings.paths)?;
        let known = state.registration(&report.endpoint, &report.tenant_id, &report.agent_id, &report.fingerprint);
        Ok(known.is_some_and(|entry| &entry.key_id == id))
    }

    async fn take_back(
        &self,
        session: &Session,
        grant: &Grant,
        id: &crate::id::KeyId,
        error: &OpError,
    ) -> Result<(), OpError> {
        let client = session.client()?;
        let reason = "the server cannot verify the key";
        let mut taken = client.delete_key(id, grant.access()).await;
        if taken.is_ok() {
            session.record(Change::new(Action::KeyDeleted).key_id(id).reason(reason))?;
        }
        if let (Ok(()), Some(agent)) = (&taken, &self.made_agent) {
            taken = client.delete_agent(agent, grant.access()).await;
            if taken.is_ok() {
                session.record(Change::new(Action::AgentDeleted).agent_id(agent).reason(reason))?;
            }
        }
        match taken {
            Ok(()) => {}
            Err(gone) if gone.is_record_missing() => {}
            Err(left) => {
                return Err(OpError::new(
                    ErrorCode::PartlyDone,
                    format!("{}; its registration {id} could not be taken back", error.message),
                )
                .because(OpError::from(left))
                .hint("delete that key (and the agent, if it is new) in the portal"));
            }
        }
        let mut state = State::load(&session.settings.paths)?;
        state.registrations.retain(|entry| &entry.key_id != id);
        state.save(&session.settings.paths)
    }
}
