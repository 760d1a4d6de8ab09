//! Accounts (section 2.7): tenants under another name, with a trailing slash at their list. As built the list is empty
//! and the rest is refused. Keys of NATS are not made here.

use crate::sandbox::access;
use crate::sandbox::body::Fields;
use crate::sandbox::call::Call;
use crate::sandbox::options::Dialect;
use crate::sandbox::reply::{Answer, Reply};
use crate::sandbox::store::TenantRow;
use serde_json::{Value, json};

fn shown(call: &Call<'_>, tenant: &TenantRow) -> Value {
    json!({
        "account_id": tenant.id,
        "name": tenant.name,
        "nkey_public": null,
        "subscription_tier": tenant.plan,
        "created_at": call.stamp(tenant.created_at),
        "updated_at": call.stamp(tenant.updated_at),
    })
}

/// `GET /accounts/`
pub(in crate::sandbox) fn list(call: &Call<'_>) -> Answer {
    let user = access::user(call)?;
    let own = match (call.dialect, user.tenant()) {
        (Dialect::Documented, Some(tenant)) if access::member(call, tenant).is_ok() => call.store.tenant(tenant)?,
        _ => None,
    };
    Ok(Reply::ok(&Value::Array(own.iter().map(|tenant| shown(call, tenant)).collect())))
}

fn own(call: &Call<'_>, id: &str) -> Result<TenantRow, Reply> {
    access::user(call)?;
    let refused = || Reply::forbidden("Access denied");
    access::member(call, id).map_err(|_refused| refused())?;
    call.about(id);
    call.store.tenant(id)?.ok_or_else(refused)
}

/// `GET /accounts/{id}`
pub(in crate::sandbox) fn show(call: &Call<'_>, id: &str) -> Answer {
    let tenant = own(call, id)?;
    Ok(Reply::ok(&shown(call, &tenant)))
}

/// `PUT /accounts/{id}`: the name.
pub(in crate::sandbox) fn update(call: &Call<'_>, id: &str) -> Answer {
    let body = call.body()?;
    let mut tenant = own(call, id)?;
    if !access::member(call, id)?.is_administrator() {
        return Err(Reply::forbidden("Access denied"));
    }
    let mut fields = Fields::of_body(&body);
    let name = fields.optional_text("name");
    fields.finish()?;
    tenant.name = name.unwrap_or(tenant.name);
    tenant.updated_at = call.now();
    call.store.put_tenant(&tenant)?;
    Ok(Reply::ok(&shown(call, &tenant)))
}
