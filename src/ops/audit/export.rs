//! `audit export`: a copy of the history for other programs.
//!
//! Owns that a copy as lines is the file's own bytes, so that it can be verified elsewhere, and that no
//! file is overwritten unless that is asked for.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Serialize;

use crate::config::Paths;
use crate::durable::{self, DurableError};
use crate::ops::error::{ErrorCode, OpError};

use super::chain;
use super::csv;
use super::head::Head;
use super::history::History;

/// The copy's form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// The lines as they stand.
    #[default]
    Jsonl,
    /// A table.
    Csv,
}

impl fmt::Display for ExportFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        })
    }
}

impl FromStr for ExportFormat {
    type Err = OpError;

    fn from_str(text: &str) -> Result<Self, OpError> {
        match text {
            "jsonl" => Ok(Self::Jsonl),
            "csv" => Ok(Self::Csv),
            _ => Err(OpError::new(ErrorCode::Usage, format!("there is no format `{}`", text.escape_default()))
                .hint("use jsonl or csv")),
        }
    }
}

/// What to copy, and where to.
#[derive(Debug, Clone, Default)]
pub struct ExportOptions {
    /// The file to write; the text goes into the report when absent.
    pub output: Option<PathBuf>,
    /// The form.
    pub format: ExportFormat,
    /// Whether an existing file is replaced.
    pub overwrite: bool,
}

/// What was copied.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ExportReport {
    /// The form.
    pub format: ExportFormat,
    /// How many lines.
    pub lines: usize,
    /// How many cannot be read: a table leaves them out, lines are copied as they stand but for a torn one.
    pub unreadable: usize,
    /// The file that was written.
    pub path: Option<PathBuf>,
    /// The text, where no file was asked for.
    pub text: Option<String>,
}

/// Copies the history.
pub fn export(paths: &Paths, options: &ExportOptions) -> Result<ExportReport, OpError> {
    let history = History::read(paths)?;
    let readable = || history.lines.iter().filter_map(|placed| placed.line.as_ref());
    let (bytes, lines) = match options.format {
        ExportFormat::Jsonl => (history.whole().to_vec(), history.lines.len()),
        ExportFormat::Csv => (csv::table(readable()).into_bytes(), readable().count()),
    };
    let mut report = ExportReport {
        format: options.format,
        lines,
        unreadable: history.unreadable(),
        path: options.output.clone(),
        text: None,
    };
    if options.output.as_deref().is_some_and(|output| is_own(paths, output)) {
        return Err(OpError::new(ErrorCode::Usage, "the history is not written over by its own copy")
            .hint("choose another name with `--output FILE`"));
    }
    match &options.output {
        None => report.text = Some(String::from_utf8_lossy(&bytes).into_owned()),
        Some(path) if options.overwrite => {
            durable::replace(path, &bytes, 0o600)?;
        }
        Some(path) => durable::create_new(path, &bytes, 0o600).map_err(|error| match error {
            DurableError::Exists { .. } => {
                OpError::from(error).hint("choose another name, or replace the file with `--overwrite`")
            }
            error => error.into(),
        })?,
    }
    Ok(report)
}

/// Whether a file is the history or its head, by whatever name.
fn is_own(paths: &Paths, output: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(output).is_some_and(|output| {
        [chain::path(&paths.home), Head::path(&paths.home)].iter().any(|own| real(own).as_ref() == Some(&output))
    })
}
