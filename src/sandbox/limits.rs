//! Plans and what they allow (section 2.6), and the 402 that says so.

use super::call::Call;
use super::options::Dialect;
use super::reply::Reply;
use super::store::TenantRow;
use axum::http::StatusCode;
use serde_json::{Value, json};

/// How many rows the platform's limit check looks at: one page, across all tenants.
const FIRST_PAGE: usize = 50;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
    Agents,
    SshKeys,
    Channels,
}

/// What a plan allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) agents: u64,
    pub(super) ssh_keys: u64,
    pub(super) channels: u64,
    pub(super) messages_per_month: u64,
    pub(super) connections: u64,
    pub(super) calls_per_minute: u64,
    pub(super) storage_gb: u64,
}

impl Limits {
    /// The limits of a plan; an unknown one gets those of `free`.
    pub(super) fn of_plan(plan: &str) -> Self {
        let (agents, ssh_keys, channels, messages_per_month, connections, calls_per_minute, storage_gb) = match plan {
            "growth" | "basic" => (10, 20, 100, 100_000, 20, 500, 10),
            "scale" | "pro" => (50, 100, 500, 500_000, 100, 2000, 100),
            "enterprise" => (999_999, 999_999, 999_999, 999_999_999, 999_999, 999_999, 999_999),
            _ => (3, 5, 10, 10_000, 5, 100, 1),
        };
        Self { agents, ssh_keys, channels, messages_per_month, connections, calls_per_minute, storage_gb }
    }

    /// The limits of a tenant.
    pub(super) fn of(tenant: &TenantRow) -> Self {
        Self::of_plan(if tenant.explicit_limits { &tenant.plan } else { "free" })
    }

    /// The limits as a tenant object shows them.
    pub(super) fn to_json(self) -> Value {
        json!({
            "max_agents": self.agents,
            "max_ssh_keys": self.ssh_keys,
            "max_channels": self.channels,
            "max_messages_per_month": self.messages_per_month,
            "max_concurrent_connections": self.connections,
            "max_api_calls_per_minute": self.calls_per_minute,
            "max_storage_gb": self.storage_gb,
        })
    }
}

impl Resource {
    fn name(self) -> &'static str {
        match self {
            Self::Agents => "agents",
            Self::SshKeys => "ssh_keys",
            Self::Channels => "channels",
        }
    }
}

/// How many of a resource the platform believes a tenant to have. Revoked keys are rows and count.
pub(super) fn current(call: &Call<'_>, tenant: &str, resource: Resource) -> Result<u64, Reply> {
    let owners: Vec<String> = match resource {
        Resource::Agents => call.store.all_agents()?.into_iter().map(|agent| agent.tenant_id).collect(),
        Resource::SshKeys => call.store.all_keys()?.into_iter().map(|key| key.tenant_id).collect(),
        Resource::Channels => call.store.all_channels()?.into_iter().map(|channel| channel.tenant_id).collect(),
    };
    let scanned = match call.dialect {
        Dialect::Documented => owners.len(),
        Dialect::AsBuilt => FIRST_PAGE,
    };
    let count = owners.iter().take(scanned).filter(|owner| *owner == tenant).count();
    Ok(u64::try_from(count).unwrap_or(u64::MAX))
}

/// Refuses one more of a resource where the plan is used up.
pub(super) fn enforce(call: &Call<'_>, tenant: &str, resource: Resource) -> Result<(), Reply> {
    let Some(row) = call.store.tenant(tenant)? else { return Err(Reply::missing("Tenant not found")) };
    let limits = Limits::of(&row);
    let limit = match resource {
        Resource::Agents => limits.agents,
        Resource::SshKeys => limits.ssh_keys,
        Resource::Channels => limits.channels,
    };
    let current = current(call, tenant, resource)?;
    if current < limit {
        return Ok(());
    }
    Err(Reply::detail(StatusCode::PAYMENT_REQUIRED, exceeded(resource.name(), current, limit, &row.plan)))
}

/// The object in the 402.
pub(super) fn exceeded(resource: &str, current: u64, limit: u64, plan: &str) -> Value {
    json!({
        "error": "Usage limit exceeded",
        "resource": resource,
        "current": current,
        "limit": limit,
        "plan": plan,
        "message": format!("Your {plan} plan allows up to {limit} {resource}. Please upgrade to add more."),
    })
}
