//! `artcafe status`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::cli::output::{Output, Style};
use crate::ops::status::{StatusReport, status};

/// Show this machine's identity on one screen
///
/// Asks no server; `artcafe auth test` does.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {}

pub(crate) fn run(context: &Context, _args: &StatusArgs) -> Outcome {
    let report = status(&context.session()?)?;
    context.output.finish("status", &report, |report| text(&context.output, report))
}

fn text(output: &Output, report: &StatusReport) -> String {
    let none = || output.paint(Style::Warning, "none");
    let mut lines = vec![
        format!("agent         {}", report.agent_id.as_ref().map_or_else(none, ToString::to_string)),
        format!("tenant        {}", report.tenant_id.as_ref().map_or_else(none, ToString::to_string)),
        format!("endpoint      {}", report.endpoint),
        format!(
            "configuration {}{}",
            report.config_path.display(),
            if report.config_present { "" } else { " (absent)" }
        ),
    ];
    match (&report.key, &report.key_problem) {
        (Some(key), _) => {
            let age = key.age_days.map_or_else(String::new, |days| format!(", {days} days old"));
            let hidden =
                key.hides.as_ref().map_or_else(String::new, |path| format!(", in place of {}", path.display()));
            let protection = match (key.only_public, key.encrypted) {
                (true, _) => ", held by an ssh-agent: only its public half is here",
                (false, true) => ", protected by a passphrase",
                (false, false) => "",
            };
            let kind = match (&key.algorithm, key.bits) {
                (Some(algorithm), Some(bits)) => format!("{algorithm} {bits}"),
                _ => "algorithm hidden".to_owned(),
            };
            lines.push(format!("key           {} ({kind}{age}{protection}{hidden})", key.path.display()));
            let fingerprint = match &key.fingerprint {
                Some(fingerprint) => output.paint(Style::Strong, fingerprint),
                None => output.paint(Style::Warning, "hidden by the passphrase"),
            };
            lines.push(format!("fingerprint   {fingerprint}"));
            lines.extend(
                key.problems.iter().map(|problem| format!("              {}", output.paint(Style::Warning, problem))),
            );
        }
        (None, problem) => {
            lines.push(format!("key           {}", output.paint(Style::Warning, problem.as_deref().unwrap_or("none"))))
        }
    }
    let registration = match (&report.registration, &report.key_id) {
        (Some(entry), id) => {
            let other = id.as_ref().filter(|id| **id != entry.key_id);
            let other = other.map_or_else(String::new, |id| format!("; the configuration names key id {id}"));
            format!("key id {}, registered {}{other}", entry.key_id, entry.registered_at)
        }
        (None, Some(id)) => format!("key id {id}, as configured"),
        (None, None) => none(),
    };
    lines.push(format!("registration  {registration}"));
    lines.extend(report.superseded_by.iter().map(|current| {
        let id = current.key_id.as_ref().map_or_else(String::new, |id| format!(" ({id})"));
        let path = current.private_key_path.display();
        let text = format!("an older configuration: the key was replaced on {}, by {path}{id}", current.replaced_at);
        format!("superseded    {}", output.paint(Style::Bad, &text))
    }));
    lines.extend(report.agent_deleted_at.iter().map(|at| {
        let text = format!("this agent was deleted from this machine ({at}); no key is registered for it again");
        format!("deleted       {}", output.paint(Style::Bad, &text))
    }));
    let login = match (&report.token_from, &report.login) {
        (Some(from), _) => format!("token from {from}"),
        (None, Some(login)) if login.expired => output.paint(Style::Warning, "expired"),
        (None, Some(login)) => login
            .expires_at
            .map_or("stored".to_owned(), |end| format!("stored, until {}", end.strftime("%Y-%m-%d %H:%M UTC"))),
        (None, None) => "none".to_owned(),
    };
    lines.push(format!("admin login   {login}"));
    lines.push(format!("next          {}", report.next));
    lines.join("\n")
}
