//! The key that an operation signs with, and the ways to it.
//!
//! Owns the order: a private key given for this run, an ssh-agent where one is asked for, the key file,
//! and an ssh-agent once more where only the public half is on the disk. A key file is used only after
//! the checks that sshd's StrictModes makes; a key that was given never touches a disk. What works with
//! files, such as a rotation, asks for the file and gets no other key.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde::Serialize;

use crate::keys::{
    self, AgentKey, DecodedKey, Inspection, KeyError, KeyFiles, KeyFormat, PrivateKey, PublicKey, Signer,
};
use crate::ops::agent::memory;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::fix::Fix;
use crate::ops::session::{SecretReader, Session};
use crate::ops::{show, superseded};
use crate::secret::SecretString;

/// What holds the private half of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Holder {
    /// A key file.
    KeyFile,
    /// An ssh-agent.
    SshAgent,
    /// A variable's SOURCE, for this run.
    Variable,
    /// This process alone, which made it.
    Memory,
}

/// A key that can sign, and where it came from.
pub struct LoadedKey {
    /// The key.
    pub key: Signer,
    /// What holds its private half.
    pub holder: Holder,
    /// Its file; for a key that an ssh-agent holds, the file that it would have; else what gave it.
    pub path: PathBuf,
    /// Its comment, where there is one.
    pub comment: Option<String>,
    /// Whether the file needs a passphrase.
    pub encrypted: bool,
    /// The format, of a key that was read.
    pub format: Option<KeyFormat>,
}

impl LoadedKey {
    /// Opens a key file of this program's own making, whose passphrase, if any, is at hand.
    pub(super) fn open(path: &Path, passphrase: Option<&SecretString>) -> Result<Self, OpError> {
        let bytes = keys::read_private(path)?;
        let decoded = PrivateKey::decode(bytes.expose(), passphrase).map_err(|error| OpError::of_key(error, path))?;
        Ok(Self::of(decoded, Holder::KeyFile, path))
    }

    fn of(decoded: DecodedKey, holder: Holder, path: &Path) -> Self {
        let DecodedKey { key, format, encrypted, comment } = decoded;
        Self { key: key.into(), holder, path: path.to_path_buf(), comment, encrypted, format: Some(format) }
    }
}

/// A private key that was given for this run, and by what. Its source is read when the key is first used, and once.
#[derive(Clone)]
pub struct GivenKey {
    /// `ARTCAFE_PRIVATE_KEY`.
    pub from: &'static str,
    read: SecretReader,
    known: Rc<OnceCell<SecretString>>,
}

impl GivenKey {
    /// A key that can be read when it is needed.
    pub fn new(from: &'static str, read: SecretReader) -> Self {
        Self { from, read, known: Rc::new(OnceCell::new()) }
    }

    fn load(&self, session: &Session) -> Result<LoadedKey, OpError> {
        let decoded = session.decode(self.text()?.expose().as_bytes(), self.place())?;
        Ok(LoadedKey::of(decoded, Holder::Variable, self.place()))
    }

    /// What shows of it without a passphrase.
    pub(super) fn inspect(&self) -> Result<Inspection, OpError> {
        keys::inspect(self.text()?.expose().as_bytes()).map_err(|error| OpError::of_key(error, self.place()))
    }

    /// What stands for its file, which it has not.
    pub(super) fn place(&self) -> &Path {
        Path::new(self.from)
    }

    fn text(&self) -> Result<&SecretString, OpError> {
        if let Some(known) = self.known.get() {
            return Ok(known);
        }
        let text = (self.read)()?;
        Ok(self.known.get_or_init(|| text))
    }
}

/// Whether and where an ssh-agent is asked.
#[derive(Debug, Clone, Default)]
pub struct SshAgent {
    /// Its socket, `SSH_AUTH_SOCK`.
    pub socket: Option<PathBuf>,
    /// Whether it is to be used although the key file may be there.
    pub is_wanted: bool,
}

impl Session {
    /// The key to sign with.
    pub fn key(&self) -> Result<LoadedKey, OpError> {
        if let Some(given) = &self.given_key {
            return given.load(self);
        }
        let path = &self.settings.private_key_path.value;
        if self.ssh_agent.is_wanted {
            return self.key_of_agent(path);
        }
        match self.key_file() {
            Err(error) if error.code == ErrorCode::KeyFileMissing && is_only_public(path) => self.key_of_agent(path),
            other => other,
        }
    }

    /// The configured key file's key; one that is gone since a rotation replaced it is told as that.
    pub fn key_file(&self) -> Result<LoadedKey, OpError> {
        self.open_key(&self.settings.private_key_path.value).map_err(|error| match error.code {
            // Where the identity is known, a key for it can be made and registered.
            ErrorCode::KeyFileMissing
                if self.agent().is_ok() && self.tenant().is_ok() && memory::deleted_configured(self).is_none() =>
            {
                superseded::explained(self, error.fix(Fix::Setup))
            }
            ErrorCode::KeyFileMissing => superseded::explained(self, error),
            _ => error,
        })
    }

    /// The file by which the key is known again: the public one where an ssh-agent holds the private half.
    pub(super) fn file_of_key(&self) -> PathBuf {
        let files = KeyFiles::at(&self.settings.private_key_path.value);
        let is_by_agent = self.ssh_agent.is_wanted && files.public.exists() || is_only_public(&files.private);
        if is_by_agent { files.public } else { files.private }
    }

