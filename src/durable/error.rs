//! What can go wrong with a file.

use std::io;
use std::path::{Path, PathBuf};

use crate::interrupt::Interrupted;

/// What went wrong with a file, which one, and in what step.
#[derive(Debug, thiserror::Error)]
pub enum DurableError {
    /// The operating system refused a step.
    #[error("cannot {action} `{path}`", path = path.display())]
    Io {
        /// The step, as a verb: `create`, `write`, `replace`, …
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// A file that had to be new is already there.
    #[error("`{path}` already exists", path = path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file is not what it was when it was read.
    #[error("`{path}` was changed by somebody else meanwhile", path = path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Another process holds the lock.
    #[error("another artcafe process is at work{holder}", holder = holder.as_deref().map(|text| format!(" ({text})")).unwrap_or_default())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// Who holds it: `pid 123, since 2026-11-24T10:00:00Z`, where it could be read.
        holder: Option<String>,
    },
    /// A signal came while another process was waited for.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl DurableError {
    /// The system's reason, where there is one.
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        match self {
            Self::Io { source, .. } => Some(source.kind()),
            _ => None,
        }
    }
}

pub(super) fn failed<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> DurableError + 'a {
    move |source| DurableError::Io { action, path: path.to_path_buf(), source }
}
