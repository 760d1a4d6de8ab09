//! Rows of channels, and how many messages a tenant sent on a day. The messages themselves are not kept.

use super::{Store, json_column};
use rusqlite::{OptionalExtension as _, Row, named_params};
use serde_json::Value;

/// The tables, which a database of an earlier build lacks.
pub(super) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS channels (
    tenant_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, description TEXT, status TEXT NOT NULL,
    metadata TEXT NOT NULL, total_messages INTEGER NOT NULL, last_message_at INTEGER,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
    tenant_id TEXT NOT NULL, day TEXT NOT NULL, count INTEGER NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, day)
) WITHOUT ROWID;
";

/// A channel. Times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::sandbox) struct ChannelRow {
    /// The tenant that it belongs to.
    pub(in crate::sandbox) tenant_id: String,
    /// The channel's id.
    pub(in crate::sandbox) id: String,
    /// Its name.
    pub(in crate::sandbox) name: String,
    /// What it is for.
    pub(in crate::sandbox) description: Option<String>,
    /// `active`.
    pub(in crate::sandbox) status: String,
    /// Free members.
    pub(in crate::sandbox) metadata: Value,
    /// How many messages were sent to it.
    pub(in crate::sandbox) total_messages: i64,
    /// When the last one was.
    pub(in crate::sandbox) last_message_at: Option<i64>,
    /// When it was made.
    pub(in crate::sandbox) created_at: i64,
    /// When it was last changed.
    pub(in crate::sandbox) updated_at: i64,
}

impl ChannelRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            tenant_id: row.get("tenant_id")?,
            id: row.get("id")?,
            name: row.get("name")?,
            description: row.get("description")?,
            status: row.get("status")?,
            metadata: json_column(row, "metadata")?,
            total_messages: row.get("total_messages")?,
            last_message_at: row.get("last_message_at")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

/// What was sent in a span of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::sandbox) struct Sent {
    pub(in crate::sandbox) messages: i64,
    pub(in crate::sandbox) bytes: i64,
}

impl Store {
    pub(in crate::sandbox) fn put_channel(&self, channel: &ChannelRow) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "REPLACE INTO channels VALUES (:tenant_id, :id, :name, :description, :status, :metadata,
                 :total_messages, :last_message_at, :created_at, :updated_at)",
            )?
            .execute(named_params! {
                ":tenant_id": channel.tenant_id,
                ":id": channel.id,
                ":name": channel.name,
                ":description": channel.description,
                ":status": channel.status,
                ":metadata": channel.metadata.to_string(),
                ":total_messages": channel.total_messages,
                ":last_message_at": channel.last_message_at,
                ":created_at": channel.created_at,
                ":updated_at": channel.updated_at,
            })?;
        Ok(())
    }

    /// Every channel of every tenant, in the order in which the platform scans: by tenant, then by id.
    pub(in crate::sandbox) fn all_channels(&self) -> rusqlite::Result<Vec<ChannelRow>> {
        self.connection
            .prepare_cached("SELECT * FROM channels ORDER BY tenant_id, id")?
            .query_map([], ChannelRow::read)?
            .collect()
    }

    pub(in crate::sandbox) fn channel(&self, tenant: &str, id: &str) -> rusqlite::Result<Option<ChannelRow>> {
        self.connection
            .prepare_cached("SELECT * FROM channels WHERE tenant_id = ?1 AND id = ?2")?
            .query_row([tenant, id], ChannelRow::read)
            .optional()
    }

    pub(in crate::sandbox) fn delete_channel(&self, tenant: &str, id: &str) -> rusqlite::Result<bool> {
        let deleted = self.connection.execute("DELETE FROM channels WHERE tenant_id = ?1 AND id = ?2", [tenant, id])?;
        Ok(deleted > 0)
    }

    /// Counts a message to a channel on a day.
    pub(in crate::sandbox) fn count_message(
        &self,
        channel: &ChannelRow,
        day: &str,
        bytes: i64,
        now: i64,
    ) -> rusqlite::Result<()> {
        self.together(|| {
            self.connection.execute(
                "UPDATE channels SET total_messages = total_messages + 1, last_message_at = ?3
                 WHERE tenant_id = ?1 AND id = ?2",
                (&channel.tenant_id, &channel.id, now),
            )?;
            self.connection.execute(
                "INSERT INTO messages (tenant_id, day, count, bytes) VALUES (?1, ?2, 1, ?3)
                 ON CONFLICT DO UPDATE SET count = count + 1, bytes = bytes + ?3",
                (&channel.tenant_id, day, bytes),
            )?;
            Ok(())
        })
    }

    /// What a tenant sent from one day to another, both included; days are texts such as `2026-11-24`.
    pub(in crate::sandbox) fn sent_between(&self, tenant: &str, first: &str, last: &str) -> rusqlite::Result<Sent> {
        self.connection
            .prepare_cached(
                "SELECT coalesce(sum(count), 0), coalesce(sum(bytes), 0) FROM messages
                 WHERE tenant_id = ?1 AND day BETWEEN ?2 AND ?3",
            )?
            .query_row([tenant, first, last], |row| Ok(Sent { messages: row.get(0)?, bytes: row.get(1)? }))
    }

    /// How many of a tenant's channels were written to since then.
    pub(in crate::sandbox) fn active_channels(&self, tenant: &str, since: i64) -> rusqlite::Result<i64> {
        self.connection
            .prepare_cached("SELECT count(*) FROM channels WHERE tenant_id = ?1 AND last_message_at >= ?2")?
            .query_row((tenant, since), |row| row.get(0))
    }
}
