//! Usage, billing and health (sections 2.1, 2.10). Requests are counted per tenant and day; messages, bytes and
//! channels stay zero, because the sandbox carries none.

use crate::sandbox::access;
use crate::sandbox::call::Call;
use crate::sandbox::limits::{self, Limits, Resource};
use crate::sandbox::query::{bounded, query_number};
use crate::sandbox::reply::{Answer, Reply};
use serde_json::{Value, json};

/// `GET /`
pub(in crate::sandbox) fn root() -> Answer {
    Ok(Reply::ok(&json!({ "service": "ArtCafe.ai PubSub Service", "version": "1.0.0", "status": "operational" })))
}

/// `GET /health`
pub(in crate::sandbox) fn health() -> Answer {
    Ok(Reply::ok(&json!({ "status": "ok", "nats_connected": true })))
}

fn level(current: u64, limit: u64) -> Value {
    let hundredths = current.saturating_mul(10_000).checked_div(limit).unwrap_or_default();
    let percentage = u32::try_from(hundredths).map_or(f64::MAX, f64::from) / 100.0;
    json!({ "current": current, "limit": limit, "percentage": percentage })
}

/// `GET /billing/usage-summary`
pub(in crate::sandbox) fn billing_summary(call: &Call<'_>) -> Answer {
    let tenant = access::tenant(call)?.tenant;
    let Some(row) = call.store.tenant(&tenant)? else { return Err(Reply::missing("Tenant not found")) };
    let limits = Limits::of(&row);
    let paid = !matches!(row.plan.as_str(), "free" | "starter");
    Ok(Reply::ok(&json!({
        "plan": row.plan,
        "usage": {
            "agents": level(limits::current(call, &tenant, Resource::Agents)?, limits.agents),
            "channels": level(0, limits.channels),
            "ssh_keys": level(limits::current(call, &tenant, Resource::SshKeys)?, limits.ssh_keys),
            "messages_this_month": level(0, limits.messages_per_month),
            "storage_gb": level(0, limits.storage_gb),
        },
        "features": {
            "custom_domains": paid,
            "advanced_analytics": paid,
            "priority_support": paid,
        },
    })))
}

fn counters(calls: i64) -> Value {
    json!({ "messages": 0, "bytes": 0, "api_calls": calls, "active_agents": 0, "active_channels": 0 })
}

/// `GET /usage/current`
pub(in crate::sandbox) fn current(call: &Call<'_>) -> Answer {
    let tenant = access::tenant(call)?.whole()?.tenant;
    let today = call.today();
    let calls = call.store.calls_on(&tenant, &today)?;
    Ok(Reply::ok(&json!({
        "tenant_id": tenant,
        "current_period": { "start": format!("{today}T00:00:00"), "end": call.stamp(call.now()) },
        "usage": counters(calls),
    })))
}

/// The days before today, oldest first, with the requests of each.
fn days_back(call: &Call<'_>, tenant: &str, days: i64) -> Result<Vec<(String, i64)>, Reply> {
    let mut found = Vec::new();
    for back in (0..days).rev() {
        let age = jiff::SignedDuration::from_hours(back.saturating_mul(24));
        let Ok(day) = call.request.now.checked_sub(age) else { continue };
        let day = day.strftime("%Y-%m-%d").to_string();
        let calls = call.store.calls_on(tenant, &day)?;
        found.push((day, calls));
    }
    Ok(found)
}

/// `GET /usage/history`
pub(in crate::sandbox) fn history(call: &Call<'_>) -> Answer {
    let tenant = access::tenant(call)?.whole()?.tenant;
    let text = call.query("days");
    let days = bounded("days", text.as_deref(), query_number("days", text.as_deref(), 7)?, 1, 30)?;
    let found = days_back(call, &tenant, days)?;
    let bound = |day: Option<&(String, i64)>| day.map(|(day, _)| day.clone());
    let statistics: Vec<Value> = found
        .iter()
        .map(|(day, calls)| {
            let mut object = json!({ "date": day });
            if let (Some(object), Value::Object(rest)) = (object.as_object_mut(), counters(*calls)) {
                object.extend(rest);
            }
            object
        })
        .collect();
    Ok(Reply::ok(&json!({
        "tenant_id": tenant,
        "period": { "days": days, "start": bound(found.first()), "end": bound(found.last()) },
        "daily_stats": statistics,
    })))
}

/// `GET /usage/summary`
pub(in crate::sandbox) fn summary(call: &Call<'_>) -> Answer {
    let tenant = access::tenant(call)?.whole()?.tenant;
    let calls = call.store.calls_on(&tenant, &call.today())?;
    Ok(Reply::ok(&json!({
        "tenant_id": tenant,
        "summary": {
            "today": counters(calls),
            "last_7_days": { "messages": 0, "daily_average": 0 },
            "last_30_days": { "messages": 0, "daily_average": 0 },
        },
    })))
}
