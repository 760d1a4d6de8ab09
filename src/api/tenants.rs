//! Tenants and their members (section 2.6).
//!
//! Owns the reading of their records. A person's token is needed for all of it, and the public server refuses nearly all
//! of it to everybody (section 12, 9 and 10): what that means is the caller's. The secrets of a new tenant come out as
//! secrets.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::client::{Access, Client, malformed};
use super::error::ApiError;
use super::retry::Repeat;
use super::wire::{list, timestamp, unwrapped};
use crate::id::{ServerText, TenantId};
use crate::secret::{Secret, SecretString};

/// A tenant's record.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct TenantRecord {
    /// Its id.
    pub tenant_id: TenantId,
    /// Its name, as somebody chose it.
    pub name: Option<String>,
    /// The plan.
    pub plan: Option<String>,
    /// `active`, or what the server says instead.
    pub status: Option<String>,
    /// `active`, `trial`, `expired` or `inactive`.
    pub payment_status: Option<String>,
    /// The administrator's address.
    pub admin_email: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Its page.
    pub website: Option<String>,
    /// When it was made.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub created_at: Option<Timestamp>,
    /// When its subscription ends.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub subscription_expires_at: Option<Timestamp>,
}

impl TenantRecord {
    /// Reads one record; `None` where it has no valid id.
    fn read(value: &Value) -> Option<Self> {
        let id = ["tenant_id", "id", "account_id"].into_iter().find_map(|name| value.get(name)?.as_str());
        let plan = text(value, "subscription_plan").or_else(|| text(value, "subscription_tier"));
        Some(Self {
            tenant_id: id?.parse().ok()?,
            name: text(value, "name"),
            plan,
            status: text(value, "status"),
            payment_status: text(value, "payment_status"),
            admin_email: text(value, "admin_email"),
            description: text(value, "description"),
            website: text(value, "website"),
            created_at: timestamp(value.get("created_at")),
            subscription_expires_at: timestamp(value.get("subscription_expires_at")),
        })
    }
}

/// A member of a tenant.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct MemberRecord {
    /// The person's id at the platform.
    pub user_id: String,
    /// The person's address.
    pub email: Option<String>,
    /// `owner`, `admin`, `member` or `viewer`.
    pub role: Option<String>,
    /// Since when.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub joined_at: Option<Timestamp>,
    /// Whether the membership is in force; null where the server does not say.
    pub active: Option<bool>,
}

impl MemberRecord {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            user_id: text(value, "user_id")?,
            email: text(value, "email"),
            role: text(value, "role"),
            joined_at: timestamp(value.get("joined_date")),
            active: value.get("active").and_then(Value::as_bool),
        })
    }
}

/// A tenant that is to be registered.
#[derive(Debug, Clone, Serialize)]
pub struct NewTenant<'a> {
    /// Its name.
    pub name: &'a str,
    /// The administrator's address.
    pub admin_email: &'a str,
    /// The plan.
    pub subscription_tier: &'a str,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    /// Its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<&'a str>,
}

/// A tenant that was registered.
pub struct CreatedTenant {
    /// Its id.
    pub tenant_id: TenantId,
    /// An administrator's token, which lives half an hour.
    pub admin_token: Option<SecretString>,
    /// A key for the API, which no route takes so far.
    pub api_key: Option<SecretString>,
}

impl Client {
    /// `GET /tenants/{id}`
    pub async fn tenant(&self, id: &TenantId, access: Access<'_>) -> Result<TenantRecord, ApiError> {
        let route = "GET /tenants/{id}";
        let body = self.fetch(route, format!("/api/v1/tenants/{id}"), Vec::new(), of(id, access)).await?;
        let record = TenantRecord::read(unwrapped(&body, "tenant"));
        record
            .filter(|record| record.tenant_id == *id)
            .ok_or_else(|| malformed(route, "it is not this tenant's record"))
    }

    /// `GET /tenants`: those that the person belongs to.
    pub async fn tenants(&self, access: Access<'_>) -> Result<Vec<TenantRecord>, ApiError> {
        let route = "GET /tenants";
        let body = self.fetch(route, "/api/v1/tenants".to_owned(), Vec::new(), access).await?;
        let entries = list(&body, &["tenants"]).ok_or_else(|| malformed(route, "it holds no list"))?;
        Ok(entries.iter().filter_map(TenantRecord::read).collect())
    }

    /// `GET /tenants/{id}/members`
    pub async fn members(&self, id: &TenantId, access: Access<'_>) -> Result<Vec<MemberRecord>, ApiError> {
        let route = "GET /tenants/{id}/members";
        let body = self.fetch(route, format!("/api/v1/tenants/{id}/members"), Vec::new(), of(id, access)).await?;
        let entries = list(&body, &["members"]).ok_or_else(|| malformed(route, "it holds no list"))?;
        Ok(entries.iter().filter_map(MemberRecord::read).collect())
    }

    /// `POST /tenants`. An answer that is lost cannot be settled by looking.
    pub async fn create_tenant(&self, new: &NewTenant<'_>, access: Access<'_>) -> Result<CreatedTenant, ApiError> {
        let route = "POST /tenants";
        let mut body = self.post(route, "/tenants", json!(new), access, Repeat::OnlyIfUnsent).await?;
        let secret = |body: &mut Value, name: &str| match body.get_mut(name).map(Value::take) {
            Some(Value::String(text)) if !text.is_empty() => Some(Secret::new(text)),
            _ => None,
        };
        let (admin_token, api_key) = (secret(&mut body, "admin_token"), secret(&mut body, "api_key"));
        let id = text(&body, "tenant_id").and_then(|id| id.parse().ok());
        let tenant_id = id.ok_or_else(|| malformed(route, "it names no tenant"))?;
        Ok(CreatedTenant { tenant_id, admin_token, api_key })
    }
}

/// The header names the tenant that the path names: the server checks the one and uses the other (section 1.5).
fn of<'a>(id: &'a TenantId, access: Access<'a>) -> Access<'a> {
    Access { tenant: Some(id), ..access }
}

fn text(value: &Value, name: &str) -> Option<String> {
    let text = value.get(name)?.as_str().filter(|text| !text.is_empty())?;
    Some(ServerText::new(text).to_string())
}
