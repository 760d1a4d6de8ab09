//! The agent's tokens, kept until shortly before they end: `$ARTCAFE_HOME/state/tokens/`.
//!
//! Owns which token may be handed out again. An entry belongs to one endpoint, tenant, agent, key id and
//! key *file* (device, inode, time of change and size), so a token is never shared between tenants and
//! never outlives a change of key. What always holds: a token that is handed out has the life that was
//! asked for, by the server's clock; of many processes that find none, one asks the server and the
//! others take what it got; an entry that is torn, foreign or from the future is as good as none. A
//! directory that cannot be written costs the cache and no token.

use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use aws_lc_rs::digest;
use jiff::{SignedDuration, Timestamp};
use rand::RngExt as _;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use serde::{Deserialize, Serialize};

use crate::checkpoint;
use crate::config::Paths;
use crate::durable::{self, DurableError, Lock};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::prove;
use crate::ops::session::Session;
use crate::secret::{Secret, SecretString};

/// How a token is wanted.
#[derive(Debug, Clone, Copy)]
pub struct TokenOptions {
    /// The life that it must have left at least.
    pub min_ttl: SignedDuration,
    /// Whether the server is asked in any case.
    pub fresh: bool,
}

/// A token for the agent.
pub struct Token {
    /// The token.
    pub token: SecretString,
    /// When it ends, by the server's clock; absent where it does not say.
    pub expires_at: Option<Timestamp>,
}

/// What an entry belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Owner {
    endpoint: String,
    tenant_id: String,
    agent_id: String,
    key_id: Option<String>,
    key_path: PathBuf,
    /// Device, inode, time of change in nanoseconds and size of the private key's file.
    key_file: (u64, u64, i64, i64, u64),
}

#[derive(Serialize, Deserialize)]
struct Entry {
    owner: Owner,
    token: SecretText,
    issued_at: Timestamp,
    expires_at: Timestamp,
    /// The server's clock minus this machine's, in seconds, when it was issued.
    clock_offset: i64,
}

/// The token in its own file, and nowhere else: no `Debug`, wiped when dropped.
struct SecretText(SecretString);

impl Serialize for SecretText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Secret::new(String::deserialize(deserializer)?)))
    }
}

/// A kept token that will do; asks no server and opens no key.
pub fn kept(session: &Session, options: TokenOptions) -> Result<Option<Token>, OpError> {
    if options.fresh {
        return Ok(None);
    }
    let Some(owner) = owner(session)? else { return Ok(None) };
    Ok(read(session, &owner, options))
}

/// A token that will do: a kept one, or one by proof, for which only one process at a time asks.
pub async fn token(session: &Session, options: TokenOptions) -> Result<Token, OpError> {
    let Some(owner) = owner(session)? else { return by_proof(session).await.map(|(token, _)| token) };
    let path = path(session, &owner);
    // As long as the one who asks may take: a challenge and a proof, each with its repeats.
    let wait = session.settings.timeout.value * 3;
    let lock = durable::create_private_dir(&folder(&session.settings.paths))
        .and_then(|()| Lock::acquire(&path.with_extension("lock"), &session.stamp, wait));
    let _lock = match lock {
        Ok(lock) => lock,
        // Nothing can be kept there, which must not stop a machine with a read-only home.
        Err(error) if is_read_only(&error) => return by_proof(session).await.map(|(token, _)| token),
        Err(error) => return Err(error.into()),
    };
    if !options.fresh
        && let Some(token) = read(session, &owner, options)
    {
        return Ok(token);
    }
    checkpoint::reach("token.before_request");
    let (token, clock_offset) = by_proof(session).await?;
    checkpoint::reach("token.after_request");
    if let Some(expires_at) = token.expires_at {
        let entry = Entry {
            owner,
            token: SecretText(token.token.clone()),
            issued_at: (session.now)(),
            expires_at,
            clock_offset,
        };
        let text = Secret::new(
            serde_json::to_string(&entry)
                .map_err(|error| OpError::new(ErrorCode::Failed, "cannot keep the token").because(error))?,
        );
        match durable::replace(&path, text.expose().as_bytes(), 0o600) {
            Err(error) if !is_read_only(&error) => return Err(error.into()),
            _ => {}
        }
    }
    Ok(token)
}

/// No kept token is handed out any more: the key that they belong to is being ended.
pub(super) fn forget_all(paths: &Paths) -> Result<(), OpError> {
    let folder = folder(paths);
    let failed = |source| DurableError::Io { action: "list", path: folder.clone(), source };
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error).into()),
    };
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            durable::remove(&path)?;
        }
    }
    Ok(())
}

async fn by_proof(session: &Session) -> Result<(Token, i64), OpError> {
    let outcome = prove::prove(session, &session.key()?).await?;
    let token = outcome.verdict?;
    let expires_at = outcome.report.claims.and_then(|claims| claims.expires_at);
    Ok((Token { token, expires_at }, outcome.report.clock_offset_seconds.unwrap_or_default()))
}

/// Nothing where the key file cannot be looked at: then the proof says what is wrong with it.
fn owner(session: &Session) -> Result<Option<Owner>, OpError> {
    let settings = &session.settings;
    let key_path = settings.private_key_path.value.clone();
    let Ok(metadata) = std::fs::metadata(&key_path) else { return Ok(None) };
    Ok(Some(Owner {
        endpoint: settings.endpoint.value.origin().to_owned(),
        tenant_id: session.tenant()?.to_string(),
        agent_id: session.agent()?.to_string(),
        key_id: settings.key_id.as_ref().map(|id| id.value.to_string()),
        key_path,
        key_file: (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec(), metadata.size()),
    }))
}

fn folder(paths: &Paths) -> PathBuf {
    paths.state_dir().join("tokens")
}

/// One file for each identity; what is in it says whether it is of this very key.
fn path(session: &Session, owner: &Owner) -> PathBuf {
    let key_path = owner.key_path.display().to_string();
    let parts = [&owner.endpoint, &owner.tenant_id, &owner.agent_id, owner.key_id.as_ref().unwrap_or(&key_path)];
    let joined = parts.map(String::as_str).join("\n");
    let hash = digest::digest(&digest::SHA256, joined.as_bytes());
    let name: String = hash.as_ref().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    folder(&session.settings.paths).join(format!("{name}.json"))
}

fn read(session: &Session, owner: &Owner, options: TokenOptions) -> Option<Token> {
    // What cannot be read or understood is as good as none: the server is asked then.
    let bytes = durable::read_if_present(&path(session, owner), 64 * 1024).ok()??;
    let entry: Entry = serde_json::from_slice(&bytes).ok()?;
    let now = (session.now)();
    // A clock that was set back says nothing about how long the token has lived.
    if entry.owner != *owner || now < entry.issued_at {
        return None;
    }
    let server_now = now.checked_add(SignedDuration::from_secs(entry.clock_offset)).ok()?;
    let left = entry.expires_at.duration_since(server_now);
    // Many processes must not all find it too old at the same moment: each draws its own, within a tenth of its life.
    let life = entry.expires_at.duration_since(entry.issued_at).as_secs_f64().max(0.0);
    let early = SignedDuration::try_from_secs_f64(life * UnwrapErr(SysRng).random_range(0.0..0.1)).ok()?;
    (left >= options.min_ttl + early).then(|| Token { token: entry.token.0, expires_at: Some(entry.expires_at) })
}

fn is_read_only(error: &DurableError) -> bool {
    matches!(error.io_kind(), Some(std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem))
}
