//! What a check found.
//!
//! Owns the states that a check can be in, and the sheet on which each check stands once. What always holds: a check
//! that was made pointless by another one names it and is neither good nor bad.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ops::doctor::{Check, Findings};
use crate::ops::{Fix, OpError};

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing is wrong.
    Ok,
    /// Advice; nothing has to be done.
    Note,
    /// It works, but not as well or as safely as it should.
    Warning,
    /// It does not work, or will not.
    Error,
    /// Not made: what it needs is not there.
    Skipped,
}

impl Status {
    /// The word that programs see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Skipped => "skipped",
        }
    }
}

/// What a check found.
#[derive(Debug, Clone)]
pub struct Finding {
    /// How it ended.
    pub status: Status,
    /// What was found, one sentence.
    pub what: String,
    /// The causes behind it.
    pub cause: Option<String>,
    /// The next command or step.
    pub hint: Option<String>,
    /// What a program may run about it.
    pub fix: Option<Fix>,
    /// The check that made this one pointless.
    pub skipped_by: Option<Check>,
}

impl Finding {
    fn new(status: Status, what: impl Into<String>) -> Self {
        Self { status, what: what.into(), cause: None, hint: None, fix: None, skipped_by: None }
    }

    /// Nothing is wrong.
    pub(super) fn ok(what: impl Into<String>) -> Self {
        Self::new(Status::Ok, what)
    }

    /// Advice.
    pub(super) fn note(what: impl Into<String>) -> Self {
        Self::new(Status::Note, what)
    }

    /// Something that should be better.
    pub(super) fn warning(what: impl Into<String>) -> Self {
        Self::new(Status::Warning, what)
    }

    /// Something that does not work.
    pub(super) fn error(what: impl Into<String>) -> Self {
        Self::new(Status::Error, what)
    }

    /// Not made for a reason of its own.
    pub(super) fn skipped(what: impl Into<String>) -> Self {
        Self::new(Status::Skipped, what)
    }

    /// Not made because of another check.
    pub(super) fn blocked(by: Check) -> Self {
        Self { skipped_by: Some(by), ..Self::skipped(format!("nothing can be said before `{}` is in order", by.id())) }
    }

    /// A failure of what was tried.
    pub(super) fn failed(error: &OpError) -> Self {
        let causes = error.causes();
        Self {
            cause: (!causes.is_empty()).then(|| causes.join(": ")),
            hint: error.hint.clone(),
            fix: error.fix.as_deref().cloned(),
            ..Self::error(error.message.clone())
        }
    }

    /// With the next command or step.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With what a program may run about it.
    pub(super) fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// As bad as this at most.
    pub(super) fn at_most(mut self, status: Status) -> Self {
        self.status = self.status.min(status);
        self
    }
}

/// Every check with what it found.
#[derive(Debug, Default)]
pub(super) struct Sheet(BTreeMap<Check, Finding>);

impl Sheet {
    /// Writes down what a check found.
    pub(super) fn put(&mut self, check: Check, finding: Finding) {
        self.0.insert(check, finding);
    }

    /// Writes down that another check makes these pointless, but for those that stand already.
    pub(super) fn block(&mut self, checks: &[Check], by: Check) {
        // The first of a row of causes is the one that can be mended.
        let root = self.0.get(&by).and_then(|finding| finding.skipped_by).unwrap_or(by);
        for check in checks {
            self.0.entry(*check).or_insert_with(|| Finding::blocked(root));
        }
    }

    /// The same for one that cannot be made, in words.
    pub(super) fn skip(&mut self, checks: &[Check], reason: &str) {
        for check in checks {
            self.0.entry(*check).or_insert_with(|| Finding::skipped(reason));
        }
    }

    /// Whether a check stands already.
    pub(super) fn has(&self, check: Check) -> bool {
        self.0.contains_key(&check)
    }

    /// The first of these checks that does not work, or was itself blocked.
    pub(super) fn obstacle(&self, checks: &[Check]) -> Option<Check> {
        checks.iter().copied().find(|check| {
            self.0.get(check).is_some_and(|finding| finding.status == Status::Error || finding.skipped_by.is_some())
        })
    }

    /// What was found, in the order of the table.
    pub(super) fn finish(self) -> Findings {
        self.0.into_iter().collect()
    }
}
