//! `key show`: what a key file is, without opening more of it than is needed.
//!
//! Owns the reading of what can be known without a passphrase. Never shows anything of the private
//! half. A loose mode is reported here, not refused: looking is how one finds out.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::keys::{self, Consumer, KeyError, KeyFormat, PublicKey};
use crate::ops::error::OpError;
use crate::ops::session::Session;

/// A key file, described.
#[derive(Debug, Clone, Serialize)]
pub struct ShowReport {
    /// The file.
    pub private_key_path: PathBuf,
    /// The public line, derived from the private key.
    pub public_key: String,
    /// `rsa`, `ed25519`.
    pub algorithm: String,
    /// The size in bits.
    pub bits: u32,
    /// The file's format.
    pub key_format: KeyFormat,
    /// Whether a passphrase protects it.
    pub encrypted: bool,
    /// The comment in the file or its public line.
    pub comment: Option<String>,
    /// The OpenSSH fingerprint.
    pub fingerprint: String,
    /// The fingerprint that the platform shows.
    pub platform_fingerprint: String,
    /// The file's mode, octal.
    pub mode: String,
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
    let metadata =
        std::fs::metadata(path).map_err(|source| KeyError::Unreadable { path: path.to_path_buf(), source })?;
    let changed = metadata.modified().ok().and_then(|time| jiff::Timestamp::try_from(time).ok());
    let algorithm = public.algorithm();
    Ok(ShowReport {
        private_key_path: path.to_path_buf(),
        public_key: public.line(comment.as_deref().unwrap_or_default()),
        algorithm: algorithm.map_or_else(|| public.key_type().to_owned(), |algorithm| algorithm.to_string()),
        bits: public.bits(),
        key_format: inspection.format,
        encrypted: inspection.encrypted,
        fingerprint: public.openssh_fingerprint(),
        platform_fingerprint: public.platform_fingerprint()?,
        mode: format!("{:04o}", std::os::unix::fs::MetadataExt::mode(&metadata) & 0o7777),
        changed_at: changed.map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        age_days: changed.map(|time| (session.now)().duration_since(time).as_hours() / 24),
        public_file,
        problems: keys::check_strict_modes(path, session.user)?
            .iter()
            .map(|loose| format!("{loose}: {}", loose.hint))
            .collect(),
        consumers: algorithm
            .map(|algorithm| keys::consumers(algorithm, inspection.format, inspection.encrypted))
            .unwrap_or_default(),
        comment,
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

/// The public half of a key file as far as it shows without a passphrase.
pub fn public_of(path: &Path) -> Option<PublicKey> {
    let bytes = keys::read_private(path).ok()?;
    keys::inspect(bytes.expose()).ok()?.public
}
