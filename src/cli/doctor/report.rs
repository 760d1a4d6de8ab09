//! A diagnosis, as a program and as a person reads it.

use crate::cli::exit::ExitCode;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::mend::{self, Mended};
use crate::cli::Outcome;
use crate::cli::output::{Output, Style};
use crate::cli::remedy::Remedy;
use crate::ops::ErrorCode;
use crate::ops::doctor::{Check, Findings, Group, Part, Status};

/// The diagnosis.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DoctorData {
    /// Whether there is no warning and no error.
    healthy: bool,
    /// How many checks ended in which way.
    counts: Counts,
    /// Every check that was wanted, always in the same order.
    checks: Vec<CheckData>,
    /// With `--fix`: what was tried, in order.
    mended: Vec<Mended>,
}

/// How many checks ended in which way.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Counts {
    ok: usize,
    note: usize,
    warning: usize,
    error: usize,
    skipped: usize,
}

/// One check.
#[derive(Debug, Serialize, JsonSchema)]
struct CheckData {
    /// Its name, which never changes.
    id: &'static str,
    /// What it is about.
    group: Group,
    /// When it is made.
    part: Part,
    /// What it looks at.
    title: &'static str,
    /// How it ended.
    status: Status,
    /// What was found.
    what: String,
    /// The causes behind it.
    cause: Option<String>,
    /// Why it matters.
    why: &'static str,
    /// The next step for a person.
    hint: Option<String>,
    /// Where the documents explain it.
    docs: String,
    /// The error codes that it stands for.
    codes: Vec<&'static str>,
    /// The recommendation of the platform's design guide that it stands for.
    practice: Option<&'static str>,
    /// The check that has to be in order before this one can be made.
    skipped_by: Option<&'static str>,
    /// What a program may run about it; null where nothing is wrong or a person is needed.
    fix: Option<Remedy>,
}

/// Every check that there is.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DoctorList {
    /// In the order in which they are reported.
    checks: Vec<ListedCheck>,
}

/// One check, not made.
#[derive(Debug, Serialize, JsonSchema)]
struct ListedCheck {
    /// Its name, which never changes.
    id: &'static str,
    /// What it is about.
    group: Group,
    /// When it is made.
    part: Part,
    /// What it looks at.
    title: &'static str,
    /// Why it matters.
    why: &'static str,
    /// Where the documents explain it.
    docs: String,
    /// The error codes that it stands for.
    codes: Vec<&'static str>,
    /// The recommendation of the platform's design guide that it stands for.
    practice: Option<&'static str>,
}

/// Where the documents explain a check.
fn docs(check: Check) -> String {
    format!("docs/doctor.md#{}", check.id())
}

pub(super) fn codes(check: Check) -> Vec<&'static str> {
    check.codes().iter().map(|code| code.as_str()).collect()
}

impl DoctorData {
    pub(super) fn of(output: &Output, findings: Findings, mended: Vec<Mended>) -> Self {
        let mut counts = Counts::default();
        let mut checks = Vec::new();
        for (check, finding) in findings {
            *match finding.status {
                Status::Ok => &mut counts.ok,
                Status::Note => &mut counts.note,
                Status::Warning => &mut counts.warning,
                Status::Error => &mut counts.error,
                Status::Skipped => &mut counts.skipped,
            } += 1;
            checks.push(CheckData {
                id: check.id(),
                group: check.group(),
                part: check.part(),
                title: check.title(),
                status: finding.status,
                what: finding.what,
                cause: finding.cause,
                why: check.why(),
                hint: finding.hint,
                docs: docs(check),
                codes: codes(check),
                practice: check.practice(),
                skipped_by: finding.skipped_by.map(Check::id),
                fix: output.remedy(finding.fix.as_ref()),
            });
        }
        Self { healthy: counts.warning + counts.error == 0, counts, checks, mended }
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match (self.counts.error, self.counts.warning) {
            (0, 0) => 0,
            (0, _) => ErrorCode::Findings.exit_code(),
            _ => ErrorCode::Failed.exit_code(),
        })
    }
}

pub(super) fn text(output: &Output, verbose: bool, data: &DoctorData) -> String {
    let mut groups: BTreeMap<usize, (&'static str, Vec<&CheckData>)> = BTreeMap::new();
    let mut order: Vec<Group> = Vec::new();
    for check in &data.checks {
        let place = order.iter().position(|group| *group == check.group).unwrap_or_else(|| {
            order.push(check.group);
            order.len() - 1
        });
        let is_quiet = match check.status {
            Status::Ok | Status::Skipped => !verbose,
            Status::Note => output.is_quiet(),
            Status::Warning | Status::Error => false,
        };
        if !is_quiet {
            groups.entry(place).or_insert_with(|| (check.group.title(), Vec::new())).1.push(check);
        }
    }
    let mut lines = mend::text(output, &data.mended);
    for (title, checks) in groups.into_values() {
        lines.push(output.paint(Style::Strong, title));
        checks.into_iter().for_each(|check| lines.extend(told(output, check)));
    }
    let counts = &data.counts;
    let numbers: Vec<String> = [
        (counts.error, "error", "errors"),
        (counts.warning, "warning", "warnings"),
        (counts.note, "note", "notes"),
        (counts.ok, "fine", "fine"),
        (counts.skipped, "skipped", "skipped"),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
    .collect();
    let verdict = match (counts.error, counts.warning) {
        (0, 0) => output.paint(Style::Good, "healthy:"),
        (0, _) => output.paint(Style::Warning, "needs attention:"),
        _ => output.paint(Style::Bad, "not healthy:"),
    };
    lines.push(format!("{verdict} {}", numbers.join(", ")));
    lines.join("\n")
}

/// The lines of one check.
fn told(output: &Output, check: &CheckData) -> Vec<String> {
    let word = format!("{:<8}", check.status.name());
    let word = match check.status {
        Status::Ok => output.paint(Style::Good, &word),
        Status::Warning => output.paint(Style::Warning, &word),
        Status::Error => output.paint(Style::Bad, &word),
        Status::Note | Status::Skipped => output.paint(Style::Faint, &word),
    };
    let mut lines = vec![format!("  {word} {:<24} {}", check.id, check.what)];
    let mut more = |name: &str, words: &str| {
        lines.push(format!("           {} {words}", output.paint(Style::Strong, name)));
    };
    if let Some(cause) = &check.cause {
        more("caused by:", cause);
    }
    if matches!(check.status, Status::Warning | Status::Error) {
        more("why:", check.why);
    }
    if let Some(hint) = &check.hint {
        more("hint:", hint);
    }
    lines
}

pub(super) fn list(output: &Output) -> Outcome {
    let listed = |check: &Check| ListedCheck {
        id: check.id(),
        group: check.group(),
        part: check.part(),
        title: check.title(),
        why: check.why(),
        docs: docs(*check),
        codes: codes(*check),
        practice: check.practice(),
    };
    let data = DoctorList { checks: Check::ALL.iter().map(listed).collect() };
    output.finish("doctor.list", &data, |data| {
        let line = |check: &ListedCheck| format!("{:<24} {}", check.id, check.title);
        data.checks.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}
