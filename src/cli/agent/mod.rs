//! `artcafe agent`: the tenant's agents.

mod delete;
mod list;
mod register;
mod select;
mod show;
mod update;
mod watch;

use clap::Subcommand;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::cli::output::{Output, Style};
use crate::ops::agent::RecordKey;

/// Register, list, look at, change, delete, select and watch agents
#[derive(Debug, Subcommand)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) enum AgentCommand {
    Register(Box<register::RegisterArgs>),
    List(list::ListArgs),
    Show(show::ShowArgs),
    Update(update::UpdateArgs),
    Delete(delete::DeleteArgs),
    Use(select::UseArgs),
    Watch(watch::WatchArgs),
}

pub(crate) fn run(context: &Context, command: &AgentCommand) -> Outcome {
    match command {
        AgentCommand::Register(args) => register::run(context, args),
        AgentCommand::List(args) => list::run(context, args),
        AgentCommand::Show(args) => show::run(context, args),
        AgentCommand::Update(args) => update::run(context, args),
        AgentCommand::Delete(args) => delete::run(context, args),
        AgentCommand::Use(args) => select::run(context, args),
        AgentCommand::Watch(args) => watch::run(context, args),
    }
}

/// An agent's own key in one line.
fn own_key(output: &Output, key: Option<&RecordKey>) -> String {
    let Some(key) = key else { return "none on its record".to_owned() };
    let kind = match (&key.key_type, key.bits) {
        (Some(kind), Some(bits)) => format!("{kind} {bits}"),
        _ => "unreadable".to_owned(),
    };
    let fingerprint = key.openssh_fingerprint.as_deref().unwrap_or_default();
    let whose = if key.is_local { output.paint(Style::Good, " (this machine's key)") } else { String::new() };
    format!("{kind} {fingerprint}{whose}")
}

/// What the server was given and does not keep.
fn warn_not_kept(output: &Output, names: &[&str]) {
    if !names.is_empty() {
        let text = format!("the server did not keep what was given of the agent: {}", names.join(", "));
        output.warn("agent_not_kept", &text);
    }
}
