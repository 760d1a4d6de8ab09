//! Why a proof was refused, as far as it can be told.
//!
//! Owns the reading of a refusal. The server gives one answer for every reason (`platform-api.md` 2.2);
//! with an administrator's token at hand the records tell which it is, without one only what is likely
//! is said. A server in trouble is no reason.

use super::{Proof, Store};
use crate::api::ApiError;
use crate::api::wire::KeyRecord;
use crate::config::Origin;
use crate::id::{AgentId, KeyId};
use crate::keys::Algorithm;
use crate::ops::access;
use crate::ops::agent::memory;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::fix::Fix;
use crate::ops::generate;
use crate::ops::own_key::Holder;
use crate::ops::session::Session;
use crate::ops::state::State;
use crate::ops::{register, revoke};

/// Whether a refused proof says that the key itself does not work. A server in trouble says nothing of the kind.
pub fn is_dead(code: ErrorCode) -> bool {
    use ErrorCode as Code;
    matches!(
        code,
        Code::ProofRefused
            | Code::KeyNotRegistered
            | Code::KeyRevoked
            | Code::KeyOfAnotherAgent
            | Code::AlgorithmRefused
            | Code::KeySuperseded
    )
}

impl Proof<'_> {
    /// The server gives one answer for every reason (section 2.2); with a token at hand the records tell which.
    pub(super) async fn diagnose(&self, error: ApiError) -> OpError {
        if self.asked == Store::AgentRecord {
            return self.diagnose_record(error).await;
        }
        let records = match access::administrator(self.session).await {
            Ok(Some(grant)) => self.client.keys(grant.access()).await.ok(),
            _ => None,
        };
        let agent = &self.report.agent_id;
        let failure = match &records {
            None => self.likely(),
            Some(records) => {
                let same: Vec<&KeyRecord> =
                    records.iter().filter(|record| self.key.key.public().is_line(&record.public_key)).collect();
                let named =
                    same.iter().find(|record| Some(&record.key_id) == self.report.key_id.as_ref()).or(same.first());
                match named {
                    None => self.ended_here().unwrap_or_else(|| not_registered(agent)),
                    Some(record) if !record.is_usable() => {
                        OpError::new(ErrorCode::KeyRevoked, format!("the key is registered as {} and was revoked", record.key_id))
                            .hint(self.new_key())
                    }
                    Some(record) if !record.is_of(agent) => OpError::new(
                        ErrorCode::KeyOfAnotherAgent,
                        format!("the key is registered as {} for another agent than `{agent}`", record.key_id),
                    )
                    .hint(format!("check the agent id (`artcafe config get auth.agent_id`), or {}", register::own_key_for(agent))),
                    Some(record) if self.report.key_id.as_ref() != Some(&record.key_id) => OpError::new(
                        ErrorCode::KeyNotRegistered,
                        match &self.report.key_id {
                            Some(_) => format!("the key is registered as {}, not under the key id that is configured", record.key_id),
                            None => format!("the key is registered as {}, but no key id is known here, and the agent's own record does not hold the key", record.key_id),
                        },
                    )
                    .hint(format!("use that id: `artcafe config set auth.ssh_key.key_id {}`", record.key_id))
                    .fix(Fix::ConfigSetKeyId(record.key_id.clone())),
                    Some(_) if self.report.algorithm == Algorithm::Ed25519 => ed25519_refused(),
                    Some(record) => OpError::new(
                        ErrorCode::ProofRefused,
                        format!("the key is registered as {} and active, but the server does not accept its signature", record.key_id),
                    )
                    .hint("the platform's older servers could verify no key at all: ask its operator which version runs"),
                }
            }
        };
        failure.because(error)
    }

    /// The way on from a key that is revoked.
    fn new_key(&self) -> String {
        if self.key.holder != Holder::KeyFile {
            return "make a new key and register it: `artcafe key generate --output PATH`, then `artcafe key register --private-key PATH`".to_owned();
        }
        format!(
            "make a new key in its place and register it: `{}`, then `artcafe key register`",
            generate::in_place_of(&self.session.settings.paths, &self.key.path)
        )
    }

    /// What was ended from here is no riddle, and a person's decision: nothing brings it back by itself.
    fn ended_here(&self) -> Option<OpError> {
        let failure = key_ended(self.session, self.report.key_id.as_ref()?)?;
        Some(failure.hint(self.new_key()))
    }

    /// A key that this machine registered elsewhere is not registered here as well: a key belongs to one agent of one
    /// tenant, and a flag or variable that names another one is the likelier slip.
    fn registered_elsewhere(&self) -> Option<OpError> {
        let report = &self.report;
        let state = State::load_if_readable(&self.session.settings.paths).ok()?;
        let elsewhere = state.registrations.iter().rev().find(|entry| {
            entry.endpoint == report.endpoint
                && entry.fingerprint == report.fingerprint
                && (&entry.tenant_id, &entry.agent_id) != (&report.tenant_id, &report.agent_id)
        })?;
        let settings = &self.session.settings;
        let origin = |origin: Option<&Origin>| origin.map_or_else(String::new, |origin| format!(" (from {origin})"));
        Some(
            OpError::new(
                ErrorCode::KeyNotRegistered,
                format!(
                    "this machine registered the key for agent `{}` of tenant `{}`, and what is asked for is agent `{}`{} of tenant `{}`{}",
                    elsewhere.agent_id,
                    elsewhere.tenant_id,
                    report.agent_id,
                    origin(settings.agent_id.as_ref().map(|id| &id.origin)),
                    report.tenant_id,
                    origin(settings.tenant_id.as_ref().map(|id| &id.origin)),
                ),
            )
            .hint("if that is a slip, name the agent and tenant of the key; otherwise give this agent a key of its own: `artcafe setup --output PATH`"),
        )
    }

    /// Without a token, only what is likely can be said.
    fn likely(&self) -> OpError {
        if self.report.key_id.is_none() {
            if let Some(failure) = self.registered_elsewhere() {
                return failure;
            }
            return OpError::new(
                ErrorCode::KeyNotRegistered,
                format!("no key id is known for agent `{}`, and the key on the agent's own record is another one", self.report.agent_id),
            )
            .hint("register the key: `artcafe key register`; if it is registered in the portal, give its id: `artcafe config set auth.ssh_key.key_id ID`, or ARTCAFE_KEY_ID")
            .fix(Fix::KeyRegister);
        }
        if let Some(failure) = self.ended_here() {
            return failure;
        }
        let ed25519 = match self.report.algorithm {
            Algorithm::Ed25519 => "; or the server cannot verify Ed25519 keys, as the real platform cannot",
            Algorithm::Rsa => "",
        };
        OpError::new(
            ErrorCode::ProofRefused,
            format!("the server does not accept the key: it is not registered under its key id, was revoked, or belongs to another agent{ed25519}"),
        )
        .hint("an administrator's token tells which: `artcafe auth login`, then `artcafe auth test` again")
    }
}

