//! Errors of `keys` and `config` as failures of an operation.
//!
//! Owns the code that each of their cases stands for. Exhaustive, so that a new case has to be placed.

use std::path::Path;

use crate::config::ConfigError;
use crate::keys::{AgentError, KeyError};
use crate::ops::error::{ErrorCode, OpError, io_code, io_hint};

impl OpError {
    /// A key error about a file, which it may not name itself.
    pub fn of_key(error: KeyError, path: &Path) -> Self {
        let agent_hint = match &error {
            KeyError::Agent(error) => Some(error.hint(Some(path))),
            _ => None,
        };
        let mut failure = Self::from(error);
        failure.hint = agent_hint.or(failure.hint);
        let name = path.display().to_string();
        if !failure.message.contains(&name) {
            failure.message = format!("`{name}`: {}", failure.message);
        }
        failure
    }
}

impl From<KeyError> for OpError {
    fn from(error: KeyError) -> Self {
        let hint = error.hint();
        let message = error.to_string();
        let code = match error {
            KeyError::Durable(error) => return error.into(),
            KeyError::PassphraseNeeded => ErrorCode::InputNeeded,
            KeyError::PassphraseWrong => ErrorCode::PassphraseWrong,
            KeyError::PassphraseEmpty => ErrorCode::Usage,
            KeyError::Unsupported { .. } | KeyError::NotAKey { .. } | KeyError::NotAPublicLine { .. } => {
                ErrorCode::KeyUnusable
            }
            KeyError::NotAFile { .. } | KeyError::TooLarge { .. } => ErrorCode::KeyUnusable,
            KeyError::Missing { .. } => ErrorCode::KeyFileMissing,
            KeyError::Exists { .. } => ErrorCode::FileExists,
            KeyError::Random | KeyError::Generation | KeyError::Signing => ErrorCode::Failed,
            KeyError::Damaged { source, .. } => {
                return Self { hint, source, ..Self::new(ErrorCode::KeyUnusable, message) };
            }
            KeyError::Unreadable { source, .. } => {
                let code = io_code(Some(source.kind()));
                return Self { hint: hint.or_else(|| io_hint(code)), ..Self::new(code, message).because(source) };
            }
            KeyError::Agent(AgentError::NotThere { source, .. } | AgentError::Silent { source, .. }) => {
                return Self { hint, ..Self::new(ErrorCode::SshAgent, message).because(source) };
            }
            KeyError::Agent(_) => ErrorCode::SshAgent,
            KeyError::PublicHalf { source, .. } => {
                let cause = Self::from(source);
                return Self { hint, ..Self::new(cause.code, message).because(cause) };
            }
        };
        Self { hint, ..Self::new(code, message) }
    }
}

impl From<ConfigError> for OpError {
    fn from(error: ConfigError) -> Self {
        let hint = error.hint();
        let message = error.to_string();
        let code = match error {
            ConfigError::Durable(error) => return error.into(),
            ConfigError::NoHome => ErrorCode::NoHome,
            ConfigError::NoWorkingDirectory { source, .. } => {
                return Self { hint, ..Self::new(ErrorCode::FileMissing, message).because(source) };
            }
            ConfigError::Invalid { .. } => ErrorCode::ConfigInvalid,
            ConfigError::BadValue { .. } | ConfigError::Conflict { .. } => ErrorCode::Usage,
            ConfigError::ChangedMeanwhile { .. } => ErrorCode::ChangedMeanwhile,
            ConfigError::CannotEdit { .. } => ErrorCode::ConfigInvalid,
        };
        Self { hint, ..Self::new(code, message) }
    }
}
