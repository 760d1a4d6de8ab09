//! Why the configuration could not be found, read, resolved or changed.

use std::path::PathBuf;

use super::origin::Origin;
use super::problem::Problem;
use crate::durable::DurableError;

/// A failure of this module; [`ConfigError::hint`] says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The home directory is needed and unknown.
    #[error("the home directory is unknown")]
    NoHome,
    /// A relative path is used and the working directory is gone.
    #[error("`{path}` is relative and the working directory is unknown", path = path.display())]
    NoWorkingDirectory {
        /// The relative path.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The file cannot be used as it is.
    #[error("{}", invalid_text(path, problems))]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Every reason, in the order of the file; at least one.
        problems: Vec<Problem>,
    },
    /// A flag, a variable or a new value is not acceptable.
    #[error("{}: {message}", bad_value_name(origin.as_ref(), key))]
    BadValue {
        /// The flag or variable; absent when the value is about to be written to the file.
        origin: Option<Origin>,
        /// The dotted key or the setting that the value is for.
        key: String,
        /// What is wrong with it.
        message: String,
        /// What would be right.
        hint: String,
    },
    /// Two sources say different things and neither wins.
    #[error("{message}")]
    Conflict {
        /// Which two, and about what.
        message: String,
        /// How to settle it.
        hint: String,
    },
    /// Somebody else changed the file between reading and writing.
    #[error("`{path}` was changed by somebody else meanwhile", path = path.display())]
    ChangedMeanwhile {
        /// The file.
        path: PathBuf,
    },
    /// The wanted change cannot be made without touching something else.
    #[error("cannot change `{key}` in `{path}`: {reason}", path = path.display())]
    CannotEdit {
        /// The file, which is as it was.
        path: PathBuf,
        /// The dotted key.
        key: String,
        /// What is in the way.
        reason: String,
    },
    /// A file could not be read or written.
    #[error(transparent)]
    Durable(DurableError),
}

impl From<DurableError> for ConfigError {
    fn from(error: DurableError) -> Self {
        match error {
            DurableError::Changed { path } => Self::ChangedMeanwhile { path },
            other => Self::Durable(other),
        }
    }
}

impl ConfigError {
    /// What the user can do about it, one sentence.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoHome => Some("set HOME, or both ARTCAFE_HOME and ARTCAFE_KEY_DIR".to_owned()),
            Self::NoWorkingDirectory { .. } => Some("give an absolute path".to_owned()),
            Self::Invalid { problems, .. } => {
                problems.first().map(|problem| problem.hint.clone()).filter(|hint| !hint.is_empty())
            }
            Self::BadValue { hint, .. } | Self::Conflict { hint, .. } => {
                Some(hint.clone()).filter(|hint| !hint.is_empty())
            }
            Self::ChangedMeanwhile { .. } => Some("look at the file and run the command again".to_owned()),
            Self::CannotEdit { path, .. } => Some(format!("edit `{}` by hand", path.display())),
            Self::Durable(error) => match error.io_kind() {
                Some(std::io::ErrorKind::PermissionDenied) => {
                    Some("check the owner and mode of the file and of the directories above it".to_owned())
                }
                _ => None,
            },
        }
    }
}

fn invalid_text(path: &std::path::Path, problems: &[Problem]) -> String {
    match problems {
        [] => format!("`{}` is not valid", path.display()),
        [only] => only.to_string(),
        [first, rest @ ..] => format!("{first} (and {} more)", rest.len()),
    }
}

fn bad_value_name(origin: Option<&Origin>, key: &str) -> String {
    origin.map_or_else(|| format!("`{key}`"), |origin| format!("`{origin}`"))
}