/// A token that is good only later: the clocks of server and issuer differ (sections 5 and 12.1, bug 22).
pub(in crate::ops) fn is_not_yet_valid(error: &ApiError) -> bool {
    matches!(error, ApiError::Status { status: 401, detail, .. } if detail.as_str().contains("not yet valid"))
}

/// The failure that goes with it.
pub(in crate::ops) fn not_yet_valid() -> OpError {
    OpError::new(
        ErrorCode::ClockSkew,
        "the server takes the token for one of the future: the server's clock or its time zone is wrong",
    )
    .hint("wait until its clock has caught up, or tell the platform's operator that the server has to run in UTC")
}

/// The server registers such keys and cannot verify them (section 3.3).
pub(in crate::ops) fn ed25519_refused() -> OpError {
    OpError::new(
        ErrorCode::AlgorithmRefused,
        "the server does not accept this Ed25519 key: the platform registers such keys but, as far as is known, cannot verify them",
    )
    .hint("use an RSA key: `artcafe key generate --algorithm rsa --output PATH`")
}

fn not_registered(agent: &AgentId) -> OpError {
    OpError::new(ErrorCode::KeyNotRegistered, format!("the key is not registered for agent `{agent}`"))
        .hint("register it: `artcafe key register` (with an administrator's token), or in the portal")
        .fix(Fix::KeyRegister)
}
/// The failure of a key that this machine ended as this record.
fn key_ended(session: &Session, id: &KeyId) -> Option<OpError> {
    let (how, at) = revoke::ended_here(session, id).ok()??;
    let at = at.strftime("%Y-%m-%d %H:%M UTC");
    Some(OpError::new(ErrorCode::KeyRevoked, format!("the key was {how} as {id} by this machine on {at}")))
}

/// The failure of a configured key that cannot be good any more by what this machine itself did: it ended the key, or
/// deleted its agent.
pub fn ended_from_here(session: &Session) -> Option<OpError> {
    let of_key = session.settings.key_id.as_ref().and_then(|id| key_ended(session, &id.value));
    let of_agent = || {
        let deleted = memory::deleted_configured(session)?;
        let id = session.agent().ok()?;
        Some(OpError::new(ErrorCode::KeyRevoked, format!("agent `{id}` was deleted from here on {}", deleted.at)))
    };
    of_key.or_else(of_agent).map(|error| {
        error.hint(
            "a person decided it: a new key is made with `artcafe setup`, a new agent with `artcafe agent register`",
        )
    })
}
