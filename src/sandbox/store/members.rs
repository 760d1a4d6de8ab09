//! Rows of members, and of what was done in a tenant.

use super::Store;
use rusqlite::{Row, named_params};

/// The tables, which a database of an earlier build lacks.
pub(super) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS members (
    tenant_id TEXT NOT NULL, user_id TEXT NOT NULL, email TEXT NOT NULL, role TEXT NOT NULL,
    active INTEGER NOT NULL, joined_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS activity (
    id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, kind TEXT NOT NULL, resource_id TEXT, user_id TEXT,
    at INTEGER NOT NULL
) WITHOUT ROWID;
";

/// A member of a tenant. Times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) struct MemberRow {
    pub(in crate::sandbox) tenant_id: String,
    pub(in crate::sandbox) user_id: String,
    pub(in crate::sandbox) email: String,
    /// `owner`, `admin`, `member` or `viewer`.
    pub(in crate::sandbox) role: String,
    pub(in crate::sandbox) active: bool,
    pub(in crate::sandbox) joined_at: i64,
}

impl MemberRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            tenant_id: row.get("tenant_id")?,
            user_id: row.get("user_id")?,
            email: row.get("email")?,
            role: row.get("role")?,
            active: row.get("active")?,
            joined_at: row.get("joined_at")?,
        })
    }
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) struct ActivityRow {
    pub(in crate::sandbox) id: String,
    pub(in crate::sandbox) tenant_id: String,
    /// Such as `agent.created`.
    pub(in crate::sandbox) kind: String,
    pub(in crate::sandbox) resource_id: Option<String>,
    pub(in crate::sandbox) user_id: Option<String>,
    pub(in crate::sandbox) at: i64,
}

impl Store {
    /// The members of a tenant, by the time at which they joined.
    pub(in crate::sandbox) fn members(&self, tenant: &str) -> rusqlite::Result<Vec<MemberRow>> {
        self.connection
            .prepare_cached("SELECT * FROM members WHERE tenant_id = ?1 ORDER BY joined_at, user_id")?
            .query_map([tenant], MemberRow::read)?
            .collect()
    }

    pub(in crate::sandbox) fn put_member(&self, member: &MemberRow) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("REPLACE INTO members VALUES (:tenant_id, :user_id, :email, :role, :active, :joined_at)")?
            .execute(named_params! {
                ":tenant_id": member.tenant_id,
                ":user_id": member.user_id,
                ":email": member.email,
                ":role": member.role,
                ":active": member.active,
                ":joined_at": member.joined_at,
            })?;
        Ok(())
    }

    pub(in crate::sandbox) fn delete_member(&self, tenant: &str, user: &str) -> rusqlite::Result<()> {
        self.connection.execute("DELETE FROM members WHERE tenant_id = ?1 AND user_id = ?2", [tenant, user])?;
        Ok(())
    }

    pub(in crate::sandbox) fn add_activity(&self, row: &ActivityRow) -> rusqlite::Result<()> {
        self.connection.prepare_cached("INSERT INTO activity VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute((
            &row.id,
            &row.tenant_id,
            &row.kind,
            &row.resource_id,
            &row.user_id,
            row.at,
        ))?;
        Ok(())
    }

    /// What was done in a tenant since then, newest first.
    pub(in crate::sandbox) fn activity(&self, tenant: &str, since: i64) -> rusqlite::Result<Vec<ActivityRow>> {
        self.connection
            .prepare_cached("SELECT * FROM activity WHERE tenant_id = ?1 AND at >= ?2 ORDER BY at DESC, id DESC")?
            .query_map((tenant, since), |row| {
                Ok(ActivityRow {
                    id: row.get("id")?,
                    tenant_id: row.get("tenant_id")?,
                    kind: row.get("kind")?,
                    resource_id: row.get("resource_id")?,
                    user_id: row.get("user_id")?,
                    at: row.get("at")?,
                })
            })?
            .collect()
    }
}
