//! Usage and health (sections 2.1, 2.10). Requests and messages are counted per tenant and day, storage is not.

use super::billing::price;
use crate::sandbox::access;
use crate::sandbox::call::Call;
use crate::sandbox::limits::{self, Limits, Resource};
use crate::sandbox::options::Dialect;
use crate::sandbox::query::{bounded, query_number};
use crate::sandbox::reply::{Answer, Reply, entry};
use crate::sandbox::store::TenantRow;
use serde_json::{Value, json};

/// `GET /`
pub(in crate::sandbox) fn root() -> Answer {
    Ok(Reply::ok(&json!({ "service": "ArtCafe.ai PubSub Service", "version": "1.0.0", "status": "operational" })))
}

/// `GET /health`
pub(in crate::sandbox) fn health() -> Answer {
    Ok(Reply::ok(&json!({ "status": "ok", "nats_connected": true })))
}

/// The five counters of a span of days, of which the last is today or before it.
fn counters(call: &Call<'_>, tenant: &str, first: &str, last: &str) -> Result<Value, Reply> {
    let sent = call.store.sent_between(tenant, first, last)?;
    let calls: i64 = call.store.calls_between(tenant, first, last)?.iter().map(|(_, count)| count).sum();
    Ok(json!({
        "messages": sent.messages,
        "bytes": sent.bytes,
        "api_calls": calls,
        "active_agents": active_agents(call, tenant, first)?,
        "active_channels": call.store.active_channels(tenant, midnight(first))?,
    }))
}

/// Agents of which a key proved something since that day.
fn active_agents(call: &Call<'_>, tenant: &str, since: &str) -> Result<usize, Reply> {
    let since = midnight(since);
    let keys = call.store.all_keys()?;
    let active: std::collections::BTreeSet<Option<&str>> = keys
        .iter()
        .filter(|key| key.tenant_id == tenant && key.last_used.is_some_and(|used| used >= since))
        .map(|key| key.agent_id.as_deref())
        .collect();
    Ok(active.len())
}

/// The beginning of a day in microseconds since 1970.
fn midnight(day: &str) -> i64 {
    let day: Option<jiff::civil::Date> = day.parse().ok();
    let start = day.and_then(|day| jiff::tz::TimeZone::UTC.to_timestamp(day.into()).ok());
    start.map_or(i64::MAX, jiff::Timestamp::as_microsecond)
}

/// `GET /usage/current`
pub(in crate::sandbox) fn current(call: &Call<'_>) -> Answer {
    let tenant = access::tenant(call)?.whole()?.tenant;
    let today = call.today();
    Ok(Reply::ok(&json!({
        "tenant_id": tenant,
        "current_period": { "start": format!("{today}T00:00:00"), "end": call.stamp(call.now()) },
        "usage": counters(call, &tenant, &today, &today)?,
    })))
}

/// `GET /usage-metrics`: the public server breaks on it always.
pub(in crate::sandbox) fn metrics(call: &Call<'_>) -> Answer {
    if call.dialect == Dialect::AsBuilt {
        access::challenged_tenant(call)?;
        return Err(Reply::broken("'Tenant' object has no attribute 'max_agents'"));
    }
    let (tenant, row) = counted_tenant(call)?;
    let today = call.today();
    let (start, end) = (day_of(call, "start_date", &today)?, day_of(call, "end_date", &today)?);
    let agents = limits::current(call, &tenant, Resource::Agents)?;
    let channels = limits::current(call, &tenant, Resource::Channels)?;
    let mut days = Vec::new();
    let mut calls = 0;
    for (date, count) in call.store.calls_between(&tenant, &start, &end)? {
        calls += count;
        days.push(json!({
            "tenant_id": tenant, "date": date, "agents_count": agents, "active_agents_count": 0,
            "channels_count": channels, "active_channels_count": 0,
            "messages_count": call.store.sent_between(&tenant, &date, &date)?.messages,
            "api_calls_count": count, "storage_used_bytes": 0, "created_at": call.stamp(call.now()), "metadata": null,
        }));
    }
    Ok(Reply::ok(&json!({
        "metrics": days,
        "totals": {
            "tenant_id": tenant, "start_date": start, "end_date": end, "agents_total": agents,
            "active_agents_total": 0, "channels_total": channels, "active_channels_total": 0,
            "messages_in_total": call.store.sent_between(&tenant, &start, &end)?.messages,
            "messages_out_total": 0, "api_calls_total": calls,
            "timestamp": call.stamp(call.now()),
        },
        "limits": daily_limits(Limits::of(&row)),
        "success": true,
    })))
}

/// A day of the query, without the time that may come with it.
fn day_of(call: &Call<'_>, name: &str, default: &str) -> Result<String, Reply> {
    let Some(text) = call.query(name) else { return Ok(default.to_owned()) };
    let day: Result<jiff::civil::Date, _> = text.parse();
    day.map(|day| day.to_string()).map_err(|_error| {
        let message = "Input should be a valid date or datetime, input is too short";
        Reply::invalid(vec![entry("date_from_datetime_parsing", json!(["query", name]), message, &json!(text))])
    })
}

/// The tenant whose usage is asked for, which an agent may not see.
fn counted_tenant(call: &Call<'_>) -> Result<(String, TenantRow), Reply> {
    let tenant = access::tenant(call)?.whole()?.tenant;
    let row = call.store.tenant(&tenant)?.ok_or_else(|| Reply::missing("Tenant not found"))?;
    Ok((tenant, row))
}

