//! `doctor --fix`: what the diagnosis offers a program to run, run.
//!
//! Owns the order and the end: each [`Fix`] at most once, the diagnosis anew after each, until nothing is offered that
//! was not tried. A fix is run as the very command that it stands for, within this process, with a terminal for
//! nobody and without an agreement that somebody gave to something else; what it cannot do is left to a person.

use crate::cli::exit::ExitCode;
use std::sync::{Arc, Mutex};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output::{Output, Style};
use crate::cli::remedy::Remedy;
use crate::env::{Env, Kept, Streams};
use crate::ops::Fix;
use crate::ops::doctor::Findings;

/// What somebody set for the command that they typed, and not for what is run on its account.
const NOT_HANDED_ON: [&str; 7] = [
    "ARTCAFE_YES",
    "ARTCAFE_JSON",
    "ARTCAFE_QUIET",
    "ARTCAFE_VERBOSE",
    "ARTCAFE_PROGRESS",
    "GITHUB_ACTIONS",
    "GITHUB_OUTPUT",
];

/// One fix that was tried.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Mended {
    /// The checks that offered it.
    checks: Vec<&'static str>,
    /// What was run; null where the flags of this command cannot go with it.
    fix: Option<Remedy>,
    /// Whether it did what it should.
    done: bool,
    /// Why not.
    problem: Option<String>,
    /// The next step for a person.
    hint: Option<String>,
}

/// In which order fixes make sense: first which key is meant, then what may be read, then what the server is told.
fn rank(fix: &Fix) -> u8 {
    match fix {
        Fix::ConfigRelink => 0,
        Fix::KeyRepair => 1,
        Fix::RotateResume => 2,
        Fix::Setup => 3,
        Fix::ConfigSetKeyId(_) => 4,
        Fix::KeyRegister => 5,
    }
}

fn asks_the_server(fix: &Fix) -> bool {
    match fix {
        Fix::ConfigRelink | Fix::KeyRepair | Fix::ConfigSetKeyId(_) => false,
        Fix::RotateResume | Fix::Setup | Fix::KeyRegister => true,
    }
}

/// The next fix that was not tried yet, and the checks that offer it.
fn next(findings: &Findings, tried: &[Fix]) -> Option<(Fix, Vec<&'static str>)> {
    let offered = findings.iter().filter_map(|(_, finding)| finding.fix.as_ref());
    let fix = offered.filter(|fix| !tried.contains(fix)).min_by_key(|fix| rank(fix))?.clone();
    let offers = findings.iter().filter(|(_, finding)| finding.fix.as_ref() == Some(&fix));
    let checks = offers.map(|(check, _)| check.id()).collect();
    Some((fix, checks))
}

/// Mends what can be mended; answers what was tried, and the diagnosis after it.
pub(super) fn mend(
    context: &Context,
    mut findings: Findings,
    is_offline: bool,
    diagnose: impl Fn() -> Result<Findings, Failure>,
) -> Result<(Vec<Mended>, Findings), Failure> {
    let mut tried = Vec::new();
    let mut mended = Vec::new();
    while let Some((fix, checks)) = next(&findings, &tried) {
        crate::interrupt::check_noticed()?;
        let remedy = context.output.remedy(Some(&fix));
        let (done, problem, hint) = match &remedy {
            _ if is_offline && asks_the_server(&fix) => {
                let hint = "run `artcafe doctor --fix` without `--offline`".to_owned();
                (false, Some("it asks the server, which `--offline` rules out".to_owned()), Some(hint))
            }
            None => {
                let words = "the flags of this command name an identity or its files, and cannot go along";
                let hint = format!("run it yourself: `artcafe {}`", fix.words().join(" "));
                (false, Some(words.to_owned()), Some(hint))
            }
            Some(remedy) => run(&context.env, remedy),
        };
        mended.push(Mended { checks, fix: remedy, done, problem, hint });
        tried.push(fix);
        findings = diagnose()?;
    }
    Ok((mended, findings))
}

/// Runs the command of a remedy; says whether it did, and else why not and what is next.
fn run(env: &Env, remedy: &Remedy) -> (bool, Option<String>, Option<String>) {
    let kept = Arc::new(Mutex::new(Kept::default()));
    let mut env = env.without(&NOT_HANDED_ON).with("ARTCAFE_NO_INPUT", "1");
    env.args = remedy.argv().iter().map(Into::into).chain(["--json".into()]).collect();
    (env.stdin_is_terminal, env.stdout_is_terminal, env.stderr_is_terminal) = (false, false, false);
    env.streams = Streams::Kept(Arc::clone(&kept));
    let code = crate::cli::run_with(env, None);
    if code == ExitCode::SUCCESS {
        return (true, None, None);
    }
    let told = kept.lock().map(|kept| kept.stderr.clone()).unwrap_or_default();
    let failure: Value = serde_json::from_slice(&told).unwrap_or_default();
    let text = |name: &str| failure[name].as_str().map(str::to_owned);
    // A verdict that is no failure, such as of what is only partly done, stands on the other stream.
    (false, text("message").or_else(|| Some("it ended with findings of its own".to_owned())), text("hint"))
}

/// What was done, for people.
pub(super) fn text(output: &Output, mended: &[Mended]) -> Vec<String> {
    let mut lines = Vec::new();
    for one in mended {
        let words = one.fix.as_ref().map_or_else(|| "nothing was run".to_owned(), |fix| fix.argv().join(" "));
        let head = match one.done {
            true => output.paint(Style::Good, "mended:"),
            false => output.paint(Style::Warning, "not mended:"),
        };
        lines.push(format!("{head} {words} (for {})", one.checks.join(", ")));
        lines.extend(one.problem.iter().map(|problem| format!("  {problem}")));
        lines.extend(one.hint.iter().map(|hint| format!("  {} {hint}", output.paint(Style::Strong, "hint:"))));
    }
    lines
}
