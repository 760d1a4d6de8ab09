//! `agent register`: a new agent at the platform, once.
//!
//! Owns what becomes of a private key that the server makes when it is given no public one: it goes to a file whose
//! name was taken before the request, or nowhere; it is never shown, logged or kept otherwise. An agent that is there
//! already is not registered again: one with this key is the one that was meant, one of the same name is a conflict
//! unless another was asked for. A public key that is another agent's is refused.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::api::wire::AgentRecord;
use crate::durable;
use crate::id::TenantId;
use crate::keys::{PrivateKey, PublicKey};
use crate::ops::access::{self, Grant};
use crate::ops::agent::AgentDraft;
use crate::ops::agent::create::{self, Created, created};
use crate::ops::agent::look::{RecordKey, local_fingerprint};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::reserved_file::ReservedFile;
use crate::ops::session::Session;
use crate::secret::SecretString;

/// No public key file is larger.
const LARGEST_LINE: u64 = 64 * 1024;

/// How an agent is registered.
#[derive(Debug, Clone, Default)]
pub struct RegisterAgentOptions {
    /// What it is to be.
    pub draft: AgentDraft,
    /// The file of the public key for its record.
    pub public_key: Option<PathBuf>,
    /// Where a private key goes that the server makes.
    pub save_generated_key: Option<PathBuf>,
    /// Register it although there is one of that name.
    pub another: bool,
}

/// What was registered.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct AgentRegisterReport {
    /// The record.
    pub agent: AgentRecord,
    /// The key on the record.
    pub own_key: Option<RecordKey>,
    /// Whether it was there before, with this very key.
    pub already_registered: bool,
    /// Whether the server's answer was lost and the record found by looking.
    pub settled_by_looking: bool,
    /// What became of the private key that the server made; absent where it made none.
    pub generated_key: Option<GeneratedKey>,
    /// What was asked for and the server does not keep.
    pub not_kept: Vec<&'static str>,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The endpoint's origin.
    pub endpoint: String,
    /// Where the token came from.
    pub authorized_by: String,
}

/// A private key that the server made.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct GeneratedKey {
    /// `saved`; `discarded` as nobody asked for it; `lost` with the server's answer.
    pub fate: &'static str,
    /// The file that it was saved to.
    pub path: Option<PathBuf>,
}

/// Registers an agent.
pub async fn register(session: &Session, options: &RegisterAgentOptions) -> Result<AgentRegisterReport, OpError> {
    check(&options.draft)?;
    let public = options.public_key.as_deref().map(public_key).transpose()?;
    let _lock = session.lock()?;
    let grant = access::any(session).await?;
    let agents = session.client()?.agents(grant.access()).await?;
    if let Some(public) = &public {
        let is_line = |agent: &&AgentRecord| agent.public_key.as_deref().is_some_and(|line| public.is_line(line));
        match agents.iter().find(is_line) {
            Some(agent) if agent.sent_name == options.draft.name => {
                let created = Created { record: agent.clone(), settled_by_looking: false, private_key: None };
                return report(session, &grant, options, created, true, None);
            }
            Some(agent) => {
                return Err(of_another(format!("agent `{}` carries that key on its record", agent.agent_id)));
            }
            None => {}
        }
        let keys = session.client()?.keys(grant.access()).await?;
        if let Some(key) = keys.iter().find(|key| key.is_usable() && public.is_line(&key.public_key)) {
            return Err(of_another(format!("that key is registered as {} for an agent already", key.key_id)));
        }
    }
    let same: Vec<&str> = agents
        .iter()
        .filter(|agent| agent.sent_name == options.draft.name)
        .map(|agent| agent.agent_id.as_str())
        .collect();
    if !same.is_empty() && !options.another {
        return Err(OpError::new(
            ErrorCode::Differs,
            format!("there is an agent of that name already: {}", same.join(", ")),
        )
        .hint(format!(
            "take it: `artcafe agent use {}`, or register one more of that name with `--another`",
            same.first().unwrap_or(&"ID")
        )));
    }
    let place = options.save_generated_key.as_deref().map(ReservedFile::reserve).transpose()?;
    let created = create::register(session, &grant, &options.draft, public.as_ref(), &agents).await?;
    finish(session, &grant, options, created, public.as_ref(), place)
}

