//! `artcafe tenant`: the organization that the agent works for.

mod bars;
mod usage;
mod use_;

use clap::Subcommand;

use crate::cli::Outcome;
use crate::cli::context::Context;

/// See what a tenant is, uses and may use; change to another one
#[derive(Debug, Subcommand)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) enum TenantCommand {
    Usage(usage::UsageArgs),
    Use(use_::UseArgs),
}

pub(crate) fn run(context: &Context, command: &TenantCommand) -> Outcome {
    match command {
        TenantCommand::Usage(args) => usage::run(context, args),
        TenantCommand::Use(args) => use_::run(context, args),
    }
}
