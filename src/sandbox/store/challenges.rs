//! Rows of challenges that wait for their answer.

use super::Store;
use rusqlite::OptionalExtension as _;

/// A challenge. It is one-time, because a successful verify deletes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChallengeRow {
    /// The tenant that it was made for.
    pub tenant_id: String,
    /// The text to sign.
    pub challenge: String,
    /// The agent that it was made for, if one was named.
    pub agent_id: Option<String>,
    /// When it ends, in microseconds since 1970.
    pub expires_at: i64,
}

impl Store {
    /// Adds a challenge and forgets those that ended more than a day ago.
    pub(in crate::sandbox) fn insert_challenge(&self, challenge: &ChallengeRow) -> rusqlite::Result<()> {
        const DAY: i64 = 24 * 3600 * 1_000_000;
        self.connection
            .prepare_cached("DELETE FROM challenges WHERE expires_at < ?1")?
            .execute([challenge.expires_at.saturating_sub(DAY)])?;
        self.connection.prepare_cached("INSERT OR REPLACE INTO challenges VALUES (?1, ?2, ?3, ?4)")?.execute((
            &challenge.tenant_id,
            &challenge.challenge,
            &challenge.agent_id,
            challenge.expires_at,
        ))?;
        Ok(())
    }

    pub(in crate::sandbox) fn challenge(
        &self,
        tenant: &str,
        challenge: &str,
    ) -> rusqlite::Result<Option<ChallengeRow>> {
        self.connection
            .prepare_cached(
                "SELECT tenant_id, challenge, agent_id, expires_at FROM challenges
                 WHERE tenant_id = ?1 AND challenge = ?2",
            )?
            .query_row([tenant, challenge], |row| {
                Ok(ChallengeRow {
                    tenant_id: row.get(0)?,
                    challenge: row.get(1)?,
                    agent_id: row.get(2)?,
                    expires_at: row.get(3)?,
                })
            })
            .optional()
    }

    pub(in crate::sandbox) fn delete_challenge(&self, tenant: &str, challenge: &str) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("DELETE FROM challenges WHERE tenant_id = ?1 AND challenge = ?2")?
            .execute([tenant, challenge])?;
        Ok(())
    }
}
