//! What is asked of systemd.
//!
//! Owns the calls of `systemctl` and `systemd-analyze`. Where they are not there, nothing is asked; no
//! secret of ours is in their environment.

use std::io;
use std::process::{Command, Output, Stdio};

use crate::checkpoint;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::service::Scope;

/// The command line for a person, `systemctl --user …`.
pub(super) fn line(scope: Scope, words: &[&str]) -> String {
    let user = if scope == Scope::User { " --user" } else { "" };
    format!("systemctl{user} {}", words.join(" "))
}

/// Runs `systemctl`; its own words are the cause of a failure.
pub(super) fn systemctl(scope: Scope, words: &[&str]) -> Result<(), OpError> {
    let shown = line(scope, words);
    let output = output("systemctl", scope, words)
        .map_err(|error| OpError::new(ErrorCode::Failed, format!("cannot run `{shown}`")).because(error))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or_default();
    Err(OpError::new(ErrorCode::Failed, format!("`{shown}` failed")).because(io::Error::other(said.to_owned())))
}

/// The word that `systemctl is-enabled` or `is-active` answers; nothing where it cannot be asked.
pub(super) fn word(scope: Scope, question: &str, unit: &str) -> Option<String> {
    let output = output("systemctl", scope, &[question, unit]).ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let word = text.lines().next()?.trim();
    let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    is_word.then(|| word.to_owned())
}

/// Refuses a calendar expression that systemd cannot read, where systemd is there to ask.
pub(super) fn check_calendar(expression: &str) -> Result<(), OpError> {
    let refuse = || {
        OpError::new(ErrorCode::Usage, format!("`{expression}` is no calendar expression of systemd"))
            .hint("write `daily`, `weekly`, or an expression such as `Mon *-*-* 04:00`; systemd.time(7) has them all")
    };
    if expression.trim().is_empty() || expression.contains(char::is_control) || expression.starts_with('-') {
        return Err(refuse());
    }
    match output("systemd-analyze", Scope::System, &["calendar", expression]) {
        Ok(output) if !output.status.success() => Err(refuse()),
        _ => Ok(()),
    }
}

fn output(program: &str, scope: Scope, words: &[&str]) -> io::Result<Output> {
    checkpoint::start()?;
    let mut command = Command::new(program);
    if scope == Scope::User {
        command.arg("--user");
    }
    command.args(words).env_remove("ARTCAFE_TOKEN").stdin(Stdio::null()).output()
}
