//! Rows of agents.

use super::{Store, json_column};
use rusqlite::{OptionalExtension as _, Row, named_params};
use serde_json::Value;

/// An agent. Its primary key is tenant and id together. Times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AgentRow {
    /// The tenant that it belongs to.
    pub tenant_id: String,
    /// The agent's id, unique in its tenant.
    pub id: String,
    /// The display name.
    pub name: String,
    /// The free-text type, which only the documented dialect shows.
    pub agent_type: String,
    /// `offline`, unless seeded otherwise.
    pub status: String,
    /// The agent record's own public key, the second of the platform's two key stores.
    pub public_key: Option<String>,
    /// Set only where the server made the key.
    pub key_fingerprint: Option<String>,
    /// A JSON array of texts.
    pub capabilities: Value,
    /// A JSON array of objects, or null.
    pub capability_definitions: Value,
    /// `description`, `owner`, `tags`, `custom`.
    pub metadata: Value,
    /// When it was last heard of.
    pub last_seen: Option<i64>,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

impl AgentRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            tenant_id: row.get("tenant_id")?,
            id: row.get("id")?,
            name: row.get("name")?,
            agent_type: row.get("type")?,
            status: row.get("status")?,
            public_key: row.get("public_key")?,
            key_fingerprint: row.get("key_fingerprint")?,
            capabilities: json_column(row, "capabilities")?,
            capability_definitions: json_column(row, "capability_definitions")?,
            metadata: json_column(row, "metadata")?,
            last_seen: row.get("last_seen")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

impl Store {
    pub(in crate::sandbox) fn insert_agent(&self, agent: &AgentRow) -> rusqlite::Result<()> {
        self.write_agent("INSERT", agent)
    }

    pub(in crate::sandbox) fn replace_agent(&self, agent: &AgentRow) -> rusqlite::Result<()> {
        self.write_agent("REPLACE", agent)
    }

    /// Adds an agent unless its tenant has one of that id.
    pub(in crate::sandbox) fn keep_or_insert_agent(&self, agent: &AgentRow) -> rusqlite::Result<()> {
        self.write_agent("INSERT OR IGNORE", agent)
    }

    fn write_agent(&self, verb: &str, agent: &AgentRow) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(&format!(
                "{verb} INTO agents VALUES (:tenant_id, :id, :name, :type, :status, :public_key, :key_fingerprint,
                 :capabilities, :capability_definitions, :metadata, :last_seen, :created_at, :updated_at)"
            ))?
            .execute(named_params! {
                ":tenant_id": agent.tenant_id,
                ":id": agent.id,
                ":name": agent.name,
                ":type": agent.agent_type,
                ":status": agent.status,
                ":public_key": agent.public_key,
                ":key_fingerprint": agent.key_fingerprint,
                ":capabilities": agent.capabilities.to_string(),
                ":capability_definitions": agent.capability_definitions.to_string(),
                ":metadata": agent.metadata.to_string(),
                ":last_seen": agent.last_seen,
                ":created_at": agent.created_at,
                ":updated_at": agent.updated_at,
            })?;
        Ok(())
    }

    /// Every agent of every tenant, in the order in which the platform scans: by tenant, then by id.
    pub(in crate::sandbox) fn all_agents(&self) -> rusqlite::Result<Vec<AgentRow>> {
        self.connection
            .prepare_cached("SELECT * FROM agents ORDER BY tenant_id, id")?
            .query_map([], AgentRow::read)?
            .collect()
    }

    pub(in crate::sandbox) fn agent(&self, tenant: &str, id: &str) -> rusqlite::Result<Option<AgentRow>> {
        self.connection
            .prepare_cached("SELECT * FROM agents WHERE tenant_id = ?1 AND id = ?2")?
            .query_row([tenant, id], AgentRow::read)
            .optional()
    }

    /// Deletes an agent with its key records, and says whether there was one.
    pub(in crate::sandbox) fn delete_agent(&self, tenant: &str, id: &str) -> rusqlite::Result<bool> {
        self.together(|| {
            let deleted =
                self.connection.execute("DELETE FROM agents WHERE tenant_id = ?1 AND id = ?2", [tenant, id])?;
            if deleted > 0 {
                self.connection.execute("DELETE FROM ssh_keys WHERE tenant_id = ?1 AND agent_id = ?2", [tenant, id])?;
            }
            Ok(deleted > 0)
        })
    }
}
