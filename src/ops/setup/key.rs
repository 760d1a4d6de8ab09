//! The key step of `setup`: use what is there, make what is not.
//!
//! Never overwrites a key. A public half without its private one belongs to a key that an ssh-agent
//! holds, or is a refusal, since the pair that it belonged to may be in use.

use crate::config::Origin;
use crate::durable;
use crate::keys::{self, KeyFiles};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::generate::{self, GenerateOptions};
use crate::ops::own_key;
use crate::ops::session::Session;
use crate::ops::setup::SetupOptions;
use crate::ops::superseded;

/// Refuses what cannot work, before anything is made.
pub(super) fn check(session: &Session, options: &SetupOptions) -> Result<(), OpError> {
    let files = KeyFiles::at(&session.settings.private_key_path.value);
    if files.exists() {
        let is_alone = files.private.symlink_metadata().is_err();
        if is_alone && !session.ssh_agent.is_wanted && own_key::held_by_agent(&files.private).is_none() {
            return Err(OpError::new(
                ErrorCode::FileExists,
                format!("there is `{}` but not the private key that it belongs to", files.public.display()),
            )
            .hint("bring the private key back, or move the public half away"));
        }
        // Opened once here, so that a wrong passphrase, a loose mode or an ssh-agent without the key stops before the
        // server is asked.
        let loaded = session.key_at(&files.private)?;
        let (found, wanted) = (loaded.key.spec(), options.spec);
        if options.spec_is_asked_for && found != wanted {
            return Err(OpError::new(
                ErrorCode::Differs,
                format!(
                    "the key at `{}` is {} with {} bits, not {} with {}; an existing key is used as it is",
                    files.private.display(),
                    found.algorithm,
                    found.bits,
                    wanted.algorithm,
                    wanted.bits
                ),
            )
            .hint("make another key beside it with `--ssh-key-name NAME`, or leave the key options out"));
        }
        return Ok(());
    }
    // The key that is in force stands elsewhere: another one is not registered beside it unasked.
    if let Some(refusal) = superseded::refusal(session) {
        return Err(refusal.hint(
            "an older configuration was brought back: mend it with `artcafe config relink`, or make another key all the same with `--ssh-key-name NAME`",
        ));
    }
    if options.adopt_key {
        let missing = |path: &std::path::Path, flag: &str| {
            OpError::new(ErrorCode::KeyFileMissing, format!("there is no key file `{}`", path.display()))
                .hint(format!("check the path given with `{flag}`, or leave it out to make a new key"))
        };
        return Err(match session.settings.private_key_path.origin {
            Origin::Flag("--public-key") => missing(&files.public, "--public-key"),
            _ => missing(&files.private, "--private-key"),
        });
    }
    // What an ssh-agent is to sign for is not made here: a new key is a file.
    if session.ssh_agent.is_wanted {
        return Err(OpError::new(
            ErrorCode::KeyFileMissing,
            format!("no public key line in `{}` says which of the ssh-agent's keys is meant", files.public.display()),
        )
        .hint("name it with `--public-key NAME.pub` (`ssh-add -L` prints the lines), or leave `--ssh-agent` out to make a key file"));
    }
    options.format.supports(options.spec.algorithm)?;
    if let Some(directory) = files.private.parent().filter(|_| !options.dry_run) {
        durable::check_writable(directory)?;
        // A key is not made where others could exchange it.
        if let Some(loose) = keys::check_directory(directory, session.user)?.first() {
            return Err(OpError::new(ErrorCode::LooseMode, loose.to_string()).hint(loose.hint.clone()));
        }
    }
    Ok(())
}

/// Makes the key pair.
pub(super) fn make(session: &Session, options: &SetupOptions) -> Result<(), OpError> {
    let report = generate::make(&GenerateOptions {
        output: session.settings.private_key_path.value.clone(),
        spec: options.spec,
        format: options.format,
        comment: options.comment.clone(),
        passphrase: options.passphrase.clone(),
        overwrite: false,
        stamp: options.stamp.clone(),
    })?;
    generate::changes(&report).try_for_each(|change| session.record(change))
}
