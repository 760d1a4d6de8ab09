//! What can go wrong with a key.
//!
//! Owns the one error type of this folder and the advice that goes with each case. No text holds a
//! part of a private key or of a passphrase, and every case names its file where it knows one.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use super::strict::quoted;
use super::{AgentError, KeyFiles};
use crate::durable::DurableError;

/// A library's reason, kept as the source of ours.
pub(super) type Reason = Box<dyn Error + Send + Sync>;

/// Why a key cannot be made, read, written or used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The private key is encrypted and no passphrase was given.
    #[error("the private key is encrypted and needs its passphrase")]
    PassphraseNeeded,
    /// The passphrase does not open the key. Some damage cannot be told apart from that.
    #[error("the passphrase is wrong, or the private key is damaged")]
    PassphraseWrong,
    /// An empty passphrase was given to encrypt with.
    #[error("an empty passphrase protects nothing")]
    PassphraseEmpty,
    /// It is known what it is, and we do not do it.
    #[error("{what} is not supported")]
    Unsupported {
        /// What is not supported.
        what: String,
        /// The way out.
        hint: String,
    },
    /// It is a key, but broken.
    #[error("the key is damaged: {what}")]
    Damaged {
        /// What is wrong with it.
        what: String,
        /// The reason of the library that found it.
        #[source]
        source: Option<Reason>,
    },
    /// It is something else than a private key that this program can use.
    #[error("this is no usable private key: it looks like {looks_like}")]
    NotAKey {
        /// What it looks like.
        looks_like: &'static str,
        /// What to do about it.
        hint: &'static str,
    },
    /// A text is no public key line.
    #[error("this is no OpenSSH public key line: {reason}")]
    NotAPublicLine {
        /// What is wrong with it.
        reason: String,
    },
    /// A key file is not there.
    #[error("there is no key file `{path}`", path = path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A file that had to be new is there already.
    #[error("`{path}` already exists", path = path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The path names something that is not a regular file.
    #[error("`{path}` is {kind}, not a key file", path = path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// The file is larger than any private key.
    #[error("`{path}` is larger than {limit} bytes, so it is no private key", path = path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most that is read.
        limit: u64,
    },
    /// The system does not let us read the file or its properties.
    #[error("cannot read `{path}`", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The private key was saved, its public half was not.
    #[error("the private key is saved as `{private}`, but its public half is not", private = private.display())]
    PublicHalf {
        /// Where the private key is.
        private: PathBuf,
        /// Why the public half could not be written.
        #[source]
        source: DurableError,
    },
    /// A file could not be written.
    #[error(transparent)]
    Durable(#[from] DurableError),
    /// The system's random generator failed.
    #[error("the system gives no random numbers")]
    Random,
    /// No key could be made.
    #[error("the key could not be generated")]
    Generation,
    /// The ssh-agent that holds the key does not sign.
    #[error(transparent)]
    Agent(#[from] AgentError),
    /// The key refuses to sign.
    #[error("the key could not sign")]
    Signing,
}

impl KeyError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::PassphraseNeeded => {
                Some("give its passphrase with --passphrase SOURCE or ARTCAFE_PASSPHRASE_SOURCE".to_owned())
            }
            Self::PassphraseWrong => Some("`ssh-keygen -y -f PATH` tells whether another tool can open it".to_owned()),
            Self::PassphraseEmpty => Some("leave the passphrase out to write the key unencrypted".to_owned()),
            Self::Unsupported { hint, .. } => Some(hint.clone()),
            Self::Damaged { .. } => {
                Some("restore the file from a backup, or make a new key with `artcafe key generate`".to_owned())
            }
            Self::NotAKey { hint, .. } => Some((*hint).to_owned()),
            Self::NotAPublicLine { .. } => {
                Some("such a line reads `ssh-rsa AAAA… comment`; `artcafe key show --public` prints it".to_owned())
            }
            Self::Missing { .. } => Some("make one with `artcafe key generate`, or name another file".to_owned()),
            Self::Exists { .. } => {
                Some("choose another path, or use --overwrite, which keeps the old pair as a backup".to_owned())
            }
            Self::NotAFile { .. } | Self::TooLarge { .. } => Some("name the private key file itself".to_owned()),
            Self::Unreadable { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Some("run this as the user who owns the key".to_owned())
            }
            Self::Unreadable { .. } => None,
            Self::PublicHalf { private, .. } => {
                let public = KeyFiles::at(private).public;
                Some(format!("write it with `artcafe key show --public {} > {}`", quoted(private), quoted(&public)))
            }
            Self::Agent(error) => Some(error.hint(None)),
            Self::Durable(_) | Self::Random | Self::Signing => None,
            Self::Generation => Some("try again".to_owned()),
        }
    }

    pub(super) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into(), source: None }
    }

    pub(super) fn damaged_because(what: impl Into<String>, source: impl Into<Reason>) -> Self {
        Self::Damaged { what: what.into(), source: Some(source.into()) }
    }

    pub(super) fn unsupported(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Unsupported { what: what.into(), hint: hint.into() }
    }
}
