//! Billing (section 2.10): what is paid for, and how much of it is used. Nothing is ever charged here.

use crate::sandbox::access;
use crate::sandbox::call::Call;
use crate::sandbox::limits::{self, Limits, Resource};
use crate::sandbox::options::Dialect;
use crate::sandbox::reply::{Answer, Reply, entry};
use axum::http::StatusCode;
use serde_json::{Value, json};

/// The plans in the order in which they are offered, each with its price a month in dollars.
const PLANS: [(&str, &str, u64); 4] =
    [("starter", "Starter", 0), ("growth", "Growth", 29), ("scale", "Scale", 99), ("enterprise", "Enterprise", 499)];

/// What a plan costs a month; made up, since no document says.
pub(super) fn price(plan: &str) -> u64 {
    let plan = match plan {
        "free" => "starter",
        "basic" => "growth",
        "pro" => "scale",
        other => other,
    };
    PLANS.iter().find(|(id, ..)| *id == plan).map_or(0, |(.., price)| *price)
}

fn level(current: u64, limit: u64) -> Value {
    let hundredths = current.saturating_mul(10_000).checked_div(limit).unwrap_or_default();
    let percentage = u32::try_from(hundredths).map_or(f64::MAX, f64::from) / 100.0;
    json!({ "current": current, "limit": limit, "percentage": percentage })
}

/// `GET /billing/usage-summary`
pub(in crate::sandbox) fn usage_summary(call: &Call<'_>) -> Answer {
    let tenant = access::tenant(call)?.tenant;
    let Some(row) = call.store.tenant(&tenant)? else { return Err(Reply::missing("Tenant not found")) };
    let limits = Limits::of(&row);
    let today = call.today();
    let sent = call.store.sent_between(&tenant, &format!("{}-01", &today[..7]), &today)?;
    let paid = !matches!(row.plan.as_str(), "free" | "starter");
    Ok(Reply::ok(&json!({
        "plan": row.plan,
        "usage": {
            "agents": level(limits::current(call, &tenant, Resource::Agents)?, limits.agents),
            "channels": level(limits::current(call, &tenant, Resource::Channels)?, limits.channels),
            "ssh_keys": level(limits::current(call, &tenant, Resource::SshKeys)?, limits.ssh_keys),
            "messages_this_month": level(u64::try_from(sent.messages).unwrap_or_default(), limits.messages_per_month),
            "storage_gb": level(0, limits.storage_gb),
        },
        "features": {
            "custom_domains": paid,
            "advanced_analytics": paid,
            "priority_support": paid,
        },
    })))
}

/// `GET /billing/info`
pub(in crate::sandbox) fn info(call: &Call<'_>) -> Answer {
    let tenant = access::tenant(call)?.whole()?.tenant;
    let Some(row) = call.store.tenant(&tenant)? else { return Err(Reply::missing("Tenant not found")) };
    Ok(Reply::ok(&json!({
        "tenant_id": tenant,
        "plan": row.plan,
        "status": row.payment_status,
        "billing_cycle": "monthly",
        "amount": price(&row.plan),
        "currency": "USD",
        "payment_method": null,
    })))
}

/// `GET /billing/plans`: open to everybody.
pub(in crate::sandbox) fn plans() -> Answer {
    let plan = |(id, name, price): &(&str, &str, u64)| json!({ "id": id, "name": name, "price": price, "currency": "USD", "limits": Limits::of_plan(id).to_json() });
    Ok(Reply::ok(&json!({ "plans": PLANS.iter().map(plan).collect::<Vec<Value>>() })))
}

/// `POST /billing/upgrade?plan_id`: the public server breaks on it.
pub(in crate::sandbox) fn upgrade(call: &Call<'_>) -> Answer {
    let tenant = access::tenant(call)?.whole()?.tenant;
    let Some(plan) = call.query("plan_id") else {
        return Err(Reply::invalid(vec![entry(
            "missing",
            json!(["query", "plan_id"]),
            "Field required",
            &Value::Null,
        )]));
    };
    if call.dialect == Dialect::AsBuilt {
        return Err(Reply::broken("no such method: update_tenant"));
    }
    if !PLANS.iter().any(|(id, ..)| *id == plan) {
        return Err(Reply::detail(StatusCode::BAD_REQUEST, "Invalid plan"));
    }
    let Some(mut row) = call.store.tenant(&tenant)? else { return Err(Reply::missing("Tenant not found")) };
    row.plan = plan;
    row.updated_at = call.now();
    call.store.put_tenant(&row)?;
    Ok(Reply::ok(&json!({ "success": true, "plan": row.plan })))
}
