//! `key show`: what a key is, without opening more of it than is needed.
//!
//! Owns the reading of what can be known without a passphrase: of a key file, of a key that a variable
//! gives, of one whose public half alone is here. Never shows anything of the private half. A loose mode
//! is reported here, not refused: looking is how one finds out.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::keys::{self, Consumer, KeyError, KeyFormat, PublicKey};
use crate::ops::error::OpError;
use crate::ops::own_key::{self, Holder};
use crate::ops::session::Session;
use crate::ops::state::{Registration, State};

/// A key, described.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ShowReport {
    /// The file; for a key that an ssh-agent holds, the file that it would have; else the variable that gives it.
    pub private_key_path: PathBuf,
    /// What holds the private half.
    pub holder: Holder,
    /// Why that cannot be used; of a key that an ssh-agent has to hold.
    pub holder_problem: Option<String>,
    /// The key file that is there and not used, since a variable gives the key.
    pub hides: Option<PathBuf>,
    /// The public line, derived from the private key.
    pub public_key: String,
    /// `rsa`, `ed25519`.
    pub algorithm: String,
    /// The size in bits.
    pub bits: u32,
    /// The private half's format; absent where an ssh-agent has it.
    pub key_format: Option<KeyFormat>,
    /// Whether a passphrase protects it.
    pub encrypted: bool,
    /// The comment in the file or its public line.
    pub comment: Option<String>,
    /// The OpenSSH fingerprint.
    pub fingerprint: String,
    /// The fingerprint that the platform shows.
    pub platform_fingerprint: String,
    /// The file's mode, octal; absent where there is no file.
    pub mode: Option<String>,
    /// When the file was last changed, RFC 3339 in UTC.
    pub changed_at: Option<String>,
    /// Its age in whole days, by that time.
    pub age_days: Option<i64>,
    /// Whether the `.pub` file beside it is this key's: `matches`, `differs`, `absent`, `unreadable`.
    pub public_file: &'static str,
    /// What is loose about its mode or owner.
    pub problems: Vec<String>,
    /// Which parts of the platform's framework can load it.
    pub consumers: Vec<Consumer>,
}

/// Describes the key that this run works with.
pub fn show_current(session: &Session) -> Result<ShowReport, OpError> {
    let path = &session.settings.private_key_path.value;
    let Some(given) = &session.given_key else {
        return match own_key::held_by_agent(path) {
            Some(public) => {
                let problem = own_key::is_held(session, path).err().map(|error| error.message);
                let comment = public.comment().map(str::to_owned);
                let report = without_file(path, Holder::SshAgent, &public, comment)?;
                Ok(ShowReport { holder_problem: problem, public_file: "matches", ..report })
            }
            None => show(session, path),
        };
    };
    let inspection = given.inspect()?;
    let (public, comment) = match inspection.public {
        Some(public) => (public, inspection.comment),
        // An encrypted PEM shows nothing of itself.
        None => {
            let loaded = session.key()?;
            (loaded.key.public(), loaded.comment)
        }
    };
    let report = without_file(given.place(), Holder::Variable, &public, comment)?;
    let hides = session.hidden_key_file();
    Ok(ShowReport { key_format: Some(inspection.format), encrypted: inspection.encrypted, hides, ..report })
}

/// What can be said of a key that has no file here.
fn without_file(
    place: &Path,
    holder: Holder,
    public: &PublicKey,
    comment: Option<String>,
) -> Result<ShowReport, OpError> {
    let comment = comment.filter(|comment| !comment.is_empty());
    Ok(ShowReport {
        private_key_path: place.to_path_buf(),
        holder,
        holder_problem: None,
        hides: None,
        public_key: public.line(comment.as_deref().unwrap_or_default()),
        algorithm: public.algorithm().map_or_else(|| public.key_type().to_owned(), |algorithm| algorithm.to_string()),
        bits: public.bits(),
        key_format: None,
        encrypted: false,
        comment,
        fingerprint: public.openssh_fingerprint(),
        platform_fingerprint: public.platform_fingerprint()?,
        mode: None,
        changed_at: None,
        age_days: None,
        public_file: "absent",
        problems: Vec::new(),
        consumers: Vec::new(),
    })
}

