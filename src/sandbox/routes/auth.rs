//! Challenge and response (sections 2.2, 3). Every failed proof is the same 401, so that nothing can be told apart.
//! `documented` binds a challenge to tenant and agent and uses it up; `as-built` never looks at the store in
//! `/auth/agent/verify`.

use crate::sandbox::access;
use crate::sandbox::body::Fields;
use crate::sandbox::call::Call;
use crate::sandbox::generated;
use crate::sandbox::options::Dialect;
use crate::sandbox::reply::{Answer, Reply};
use crate::sandbox::signature;
use crate::sandbox::store::ChallengeRow;
use axum::http::StatusCode;
use serde_json::{Value, json};

/// The life of a challenge, in microseconds.
const CHALLENGE_LIFE: i64 = 300 * 1_000_000;

/// `POST /auth/challenge`
pub(in crate::sandbox) fn challenge(call: &Call<'_>) -> Answer {
    let body = call.body()?;
    let tenant = access::challenged_tenant(call)?;
    let (agent, _ignored) = challenge_body(&body)?;
    access::validate(call, &tenant)?;
    issue(call, &tenant, agent)
}

/// `POST /auth/agent/challenge`
pub(in crate::sandbox) fn agent_challenge(call: &Call<'_>) -> Answer {
    let body = call.body()?;
    let (agent, tenant) = challenge_body(&body)?;
    let Some(tenant) = tenant else {
        return Err(Reply::detail(StatusCode::BAD_REQUEST, "tenant_id is required in request body"));
    };
    access::validate(call, &tenant)?;
    issue(call, &tenant, agent)
}

fn challenge_body(body: &Option<Value>) -> Result<(Option<String>, Option<String>), Reply> {
    let mut fields = Fields::of_body(body);
    let found = (named(&mut fields, "agent_id"), named(&mut fields, "tenant_id"));
    fields.finish().map(|()| found)
}

/// An optional id; an empty one counts as none.
fn named(fields: &mut Fields<'_>, name: &str) -> Option<String> {
    fields.optional_text(name).filter(|text| !text.is_empty())
}

fn issue(call: &Call<'_>, tenant: &str, agent: Option<String>) -> Answer {
    let row = ChallengeRow {
        tenant_id: tenant.to_owned(),
        challenge: generated::challenge()?,
        agent_id: agent,
        expires_at: call.now().saturating_add(CHALLENGE_LIFE),
    };
    call.store.insert_challenge(&row)?;
    Ok(Reply::ok(&json!({
        "challenge": row.challenge,
        "expires_at": call.stamp(row.expires_at),
        "tenant_id": row.tenant_id,
        "agent_id": row.agent_id,
    })))
}

/// `POST /auth/verify`
pub(in crate::sandbox) fn verify(call: &Call<'_>) -> Answer {
    let body = call.body()?;
    let mut fields = Fields::of_body(&body);
    let tenant = fields.text("tenant_id");
    let key_id = fields.text("key_id");
    let challenge = fields.text("challenge");
    let response = fields.text("response");
    let agent = named(&mut fields, "agent_id");
    fields.finish()?;
    access::validate(call, &tenant)?;

    let Some(key) = call.store.key(&tenant, &key_id)? else { return Err(refused()) };
    let differs = |one: Option<&str>, other: Option<&str>| one.zip(other).is_some_and(|(one, other)| one != other);
    if key.revoked || key.status != "active" || differs(agent.as_deref(), key.agent_id.as_deref()) {
        return Err(refused());
    }
    // As built, only the agent that the request names is held against the challenge's.
    let proved = match call.dialect {
        Dialect::Documented => agent.as_deref().or(key.agent_id.as_deref()),
        Dialect::AsBuilt => agent.as_deref(),
    };
    waiting(call, &tenant, &challenge, proved)?;
    if !signature::verifies(call.dialect, &key.public_key, &challenge, &response) {
        return Err(refused());
    }
    let agent = agent.or_else(|| key.agent_id.clone());
    let token = call.signer.key(&tenant, &key.id, &key.key_type, agent.as_deref(), call.request.now);
    call.store.together(|| {
        call.store.delete_challenge(&tenant, &challenge)?;
        call.store.touch_key(&tenant, &key.id, call.now())
    })?;
    proven(token)
}

/// `POST /auth/agent/verify`
pub(in crate::sandbox) fn agent_verify(call: &Call<'_>) -> Answer {
    let body = call.body()?;
    let mut fields = Fields::of_body(&body);
    let tenant = fields.text("tenant_id");
    let agent_id = fields.text("agent_id");
    let challenge = fields.text("challenge");
    let response = fields.text("response");
    fields.finish()?;
    access::validate(call, &tenant)?;

    let agent = call.store.agent(&tenant, &agent_id)?;
    let Some(line) = agent.and_then(|agent| agent.public_key) else { return Err(refused()) };
    if call.dialect == Dialect::Documented {
        waiting(call, &tenant, &challenge, Some(&agent_id))?;
    }
    if !signature::verifies(call.dialect, &line, &challenge, &response) {
        return Err(refused());
    }
    if call.dialect == Dialect::Documented {
        call.store.delete_challenge(&tenant, &challenge)?;
    }
    proven(call.signer.agent(&tenant, &agent_id, call.request.now))
}

/// Demands that the challenge was issued here, has time left, and is not another agent's.
fn waiting(call: &Call<'_>, tenant: &str, challenge: &str, agent: Option<&str>) -> Result<(), Reply> {
    let row = call.store.challenge(tenant, challenge)?.filter(|row| row.expires_at > call.now());
    let fits = row.is_some_and(|row| match (row.agent_id.as_deref(), agent) {
        (Some(bound), Some(agent)) => bound == agent,
        (Some(_bound), None) => call.dialect == Dialect::AsBuilt,
        (None, _) => true,
    });
    if fits { Ok(()) } else { Err(refused()) }
}

fn refused() -> Reply {
    Reply::detail(StatusCode::UNAUTHORIZED, "Invalid signature")
}

fn proven(token: Option<String>) -> Answer {
    let token = token.ok_or_else(|| Reply::broken("cannot sign a token"))?;
    Ok(Reply::ok(&json!({ "valid": true, "message": "Authentication successful", "token": token })))
}
