//! Rows of registered keys.

use super::{Store, json_column};
use rusqlite::{OptionalExtension as _, Row, named_params};
use serde_json::Value;

/// A registered key. Times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyRow {
    /// The tenant that it belongs to.
    pub tenant_id: String,
    /// The key's id.
    pub id: String,
    /// The name given at registration.
    pub name: String,
    /// The public line as it was sent, comment and white space included.
    pub public_key: String,
    /// `access`, `agent` or `deployment`.
    pub key_type: String,
    /// The agent that it is for.
    pub agent_id: Option<String>,
    /// The SubjectPublicKeyInfo fingerprint.
    pub fingerprint: String,
    /// `active`, unless seeded otherwise.
    pub status: String,
    /// When it last proved an agent.
    pub last_used: Option<i64>,
    /// Whether it was revoked.
    pub revoked: bool,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// Why it was revoked.
    pub revocation_reason: Option<String>,
    /// What the registration sent along; stored, never shown.
    pub metadata: Value,
    /// When it was registered.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

impl KeyRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            tenant_id: row.get("tenant_id")?,
            id: row.get("id")?,
            name: row.get("name")?,
            public_key: row.get("public_key")?,
            key_type: row.get("key_type")?,
            agent_id: row.get("agent_id")?,
            fingerprint: row.get("fingerprint")?,
            status: row.get("status")?,
            last_used: row.get("last_used")?,
            revoked: row.get("revoked")?,
            revoked_at: row.get("revoked_at")?,
            revocation_reason: row.get("revocation_reason")?,
            metadata: json_column(row, "metadata")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

impl Store {
    pub(in crate::sandbox) fn insert_key(&self, key: &KeyRow) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO ssh_keys VALUES (:tenant_id, :id, :name, :public_key, :key_type, :agent_id, :fingerprint,
                 :status, :last_used, :revoked, :revoked_at, :revocation_reason, :metadata, :created_at, :updated_at)",
            )?
            .execute(named_params! {
                ":tenant_id": key.tenant_id,
                ":id": key.id,
                ":name": key.name,
                ":public_key": key.public_key,
                ":key_type": key.key_type,
                ":agent_id": key.agent_id,
                ":fingerprint": key.fingerprint,
                ":status": key.status,
                ":last_used": key.last_used,
                ":revoked": key.revoked,
                ":revoked_at": key.revoked_at,
                ":revocation_reason": key.revocation_reason,
                ":metadata": key.metadata.to_string(),
                ":created_at": key.created_at,
                ":updated_at": key.updated_at,
            })?;
        Ok(())
    }

    /// Every key of every tenant, in the order in which the platform scans: by tenant, then by id.
    pub(in crate::sandbox) fn all_keys(&self) -> rusqlite::Result<Vec<KeyRow>> {
        self.connection
            .prepare_cached("SELECT * FROM ssh_keys ORDER BY tenant_id, id")?
            .query_map([], KeyRow::read)?
            .collect()
    }

    pub(in crate::sandbox) fn key(&self, tenant: &str, id: &str) -> rusqlite::Result<Option<KeyRow>> {
        self.connection
            .prepare_cached("SELECT * FROM ssh_keys WHERE tenant_id = ?1 AND id = ?2")?
            .query_row([tenant, id], KeyRow::read)
            .optional()
    }

    pub(in crate::sandbox) fn delete_key(&self, tenant: &str, id: &str) -> rusqlite::Result<bool> {
        let deleted = self
            .connection
            .prepare_cached("DELETE FROM ssh_keys WHERE tenant_id = ?1 AND id = ?2")?
            .execute([tenant, id])?;
        Ok(deleted > 0)
    }

    /// Marks a key as revoked; one that already is keeps its first reason.
    pub(in crate::sandbox) fn revoke_key(
        &self,
        tenant: &str,
        id: &str,
        reason: &str,
        now: i64,
    ) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE ssh_keys SET revoked = 1, revoked_at = ?4, revocation_reason = ?3, updated_at = ?4
                 WHERE tenant_id = ?1 AND id = ?2 AND revoked = 0",
            )?
            .execute((tenant, id, reason, now))?;
        Ok(())
    }

    pub(in crate::sandbox) fn touch_key(&self, tenant: &str, id: &str, now: i64) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("UPDATE ssh_keys SET last_used = ?3 WHERE tenant_id = ?1 AND id = ?2")?
            .execute((tenant, id, now))?;
        Ok(())
    }
}
