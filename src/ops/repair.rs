//! `key repair`: what belongs around the configured key is as it has to be.
//!
//! Owns the mending of what can be derived: modes that are too wide, the public half, the plain name's link.
//! Never touches a private key's content, never adds a mode bit, never takes a file away: a public half of another
//! key is kept beside it. Asks no server. A second run finds nothing to do.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::durable;
use crate::keys::{self, KeyFiles, PrivateKey};
use crate::ops::audit::{Action, Change};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::rotate;
use crate::ops::session::Session;
use crate::ops::superseded;

/// Bits that the configuration and its directory must not have.
const OPEN: u32 = 0o077;

/// What was mended, and what was not.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct RepairReport {
    /// The private key.
    pub private_key_path: PathBuf,
    /// What was mended, in order; empty where nothing had to be.
    pub repairs: Vec<Repair>,
    /// What is wrong and is left to a person.
    pub left: Vec<String>,
}

/// One thing that was mended.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Repair {
    /// `mode`, `public_half` or `link`.
    pub what: &'static str,
    /// The file or directory.
    pub path: PathBuf,
    /// What was done, such as `0644 → 0600`.
    pub how: String,
}

/// Mends the files of the configured key.
pub fn repair(session: &Session) -> Result<RepairReport, OpError> {
    let _lock = session.lock()?;
    let path = session.settings.private_key_path.value.clone();
    let mut report = RepairReport { private_key_path: path.clone(), repairs: Vec::new(), left: Vec::new() };
    let paths = &session.settings.paths;
    for (place, what) in [(&paths.home, "its directory"), (&paths.config.value, "the configuration")] {
        if place.symlink_metadata().is_ok() {
            narrow(session, place, OPEN, what, &mut report)?;
        }
    }
    // A key that a rotation has replaced is another command's matter.
    let bytes = keys::read_private(&path).map_err(OpError::from).map_err(|error| match error.code {
        ErrorCode::KeyFileMissing => superseded::explained(session, error),
        _ => error,
    })?;
    for loose in keys::check_strict_modes(&path, session.user)? {
        match loose.bits() {
            Some(bits) => narrow(session, &loose.path, bits, "the key", &mut report)?,
            None => report.left.push(format!("{loose}: {}", loose.hint)),
        }
    }
    public_half(session, &path, bytes.expose(), &mut report)?;
    if rotate::repair_links(&path)? {
        session.record(Change::new(Action::KeyLinked).path(&path).reason("repair"))?;
        report.repairs.push(Repair { what: "link", path, how: "the plain name leads to the current key".to_owned() });
    }
    Ok(report)
}

/// Takes mode bits away.
fn narrow(session: &Session, path: &Path, bits: u32, what: &str, report: &mut RepairReport) -> Result<(), OpError> {
    use std::os::unix::fs::MetadataExt as _;
    let owner = std::fs::metadata(path).map(|metadata| metadata.uid()).ok();
    if owner.is_some_and(|owner| owner != session.user && session.user != 0) {
        report.left.push(format!("`{}` ({what}) belongs to another user", path.display()));
        return Ok(());
    }
    if let Some(mode) = durable::take_away(path, bits)? {
        let (from, to) = (format!("{mode:04o}"), format!("{:04o}", mode & !bits));
        let how = format!("{from} → {to}");
        session.record(Change::new(Action::KeyRepaired).path(path).from(from).to(to).reason("mode"))?;
        report.repairs.push(Repair { what: "mode", path: path.to_path_buf(), how });
    }
    Ok(())
}

/// Writes the public half anew where it does not belong to the private one.
fn public_half(session: &Session, path: &Path, bytes: &[u8], report: &mut RepairReport) -> Result<(), OpError> {
    let inspection = keys::inspect(bytes).map_err(|error| OpError::of_key(error, path))?;
    let (public, comment) = match inspection.public {
        Some(public) => (public, inspection.comment),
        None if session.has_passphrase_source => {
            let passphrase = session.passphrase_of(path)?;
            let decoded = PrivateKey::decode(bytes, Some(&passphrase)).map_err(|error| OpError::of_key(error, path))?;
            (decoded.key.public(), decoded.comment)
        }
        None => {
            report.left.push(format!(
                "`{}` shows nothing without its passphrase, so its public half was not checked: give `--passphrase SOURCE`",
                path.display()
            ));
            return Ok(());
        }
    };
    let files = KeyFiles::at(path);
    let beside = durable::read_if_present(&files.public, 64 * 1024)?;
    if beside.as_deref().and_then(|line| std::str::from_utf8(line).ok()).is_some_and(|line| public.is_line(line)) {
        return Ok(());
    }
    let line = public.line(comment.as_deref().unwrap_or_default());
    let stamp = (session.now)().strftime("%Y%m%dT%H%M%SZ").to_string();
    let (written, kept) = files.mend_public(&line, &stamp)?;
    if written {
        let how = kept.as_ref().map_or_else(
            || "written from the private key".to_owned(),
            |kept| format!("written from the private key; what was there is `{}`", kept.display()),
        );
        session.record(
            Change::new(Action::KeyRepaired)
                .path(&files.public)
                .fingerprint(public.openssh_fingerprint())
                .reason("public half"),
        )?;
        report.repairs.push(Repair { what: "public_half", path: files.public, how });
    }
    Ok(())
}
