//! The configuration as operations see it: which identity it names, and changing single values.
//!
//! Owns the question whether a file is about the identity at hand, and the warning that a proof is
//! void once the identity's own values change. The file's form and editing are `config`'s.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use crate::config::{self, ConfigFile, Edit, Key, KeyPath, Paths, Scalar};
use crate::ops::audit::{self, Action};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::session::Session;

/// A dotted path of a value.
pub fn path_of(text: &str) -> Result<KeyPath, OpError> {
    Ok(text.parse::<KeyPath>()?)
}

/// Whether the file names the agent, tenant, endpoint and key file that are in force.
pub fn names(file: &ConfigFile, session: &Session) -> bool {
    let settings = &session.settings;
    let text = |key| file.text_of(key).map(|found| found.value);
    let agent = settings.agent_id.as_ref().map(|id| id.value.to_string());
    let tenant = settings.tenant_id.as_ref().map(|id| id.value.to_string());
    let endpoint = text(Key::Endpoint).and_then(|text| text.parse::<config::Endpoint>().ok());
    text(Key::AgentId) == agent
        && text(Key::TenantId) == tenant
        && text(Key::PrivateKeyPath)
            .is_none_or(|path| is_same_file(&settings.paths, &path, &settings.private_key_path.value))
        && endpoint.is_none_or(|endpoint| endpoint == settings.endpoint.value)
}

/// Whether the text of a path, relative ones included, leads to this absolute path.
pub(super) fn is_same_file(paths: &Paths, text: &str, path: &Path) -> bool {
    // Without a working directory a relative path leads nowhere.
    paths.absolute(text).is_ok_and(|absolute| absolute == path)
}

/// One change of a value.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ChangeReport {
    /// The file.
    pub path: PathBuf,
    /// The dotted key.
    pub key: String,
    /// Whether anything was written.
    pub changed: bool,
    /// Whether the identity itself was changed, so that its proof is void.
    pub proof_void: bool,
}

/// What becomes of a value.
pub enum Change {
    /// It gets this text, read as the key's type.
    Set(String),
    /// It is taken out.
    Unset,
}

/// A secret on the command line is seen by every user of the machine, and does not belong in the file either.
fn refuse_secret(key: &KeyPath, value: &str) -> Result<(), OpError> {
    let name = key.segments().last().map(String::as_str).unwrap_or_default();
    // `$NAME` and `${NAME}` stand for a value that is elsewhere.
    let is_reference = value.strip_prefix('$').is_some_and(|name| {
        let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    });
    let is_key_itself = name.to_lowercase().replace(['-', '_'], "") == "privatekey";
    let is_secret = config::is_secret_name(name) || is_key_itself;
    if is_secret && !is_reference || value.contains("PRIVATE KEY-----") {
        return Err(OpError::new(
            ErrorCode::SecretOnCommandLine,
            format!("`{key}` would hold a secret, which belongs neither on the command line nor in the configuration"),
        )
        .hint(config::secret_advice(&key.to_string())));
    }
    Ok(())
}

/// Sets or unsets one value in the file in force; other text is kept as it is.
pub fn change(paths: &Paths, now: Timestamp, key: &str, change: &Change) -> Result<ChangeReport, OpError> {
    let path = paths.config.value.clone();
    let key_path = path_of(key)?;
    if let Change::Set(value) = change {
        refuse_secret(&key_path, value)?;
    }
    let file = ConfigFile::load(&path)?;
    if file.is_none() && matches!(change, Change::Unset) {
        return Err(OpError::new(
            ErrorCode::NotConfigured,
            format!("there is no configuration at `{}`", path.display()),
        )
        .hint("make one with `artcafe setup` or `artcafe config init`"));
    }
    let mut edit = file.as_ref().map_or_else(|| Ok(Edit::absent(&path)), Edit::new)?;
    match change {
        Change::Set(text) => {
            edit.set(&key_path, Scalar::parse_cli(text, &key_path))?;
        }
        Change::Unset => {
            edit.unset(&key_path)?;
        }
    }
    let changed = edit.save()?;
    if changed {
        let known = Key::ALL.into_iter().find(|known| known.path() == key);
        let before = known.zip(file.as_ref()).and_then(|(known, file)| file.text_of(known)).map(|found| found.value);
        let (action, after) = match change {
            Change::Set(value) => (Action::ConfigSet, Some(value.clone())),
            Change::Unset => (Action::ConfigUnset, None),
        };
        let mut told = audit::Change::new(action).path(&path).setting(key);
        told.from = before.filter(|text| may_be_told(known, text));
        told.to = after.filter(|text| may_be_told(known, text));
        audit::record(paths, now, told)?;
    }
    let identity = [Key::AgentId, Key::TenantId, Key::PrivateKeyPath, Key::KeyId, Key::Endpoint];
    let proof_void = changed && identity.iter().any(|identity| identity.path() == key);
    Ok(ChangeReport { path, key: key.to_owned(), changed, proof_void })
}

/// Whether the history may hold a value: only what can be nothing but an id, a word or a place.
fn may_be_told(key: Option<Key>, text: &str) -> bool {
    key.is_some_and(|key| key != Key::LlmModel && key.complaint(text).is_none() && !text.contains("PRIVATE KEY"))
}

/// The new configuration of `config init`.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct InitReport {
    /// The file.
    pub path: PathBuf,
    /// The values that it got, and where each came from.
    pub values: Vec<InitValue>,
}

/// One value of a new configuration.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct InitValue {
    /// The dotted key.
    pub key: &'static str,
    /// The value.
    pub value: String,
    /// The flag, variable or default that gave it.
    pub origin: String,
}

/// Writes a new configuration from what is resolved; an existing one is not touched.
pub fn init(session: &Session) -> Result<InitReport, OpError> {
    let path = session.settings.paths.config.value.clone();
    if session.settings.file.is_some() {
        return Err(OpError::new(
            ErrorCode::FileExists,
            format!("there is a configuration at `{}` already", path.display()),
        )
        .hint("change single values with `artcafe config set KEY VALUE`"));
    }
    let mut entries = Vec::new();
    let mut values = Vec::new();
    for (name, value, origin) in session.settings.entries() {
        let Some(key) = Key::ALL.into_iter().find(|key| key.path() == name) else { continue };
        let Some(mut value) = value else { continue };
        // A default policy that is not written follows the program's.
        if key.is_policy() && origin == config::Origin::Default {
            continue;
        }
        if key == Key::PrivateKeyPath {
            value = session.settings.paths.contract(&session.settings.private_key_path.value);
        }
        values.push(InitValue { key: name, value: value.clone(), origin: origin.to_string() });
        entries.push((key, value));
    }
    Edit::replacing(&path, None, config::fresh(config::Format::of(&path), &entries))?.save()?;
    session.record(audit::Change::new(Action::ConfigWritten).path(&path))?;
    Ok(InitReport { path, values })
}
