//! `key generate`: a new key pair on this machine.
//!
//! Owns the choice of format and comment and the rule that an existing key is never lost: without
//! `--overwrite` it is refused, with it the old pair stays as a dated backup. Talks to no server.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use crate::config::Paths;
use crate::interrupt;
use crate::keys::{self, KeyFiles, KeyFormat, KeySpec, PrivateKey};
use crate::ops::audit::{self, Action, Change};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::rotate;
use crate::ops::session::Session;
use crate::ops::show;
use crate::secret::SecretString;

/// What key to make, and where.
pub struct GenerateOptions {
    /// The private key's file.
    pub output: PathBuf,
    /// Algorithm and size.
    pub spec: KeySpec,
    /// The file's format.
    pub format: KeyFormat,
    /// The comment of the public line.
    pub comment: String,
    /// The passphrase to protect it with.
    pub passphrase: Option<SecretString>,
    /// Whether an existing pair is set aside.
    pub overwrite: bool,
    /// The time, for the backup's name: `20261124T093000Z`.
    pub stamp: String,
}

/// The pair that was made.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct GenerateReport {
    /// The private key's file.
    pub private_key_path: PathBuf,
    /// The public key's file.
    pub public_key_path: PathBuf,
    /// The algorithm: `rsa`, `ed25519`.
    pub algorithm: String,
    /// The size in bits.
    pub bits: u32,
    /// The file's format.
    pub key_format: KeyFormat,
    /// Whether a passphrase protects it.
    pub encrypted: bool,
    /// The OpenSSH fingerprint.
    pub fingerprint: String,
    /// The fingerprint that the platform shows.
    pub platform_fingerprint: String,
    /// The public line, for the portal.
    pub public_key: String,
    /// Where the old private key went.
    pub backup_path: Option<PathBuf>,
    /// Whether the pair was there before and nothing was made.
    pub existed: bool,
    /// Whether the public half was computed from the private one; not so where a passphrase hides it.
    pub public_half_checked: bool,
}

/// Makes a key pair, saves it and tells the history.
pub fn generate(paths: &Paths, now: Timestamp, options: &GenerateOptions) -> Result<GenerateReport, OpError> {
    if options.overwrite {
        refuse_in_rotation(paths, &options.output)?;
    }
    let report = make(options)?;
    for change in changes(&report) {
        audit::record(paths, now, change)?;
    }
    Ok(report)
}

/// A rotation that is open needs both of its keys as they are. A journal that cannot be read names none.
fn refuse_in_rotation(paths: &Paths, key: &Path) -> Result<(), OpError> {
    match rotate::open(paths) {
        Ok(Some(journal)) if journal.old.path == key || journal.new.path == key => Err(OpError::new(
            ErrorCode::RotationOpen,
            format!("the rotation that is open since {} needs the key `{}`", journal.started_at, key.display()),
        )
        .hint("end it first: `artcafe key rotate --resume`, or `--abort`; then run the same command again")),
        _ => Ok(()),
    }
}

/// What the history is told of a pair that was made.
pub(super) fn changes(report: &GenerateReport) -> impl Iterator<Item = Change> {
    let path = &report.private_key_path;
    let aside = report
        .backup_path
        .as_ref()
        .map(|backup| Change::new(Action::KeySetAside).path(path).to(backup.display().to_string()));
    let made = Change::new(Action::KeyGenerated).path(path).fingerprint(&report.fingerprint);
    aside.into_iter().chain([made])
}

/// Makes a key pair and saves it.
pub(super) fn make(options: &GenerateOptions) -> Result<GenerateReport, OpError> {
    let files = KeyFiles::at(&options.output);
    options.format.supports(options.spec.algorithm)?;
    if files.exists() && !options.overwrite {
        return Err(exists(&files));
    }
    let key = PrivateKey::generate(options.spec)?;
    let encoded = key.encode(options.format, options.passphrase.as_ref(), &options.comment)?;
    interrupt::check()?;
    let public = key.public();
    let line = public.line(&options.comment);
    let backup = if files.exists() {
        Some(files.exchange(&encoded, &line, &options.stamp)?)
    } else {
        files.write(&encoded, &line)?;
        None
    };
    Ok(GenerateReport {
        private_key_path: files.private,
        public_key_path: files.public,
        algorithm: options.spec.algorithm.to_string(),
        bits: options.spec.bits,
        key_format: options.format,
        encrypted: options.passphrase.is_some(),
        fingerprint: public.openssh_fingerprint(),
        platform_fingerprint: public.platform_fingerprint()?,
        public_key: line,
        backup_path: backup.map(|backup| backup.private),
        existed: false,
        public_half_checked: true,
    })
}

