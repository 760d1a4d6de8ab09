//! What `setup` did, for people and programs.
//!
//! Owns the words of what is left to the portal and of what comes next.

use std::path::PathBuf;

use serde::Serialize;

use crate::id::{AgentId, KeyId, TenantId};
use crate::keys::Algorithm;
use crate::ops::own_key::{Holder, LoadedKey};
use crate::ops::progress::Stage;
use crate::ops::prove::ProofReport;
use crate::ops::session::Session;
use crate::ops::setup::configuration::Written;

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Done in this run.
    Done,
    /// It stood before.
    AlreadyDone,
    /// A person does it in the portal.
    LeftToPortal,
    /// It would be done.
    Planned,
}

impl StepState {
    /// The same for those who follow the steps.
    pub(super) fn told(self) -> Stage {
        match self {
            Self::Done => Stage::Done,
            Self::AlreadyDone => Stage::Skipped,
            Self::LeftToPortal => Stage::Left,
            Self::Planned => Stage::Planned,
        }
    }
}

/// One step.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct StepReport {
    /// `key`, `agent`, `registration`, `configuration`, `proof`.
    pub name: &'static str,
    /// How it stands.
    pub state: StepState,
    /// The thing that it is about.
    pub detail: String,
}

/// The key in short.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct SetupKey {
    /// Its file; for a key that an ssh-agent holds, the file that it would have.
    pub private_key_path: PathBuf,
    /// What holds its private half.
    pub holder: Holder,
    /// Its algorithm.
    pub algorithm: Algorithm,
    /// The OpenSSH fingerprint.
    pub fingerprint: String,
    /// The public line, for the portal.
    pub public_key: String,
}

/// What `setup` did.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct SetupReport {
    /// The agent; absent in a rehearsal that would register one.
    pub agent_id: Option<AgentId>,
    /// The tenant.
    pub tenant_id: Option<TenantId>,
    /// The endpoint's origin.
    pub endpoint: String,
    /// The key; absent in a rehearsal.
    pub key: Option<SetupKey>,
    /// The key record's id, where it is known.
    pub key_id: Option<KeyId>,
    /// The configuration file.
    pub config_path: PathBuf,
    /// The copy of the configuration as it was.
    pub config_backup: Option<PathBuf>,
    /// The steps, in their order.
    pub steps: Vec<StepReport>,
    /// Whether anything was made or changed.
    pub changed: bool,
    /// Whether this was a rehearsal.
    pub dry_run: bool,
    /// The proof; absent where no server was to be asked.
    pub proof: Option<ProofReport>,
    /// What a person does in the portal.
    pub portal_steps: Vec<String>,
}

impl SetupReport {
    pub(super) fn rehearsed(session: &Session, steps: Vec<StepReport>) -> Self {
        let settings = &session.settings;
        Self {
            agent_id: settings.agent_id.as_ref().map(|id| id.value.clone()),
            tenant_id: settings.tenant_id.as_ref().map(|id| id.value.clone()),
            endpoint: settings.endpoint.value.origin().to_owned(),
            key: None,
            key_id: settings.key_id.as_ref().map(|id| id.value.clone()),
            config_path: settings.paths.config.value.clone(),
            config_backup: None,
            steps,
            changed: false,
            dry_run: true,
            proof: None,
            portal_steps: Vec::new(),
        }
    }

    pub(super) fn finished(
        session: &Session,
        loaded: &LoadedKey,
        proof: Option<ProofReport>,
        written: Written,
        changed: bool,
        steps: Vec<StepReport>,
    ) -> Self {
        let public = loaded.key.public();
        let public_key = public.line(loaded.comment.as_deref().unwrap_or_default());
        let mut report = Self::rehearsed(session, steps);
        report.portal_steps = if proof.is_none() { portal_steps(session, &public_key) } else { Vec::new() };
        report.key = Some(SetupKey {
            private_key_path: loaded.path.clone(),
            holder: loaded.holder,
            algorithm: loaded.key.algorithm(),
            fingerprint: public.openssh_fingerprint(),
            public_key,
        });
        report.config_path = written.path;
        report.config_backup = written.backup;
        report.changed = changed;
        report.dry_run = false;
        report.proof = proof;
        report
    }
}

/// The guide's steps of registering a key by hand.
pub fn portal_steps(session: &Session, public_key: &str) -> Vec<String> {
    let agent = session.settings.agent_id.as_ref().map(|id| id.value.to_string()).unwrap_or_default();
    let key_type = session.settings.key_type.value.to_string();
    vec![
        "open https://portal.artcafe.ai and go to \"SSH Keys\"".to_owned(),
        "click \"Add New Key\"".to_owned(),
        format!("name it, choose the key type \"{key_type}\" and the associated agent `{agent}`"),
        format!("paste this public key: {public_key}"),
        // The platform verifies a key by its record's id, and tells that only to administrators.
        "submit, and run `artcafe setup --key-id KEY_ID` with the key id that the portal shows".to_owned(),
    ]
}

/// The same in one line, for a failure.
pub(super) fn portal_hint(session: &Session, public_key: &str) -> String {
    format!(
        "in the portal: {}; or log in as an administrator (`artcafe auth login`) and run the same `artcafe setup` again",
        portal_steps(session, public_key).join("; ")
    )
}
