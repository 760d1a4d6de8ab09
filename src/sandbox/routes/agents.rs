//! Agents as of the era before NKeys (section 2.4): wrapped without `type` as built, flat with `agent_id` and `type`
//! as documented. An agent record's own public key is a second key store, and cannot be changed. What the platform sets
//! by a connection, status and time of the last sign, is set here by a control of the sandbox's own.

use crate::sandbox::access;
use crate::sandbox::body::Fields;
use crate::sandbox::call::Call;
use crate::sandbox::generated;
use crate::sandbox::limits::{self, Resource};
use crate::sandbox::options::Dialect;
use crate::sandbox::pages;
use crate::sandbox::public_key::PublicKey;
use crate::sandbox::reply::{Answer, Reply};
use crate::sandbox::store::AgentRow;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// An agent as this dialect shows it.
fn shown(call: &Call<'_>, agent: &AgentRow) -> Map<String, Value> {
    let mut object = Map::new();
    let documented = call.dialect == Dialect::Documented;
    object.insert(if documented { "agent_id" } else { "id" }.to_owned(), json!(agent.id));
    if documented {
        object.insert("type".to_owned(), json!(agent.agent_type));
    }
    let rest = json!({
        "created_at": call.stamp(agent.created_at),
        "updated_at": call.stamp(agent.updated_at),
        "name": agent.name,
        "capabilities": agent.capabilities,
        "capability_definitions": agent.capability_definitions,
        "metadata": agent.metadata,
        "status": agent.status,
        "tenant_id": agent.tenant_id,
        "public_key": agent.public_key,
        "key_fingerprint": agent.key_fingerprint,
        "last_seen": call.optional_stamp(agent.last_seen),
        "channel_subscriptions": [],
        "active_connections": 0,
        "total_messages_sent": 0,
        "total_messages_received": 0,
        "average_response_time_ms": null,
        "success_rate": null,
        "max_concurrent_tasks": 5,
        "max_memory_mb": null,
        "max_cpu_percent": null,
    });
    if let Value::Object(rest) = rest {
        object.extend(rest);
    }
    object
}

/// One agent, flat or wrapped, with what an answer adds to it.
fn answered(call: &Call<'_>, agent: &AgentRow, more: Value) -> Value {
    let mut object = shown(call, agent);
    let extra = if let Value::Object(more) = more { more } else { Map::new() };
    match call.dialect {
        Dialect::Documented => {
            object.extend(extra);
            Value::Object(object)
        }
        Dialect::AsBuilt => {
            let mut wrapped = Map::new();
            wrapped.insert("agent".to_owned(), Value::Object(object));
            wrapped.extend(extra);
            wrapped.insert("success".to_owned(), json!(true));
            Value::Object(wrapped)
        }
    }
}

fn unknown(id: &str) -> Reply {
    Reply::missing(&format!("Agent {id} not found"))
}

/// `GET /agents`
pub(in crate::sandbox) fn list(call: &Call<'_>) -> Answer {
    let access = access::tenant(call)?.whole()?;
    let status = call.query("status").filter(|status| !status.is_empty());
    let (agents, next) = pages::page(call, call.listed_agents()?, &access.tenant, |agent| {
        status.as_ref().is_none_or(|status| *status == agent.status)
    })?;
    if call.dialect == Dialect::AsBuilt && status.is_some() {
        return Err(Reply::broken("status is a reserved word of the database"));
    }
    let agents: Vec<Value> = agents.iter().map(|agent| Value::Object(shown(call, agent))).collect();
    Ok(Reply::ok(&json!({ "agents": agents, "next_token": next })))
}

/// `GET /agents/{id}`
pub(in crate::sandbox) fn show(call: &Call<'_>, id: &str) -> Answer {
    let access = access::tenant(call)?;
    access.owning(Some(id))?;
    let agent = call.store.agent(&access.tenant, id)?.ok_or_else(|| unknown(id))?;
    Ok(Reply::ok(&answered(call, &agent, json!({}))))
}

/// `POST /agents`
pub(in crate::sandbox) fn create(call: &Call<'_>) -> Answer {
    let body = call.body()?;
    let access = access::tenant(call)?.whole()?;
    let mut fields = Fields::of_body(&body);
    let name = fields.text("name");
    let agent_type = fields.text("type");
    let capabilities = fields.texts("capabilities", false).unwrap_or_default();
    let definitions = fields.each("capability_definitions", capability_definition);
    let metadata = metadata(call, &mut fields);
    let public_key = fields.optional_text("public_key").filter(|line| !line.is_empty());
    let unreadable = public_key.as_deref().is_some_and(|line| PublicKey::from_line(line).is_none());
    if call.dialect == Dialect::Documented && fields.is_fine() && unreadable {
        fields.refuse("public_key", "Invalid SSH public key");
    }
    fields.finish()?;
    limits::enforce(call, &access.tenant, Resource::Agents)?;

    let (public_key, key_fingerprint, private_key) = match public_key {
        Some(line) => (line, None, None),
        None => {
            let pair = generated::rsa_pair().ok_or_else(|| Reply::broken("cannot make an RSA pair"))?;
            let second = call.request.now.strftime("%Y%m%d_%H%M%S");
            let line = format!("{} artcafe_agent_{name}_{}_{second}", pair.public_line, access.tenant);
            // Of the whole line with its comment, in hexadecimal: the third kind of fingerprint (section 4).
            let fingerprint = generated::hex(&Sha256::digest(line.as_bytes()));
            (line, Some(fingerprint), Some(pair.private_pem))
        }
    };
    let agent = AgentRow {
        tenant_id: access.tenant,
        id: generated::ulid(call.request.now.as_millisecond())?,
        name,
        agent_type,
        status: "offline".to_owned(),
        public_key: Some(public_key),
        key_fingerprint,
        capabilities: json!(capabilities),
        capability_definitions: json!(definitions),
        metadata,
        last_seen: Some(call.now()),
        created_at: call.now(),
        updated_at: call.now(),
    };
    call.store.insert_agent(&agent)?;
    Ok(Reply::created(&answered(call, &agent, json!({ "private_key": private_key }))))
}

