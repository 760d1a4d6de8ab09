//! `artcafe doctor`

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Instant;

use clap::Args;
use clap::builder::PossibleValuesParser;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output::{Output, Style};
use crate::cli::remedy::Remedy;
use crate::config::Paths;
use crate::env::Env;
use crate::ops::ErrorCode;
use crate::ops::doctor::{Check, Finding, Group, Part, Patient, Status, diagnose, diagnose_offline};
use crate::ops::session::Session;

/// Look at everything that can be wrong with this identity
///
/// Checks this machine first, then, side by side and within 5 seconds, the way to the server, the proof and what the
/// server holds. Changes nothing. Exit code 0 if nothing is wrong, 7 with warnings, 1 with errors; advice counts as
/// nothing wrong.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe doctor\n  artcafe doctor --offline --verbose\n  artcafe doctor --only key-mode,key-age\n  \
artcafe doctor --json | jq -r '.data.checks[] | select(.status == \"error\") | .id'\n  artcafe help key-mode"
)]
pub(crate) struct DoctorArgs {
    /// Ask no server
    #[arg(long)]
    offline: bool,
    /// Only these checks
    #[arg(long, value_name = "CHECK", value_delimiter = ',', hide_possible_values = true, value_parser = ids())]
    only: Vec<String>,
    /// Not these checks
    #[arg(long, value_name = "CHECK", value_delimiter = ',', hide_possible_values = true, value_parser = ids())]
    skip: Vec<String>,
    /// Name every check and make none
    #[arg(long, conflicts_with_all = ["offline", "only", "skip"])]
    list: bool,
}

fn ids() -> PossibleValuesParser {
    PossibleValuesParser::new(Check::ALL.iter().map(|check| check.id()))
}

impl DoctorArgs {
    /// Whether a check is wanted.
    fn wants(&self, check: Check) -> bool {
        let names = |ids: &[String]| ids.iter().any(|id| id == check.id());
        (self.only.is_empty() || names(&self.only))
            && !names(&self.skip)
            && !(self.offline && check.part() == Part::Online)
    }
}

/// The diagnosis.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DoctorData {
    /// Whether there is no warning and no error.
    healthy: bool,
    /// How many checks ended in which way.
    counts: Counts,
    /// Every check that was wanted, always in the same order.
    checks: Vec<CheckData>,
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

pub(crate) fn run(context: &Context, args: &DoctorArgs) -> Outcome {
    if args.list {
        return list(&context.output);
    }
    let patient = patient(context);
    let is_online = Check::ALL.iter().any(|check| check.part() == Part::Online && args.wants(*check));
    let findings = if is_online { context.block_on_and_leave(diagnose(&patient))? } else { diagnose_offline(&patient) };
    let data = DoctorData::of(&context.output, args, findings);
    let code = data.exit_code();
    context.output.finish_with("doctor", &data, code, |data| text(&context.output, context.verbose, data))
}

/// As much of the machine as can be had.
fn patient(context: &Context) -> Patient {
    let opened = |failure: Failure| failure.0;
    let paths = context.paths().map_err(opened);
    let session = context.settings().and_then(|settings| session(context, settings)).map_err(opened);
    Patient {
        unit_directories: unit_directories(context, paths.as_ref().ok()),
        paths,
        session,
        user: Env::effective_user(),
        now: Env::now(),
        started: Instant::now(),
    }
}

/// A session that asks nobody.
fn session(context: &Context, settings: crate::config::Settings) -> Result<Session, Failure> {
    let mut session = context.session_quietly(settings, &PassphraseArgs::default())?;
    if !session.has_passphrase_source {
        session.passphrase = Rc::new(|_| Ok(None));
    }
    Ok(session)
}

/// Where a user's units are, and the system's.
fn unit_directories(context: &Context, paths: Option<&Paths>) -> Vec<PathBuf> {
    let own = context.env.var("XDG_CONFIG_HOME").map(PathBuf::from);
    let own = own.or_else(|| Some(paths?.user_home()?.join(".config")));
    own.map(|own| own.join("systemd/user")).into_iter().chain([PathBuf::from("/etc/systemd/system")]).collect()
}

/// Where the documents explain a check.
fn docs(check: Check) -> String {
    format!("docs/doctor.md#{}", check.id())
}

fn codes(check: Check) -> Vec<&'static str> {
    check.codes().iter().map(|code| code.as_str()).collect()
}

impl DoctorData {
    fn of(output: &Output, args: &DoctorArgs, findings: Vec<(Check, Finding)>) -> Self {
        let mut counts = Counts::default();
        let mut checks = Vec::new();
        for (check, finding) in findings {
            if !args.wants(check) {
                continue;
            }
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
        Self { healthy: counts.warning + counts.error == 0, counts, checks }
    }

    fn exit_code(&self) -> ExitCode {
        ExitCode::from(match (self.counts.error, self.counts.warning) {
            (0, 0) => 0,
            (0, _) => ErrorCode::Findings.exit_code(),
            _ => ErrorCode::Failed.exit_code(),
        })
    }
}

fn text(output: &Output, verbose: bool, data: &DoctorData) -> String {
    let mut groups: BTreeMap<usize, (&'static str, Vec<&CheckData>)> = BTreeMap::new();
    let mut order: Vec<Group> = Vec::new();
    for check in &data.checks {
        let place = order.iter().position(|group| *group == check.group).unwrap_or_else(|| {
            order.push(check.group);
            order.len() - 1
        });
        let is_quiet = match check.status {
            Status::Ok => !verbose,
            Status::Skipped => !verbose && check.skipped_by.is_some(),
            Status::Note => output.is_quiet(),
            Status::Warning | Status::Error => false,
        };
        if !is_quiet {
            groups.entry(place).or_insert_with(|| (check.group.title(), Vec::new())).1.push(check);
        }
    }
    let mut lines = Vec::new();
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

fn list(output: &Output) -> Outcome {
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

/// What the documents say about a check, where this is one.
pub(crate) fn explained(id: &str) -> Option<String> {
    let check = Check::named(id)?;
    let heading = format!("### {}\n", check.id());
    let (_, rest) = DOCUMENT.split_once(heading.as_str())?;
    let section = rest.split("\n##").next().unwrap_or(rest).trim();
    let codes = codes(check);
    let codes = if codes.is_empty() { String::new() } else { format!("\nError codes: {}\n", codes.join(", ")) };
    Some(format!("{}: {}\n\n{section}\n{codes}", check.id(), check.title()))
}

/// The documents' own words, so that the two cannot differ.
const DOCUMENT: &str = include_str!("../../docs/doctor.md");
