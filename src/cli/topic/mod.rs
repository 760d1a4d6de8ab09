//! `artcafe topic`: the channels of communication, and whether they stay inside the tenant.

mod check;
mod list;

use clap::Subcommand;

use crate::cli::Outcome;
use crate::cli::context::Context;

/// List the agent's standard topics; see whether a topic stays inside the tenant
#[derive(Debug, Subcommand)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) enum TopicCommand {
    List(list::ListArgs),
    Check(check::CheckArgs),
}

pub(crate) fn run(context: &Context, command: &TopicCommand) -> Outcome {
    match command {
        TopicCommand::List(args) => list::run(context, args),
        TopicCommand::Check(args) => check::run(context, args),
    }
}
