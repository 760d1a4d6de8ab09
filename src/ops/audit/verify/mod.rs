//! `audit verify`: what is wrong with the history, by name.
//!
//! Owns the verdict. Takes no lock and writes nothing. Both files rewritten together by somebody who can
//! write them show nothing: the last hash, kept elsewhere, does.

mod evidence;
mod finding;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use serde::Serialize;

use crate::config::Paths;
use crate::ops::error::OpError;

use super::action::Action;
use super::history::History;
use evidence::Evidence;

pub use finding::Finding;

/// What the look found.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct VerifyReport {
    /// The file.
    pub path: PathBuf,
    /// How many whole lines there are.
    pub lines: usize,
    /// The hash of the last one: kept elsewhere, it shows later whether this history is still a part of that one.
    pub last_hash: Option<String>,
    /// Whether nothing is wrong.
    pub intact: bool,
    /// Whether a crash left the head one line behind, which is no damage.
    pub head_one_behind: bool,
    /// What is wrong.
    pub findings: Vec<Described>,
    /// What crashes left and later changes mended.
    pub repairs: Vec<Repair>,
}

/// A finding with its words.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Described {
    /// What is wrong.
    #[serde(flatten)]
    pub finding: Finding,
    /// The same in words.
    pub message: String,
}

/// A repair that a line tells of.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Repair {
    /// The line's number.
    pub number: u64,
    /// When.
    pub time: String,
    /// What was mended.
    pub reason: String,
}

/// Looks at the whole history.
pub fn verify(paths: &Paths) -> Result<VerifyReport, OpError> {
    let history = History::read(paths)?;
    let evidence = Evidence::of(&history);
    let findings = evidence.findings();
    Ok(VerifyReport {
        lines: history.lines.len(),
        last_hash: history.lines.last().map(|placed| placed.hash.clone()),
        intact: findings.is_empty(),
        head_one_behind: evidence.head_one_behind(),
        repairs: repairs(&history),
        findings: findings.into_iter().map(|finding| Described { message: finding.to_string(), finding }).collect(),
        path: history.path,
    })
}

/// The repairs that the lines tell of.
fn repairs(history: &History) -> Vec<Repair> {
    let lines = history.lines.iter().filter_map(|placed| placed.line.as_ref());
    lines
        .filter(|line| line.what == Action::Repaired.name())
        .map(|line| Repair {
            number: line.seq,
            time: line.time.clone(),
            reason: line.reason.clone().unwrap_or_default(),
        })
        .collect()
}
