//! Every configuration of this machine, each opened by its own file alone.
//!
//! Owns what `--all-profiles` means: the plain configuration and every profile, without the variables and flags that
//! name one identity, and without a token or key that was given for this run, which belongs to one tenant and is shown
//! to no other's endpoint. A profile that is broken hides no other.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::config::{Paths, Settings};
use crate::id::ProfileName;
use crate::ops::{Session, rotate};

/// A configuration to look at, as far as it could be opened.
pub(super) struct Subject {
    /// Its profile; absent for the plain configuration.
    pub(super) profile: Option<ProfileName>,
    /// Its file.
    pub(super) config: PathBuf,
    /// What to work with.
    pub(super) session: Result<Session, Failure>,
}

/// The configuration in force where no profile is named, and every profile.
pub(super) fn every(context: &Context, passphrase: &PassphraseArgs) -> Result<Vec<Subject>, Failure> {
    let paths = context.paths()?;
    warn_of_journal(context, &paths);
    let mut configs = Vec::new();
    for name in paths.profiles()? {
        configs.push((paths.profile_config(&name), Some(name)));
    }
    for config in [paths.config.value.clone(), paths.default_config()] {
        if (config.exists() || configs.is_empty()) && !configs.iter().any(|(known, _)| *known == config) {
            configs.insert(0, (config, None));
        }
    }
    let open = |(config, profile): (PathBuf, Option<ProfileName>)| {
        let session = context.settings_of(&config).and_then(|settings| asking_nobody(context, passphrase, settings));
        let session = session.map(|session| Session { given_token: None, given_key: None, ..session });
        Subject { profile, config, session }
    };
    Ok(configs.into_iter().map(open).collect())
}

/// A journal that nobody can read says nothing of a key's age, which is told all the same.
pub(super) fn warn_of_journal(context: &Context, paths: &Paths) {
    if let Err(error) = rotate::open(paths) {
        context.output.warn("rotation_unreadable", &format!("{error}: see `artcafe key rotate --status`"));
    }
}

/// A session that asks for a passphrase only where that is wished for.
pub(super) fn asking_nobody(
    context: &Context,
    passphrase: &PassphraseArgs,
    settings: Settings,
) -> Result<Session, Failure> {
    let mut session = context.session_quietly(settings, passphrase)?;
    if !session.has_passphrase_source && passphrase.passphrase.is_none() {
        session.passphrase = Rc::new(|_: &Path| Ok(None));
    }
    Ok(session)
}
