//! Tenants (section 2.6). As built, creating one fails, nobody is a member of any, and the list is always empty;
//! as documented, an administrator sees and edits exactly their own.

use crate::sandbox::access;
use crate::sandbox::body::Fields;
use crate::sandbox::call::Call;
use crate::sandbox::generated;
use crate::sandbox::limits::{self, Limits, Resource};
use crate::sandbox::options::Dialect;
use crate::sandbox::query::query_number;
use crate::sandbox::reply::{Answer, Reply};
use crate::sandbox::store::TenantRow;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

/// The members that a tenant's owner may write freely.
const PROFILE: [&str; 6] = ["description", "website", "logo_url", "primary_color", "secondary_color", "admin_email"];
const TIERS: [&str; 4] = ["free", "basic", "pro", "enterprise"];

fn shown(call: &Call<'_>, tenant: &TenantRow) -> Result<Value, Reply> {
    let mut object = Map::new();
    object.insert("id".to_owned(), json!(tenant.id));
    object.insert("name".to_owned(), json!(tenant.name));
    for name in PROFILE {
        object.insert(name.to_owned(), tenant.profile.get(name).cloned().unwrap_or_default());
    }
    let rest = json!({
        "subscription_tier": tenant.plan,
        "subscription_plan": tenant.plan,
        "status": tenant.status,
        "payment_status": tenant.payment_status,
        "subscription_expires_at": null,
        "last_payment_date": null,
        "payment_reference": null,
        "limits": Limits::of(tenant).to_json(),
        "usage": {
            "agents": limits::current(call, &tenant.id, Resource::Agents)?,
            "ssh_keys": limits::current(call, &tenant.id, Resource::SshKeys)?,
            "channels": limits::current(call, &tenant.id, Resource::Channels)?,
        },
        "stripe_customer_id": null,
        "stripe_subscription_id": null,
        "created_at": call.stamp(tenant.created_at),
        "updated_at": call.stamp(tenant.updated_at),
    });
    if let Value::Object(rest) = rest {
        object.extend(rest);
    }
    Ok(Value::Object(object))
}

fn own(call: &Call<'_>, id: &str) -> Result<TenantRow, Reply> {
    access::member(call, id)?;
    call.store.tenant(id)?.ok_or_else(|| Reply::missing("Tenant not found"))
}

/// The same for those who may change it.
fn administered(call: &Call<'_>, id: &str) -> Result<TenantRow, Reply> {
    let member = access::member(call, id)?;
    if member.is_administrator() { own(call, id) } else { Err(access::no_permission()) }
}

/// `POST /tenants`
pub(in crate::sandbox) fn create(call: &Call<'_>) -> Answer {
    let body = call.body()?;
    access::user(call)?;
    let mut fields = Fields::of_body(&body);
    let name = fields.text("name");
    let email = fields.text("admin_email");
    if fields.is_fine() && !is_email(&email) {
        fields.refuse("admin_email", "value is not a valid email address");
    }
    let tier = fields.text_or("subscription_tier", "basic");
    if fields.is_fine() && !TIERS.contains(&tier.as_str()) {
        fields.refuse("subscription_tier", "Subscription tier must be one of: free, basic, pro, enterprise");
    }
    let mut profile = Map::new();
    profile.insert("primary_color".to_owned(), json!("#0284c7"));
    profile.insert("secondary_color".to_owned(), json!("#0ea5e9"));
    for name in PROFILE {
        if let Some(text) = fields.optional_text(name) {
            profile.insert(name.to_owned(), json!(text));
        }
    }
    fields.finish()?;
    if call.dialect == Dialect::AsBuilt {
        let detail = "Error creating tenant: 'TenantLimits' object has no attribute 'max_messages_per_day'";
        return Err(Reply::detail(StatusCode::INTERNAL_SERVER_ERROR, detail));
    }
    let tenant = TenantRow {
        id: generated::uuid()?,
        name,
        plan: tier,
        status: "active".to_owned(),
        payment_status: "active".to_owned(),
        explicit_limits: true,
        profile: Value::Object(profile),
        created_at: call.now(),
        updated_at: call.now(),
    };
    call.store.put_tenant(&tenant)?;
    let token = call.signer.administrator(&tenant.id, call.request.now);
    Ok(Reply::created(&json!({
        "tenant_id": tenant.id,
        "api_key": generated::api_key()?,
        "admin_token": token.ok_or_else(|| Reply::broken("cannot sign a token"))?,
        "success": true,
    })))
}

/// `GET /tenants`
pub(in crate::sandbox) fn list(call: &Call<'_>) -> Answer {
    let user = access::user(call)?;
    query_number("limit", call.query("limit").as_deref(), 100)?;
    let own = match (call.dialect, user.tenant()) {
        (Dialect::Documented, Some(tenant)) if access::member(call, tenant).is_ok() => call.store.tenant(tenant)?,
        _ => None,
    };
    let list = own.iter().map(|tenant| shown(call, tenant)).collect::<Result<Vec<_>, _>>()?;
    Ok(Reply::ok(&Value::Array(list)))
}

/// `GET /tenants/{id}`
pub(in crate::sandbox) fn show(call: &Call<'_>, id: &str) -> Answer {
    let tenant = own(call, id)?;
    Ok(Reply::ok(&shown(call, &tenant)?))
}

/// `PUT /tenants/{id}`
pub(in crate::sandbox) fn update(call: &Call<'_>, id: &str) -> Answer {
    let body = call.body()?;
    let mut tenant = administered(call, id)?;
    let mut fields = Fields::of_body(&body);
    let name = fields.optional_text("name");
    let tier = fields.optional_text("subscription_tier");
    if fields.is_fine() && tier.as_deref().is_some_and(|tier| !TIERS.contains(&tier)) {
        fields.refuse("subscription_tier", "Subscription tier must be one of: free, basic, pro, enterprise");
    }
    let written: Vec<(&str, String)> =
        PROFILE.into_iter().filter_map(|name| fields.optional_text(name).map(|text| (name, text))).collect();
    if fields.is_fine() && written.iter().any(|(name, text)| *name == "admin_email" && !is_email(text)) {
        fields.refuse("admin_email", "value is not a valid email address");
    }
    fields.finish()?;
    if name.is_none() && tier.is_none() && written.is_empty() {
        return Err(Reply::detail(StatusCode::BAD_REQUEST, "No fields to update"));
    }
    tenant.name = name.unwrap_or(tenant.name);
    tenant.plan = tier.unwrap_or(tenant.plan);
    let mut profile = tenant.profile.as_object().cloned().unwrap_or_default();
    profile.extend(written.into_iter().map(|(name, text)| (name.to_owned(), json!(text))));
    tenant.profile = Value::Object(profile);
    tenant.updated_at = call.now();
    call.store.put_tenant(&tenant)?;
    Ok(Reply::ok(&shown(call, &tenant)?))
}

/// `DELETE /tenants/{id}`
pub(in crate::sandbox) fn delete(call: &Call<'_>, id: &str) -> Answer {
    let tenant = administered(call, id)?;
    call.store.delete_tenant(&tenant.id)?;
    Ok(Reply::no_content())
}

/// Whether a text looks like a mail address.
pub(super) fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.contains('@')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !text.contains(char::is_whitespace)
    })
}