/// The key is saved first, then the history told: were it the other way round, a history that cannot be written
/// would cost the key.
fn finish(
    session: &Session,
    grant: &Grant,
    options: &RegisterAgentOptions,
    mut registered: Created,
    public: Option<&PublicKey>,
    place: Option<ReservedFile>,
) -> Result<AgentRegisterReport, OpError> {
    let id = registered.record.agent_id.clone();
    let private_key = registered.private_key.take();
    let (generated, saved) = match (private_key, place) {
        (Some(key), Some(place)) if public.is_none() => match save(place, &key, &registered.record) {
            Ok(path) => (Some(GeneratedKey { fate: "saved", path: Some(path) }), Ok(())),
            Err(error) => (None, Err(error)),
        },
        (Some(_), _) => (Some(GeneratedKey { fate: "discarded", path: None }), Ok(())),
        (None, _) if registered.settled_by_looking && public.is_none() && registered.record.public_key.is_some() => {
            (Some(GeneratedKey { fate: "lost", path: None }), Ok(()))
        }
        (None, _) => (None, Ok(())),
    };
    let change = created(&options.draft, public).agent_id(&id);
    let path = generated.as_ref().and_then(|key| key.path.clone());
    session.record(match path {
        Some(path) => change.path(path),
        None => change,
    })?;
    saved.map_err(|error| {
        OpError::new(error.code, format!("agent `{id}` was registered, but the key that the server made for it could not be saved, and is gone"))
            .because(error)
            .hint(format!("give it a key of this machine's: `artcafe setup --agent-id {id}`; or delete it, `artcafe agent delete {id}`, and register it again"))
    })?;
    if let (Some("lost"), Some(place)) = (generated.as_ref().map(|key| key.fate), &options.save_generated_key) {
        return Err(OpError::new(
            ErrorCode::PartlyDone,
            format!("agent `{id}` was registered, but the server's answer was lost, and with it the private key for `{}`", place.display()),
        )
        .hint(format!("delete it, `artcafe agent delete {id}`, and register it again; or leave the record's key and give it one of this machine's: `artcafe --profile NAME setup --agent-id {id} --output PATH`")));
    }
    report(session, grant, options, registered, false, generated)
}

fn report(
    session: &Session,
    grant: &Grant,
    options: &RegisterAgentOptions,
    registered: Created,
    already_registered: bool,
    generated_key: Option<GeneratedKey>,
) -> Result<AgentRegisterReport, OpError> {
    let local = local_fingerprint(session)?;
    let agent = registered.record;
    Ok(AgentRegisterReport {
        own_key: RecordKey::of(&agent, local.as_deref()),
        already_registered,
        settled_by_looking: registered.settled_by_looking,
        generated_key,
        not_kept: if already_registered { Vec::new() } else { options.draft.lost_in(&agent) },
        tenant_id: session.tenant()?.clone(),
        endpoint: session.settings.endpoint.value.origin().to_owned(),
        authorized_by: grant.from.clone(),
        agent,
    })
}

fn of_another(what: String) -> OpError {
    OpError::new(ErrorCode::KeyOfAnotherAgent, format!("{what}; a private key is never shared between agents"))
        .hint("give the new agent a key of its own: `artcafe key generate --output PATH`")
}

/// What the platform would refuse, or take and never find again.
fn check(draft: &AgentDraft) -> Result<(), OpError> {
    let needed = |what: &str, flag: &str| {
        OpError::new(ErrorCode::InputNeeded, format!("the new agent has no {what}"))
            .hint(format!("give it with `{flag}`, or in the file of `--file`"))
    };
    if draft.name.trim().is_empty() {
        return Err(needed("name", "--name"));
    }
    if draft.agent_type.trim().is_empty() {
        return Err(needed("type", "--agent-type"));
    }
    draft.check()
}

/// The one line of a public key file.
fn public_key(path: &Path) -> Result<PublicKey, OpError> {
    let bytes = durable::read(path, LARGEST_LINE)?;
    let is_private = bytes.windows(PRIVATE.len()).any(|window| window == PRIVATE);
    let text = match String::from_utf8(bytes) {
        Ok(text) if !is_private => text,
        _ if is_private => {
            return Err(OpError::new(
                ErrorCode::KeyUnusable,
                format!("`{}` is a private key, which leaves this machine never", path.display()),
            )
            .hint(format!(
                "give its public half: `{}.pub`, or what `artcafe key show --public` prints",
                path.display()
            )));
        }
        _ => return Err(OpError::new(ErrorCode::KeyUnusable, format!("`{}` is no text", path.display()))),
    };
    PublicKey::parse_line(&text).map_err(|error| OpError::of_key(error, path))
}

/// What every private key file of the kinds that there are holds.
const PRIVATE: &[u8] = b"PRIVATE KEY-----";

/// Saves the key that the server made, if it is the record's.
fn save(place: ReservedFile, key: &SecretString, record: &AgentRecord) -> Result<PathBuf, OpError> {
    let decoded = PrivateKey::decode(key.expose().as_bytes(), None)?;
    let is_of_record = record.public_key.as_deref().is_some_and(|line| decoded.key.public().is_line(line));
    if !is_of_record {
        return Err(OpError::new(
            ErrorCode::BadAnswer,
            "the private key in the server's answer is not that of the record",
        ));
    }
    place.fill(key.expose().as_bytes())
}
