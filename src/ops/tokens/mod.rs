//! The agent's tokens, kept until shortly before they end: `$ARTCAFE_HOME/state/tokens/`.
//!
//! Owns which token may be handed out again. An entry belongs to one endpoint, tenant, agent, key id and
//! key *file* (device, inode, time of change and size; of a key without a file, its fingerprint), so a token is never shared between tenants and
//! never outlives a change of key. What always holds: a kept token that is handed out has the life that
//! was asked for, by the server's clock, however this machine's clock is set; of many processes that find none, one asks the server and the
//! others take what it got, or the failure that it met; an entry that is torn, foreign or from the future is as good as none. A
//! directory that cannot be written costs the cache and no token.

mod failure;
mod renewal;
mod run_file;
mod turn;

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
use crate::durable::{self, DurableError};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::prove;
use crate::ops::session::Session;
use crate::secret::{Secret, SecretString};
use failure::Notes;
use turn::{Queue, Turn};

pub use renewal::{renew_after, wait};
pub use run_file::TokenFile;

/// No entry is larger.
const LARGEST: u64 = 64 * 1024;

/// How a token is wanted.
#[derive(Debug, Clone, Copy)]
pub struct TokenOptions {
    /// The life that it must have left at least.
    pub min_ttl: SignedDuration,
    /// Whether the server is asked in any case.
    pub fresh: bool,
}

/// A token for the agent.
#[derive(Clone)]
pub struct Token {
    /// The token.
    pub token: SecretString,
    /// When it ends, by the server's clock; absent where it does not say.
    pub expires_at: Option<Timestamp>,
    /// The life that it had left when it was handed out; absent where nothing can tell.
    pub left: Option<SignedDuration>,
    /// Whether the server gives none that lives as long as was asked for.
    pub is_short: bool,
}

/// What an entry belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Owner {
    endpoint: String,
    tenant_id: String,
    agent_id: String,
    key_id: Option<String>,
    key: Mark,
}

/// How a key is known again without being opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Mark {
    /// By its file, or where an ssh-agent holds it the public one: path, device, inode, time of change and size.
    File(PathBuf, u64, u64, i64, i64, u64),
    /// One that has no file: by its fingerprint.
    Fingerprint(String),
}

#[derive(Serialize, Deserialize)]
struct Entry {
    owner: Owner,
    token: SecretText,
    /// When it was issued, by the server's clock.
    issued_at: Timestamp,
    expires_at: Timestamp,
    /// The same moment by this machine's clock.
    kept_at: Timestamp,
    /// And by the time since this machine was started, which nobody can set: which start, and milliseconds.
    started: Option<(String, u64)>,
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
    Ok(read(session, &owner).filter(|entry| entry.will_do(session, options)).map(|entry| entry.token(session)))
}

/// A token that will do: a kept one, or one by proof, for which only one process at a time asks.
pub async fn token(session: &Session, options: TokenOptions) -> Result<Token, OpError> {
    let Some(owner) = owner(session)? else { return by_proof(session, options).await };
    let path = path(session, &owner);
    let about = asked_how(session, &owner)?;
    let notes = Notes::beside(&path, &about);
    let _lock = match Queue::join(session, &owner, options, &notes).turn().await? {
        Turn::Ours(lock) => lock,
        Turn::Told(told) => return told,
        Turn::Alone => return by_proof(session, options).await,
    };
    checkpoint::reach("token.before_request");
    let token = by_proof(session, options).await.inspect_err(|error| notes.leave(error))?;
    checkpoint::reach("token.after_request");
    if let Some(expires_at) = token.expires_at {
        let entry = Entry {
            owner,
            token: SecretText(token.token.clone()),
            issued_at: session.client()?.server_now(),
            expires_at,
            kept_at: (session.now)(),
            started: since_start(),
        };
        let text = Secret::new(
            serde_json::to_string(&entry)
                .map_err(|error| OpError::new(ErrorCode::Failed, "cannot keep the token").because(error))?,
        );
        match durable::replace(&path, text.expose().as_bytes(), 0o600) {
            Err(error) if !cannot_keep(&error) => return Err(error.into()),
            _ => {}
        }
        checkpoint::reach("token.after_keeping");
        forget_ended(session, &path)?;
    }
    notes.clear();
    Ok(token)
}

impl Entry {
    fn token(self, session: &Session) -> Token {
        let left = self.left(session);
        Token { token: self.token.0, expires_at: Some(self.expires_at), left, is_short: false }
    }

    /// The life that it has left, by the server's clock; nothing where no clock here can tell.
    fn left(&self, session: &Session) -> Option<SignedDuration> {
        let gone = match (&self.started, since_start()) {
            (Some((then, before)), Some((now, after))) if *then == now => {
                SignedDuration::from_millis(i64::try_from(after.checked_sub(*before)?).ok()?)
            }
            // Started anew since: the clock has to do, unless it was set back.
            _ => Some((session.now)().duration_since(self.kept_at)).filter(|gone| !gone.is_negative())?,
        };
        Some(self.expires_at.duration_since(self.issued_at) - gone)
    }

    /// Whether it lives long enough. Many processes must not all find it too old at the same moment, so each draws
    /// its own, within a tenth of its life.
    fn will_do(&self, session: &Session, options: TokenOptions) -> bool {
        let life = self.expires_at.duration_since(self.issued_at).as_secs_f64().max(0.0);
        let early = SignedDuration::try_from_secs_f64(life * UnwrapErr(SysRng).random_range(0.0..0.1));
        self.left(session).zip(early.ok()).is_some_and(|(left, early)| left >= options.min_ttl + early)
    }
}

