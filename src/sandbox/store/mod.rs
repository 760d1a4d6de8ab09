//! The sandbox's SQLite database: opening it, its schema, and what belongs to no single kind of row.
//! Keeps rows; knows neither HTTP nor dialects. Re-opening a directory keeps everything, the signing secret included.

mod agents;
mod challenges;
mod channels;
mod keys;
mod members;
mod tenants;

use super::error::SandboxError;
use super::generated;
use rusqlite::{Connection, OptionalExtension as _};
use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::Duration;

pub use agents::AgentRow;
pub use challenges::ChallengeRow;
pub(super) use channels::ChannelRow;
pub use keys::KeyRow;
pub(super) use members::{ActivityRow, MemberRow};
pub use tenants::TenantRow;

/// The version that `PRAGMA user_version` carries.
const VERSION: i64 = 1;

const SCHEMA: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tenants (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, plan TEXT NOT NULL, status TEXT NOT NULL,
    payment_status TEXT NOT NULL, explicit_limits INTEGER NOT NULL, profile TEXT NOT NULL,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE agents (
    tenant_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL,
    public_key TEXT, key_fingerprint TEXT, capabilities TEXT NOT NULL, capability_definitions TEXT NOT NULL,
    metadata TEXT NOT NULL, last_seen INTEGER, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE TABLE ssh_keys (
    tenant_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, public_key TEXT NOT NULL,
    key_type TEXT NOT NULL, agent_id TEXT, fingerprint TEXT NOT NULL, status TEXT NOT NULL,
    last_used INTEGER, revoked INTEGER NOT NULL, revoked_at INTEGER, revocation_reason TEXT,
    metadata TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE TABLE challenges (
    tenant_id TEXT NOT NULL, challenge TEXT NOT NULL, agent_id TEXT, expires_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, challenge)
) WITHOUT ROWID;
CREATE TABLE calls (
    tenant_id TEXT NOT NULL, day TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, day)
) WITHOUT ROWID;
";

/// The open database.
#[derive(Debug)]
pub(super) struct Store {
    connection: Connection,
}

impl Store {
    /// Opens `sandbox.db` in a directory, or a database in memory.
    pub(super) fn open(directory: Option<&Path>) -> Result<Self, SandboxError> {
        let connection = match directory {
            None => Connection::open_in_memory()?,
            Some(directory) => Connection::open(prepare(directory)?)?,
        };
        connection.busy_timeout(Duration::from_secs(2))?;
        if directory.is_some() {
            // A power cut may cost the last second of a rehearsal, never the file.
            connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")?;
        }
        let place = directory.map_or_else(|| "memory".to_owned(), |directory| directory.display().to_string());
        let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        match version {
            0 => connection
                .execute_batch(&format!("BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;"))?,
            VERSION => {}
            other => return Err(SandboxError::Schema { place, reason: format!("it has version {other}") }),
        }
        // What came later is only added, so that an earlier build's database goes on and the version stays.
        connection.execute_batch(channels::TABLES)?;
        connection.execute_batch(members::TABLES)?;
        Ok(Self { connection })
    }

    /// The secret that signs tokens: made once, then kept.
    pub(super) fn signing_secret(&self) -> Result<Vec<u8>, SandboxError> {
        let fresh = generated::hex(&generated::random::<32>()?);
        self.connection
            .execute("INSERT INTO meta (key, value) VALUES ('signing_secret', ?1) ON CONFLICT DO NOTHING", [&fresh])?;
        let kept: String =
            self.connection.query_row("SELECT value FROM meta WHERE key = 'signing_secret'", [], |row| row.get(0))?;
        Ok(kept.into_bytes())
    }

    /// Counts a request of a tenant on a day.
    pub(super) fn count_call(&self, tenant: &str, day: &str) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO calls (tenant_id, day, count) VALUES (?1, ?2, 1)
                 ON CONFLICT DO UPDATE SET count = count + 1",
            )?
            .execute([tenant, day])?;
        Ok(())
    }

    /// The requests of a tenant on a day.
    pub(super) fn calls_on(&self, tenant: &str, day: &str) -> rusqlite::Result<i64> {
        self.connection
            .prepare_cached("SELECT count FROM calls WHERE tenant_id = ?1 AND day = ?2")?
            .query_row([tenant, day], |row| row.get(0))
            .optional()
            .map(Option::unwrap_or_default)
    }

    /// The days with requests of a tenant, from one to another, both included.
    pub(super) fn calls_between(&self, tenant: &str, first: &str, last: &str) -> rusqlite::Result<Vec<(String, i64)>> {
        self.connection
            .prepare_cached("SELECT day, count FROM calls WHERE tenant_id = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY day")?
            .query_map([tenant, first, last], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    }

    /// Runs several statements as one: all of them, or none.
    pub(super) fn together<T>(&self, work: impl FnOnce() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let transaction = self.connection.unchecked_transaction()?;
        let value = work()?;
        transaction.commit()?;
        Ok(value)
    }
}

/// Makes the directory (0700) and the file (0600) and returns the file's path.
fn prepare(directory: &Path) -> Result<std::path::PathBuf, SandboxError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source: io::Error| SandboxError::Data { path, source }
    };
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed(directory))?;
    let file = directory.join("sandbox.db");
    // SQLite gives its journal files the mode of the database, so the file must have it before SQLite sees it.
    let opened = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&file)
        .map_err(failed(&file))?;
    opened.set_permissions(Permissions::from_mode(0o600)).map_err(failed(&file))?;
    Ok(file)
}

/// JSON that this store wrote itself; a text of another origin reads as null.
fn json_column(row: &rusqlite::Row<'_>, name: &str) -> rusqlite::Result<serde_json::Value> {
    let text: String = row.get(name)?;
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_keeps_its_secret_and_its_modes() {
        let temporary = tempfile::tempdir().unwrap();
        let directory = temporary.path().join("a/b");
        let secret = Store::open(Some(&directory)).unwrap().signing_secret().unwrap();
        assert_eq!(Store::open(Some(&directory)).unwrap().signing_secret().unwrap(), secret);
        assert_ne!(Store::open(None).unwrap().signing_secret().unwrap(), secret);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&directory), mode(&directory.join("sandbox.db"))), (0o700, 0o600));
    }

    #[test]
    fn a_database_of_another_version_is_left_alone() {
        let temporary = tempfile::tempdir().unwrap();
        let file = temporary.path().join("sandbox.db");
        Connection::open(&file).unwrap().execute_batch("PRAGMA user_version = 9").unwrap();
        assert!(matches!(Store::open(Some(temporary.path())), Err(SandboxError::Schema { .. })));
        // A file that is no database is refused, and not overwritten.
        std::fs::remove_file(&file).unwrap();
        std::fs::copy("Cargo.toml", &file).unwrap();
        assert!(matches!(Store::open(Some(temporary.path())), Err(SandboxError::Database { .. })));
        assert_eq!(std::fs::read(&file).unwrap(), std::fs::read("Cargo.toml").unwrap());
    }
}
