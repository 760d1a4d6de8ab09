//! Rows of tenants.

use super::{Store, json_column};
use rusqlite::{OptionalExtension as _, Row, named_params};
use serde_json::Value;

/// A tenant. Times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TenantRow {
    /// The tenant's id.
    pub id: String,
    /// The tenant's name.
    pub name: String,
    /// The plan's id.
    pub plan: String,
    /// `active`, or what the server says instead.
    pub status: String,
    /// `active`, `trial`, `expired` or `inactive`.
    pub payment_status: String,
    /// Whether the row holds its plan's limits; the platform gives one without them the limits of `free` (2.6).
    pub explicit_limits: bool,
    /// The free members: `description`, `website`, colours and the like.
    pub profile: Value,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

impl TenantRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            plan: row.get("plan")?,
            status: row.get("status")?,
            payment_status: row.get("payment_status")?,
            explicit_limits: row.get("explicit_limits")?,
            profile: json_column(row, "profile")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

impl Store {
    /// Adds a tenant or replaces the one of that id.
    pub(in crate::sandbox) fn put_tenant(&self, tenant: &TenantRow) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "REPLACE INTO tenants VALUES (:id, :name, :plan, :status, :payment_status, :explicit_limits, :profile,
                 :created_at, :updated_at)",
            )?
            .execute(named_params! {
                ":id": tenant.id,
                ":name": tenant.name,
                ":plan": tenant.plan,
                ":status": tenant.status,
                ":payment_status": tenant.payment_status,
                ":explicit_limits": tenant.explicit_limits,
                ":profile": tenant.profile.to_string(),
                ":created_at": tenant.created_at,
                ":updated_at": tenant.updated_at,
            })?;
        Ok(())
    }

    pub(in crate::sandbox) fn tenant(&self, id: &str) -> rusqlite::Result<Option<TenantRow>> {
        self.connection
            .prepare_cached("SELECT * FROM tenants WHERE id = ?1")?
            .query_row([id], TenantRow::read)
            .optional()
    }

    pub(in crate::sandbox) fn all_tenants(&self) -> rusqlite::Result<Vec<TenantRow>> {
        self.connection
            .prepare_cached("SELECT * FROM tenants ORDER BY created_at, id")?
            .query_map([], TenantRow::read)?
            .collect()
    }

    /// Deletes a tenant with everything that is its own.
    pub(in crate::sandbox) fn delete_tenant(&self, id: &str) -> rusqlite::Result<()> {
        self.together(|| {
            for table in ["agents", "ssh_keys", "challenges", "calls", "channels", "messages", "members", "activity"] {
                self.connection.execute(&format!("DELETE FROM {table} WHERE tenant_id = ?1"), [id])?;
            }
            self.connection.execute("DELETE FROM tenants WHERE id = ?1", [id])?;
            Ok(())
        })
    }
}
