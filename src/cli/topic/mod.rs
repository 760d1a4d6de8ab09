//! `artcafe topic`: the channels of communication, and whether they stay inside the tenant.

mod check;
mod list;

use clap::Subcommand;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::ops::topic::Rule;

/// List the agent's standard topics; see whether a topic stays inside the tenant
#[derive(Debug, Subcommand)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) enum TopicCommand {
    List(list::ListArgs),
    Check(check::CheckArgs),
}

/// What the documents say about a rule of `topic check`, where this is one.
pub(crate) fn explained(name: &str) -> Option<String> {
    let rule = Rule::ALL.iter().find(|rule| rule.name() == name)?;
    let (_, rest) = DOCUMENT.split_once(&format!("### {}\n", rule.name()))?;
    let section = rest.split("\n##").next().unwrap_or(rest).trim();
    Some(format!("{}, a rule of `artcafe topic check`\n\n{section}\n", rule.name()))
}

/// The documents' own words, so that the two cannot differ.
const DOCUMENT: &str = include_str!("../../../docs/topics.md");

pub(crate) fn run(context: &Context, command: &TopicCommand) -> Outcome {
    match command {
        TopicCommand::List(args) => list::run(context, args),
        TopicCommand::Check(args) => check::run(context, args),
    }
}