/// Which start of this machine it is, and how long ago; nothing where the system does not tell.
fn since_start() -> Option<(String, u64)> {
    let text = |path: &str| String::from_utf8(durable::read(std::path::Path::new(path), 4096).ok()?).ok();
    let uptime = text("/proc/uptime")?.split_whitespace().next()?.parse::<f64>().ok()?;
    let milliseconds = std::time::Duration::try_from_secs_f64(uptime).ok()?.as_millis();
    Some((text("/proc/sys/kernel/random/boot_id")?.trim().to_owned(), u64::try_from(milliseconds).ok()?))
}

/// Other entries whose tokens have ended, by the server's clock; what cannot be read is left alone.
fn forget_ended(session: &Session, except: &std::path::Path) -> Result<(), OpError> {
    let now = session.client()?.server_now();
    for path in entries(&session.settings.paths)?.into_iter().filter(|path| path != except) {
        let entry =
            durable::read_if_present(&path, LARGEST)?.and_then(|bytes| serde_json::from_slice::<Entry>(&bytes).ok());
        if entry.is_some_and(|entry| entry.expires_at < now) {
            durable::remove(&path)?;
        }
    }
    Ok(())
}

/// Who asks, and how; an attempt that was made otherwise may end otherwise.
fn asked_how(session: &Session, owner: &Owner) -> Result<String, OpError> {
    let settings = &session.settings;
    let how = (
        owner,
        settings.timeout.value.as_millis(),
        settings.retries.value,
        &session.ca_certificate,
        session.allow_new_endpoint,
    );
    serde_json::to_string(&how)
        .map_err(|error| OpError::new(ErrorCode::Failed, "cannot ask for a token").because(error))
}

/// No kept token is handed out any more: the key that they belong to is being ended.
pub(super) fn forget_all(paths: &Paths) -> Result<(), OpError> {
    for path in entries(paths)? {
        durable::remove(&path)?;
    }
    Ok(())
}

fn entries(paths: &Paths) -> Result<Vec<PathBuf>, OpError> {
    Ok(durable::files_with_extension(&folder(paths), "json")?)
}

async fn by_proof(session: &Session, options: TokenOptions) -> Result<Token, OpError> {
    let outcome = prove::prove(session, &session.key()?).await?;
    let token = outcome.verdict?;
    let expires_at = outcome.report.claims.and_then(|claims| claims.expires_at);
    let now = session.client()?.server_now();
    let left = expires_at.map(|end| end.duration_since(now));
    Ok(Token { token, expires_at, left, is_short: left.is_some_and(|left| left < options.min_ttl) })
}

/// Nothing where no token can be kept, or the key cannot be looked at: then the proof says what is wrong with it.
fn owner(session: &Session) -> Result<Option<Owner>, OpError> {
    let settings = &session.settings;
    let key = match &session.given_key {
        // A machine without a home gets none for the sake of a key that leaves no trace.
        Some(_) if !settings.paths.has_place_for_home() => return Ok(None),
        Some(_) => Mark::Fingerprint(session.key()?.key.public().openssh_fingerprint()),
        None => {
            let path = session.file_of_key();
            let Ok(metadata) = std::fs::metadata(&path) else { return Ok(None) };
            let (seconds, nanoseconds) = (metadata.ctime(), metadata.ctime_nsec());
            Mark::File(path, metadata.dev(), metadata.ino(), seconds, nanoseconds, metadata.size())
        }
    };
    Ok(Some(Owner {
        endpoint: settings.endpoint.value.origin().to_owned(),
        tenant_id: session.tenant()?.to_string(),
        agent_id: session.agent()?.to_string(),
        key_id: settings.key_id.as_ref().map(|id| id.value.to_string()),
        key,
    }))
}

fn folder(paths: &Paths) -> PathBuf {
    paths.state_dir().join("tokens")
}

/// One file for each identity; what is in it says whether it is of this very key.
fn path(session: &Session, owner: &Owner) -> PathBuf {
    let key = match &owner.key {
        Mark::File(path, ..) => path.display().to_string(),
        Mark::Fingerprint(fingerprint) => fingerprint.clone(),
    };
    let parts = [&owner.endpoint, &owner.tenant_id, &owner.agent_id, owner.key_id.as_ref().unwrap_or(&key)];
    let joined = parts.map(String::as_str).join("\n");
    let hash = digest::digest(&digest::SHA256, joined.as_bytes());
    let name: String = hash.as_ref().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    folder(&session.settings.paths).join(format!("{name}.json"))
}

/// What cannot be read or understood is as good as none: the server is asked then.
fn read(session: &Session, owner: &Owner) -> Option<Entry> {
    let bytes = durable::read_if_present(&path(session, owner), LARGEST).ok()??;
    serde_json::from_slice::<Entry>(&bytes).ok().filter(|entry| entry.owner == *owner)
}

/// Whether the cause is where the token would be kept, and not the token.
fn cannot_keep(error: &DurableError) -> bool {
    use std::io::ErrorKind as Kind;
    matches!(
        error.io_kind(),
        Some(Kind::PermissionDenied | Kind::ReadOnlyFilesystem | Kind::StorageFull | Kind::QuotaExceeded)
    )
}