    /// The key file that is there and not used, since a key was given for this run.
    pub(super) fn hidden_key_file(&self) -> Option<PathBuf> {
        let path = &self.settings.private_key_path.value;
        self.given_key.as_ref().filter(|_| path.exists()).map(|_| path.clone())
    }

    /// Refuses a key without a file, where the file is what is worked on or remembered.
    pub(super) fn refuse_given_key(&self, what: &str) -> Result<(), OpError> {
        match &self.given_key {
            None => Ok(()),
            Some(given) => Err(OpError::new(
                ErrorCode::Usage,
                format!("{what} works with a key file, and {} gives a key without one", given.from),
            )
            .hint(format!("unset {} and name the file: ARTCAFE_PRIVATE_KEY_PATH, or the configuration", given.from))),
        }
    }

    /// The key of a place on this machine, configured or not: an ssh-agent's where one is asked for or where only
    /// the public half is on the disk, else the file's.
    pub(super) fn key_at(&self, path: &Path) -> Result<LoadedKey, OpError> {
        match self.ssh_agent.is_wanted || is_only_public(path) {
            true => self.key_of_agent(path),
            false => self.open_key(path),
        }
    }

    /// Opens a private key file, after the checks of mode and owner.
    pub fn open_key(&self, path: &Path) -> Result<LoadedKey, OpError> {
        let bytes = keys::read_private(path)?;
        if let Some(loose) = keys::check_strict_modes(path, self.user)?.first() {
            return Err(loose_mode(loose));
        }
        Ok(LoadedKey::of(self.decode(bytes.expose(), path)?, Holder::KeyFile, path))
    }

    fn decode(&self, bytes: &[u8], path: &Path) -> Result<DecodedKey, OpError> {
        match PrivateKey::decode(bytes, None) {
            Err(KeyError::PassphraseNeeded) => PrivateKey::decode(bytes, Some(&self.passphrase_of(path)?)),
            other => other,
        }
        .map_err(|error| OpError::of_key(error, path))
    }

    /// The key of this name as an ssh-agent holds it.
    fn key_of_agent(&self, path: &Path) -> Result<LoadedKey, OpError> {
        let public = public_half(path)?;
        let Some(socket) = &self.ssh_agent.socket else {
            return Err(OpError::new(
                ErrorCode::SshAgent,
                format!(
                    "the private key `{}` is to be used through an ssh-agent, and SSH_AUTH_SOCK names none",
                    path.display()
                ),
            )
            .hint(match is_only_public(path) {
                true => format!(
                    "the file is not there: bring it back, or make a new pair in its place (`artcafe key generate --overwrite`, then `artcafe key register`); or, if an agent shall hold it, start one (`eval \"$(ssh-agent)\"`) and give it the key: `ssh-add {}`",
                    keys::quoted(path)
                ),
                false => format!(
                    "start one: `eval \"$(ssh-agent)\"`, then give it the key: `ssh-add {}`",
                    keys::quoted(path)
                ),
            }));
        };
        let comment = public.comment().map(str::to_owned);
        let key = AgentKey::find(socket, public).map_err(|error| OpError::of_key(error, path))?;
        Ok(LoadedKey {
            key: Signer::Agent(key),
            holder: Holder::SshAgent,
            path: path.to_path_buf(),
            comment,
            encrypted: false,
            format: None,
        })
    }
}

/// Whether the public half is on the disk and the private one is not.
pub(super) fn is_only_public(path: &Path) -> bool {
    path.symlink_metadata().is_err() && KeyFiles::at(path).public.symlink_metadata().is_ok()
}

/// Whether an ssh-agent holds the private half of this place's key; why not, where none does.
pub(super) fn is_held(session: &Session, path: &Path) -> Result<(), OpError> {
    session.key_of_agent(path).map(drop)
}

/// The public half of a key whose private one is not on the disk, as its `.pub` file has it.
pub(super) fn held_by_agent(path: &Path) -> Option<PublicKey> {
    show::public_beside(path).filter(|_| is_only_public(path))
}

/// Which of an agent's keys is meant: that of the `.pub` file, else that of a key file which shows it.
fn public_half(path: &Path) -> Result<PublicKey, OpError> {
    if let Some(public) = show::public_beside(path) {
        return Ok(public);
    }
    let shown = match keys::read_private(path) {
        Ok(bytes) => keys::inspect(bytes.expose()).map_err(|error| OpError::of_key(error, path))?.public,
        Err(KeyError::Missing { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    shown.ok_or_else(|| {
        let public = KeyFiles::at(path).public;
        OpError::new(
            ErrorCode::KeyFileMissing,
            format!("no public key line in `{}` says which of the ssh-agent's keys is meant", public.display()),
        )
        .hint(format!("`ssh-add -L` prints the lines: write this key's to {}", keys::quoted(&public)))
    })
}

/// A key, or its directory, that others can get at; a mode can be mended, an owner not.
pub(super) fn loose_mode(loose: &keys::Looseness) -> OpError {
    let error = OpError::new(ErrorCode::LooseMode, loose.to_string());
    match loose.bits() {
        Some(_) => error.hint(format!("`artcafe key repair` mends it, or `{}`", loose.hint)).fix(Fix::KeyRepair),
        None => error.hint(loose.hint.clone()),
    }
}
