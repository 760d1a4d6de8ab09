//! Registering one agent: the request, and the doubt that a lost answer leaves.
//!
//! Owns that one run registers at most one agent. An answer that was lost is settled by looking at the list for what
//! was not there before; what cannot be settled is told to the history as such. Success is the caller's to tell,
//! since a key may have to be saved first.

use crate::api::wire::{AgentRecord, CreatedAgent, NewAgent};
use crate::checkpoint;
use crate::id::AgentId;
use crate::interrupt;
use crate::keys::PublicKey;
use crate::ops::access::Grant;
use crate::ops::agent::{AgentDraft, look};
use crate::ops::audit::{self, Action, Change, Outcome};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::register::LOOKS;
use crate::ops::session::Session;
use crate::secret::SecretString;

/// A registered agent.
pub(in crate::ops) struct Created {
    /// Its record.
    pub(in crate::ops) record: AgentRecord,
    /// Whether the answer was lost and the record found by looking.
    pub(in crate::ops) settled_by_looking: bool,
    /// The private key that the server made.
    pub(in crate::ops) private_key: Option<SecretString>,
}

/// Registers an agent that is not among the known ones.
pub(in crate::ops) async fn register(
    session: &Session,
    grant: &Grant,
    draft: &AgentDraft,
    public: Option<&PublicKey>,
    known: &[AgentRecord],
) -> Result<Created, OpError> {
    let line = public.map(|public| public.line(public.comment().unwrap_or_default()));
    let body = NewAgent {
        name: &draft.name,
        agent_type: &draft.agent_type,
        capabilities: &draft.capabilities,
        description: draft.description.as_deref(),
        metadata: draft.metadata(),
        public_key: line.as_deref(),
    };
    checkpoint::reach("agent.before_request");
    let outcome = session.client()?.create_agent(&body, grant.access()).await;
    checkpoint::reach("agent.after_request");
    let error = match outcome {
        Ok(CreatedAgent { record, private_key }) => {
            if let Err(refused) = check(&record, public) {
                session.record(created(draft, public).agent_id(&record.agent_id))?;
                return Err(refused);
            }
            return Ok(Created { record, settled_by_looking: false, private_key });
        }
        Err(error) if error.may_have_worked() => error,
        Err(error) => return Err(error.into()),
    };
    let is_new = |agent: &AgentRecord| {
        agent.sent_name == draft.name
            && known.iter().all(|known| known.agent_id != agent.agent_id)
            && public.is_none_or(|public| agent.public_key.as_deref().is_some_and(|line| public.is_line(line)))
    };
    let mut found: Vec<AgentRecord> = Vec::new();
    // A release that fails on every single agent has registered none, however long one looks.
    let is_hopeless = error.status() == Some(500) && look::is_broken(known);
    for wait in LOOKS.into_iter().take(if is_hopeless { 1 } else { LOOKS.len() }) {
        // Then it stays in doubt, which the history is told below.
        if interrupt::sleep(wait).await.is_err() {
            break;
        }
        // A list that fails says nothing; the next look may.
        if let Ok(agents) = session.client()?.agents(grant.access()).await {
            found = agents.into_iter().filter(is_new).collect();
        }
        if !found.is_empty() {
            break;
        }
    }
    match (found.pop(), found.is_empty()) {
        (Some(record), true) => Ok(Created { record, settled_by_looking: true, private_key: None }),
        (others, _) => {
            tell_doubt(session, created(draft, public).result(Outcome::Unknown))?;
            let ids: Vec<AgentId> = others.into_iter().chain(found).map(|agent| agent.agent_id).collect();
            Err(in_doubt(look::explained(session, grant, "register", error).await, &ids))
        }
    }
}

/// The history's line of an agent whose id is not known: it must not be taken for the configured one.
fn tell_doubt(session: &Session, change: Change) -> Result<(), OpError> {
    let settings = &session.settings;
    let change = change.server(settings.endpoint.value.origin()).tenant_id(session.tenant()?);
    audit::record(&settings.paths, (session.now)(), change)
}

fn in_doubt(failure: OpError, candidates: &[AgentId]) -> OpError {
    if failure.code == ErrorCode::AgentRoutes {
        return failure;
    }
    let ids: Vec<&str> = candidates.iter().map(AgentId::as_str).collect();
    failure.hint(match ids.is_empty() {
        true => "whether the agent was registered is not known: look in the portal, or run the same command again in a while, which looks first".to_owned(),
        false => format!("which agent is the new one is not known, as there are several of that name by now ({}): look in the portal", ids.join(", ")),
    })
}

/// The record must carry the key that was sent.
fn check(record: &AgentRecord, public: Option<&PublicKey>) -> Result<(), OpError> {
    match (public, &record.public_key) {
        (Some(public), Some(line)) if !public.is_line(line) => Err(OpError::new(
            ErrorCode::BadAnswer,
            format!("the server registered agent `{}` with another key than ours", record.agent_id),
        )
        .hint("delete that agent in the portal, and check that the endpoint is the platform's")),
        _ => Ok(()),
    }
}

/// What the history is told.
pub(in crate::ops) fn created(draft: &AgentDraft, public: Option<&PublicKey>) -> Change {
    let change = Change::new(Action::AgentCreated).to(&draft.name);
    match public {
        Some(public) => change.fingerprint(public.openssh_fingerprint()),
        None => change,
    }
}
