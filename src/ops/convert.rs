//! `key convert`: another file format, another passphrase, the same key.
//!
//! Owns that the key itself stays what it is: the new text is decoded again and compared before the
//! old file is replaced, atomically. A passphrase is removed only when that is asked for.

use std::path::PathBuf;

use serde::Serialize;

use crate::keys::{KeyFiles, KeyFormat, PrivateKey};
use crate::ops::audit::{Action, Change};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::session::Session;
use crate::secret::SecretString;

/// What becomes of the passphrase.
pub enum NewPassphrase {
    /// It stays as it is (also: there is none).
    Keep,
    /// It is set or changed.
    Set(SecretString),
    /// It is taken off.
    Remove,
}

/// What to convert, and into what.
pub struct ConvertOptions {
    /// The private key's file.
    pub path: PathBuf,
    /// Where the outcome goes; the same file when absent.
    pub output: Option<PathBuf>,
    /// The new format; the old one when absent.
    pub format: Option<KeyFormat>,
    /// What becomes of the passphrase.
    pub passphrase: NewPassphrase,
}

/// What was converted.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ConvertReport {
    /// The file that holds the outcome.
    pub private_key_path: PathBuf,
    /// Its format.
    pub key_format: KeyFormat,
    /// Whether a passphrase protects it.
    pub encrypted: bool,
    /// The OpenSSH fingerprint, unchanged.
    pub fingerprint: String,
    /// Whether anything was written.
    pub changed: bool,
}

/// Converts a key file.
pub fn convert(session: &Session, options: &ConvertOptions) -> Result<ConvertReport, OpError> {
    let bytes = crate::keys::read_private(&options.path)?;
    let inspection = crate::keys::inspect(bytes.expose()).map_err(|error| OpError::of_key(error, &options.path))?;
    let old = if inspection.encrypted { Some(session.passphrase_of(&options.path)?) } else { None };
    let loaded =
        PrivateKey::decode(bytes.expose(), old.as_ref()).map_err(|error| OpError::of_key(error, &options.path))?;
    let format = options.format.unwrap_or(loaded.format);
    format.supports(loaded.key.algorithm())?;
    let passphrase = match &options.passphrase {
        NewPassphrase::Keep => old.as_ref(),
        NewPassphrase::Set(passphrase) => Some(passphrase),
        NewPassphrase::Remove => None,
    };
    let comment = loaded.comment.clone().unwrap_or_default();
    let encoded = loaded.key.encode(format, passphrase, &comment)?;
    let again = PrivateKey::decode(encoded.expose(), passphrase)?;
    if !again.key.public().same_key(&loaded.key.public()) {
        return Err(OpError::new(ErrorCode::Failed, "the converted key is not the same key; nothing was written"));
    }
    let same_form = format == loaded.format && matches!(options.passphrase, NewPassphrase::Keep);
    let target = options.output.clone().unwrap_or_else(|| options.path.clone());
    let files = KeyFiles::at(&target);
    let changed = match &options.output {
        Some(_) => {
            if files.exists() {
                return Err(super::generate::exists(&files));
            }
            files.write(&encoded, &loaded.key.public().line(&comment))?;
            true
        }
        None if same_form => false,
        None => files.replace_private(&encoded)?,
    };
    let fingerprint = loaded.key.public().openssh_fingerprint();
    if changed {
        let form = |format: KeyFormat, encrypted: bool| {
            format!("{format}, {}", if encrypted { "protected by a passphrase" } else { "no passphrase" })
        };
        session.record(
            Change::new(Action::KeyConverted)
                .path(&target)
                .fingerprint(&fingerprint)
                .from(form(loaded.format, old.is_some()))
                .to(form(format, passphrase.is_some())),
        )?;
    }
    Ok(ConvertReport {
        private_key_path: target,
        key_format: format,
        encrypted: passphrase.is_some(),
        fingerprint,
        changed,
    })
}
