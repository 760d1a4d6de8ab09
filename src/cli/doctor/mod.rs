//! `artcafe doctor`

mod mend;
mod report;

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::config::{Paths, Settings};
use crate::env::Env;
use crate::ops::doctor::{Check, Findings, Part, Patient, Status, diagnose, diagnose_offline};
use crate::ops::session::Session;
use crate::ops::{ErrorCode, OpError};

pub(crate) use report::{DoctorData, DoctorList};

/// Look at everything that can be wrong with this identity
///
/// Checks this machine first, then, side by side and within 5 seconds, the way to the server, the proof and what the
/// server holds. Changes nothing but with --fix, which runs what a program may run about what was found and leaves the
/// rest to a person; twice is the same as once. Exit code 0 if nothing is wrong, 7 with warnings, 1 with errors; advice
/// counts as nothing wrong.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe doctor\n  artcafe doctor --offline --verbose\n  artcafe doctor --only key-mode,key-age\n  artcafe doctor --fix\n  \
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
    /// Run what the diagnosis offers a program to run, each once, and look again
    #[arg(long)]
    fix: bool,
    /// Name every check and make none
    #[arg(long, conflicts_with_all = ["offline", "only", "skip", "fix"])]
    list: bool,
}

fn ids() -> PossibleValuesParser {
    PossibleValuesParser::new(Check::ALL.iter().map(|check| check.id()))
}

impl DoctorArgs {
    /// Whether a check is wanted.
    fn wants(&self, check: Check) -> bool {
        self.names(check) && !(self.offline && check.part() == Part::Online)
    }

    /// Whether `--only` and `--skip` leave a check.
    fn names(&self, check: Check) -> bool {
        let names = |ids: &[String]| ids.iter().any(|id| id == check.id());
        (self.only.is_empty() || names(&self.only)) && !names(&self.skip)
    }
}

pub(crate) fn run(context: &Context, args: &DoctorArgs) -> Outcome {
    if args.list {
        return report::list(&context.output);
    }
    let mut findings = look(context, args)?;
    let mut mended = Vec::new();
    if args.fix {
        (mended, findings) = mend::mend(context, findings, args.offline, || look(context, args))?;
    }
    let data = DoctorData::of(&context.output, findings, mended);
    let code = data.exit_code();
    context.output.finish_with("doctor", &data, code, |data| report::text(&context.output, context.verbose, data))
}

/// The checks that are wanted; no server is asked for others.
fn look(context: &Context, args: &DoctorArgs) -> Result<Findings, Failure> {
    let patient = patient(context);
    let is_online = Check::ALL.iter().any(|check| check.part() == Part::Online && args.wants(*check));
    let mut findings =
        if is_online { context.block_on_and_leave(diagnose(&patient))? } else { diagnose_offline(&patient) };
    // An online check that stands already without a server is a verdict all the same.
    findings.retain(|(check, finding)| args.wants(*check) || args.names(*check) && finding.status == Status::Error);
    if findings.is_empty() {
        return Err(OpError::new(ErrorCode::Usage, "these flags leave no check to be made")
            .hint("`artcafe doctor --list` names them all, and which of them ask the server")
            .into());
    }
    Ok(findings)
}

/// What git needs to find what it ignores.
const OF_GIT: [&str; 3] = ["PATH", "HOME", "XDG_CONFIG_HOME"];

/// As much of the machine as can be had.
fn patient(context: &Context) -> Patient {
    let opened = |failure: Failure| failure.0;
    let paths = context.paths().map_err(opened);
    let session = context.settings().and_then(|settings| session(context, settings)).map_err(opened);
    Patient {
        variables: OF_GIT
            .iter()
            .filter_map(|name| context.env.var(name).map(|value| (*name, value.to_owned())))
            .collect(),
        unit_directories: unit_directories(context, paths.as_ref().ok()),
        paths,
        session,
        user: Env::effective_user(),
        now: Env::now(),
        started: Instant::now(),
    }
}

/// A session that asks nobody.
fn session(context: &Context, settings: Settings) -> Result<Session, Failure> {
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

/// What the documents say about a check, where this is one.
pub(crate) fn explained(id: &str) -> Option<String> {
    let check = Check::named(id)?;
    let heading = format!("### {}\n", check.id());
    let (_, rest) = DOCUMENT.split_once(heading.as_str())?;
    let section = rest.split("\n##").next().unwrap_or(rest).trim();
    let codes = report::codes(check);
    let codes = if codes.is_empty() { String::new() } else { format!("\nError codes: {}\n", codes.join(", ")) };
    Some(format!("{}: {}\n\n{section}\n{codes}", check.id(), check.title()))
}

/// The documents' own words, so that the two cannot differ.
const DOCUMENT: &str = include_str!("../../../docs/doctor.md");
