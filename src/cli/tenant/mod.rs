//! `artcafe tenant`: the organization that the agent works for.

mod bars;
mod list;
mod members;
mod register;
mod show;
mod usage;
mod use_;

use clap::Subcommand;

use crate::cli::Outcome;
use crate::cli::context::Context;

/// See what a tenant is, uses and may use; change to another one, or register one
#[derive(Debug, Subcommand)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) enum TenantCommand {
    Show(show::ShowArgs),
    List(list::ListArgs),
    Usage(usage::UsageArgs),
    Members(members::MembersArgs),
    Use(use_::UseArgs),
    Register(register::RegisterArgs),
}

pub(crate) fn run(context: &Context, command: &TenantCommand) -> Outcome {
    match command {
        TenantCommand::Show(args) => show::run(context, args),
        TenantCommand::List(args) => list::run(context, args),
        TenantCommand::Usage(args) => usage::run(context, args),
        TenantCommand::Members(args) => members::run(context, args),
        TenantCommand::Use(args) => use_::run(context, args),
        TenantCommand::Register(args) => register::run(context, args),
    }
}
