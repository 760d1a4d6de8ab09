//! Who asks, and for which tenant (sections 1.5, 1.6, 2.2). `documented` verifies every token and isolates tenants;
//! `as-built` trusts the `x-tenant-id` header without looking at the token, as the platform does.

use super::call::Call;
use super::options::Dialect;
use super::reply::Reply;
use super::store::MemberRow;
use super::token::Claims;
use axum::http::StatusCode;

/// What a request may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Power {
    /// Everything in its tenant.
    Whole,
    /// What is one agent's own.
    Agent(String),
}

/// A tenant, and what the request may do in it.
#[derive(Debug, Clone)]
pub(super) struct Access {
    pub(super) tenant: String,
    pub(super) power: Power,
}

impl Access {
    /// Refuses an agent's token.
    pub(super) fn whole(self) -> Result<Self, Reply> {
        match self.power {
            Power::Whole => Ok(self),
            Power::Agent(_) => Err(out_of_reach()),
        }
    }

    /// Refuses an agent's token where the thing is another agent's.
    pub(super) fn owning(&self, agent: Option<&str>) -> Result<(), Reply> {
        match &self.power {
            Power::Whole => Ok(()),
            Power::Agent(own) if Some(own.as_str()) == agent => Ok(()),
            Power::Agent(_) => Err(out_of_reach()),
        }
    }
}

fn out_of_reach() -> Reply {
    Reply::forbidden("You don't have access to this resource")
}

fn no_access() -> Reply {
    Reply::forbidden("You don't have access to this organization")
}

/// The bearer token, as far as the scheme goes: any non-empty text.
pub(super) fn bearer<'a>(call: &'a Call<'_>) -> Result<&'a str, Reply> {
    let (scheme, credentials) = call.header("authorization").unwrap_or_default().split_once(' ').unwrap_or_default();
    if scheme.is_empty() || credentials.is_empty() {
        return Err(Reply::forbidden("Not authenticated"));
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Reply::forbidden("Invalid authentication credentials"));
    }
    Ok(credentials)
}

fn checked(call: &Call<'_>) -> Result<Claims, Reply> {
    call.signer.check(bearer(call)?, call.request.now).map_err(|detail| Reply::bad_token(&detail))
}

fn tenant_header<'a>(call: &'a Call<'_>) -> Option<&'a str> {
    call.header("x-tenant-id").filter(|tenant| !tenant.is_empty())
}

/// Finds the tenant of a request to a tenant's resources.
pub(super) fn tenant(call: &Call<'_>) -> Result<Access, Reply> {
    match call.dialect {
        Dialect::Documented => isolated(call),
        Dialect::AsBuilt => {
            bearer(call)?;
            let tenant = match tenant_header(call) {
                Some(tenant) => tenant.to_owned(),
                // A token without a tenant silently belongs to this one.
                None => checked(call)?.tenant().unwrap_or("tenant-default").to_owned(),
            };
            call.about(&tenant);
            Ok(Access { tenant, power: Power::Whole })
        }
    }
}

fn isolated(call: &Call<'_>) -> Result<Access, Reply> {
    let claims = checked(call)?;
    let Some(tenant) = claims.tenant() else {
        return Err(Reply::forbidden("No organization found. Please create an organization first."));
    };
    call.about(tenant);
    if tenant_header(call).is_some_and(|named| named != tenant) {
        return Err(no_access());
    }
    validate(call, tenant)?;
    let power = if claims.is_administrator() {
        Power::Whole
    } else {
        Power::Agent(claims.text("agent_id").ok_or_else(out_of_reach)?.to_owned())
    };
    Ok(Access { tenant: tenant.to_owned(), power })
}

/// Finds the tenant of `POST /auth/challenge`, which looks in other places than the rest (1.5).
pub(super) fn challenged_tenant(call: &Call<'_>) -> Result<String, Reply> {
    match call.dialect {
        Dialect::Documented => Ok(isolated(call)?.whole()?.tenant),
        Dialect::AsBuilt => {
            bearer(call)?;
            // The platform swallows what is wrong with the token.
            let tenant = match tenant_header(call) {
                Some(tenant) => Some(tenant.to_owned()),
                None => checked(call).ok().and_then(|claims| claims.tenant().map(str::to_owned)),
            };
            tenant.ok_or_else(|| Reply::detail(StatusCode::UNAUTHORIZED, "Tenant ID not provided"))
        }
    }
}

/// Refuses a tenant that does not exist, is not active or has not paid.
pub(super) fn validate(call: &Call<'_>, tenant: &str) -> Result<(), Reply> {
    call.about(tenant);
    let Some(row) = call.store.tenant(tenant)? else { return Err(Reply::missing("Tenant not found")) };
    if row.status != "active" {
        return Err(Reply::forbidden(&format!("Tenant is not active. Current status: {}", row.status)));
    }
    match (row.payment_status.as_str(), call.dialect) {
        ("inactive", _) => Err(Reply::detail(StatusCode::PAYMENT_REQUIRED, "Subscription is inactive")),
        // The public server stopped refusing these; a strict one does not.
        ("expired", Dialect::Documented) => {
            Err(Reply::detail(StatusCode::PAYMENT_REQUIRED, "Subscription has expired"))
        }
        _ => Ok(()),
    }
}

/// Finds the person of a request to `/tenants`.
pub(super) fn user(call: &Call<'_>) -> Result<Claims, Reply> {
    let claims = checked(call)?;
    if !claims.is_user() {
        return Err(Reply::bad_token("Authentication error: 401: Invalid token payload"));
    }
    Ok(claims)
}

/// A person in a tenant.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) role: String,
}

impl Member {
    /// Whether the person may change things.
    pub(super) fn is_administrator(&self) -> bool {
        matches!(self.role.as_str(), "owner" | "admin")
    }
}

/// 403 of a member whose role does not allow it.
pub(super) fn no_permission() -> Reply {
    Reply::forbidden("You don't have permission to perform this action")
}

/// The members of a tenant; one that never had any has the administrator of its token for an owner.
pub(super) fn members(call: &Call<'_>, tenant: &str) -> Result<Vec<MemberRow>, Reply> {
    let rows = call.store.members(tenant)?;
    if !rows.is_empty() {
        return Ok(rows);
    }
    let joined_at = call.store.tenant(tenant)?.map_or(0, |row| row.created_at);
    Ok(vec![MemberRow {
        tenant_id: tenant.to_owned(),
        user_id: format!("admin-{tenant}"),
        email: format!("admin@{tenant}.example"),
        role: "owner".to_owned(),
        active: true,
        joined_at,
    }])
}

/// Finds the person of a request to one tenant, who must belong to it.
pub(super) fn member(call: &Call<'_>, tenant: &str) -> Result<Member, Reply> {
    let claims = user(call)?;
    let is_here = call.dialect == Dialect::Documented
        && claims.tenant() == Some(tenant)
        && tenant_header(call).is_none_or(|named| named == tenant);
    // As built, the membership lookup never finds anyone (bug 9).
    if !is_here {
        return Err(no_access());
    }
    call.about(tenant);
    let found = members(call, tenant)?.into_iter().find(|member| claims.text("user_id") == Some(&member.user_id));
    found.filter(|member| member.active).map(|member| Member { role: member.role }).ok_or_else(no_access)
}
