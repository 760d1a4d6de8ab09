//! Activity (section 2.11): what was done in a tenant, as the platform's own audit has it. As built the logs are 403 to
//! everybody.

use crate::sandbox::access;
use crate::sandbox::call::{Call, Request};
use crate::sandbox::generated;
use crate::sandbox::options::Dialect;
use crate::sandbox::query::{bounded, query_number};
use crate::sandbox::reply::{Answer, Reply};
use crate::sandbox::store::ActivityRow;
use serde_json::{Map, Value, json};

const TYPES: [&str; 13] = [
    "agent.created",
    "agent.updated",
    "agent.deleted",
    "agent.connected",
    "agent.disconnected",
    "agent.error",
    "channel.created",
    "channel.updated",
    "channel.deleted",
    "user.created",
    "user.updated",
    "user.deleted",
    "billing.updated",
];
const STATUSES: [&str; 4] = ["success", "error", "warning", "info"];

fn shown(call: &Call<'_>, row: &ActivityRow) -> Value {
    let (noun, verb) = row.kind.split_once('.').unwrap_or((&row.kind, ""));
    let resource = row.resource_id.as_deref();
    let of = |wanted: &str| resource.filter(|_| noun == wanted);
    json!({
        "id": row.id,
        "tenant_id": row.tenant_id,
        "activity_id": row.id,
        "timestamp_activity_id": format!("{}#{}", call.stamp(row.at).as_str().unwrap_or_default(), row.id),
        "activity_type": row.kind,
        "status": "success",
        "action": verb,
        "message": format!("{noun} {verb}"),
        "user_id": row.user_id,
        "agent_id": of("agent"),
        "channel_id": of("channel"),
        "resource_id": resource,
        "resource_type": noun,
        "metadata": {},
        "ip_address": null,
        "user_agent": null,
        "ttl": null,
        "created_at": call.stamp(row.at),
        "updated_at": call.stamp(row.at),
    })
}

/// The tenant of a person who asks, and the rows of the hours that they ask for.
fn asked(call: &Call<'_>) -> Result<Vec<ActivityRow>, Reply> {
    let user = access::user(call)?;
    let tenant = user.tenant().unwrap_or_default().to_owned();
    access::member(call, &tenant)?;
    call.about(&tenant);
    let text = call.query("hours");
    let hours = bounded("hours", text.as_deref(), query_number("hours", text.as_deref(), 24)?, 1, 168)?;
    Ok(call.store.activity(&tenant, call.now().saturating_sub(hours * 3_600_000_000))?)
}

/// `GET /activity/logs`
pub(in crate::sandbox) fn logs(call: &Call<'_>) -> Answer {
    let rows = asked(call)?;
    let text = call.query("limit");
    let limit = bounded("limit", text.as_deref(), query_number("limit", text.as_deref(), 50)?, 1, 200)?;
    let (kind, status) = (call.query("activity_type"), call.query("status"));
    let shown: Vec<Value> = rows
        .iter()
        .filter(|row| kind.as_ref().is_none_or(|kind| *kind == row.kind))
        .filter(|_| status.as_deref().is_none_or(|status| status == "success"))
        .take(usize::try_from(limit).unwrap_or_default())
        .map(|row| shown(call, row))
        .collect();
    Ok(Reply::ok(&Value::Array(shown)))
}

/// `GET /activity/summary`
pub(in crate::sandbox) fn summary(call: &Call<'_>) -> Answer {
    let rows = asked(call)?;
    let mut by_type: Map<String, Value> = Map::new();
    for row in &rows {
        let count = by_type.get(&row.kind).and_then(Value::as_u64).unwrap_or_default();
        by_type.insert(row.kind.clone(), json!(count + 1));
    }
    Ok(Reply::ok(&json!({ "total": rows.len(), "by_type": by_type, "by_status": { "success": rows.len() } })))
}

/// `GET /activity/types`
pub(in crate::sandbox) fn types(call: &Call<'_>) -> Answer {
    access::user(call)?;
    Ok(Reply::ok(&json!(TYPES)))
}

/// `GET /activity/statuses`
pub(in crate::sandbox) fn statuses(call: &Call<'_>) -> Answer {
    access::user(call)?;
    Ok(Reply::ok(&json!(STATUSES)))
}

/// Remembers what a request has done, where it has done something that the platform keeps.
pub(in crate::sandbox) fn remember(call: &Call<'_>, reply: &Reply) -> Result<(), Reply> {
    // As built nobody can read it.
    let tenant = call.tenant.borrow().clone();
    let (Some(tenant), true) = (tenant, call.dialect == Dialect::Documented && reply.status.is_success()) else {
        return Ok(());
    };
    let Some((kind, named)) = kind_of(call.request) else { return Ok(()) };
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let made = ["/agent_id", "/channel/channel_id", "/user_id"];
    let made = made.into_iter().find_map(|place| body.pointer(place)?.as_str().map(str::to_owned));
    let row = ActivityRow {
        id: generated::ulid(call.request.now.as_millisecond())?,
        tenant_id: tenant,
        kind: kind.to_owned(),
        resource_id: named.map(str::to_owned).or(made),
        user_id: access::user(call).ok().and_then(|user| user.text("user_id").map(str::to_owned)),
        at: call.now(),
    };
    call.store.add_activity(&row)?;
    Ok(())
}

/// What a request does if it succeeds, and the id that its path names.
fn kind_of(request: &Request) -> Option<(&'static str, Option<&str>)> {
    let path = request.path.strip_prefix("/api/v1/")?;
    let parts: Vec<&str> = path.split('/').collect();
    match (request.method.as_str(), parts.as_slice()) {
        ("POST", ["agents"]) => Some(("agent.created", None)),
        ("PUT", ["agents", id]) => Some(("agent.updated", Some(id))),
        ("DELETE", ["agents", id]) => Some(("agent.deleted", Some(id))),
        ("POST", ["channels"]) => Some(("channel.created", None)),
        ("DELETE", ["channels", id]) => Some(("channel.deleted", Some(id))),
        ("POST", ["tenants", _, "members"]) => Some(("user.created", None)),
        ("PUT", ["tenants", _, "members", id]) => Some(("user.updated", Some(id))),
        ("DELETE", ["tenants", _, "members", id]) => Some(("user.deleted", Some(id))),
        ("POST", ["billing", "upgrade"]) => Some(("billing.updated", None)),
        _ => None,
    }
}