/// The limits in the words of the routes of usage, which count days where the plans count months and minutes.
fn daily_limits(limits: Limits) -> Value {
    json!({
        "agents": limits.agents,
        "channels": limits.channels,
        "messages_per_day": limits.messages_per_month / 30,
        "api_calls_per_day": limits.calls_per_minute.saturating_mul(24 * 60),
        "storage_gb": limits.storage_gb,
    })
}

/// `GET /usage-metrics/billing`
pub(in crate::sandbox) fn metrics_billing(call: &Call<'_>) -> Answer {
    if call.dialect == Dialect::AsBuilt {
        access::challenged_tenant(call)?;
        return Err(Reply::broken("'Tenant' object has no attribute 'max_agents'"));
    }
    let (tenant, row) = counted_tenant(call)?;
    let next = call.request.now.checked_add(jiff::SignedDuration::from_hours(30 * 24)).unwrap_or(call.request.now);
    Ok(Reply::ok(&json!({
        "tenant_id": tenant,
        "plan": row.plan,
        "billing_cycle": "monthly",
        "next_billing_date": next.strftime("%Y-%m-%d").to_string(),
        "amount": price(&row.plan),
        "currency": "USD",
        "payment_method": null,
        "status": row.payment_status,
        "current_usage": {
            "agents": limits::current(call, &tenant, Resource::Agents)?,
            "channels": limits::current(call, &tenant, Resource::Channels)?,
            "messages": call.store.sent_between(&tenant, &call.today(), &call.today())?.messages,
            "api_calls": call.store.calls_on(&tenant, &call.today())?,
            "storage_gb": 0,
        },
        "limits": daily_limits(Limits::of(&row)),
        "success": true,
    })))
}

/// `GET /usage-metrics/historical`: zeros, as the platform sends them.
pub(in crate::sandbox) fn metrics_historical(call: &Call<'_>) -> Answer {
    let tenant = match call.dialect {
        Dialect::Documented => counted_tenant(call)?.0,
        Dialect::AsBuilt => access::challenged_tenant(call)?,
    };
    let timeframe = call.query("timeframe").unwrap_or_else(|| "7d".to_owned());
    let days = match timeframe.as_str() {
        "24h" => 1,
        "7d" => 7,
        "30d" => 30,
        _ => {
            let message = "String should match pattern '^(24h|7d|30d)$'";
            return Err(Reply::invalid(vec![entry(
                "string_pattern_mismatch",
                json!(["query", "timeframe"]),
                message,
                &json!(timeframe),
            )]));
        }
    };
    let daily: Vec<Value> = days_back(call, days).iter().map(|day| json!({ "date": day, "value": 0 })).collect();
    let hours = if days == 1 { 24 } else { 0 };
    let hourly: Vec<Value> = (0..hours).map(|hour| json!({ "hour": hour, "value": 0 })).collect();
    Ok(Reply::ok(&json!({
        "daily_data": daily,
        "hourly_data": hourly,
        "metric": call.query("metric").unwrap_or_else(|| "messages".to_owned()),
        "timeframe": timeframe,
        "success": true,
        "message": "Historical data collection is not implemented yet",
        "tenant_id": tenant,
    })))
}

/// `GET /usage-metrics/wildcard-stats`: of the whole platform, not of a tenant; and it carries no messages here.
pub(in crate::sandbox) fn wildcard_statistics(call: &Call<'_>) -> Answer {
    counted_tenant(call)?;
    Ok(Reply::ok(&json!({
        "tracker_stats": {
            "tracked_subjects": 0, "unique_subjects": 0, "total_messages": 0, "total_bytes": 0,
            "timestamp": call.stamp(call.now()),
        },
        "description": "Statistics of the subjects that are tracked for usage",
        "note": "These figures are of the whole platform",
    })))
}

/// So many days up to today, oldest first.
fn days_back(call: &Call<'_>, days: i64) -> Vec<String> {
    let day = |back: i64| {
        let age = jiff::SignedDuration::from_hours(back.saturating_mul(24));
        call.request.now.checked_sub(age).ok().map(|day| day.strftime("%Y-%m-%d").to_string())
    };
    (0..days).rev().filter_map(day).collect()
}

/// `GET /usage/history`
pub(in crate::sandbox) fn history(call: &Call<'_>) -> Answer {
    let tenant = access::tenant(call)?.whole()?.tenant;
    let text = call.query("days");
    let days = bounded("days", text.as_deref(), query_number("days", text.as_deref(), 7)?, 1, 30)?;
    let found = days_back(call, days);
    let mut statistics = Vec::new();
    for day in &found {
        let mut object = json!({ "date": day });
        if let (Some(object), Value::Object(rest)) = (object.as_object_mut(), counters(call, &tenant, day, day)?) {
            object.extend(rest);
        }
        statistics.push(object);
    }
    Ok(Reply::ok(&json!({
        "tenant_id": tenant,
        "period": { "days": days, "start": found.first(), "end": found.last() },
        "daily_stats": statistics,
    })))
}

/// `GET /usage/summary`
pub(in crate::sandbox) fn summary(call: &Call<'_>) -> Answer {
    let tenant = access::tenant(call)?.whole()?.tenant;
    let today = call.today();
    let span = |days: i64| -> Result<Value, Reply> {
        let first = days_back(call, days).into_iter().next().unwrap_or_else(|| today.clone());
        let messages = call.store.sent_between(&tenant, &first, &today)?.messages;
        Ok(json!({ "messages": messages, "daily_average": messages / days }))
    };
    let (week, month) = (span(7)?, span(30)?);
    Ok(Reply::ok(&json!({
        "tenant_id": tenant,
        "summary": {
            "today": counters(call, &tenant, &today, &today)?,
            "last_7_days": week,
            "last_30_days": month,
        },
    })))
}