/// Describes a key file.
pub fn show(session: &Session, path: &Path) -> Result<ShowReport, OpError> {
    let bytes = keys::read_private(path)?;
    let inspection = keys::inspect(bytes.expose()).map_err(|error| OpError::of_key(error, path))?;
    let (public, comment) = match inspection.public {
        Some(public) => (public, inspection.comment),
        // An encrypted PEM shows nothing of itself.
        None => {
            let passphrase = session.passphrase_of(path)?;
            let decoded = keys::PrivateKey::decode(bytes.expose(), Some(&passphrase))
                .map_err(|error| OpError::of_key(error, path))?;
            (decoded.key.public(), decoded.comment)
        }
    };
    let beside = read_public_file(path);
    let public_file = match &beside {
        PublicFile::Absent => "absent",
        PublicFile::Unreadable => "unreadable",
        PublicFile::Line(line) if public.is_line(line) => "matches",
        PublicFile::Line(_) => "differs",
    };
    let comment = comment.filter(|comment| !comment.is_empty()).or_else(|| match (&beside, public_file) {
        (PublicFile::Line(line), "matches") => {
            PublicKey::parse_line(line).ok().and_then(|key| key.comment().map(str::to_owned))
        }
        _ => None,
    });
    let FileFacts { mode, changed, age_days, problems } = facts(session, path)?;
    let algorithm = public.algorithm();
    Ok(ShowReport {
        private_key_path: path.to_path_buf(),
        holder: Holder::KeyFile,
        holder_problem: None,
        hides: None,
        public_key: public.line(comment.as_deref().unwrap_or_default()),
        algorithm: algorithm.map_or_else(|| public.key_type().to_owned(), |algorithm| algorithm.to_string()),
        bits: public.bits(),
        key_format: Some(inspection.format),
        encrypted: inspection.encrypted,
        fingerprint: public.openssh_fingerprint(),
        platform_fingerprint: public.platform_fingerprint()?,
        mode: Some(mode),
        changed_at: changed.map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        age_days,
        public_file,
        problems,
        consumers: algorithm
            .map(|algorithm| keys::consumers(algorithm, inspection.format, inspection.encrypted))
            .unwrap_or_default(),
        comment,
    })
}

/// What shows of any key file from outside.
pub(super) struct FileFacts {
    mode: String,
    changed: Option<jiff::Timestamp>,
    pub(super) age_days: Option<i64>,
    pub(super) problems: Vec<String>,
}

/// Looks at a key file without opening it.
pub(super) fn facts(session: &Session, path: &Path) -> Result<FileFacts, OpError> {
    let metadata =
        std::fs::metadata(path).map_err(|source| KeyError::Unreadable { path: path.to_path_buf(), source })?;
    let changed = metadata.modified().ok().and_then(|time| jiff::Timestamp::try_from(time).ok());
    let loose = keys::check_strict_modes(path, session.user)?;
    Ok(FileFacts {
        mode: format!("{:04o}", std::os::unix::fs::MetadataExt::mode(&metadata) & 0o7777),
        changed,
        age_days: changed.map(|time| (session.now)().duration_since(time).as_hours() / 24),
        problems: loose.iter().map(|loose| format!("{loose}: {}", loose.hint)).collect(),
    })
}

enum PublicFile {
    Absent,
    Unreadable,
    Line(String),
}

fn read_public_file(private: &Path) -> PublicFile {
    match crate::durable::read_if_present(&keys::KeyFiles::at(private).public, 64 * 1024) {
        Ok(None) => PublicFile::Absent,
        Ok(Some(bytes)) => String::from_utf8(bytes).map_or(PublicFile::Unreadable, PublicFile::Line),
        Err(_) => PublicFile::Unreadable,
    }
}

/// The public key of the `.pub` file beside a private key: what that file says, not what the key is.
pub(super) fn public_beside(path: &Path) -> Option<PublicKey> {
    match read_public_file(path) {
        PublicFile::Line(line) => PublicKey::parse_line(&line).ok(),
        PublicFile::Absent | PublicFile::Unreadable => None,
    }
}

/// The fingerprint of a key file without asking anybody: of its public half, of the key opened by a passphrase from a
/// SOURCE, or else the one that was registered from this file.
pub(super) fn fingerprint_of(session: &Session, path: &Path) -> Result<Option<String>, OpError> {
    let Ok(bytes) = keys::read_private(path) else { return Ok(None) };
    // A file that is no key is no key of this machine, which is no failure of a list.
    let Ok(inspection) = keys::inspect(bytes.expose()) else { return Ok(None) };
    if let Some(public) = inspection.public {
        return Ok(Some(public.openssh_fingerprint()));
    }
    if session.has_passphrase_source {
        let passphrase = session.passphrase_of(path)?;
        let decoded = keys::PrivateKey::decode(bytes.expose(), Some(&passphrase))
            .map_err(|error| OpError::of_key(error, path))?;
        return Ok(Some(decoded.key.public().openssh_fingerprint()));
    }
    Ok(registered(session, &State::load(&session.settings.paths)?, path).map(|entry| entry.fingerprint.clone()))
}

/// What this machine remembers of the key that was in this file, for the identity in force.
pub(super) fn registered<'a>(session: &Session, state: &'a State, path: &Path) -> Option<&'a Registration> {
    let settings = &session.settings;
    let (agent, tenant) = (settings.agent_id.as_ref()?, settings.tenant_id.as_ref()?);
    state.registration_of_file(settings.endpoint.value.origin(), &tenant.value, &agent.value, path)
}