/// The same report of a pair that is there already; touches nothing.
pub fn existing(session: &Session, path: &Path) -> Result<GenerateReport, OpError> {
    let shown = match show::show(session, path) {
        Err(error) if error.code == ErrorCode::InputNeeded => return unopened(path, error),
        shown => shown?,
    };
    let Some(key_format) = shown.key_format else { return Err(exists(&KeyFiles::at(path))) };
    Ok(GenerateReport {
        public_key_path: KeyFiles::at(path).public,
        private_key_path: shown.private_key_path,
        algorithm: shown.algorithm,
        bits: shown.bits,
        key_format,
        encrypted: shown.encrypted,
        fingerprint: shown.fingerprint,
        platform_fingerprint: shown.platform_fingerprint,
        public_key: shown.public_key,
        backup_path: None,
        existed: true,
        public_half_checked: true,
    })
}

/// What the public file says of a key that a passphrase hides; without that file the passphrase is needed.
fn unopened(path: &Path, needed: OpError) -> Result<GenerateReport, OpError> {
    let Some(public) = show::public_beside(path) else { return Err(needed) };
    let bytes = keys::read_private(path)?;
    let inspection = keys::inspect(bytes.expose()).map_err(|error| OpError::of_key(error, path))?;
    Ok(GenerateReport {
        private_key_path: path.to_path_buf(),
        public_key_path: KeyFiles::at(path).public,
        algorithm: public.algorithm().map_or_else(|| public.key_type().to_owned(), |algorithm| algorithm.to_string()),
        bits: public.bits(),
        key_format: inspection.format,
        encrypted: inspection.encrypted,
        fingerprint: public.openssh_fingerprint(),
        platform_fingerprint: public.platform_fingerprint()?,
        public_key: public.line(public.comment().unwrap_or_default()),
        backup_path: None,
        existed: true,
        public_half_checked: false,
    })
}

/// The command that makes a new key in the place of this one, ready to be pasted.
pub(super) fn in_place_of(paths: &Paths, key: &Path) -> String {
    let key = rotate::behind(key);
    let short = paths.contract(&key);
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "_./~+=:@%-".contains(character);
    let word = match short.chars().all(is_plain) {
        true => short,
        false => format!("'{}'", key.display().to_string().replace('\'', "'\\''")),
    };
    format!("artcafe key generate --overwrite --output {word}")
}

/// A key file is in the way.
pub(super) fn exists(files: &KeyFiles) -> OpError {
    let path = files.private.display();
    let anew = "make a new pair in its place, which keeps as a backup what is there: `artcafe key generate --overwrite`, then register that: `artcafe key register`";
    if files.private.symlink_metadata().is_err() {
        return OpError::new(
            ErrorCode::FileExists,
            format!("there is `{}` but not the private key that it belongs to", files.public.display()),
        )
        .hint(format!("bring the private key back, give it to an ssh-agent, or {anew}"));
    }
    let unusable = match std::fs::metadata(&files.private) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some("a symbolic link to nothing"),
        Ok(metadata) if metadata.len() == 0 => Some("an empty file"),
        _ => None,
    };
    if let Some(what) = unusable {
        return OpError::new(ErrorCode::FileExists, format!("there is {what} at `{path}`, where the key should be"))
            .hint(format!("bring the key back, or {anew}"));
    }
    OpError::new(ErrorCode::FileExists, format!("there is a key at `{path}` already, and it is not overwritten"))
        .hint("use it as it is (`artcafe key show`), choose another place with `--output PATH`, or keep it as a dated backup with `--overwrite`")
}
