//! Registered keys (sections 2.3, 6). Neither dialect asks that the agent exists or that the key is new.

use crate::sandbox::access::{self, Power};
use crate::sandbox::body::Fields;
use crate::sandbox::call::Call;
use crate::sandbox::generated;
use crate::sandbox::limits::{self, Resource};
use crate::sandbox::options::Dialect;
use crate::sandbox::pages;
use crate::sandbox::public_key::PublicKey;
use crate::sandbox::reply::{Answer, Reply};
use crate::sandbox::store::KeyRow;
use axum::http::StatusCode;
use serde_json::{Value, json};

/// A key as this dialect shows it. The metadata is never shown (2.3).
fn shown(call: &Call<'_>, key: &KeyRow) -> Value {
    let id = match call.dialect {
        Dialect::Documented => "key_id",
        Dialect::AsBuilt => "id",
    };
    json!({
        id: key.id,
        "created_at": call.stamp(key.created_at),
        "updated_at": call.stamp(key.updated_at),
        "name": key.name,
        "public_key": key.public_key,
        "key_type": key.key_type,
        "agent_id": key.agent_id,
        "fingerprint": key.fingerprint,
        "tenant_id": key.tenant_id,
        "status": key.status,
        "last_used": call.optional_stamp(key.last_used),
        "revoked": key.revoked,
        "revoked_at": call.optional_stamp(key.revoked_at),
        "revocation_reason": key.revocation_reason,
    })
}

fn wrapped(call: &Call<'_>, key: &KeyRow) -> Value {
    json!({ "key": shown(call, key), "success": true })
}

fn unknown(id: &str) -> Reply {
    Reply::missing(&format!("SSH key {id} not found"))
}

/// Finds a key that the request may touch.
fn reachable(call: &Call<'_>, id: &str) -> Result<KeyRow, Reply> {
    let access = access::tenant(call)?;
    let key = call.store.key(&access.tenant, id)?.ok_or_else(|| unknown(id))?;
    access.owning(key.agent_id.as_deref())?;
    Ok(key)
}

/// `GET /ssh-keys`
pub(in crate::sandbox) fn list(call: &Call<'_>) -> Answer {
    let access = access::tenant(call)?;
    let (agent, key_type) = (call.query("agent_id"), call.query("key_type"));
    let own = match &access.power {
        Power::Whole => None,
        Power::Agent(own) => {
            access.owning(agent.as_deref().or(Some(own)))?;
            Some(own.clone())
        }
    };
    let agent = own.or(agent);
    let (keys, next) = pages::page(call, call.listed_keys()?, &access.tenant, |key| {
        (agent.is_none() || key.agent_id == agent) && key_type.as_ref().is_none_or(|wanted| *wanted == key.key_type)
    })?;
    let keys: Vec<Value> = keys.iter().map(|key| shown(call, key)).collect();
    let name = match call.dialect {
        Dialect::Documented => "ssh_keys",
        Dialect::AsBuilt => "keys",
    };
    Ok(Reply::ok(&json!({ name: keys, "next_token": next })))
}

/// `GET /ssh-keys/{id}`
pub(in crate::sandbox) fn show(call: &Call<'_>, id: &str) -> Answer {
    let key = reachable(call, id)?;
    Ok(Reply::ok(&wrapped(call, &key)))
}

/// `POST /ssh-keys`
pub(in crate::sandbox) fn create(call: &Call<'_>) -> Answer {
    const KEY_TYPES: [&str; 3] = ["access", "agent", "deployment"];
    let body = call.body()?;
    let access = access::tenant(call)?;
    let mut fields = Fields::of_body(&body);
    let name = fields.text("name");
    let public_key = fields.text("public_key");
    let key_type = fields.text_or("key_type", "access");
    let named = fields.raw("key_type").is_some_and(Value::is_string);
    if named && !KEY_TYPES.contains(&key_type.as_str()) {
        fields.refuse("key_type", "Key type must be one of: access, agent, deployment");
    }
    let agent_id = fields.optional_text("agent_id");
    // Sent fingerprints are ignored: the server takes its own.
    fields.optional_text("fingerprint");
    let metadata = fields.optional_object("metadata");
    let parsed = PublicKey::from_line(&public_key);
    if call.dialect == Dialect::Documented && fields.is_fine() {
        if parsed.is_none() {
            fields.refuse("public_key", "Invalid SSH public key");
        }
        // The documents call it optional, but no server has ever stored a key without it (bug 8).
        if agent_id.is_none() {
            fields.miss("agent_id");
        }
    }
    fields.finish()?;
    access.owning(agent_id.as_deref())?;
    limits::enforce(call, &access.tenant, Resource::SshKeys)?;
    let parsed = parsed.ok_or_else(|| Reply::broken("unparsable public key"))?;
    if agent_id.is_none() {
        return Err(Reply::broken("null agent_id in an indexed attribute"));
    }
    let key = KeyRow {
        tenant_id: access.tenant,
        id: generated::ulid(call.request.now.as_millisecond())?,
        name,
        public_key,
        key_type,
        agent_id,
        fingerprint: parsed.fingerprint(),
        status: "active".to_owned(),
        metadata: metadata.map_or(Value::Null, Value::Object),
        created_at: call.now(),
        updated_at: call.now(),
        ..KeyRow::default()
    };
    call.store.insert_key(&key)?;
    Ok(Reply::created(&wrapped(call, &key)))
}

/// `POST /ssh-keys/generate`: makes a pair and stores nothing.
pub(in crate::sandbox) fn generate(call: &Call<'_>) -> Answer {
    access::tenant(call)?.whole()?;
    let made = generated::rsa_pair()
        .and_then(|pair| PublicKey::from_line(&pair.public_line).map(|key| (key.fingerprint(), pair)));
    let Some((fingerprint, pair)) = made else {
        let detail = "Failed to generate SSH keypair: no random bytes";
        return Err(Reply::detail(StatusCode::INTERNAL_SERVER_ERROR, detail));
    };
    Ok(Reply::ok(&json!({
        "public_key": pair.public_line,
        "private_key": pair.private_pem,
        "fingerprint": fingerprint,
    })))
}

/// `DELETE /ssh-keys/{id}`
pub(in crate::sandbox) fn delete(call: &Call<'_>, id: &str) -> Answer {
    let key = reachable(call, id)?;
    call.store.delete_key(&key.tenant_id, &key.id)?;
    Ok(Reply::no_content())
}

/// `POST /ssh-keys/{id}/revoke`, in the documented dialect alone.
pub(in crate::sandbox) fn revoke(call: &Call<'_>, id: &str) -> Answer {
    let body = call.body()?;
    access::tenant(call)?;
    let mut fields = Fields::of_body(&body);
    let reason = fields.text("reason");
    fields.finish()?;
    let key = reachable(call, id)?;
    call.store.revoke_key(&key.tenant_id, &key.id, &reason, call.now())?;
    let key = call.store.key(&key.tenant_id, &key.id)?.ok_or_else(|| unknown(id))?;
    Ok(Reply::ok(&wrapped(call, &key)))
}
