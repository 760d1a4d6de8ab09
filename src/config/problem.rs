//! One finding about a configuration file, with its place and what to do about it.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::origin::Position;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file cannot be used as it is.
    Error,
    /// The file works, but not as well or as safely as it could.
    Warning,
}

/// A finding about a configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Problem {
    /// How much it matters.
    pub severity: Severity,
    /// A word for programs, such as `unknown_key`.
    pub code: &'static str,
    /// The file.
    pub path: PathBuf,
    /// The line, from 1; 1 as well where the whole file is meant.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// The dotted key that it is about, where there is one.
    pub key: Option<String>,
    /// What is wrong, one sentence; never the value of a secret.
    pub message: String,
    /// What to do about it, one sentence.
    pub hint: String,
}

impl Problem {
    pub(crate) fn error(path: &Path, code: &'static str, position: Position, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            path: path.to_path_buf(),
            line: position.line,
            column: position.column,
            key: None,
            message: message.into(),
            hint: String::new(),
        }
    }

    pub(crate) fn warning(path: &Path, code: &'static str, position: Position, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(path, code, position, message) }
    }

    pub(crate) fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Whether the file cannot be used because of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}: {}", self.path.display(), self.line, self.column, self.message)
    }
}