/// `PUT /agents/{id}`: name and metadata only.
pub(in crate::sandbox) fn update(call: &Call<'_>, id: &str) -> Answer {
    let body = call.body()?;
    let access = access::tenant(call)?.whole()?;
    let mut fields = Fields::of_body(&body);
    let name = fields.optional_text("name");
    let metadata = fields.raw("metadata").is_some_and(|value| !value.is_null()).then(|| metadata(call, &mut fields));
    fields.finish()?;
    let mut agent = call.store.agent(&access.tenant, id)?.ok_or_else(|| unknown(id))?;
    if let Some(name) = name {
        agent.name = name;
    }
    if let Some(metadata) = metadata {
        agent.metadata = metadata;
    }
    agent.last_seen = Some(call.now());
    agent.updated_at = call.now();
    call.store.replace_agent(&agent)?;
    Ok(Reply::ok(&answered(call, &agent, json!({}))))
}

/// `DELETE /agents/{id}`: its key records go too.
pub(in crate::sandbox) fn delete(call: &Call<'_>, id: &str) -> Answer {
    let access = access::tenant(call)?.whole()?;
    if call.store.delete_agent(&access.tenant, id)? { Ok(Reply::no_content()) } else { Err(unknown(id)) }
}

/// `GET /agents/status/summary`, which came with a later version than `as-built` is (section 2.5).
pub(in crate::sandbox) fn summary(call: &Call<'_>) -> Answer {
    let access = access::tenant(call)?.whole()?;
    let agents: Vec<AgentRow> =
        call.listed_agents()?.into_iter().filter(|agent| agent.tenant_id == access.tenant).collect();
    let online = agents.iter().filter(|agent| agent.status == "online").count();
    Ok(Reply::ok(&json!({
        "total_agents": agents.len(),
        "online_agents": online,
        "offline_agents": agents.len() - online,
        "timestamp": call.stamp(call.now()),
    })))
}

/// `PUT /sandbox/agents/{id}/status`: as if the agent had connected, or gone. No route of the platform's.
pub(in crate::sandbox) fn set_status(call: &Call<'_>, id: &str) -> Answer {
    let body = call.body()?;
    let access = access::tenant(call)?.whole()?;
    let mut fields = Fields::of_body(&body);
    let status = fields.text("status");
    fields.finish()?;
    let mut agent = call.store.agent(&access.tenant, id)?.ok_or_else(|| unknown(id))?;
    agent.status = status;
    agent.last_seen = Some(call.now());
    call.store.replace_agent(&agent)?;
    Ok(Reply::ok(&answered(call, &agent, json!({}))))
}

fn capability_definition(fields: &mut Fields<'_>) -> Value {
    json!({
        "name": fields.text("name"),
        "version": fields.text_or("version", "1.0"),
        "description": fields.optional_text("description"),
        "parameters": fields.optional_object("parameters"),
        "models": fields.texts("models", true),
        "max_concurrent": fields.raw("max_concurrent").and_then(Value::as_i64).unwrap_or(1),
        "average_duration_ms": fields.raw("average_duration_ms").and_then(Value::as_i64),
    })
}

/// The four members that the platform keeps; others are dropped.
fn metadata(call: &Call<'_>, fields: &mut Fields<'_>) -> Value {
    let read = |inner: &mut Fields<'_>| {
        json!({
            "description": inner.optional_text("description"),
            "owner": inner.optional_text("owner"),
            "tags": inner.texts("tags", true),
            "custom": inner.optional_object("custom"),
        })
    };
    let empty = json!({ "description": null, "owner": null, "tags": null, "custom": null });
    let mut metadata = fields.nested("metadata", read).unwrap_or(empty);
    if call.dialect == Dialect::AsBuilt {
        booleans_to_numbers(&mut metadata);
    }
    metadata
}

/// What the platform's database layer does to free-form booleans (1.7).
fn booleans_to_numbers(value: &mut Value) {
    match value {
        Value::Bool(flag) => *value = json!(u8::from(*flag)),
        Value::Array(items) => items.iter_mut().for_each(booleans_to_numbers),
        Value::Object(members) => members.values_mut().for_each(booleans_to_numbers),
        Value::Null | Value::Number(_) | Value::String(_) => {}
    }
}
