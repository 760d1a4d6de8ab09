//! `artcafe key`: the agent's key pair.

mod convert;
mod delete;
mod generate;
mod list;
mod needs_rotation;
mod register;
mod repair;
mod revoke;
mod rotate;
mod rotate_due;
mod show;
mod status;

use clap::Subcommand;

use crate::cli::Outcome;
use crate::cli::context::Context;

pub(crate) use generate::{NewKeyArgs, text as generated, with_progress};
pub(crate) use needs_rotation::NeedsRotation;
pub(crate) use needs_rotation::guard;
pub(crate) use register::name_tail;
pub(crate) use rotate::RotatePlan;
pub(crate) use rotate_due::RotateSkipped;
pub(crate) use status::StatusData;

/// Generate, look at, convert, repair, register, list, rotate, watch and revoke keys
#[derive(Debug, Subcommand)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) enum KeyCommand {
    Generate(generate::GenerateArgs),
    Show(show::ShowArgs),
    Convert(convert::ConvertArgs),
    Register(register::RegisterArgs),
    List(list::ListArgs),
    Repair(repair::RepairArgs),
    Rotate(rotate::RotateArgs),
    Revoke(revoke::RevokeArgs),
    Delete(delete::DeleteArgs),
    Status(status::KeyStatusArgs),
    NeedsRotation(needs_rotation::NeedsRotationArgs),
}

pub(crate) fn run(context: &Context, command: &KeyCommand) -> Outcome {
    match command {
        KeyCommand::Generate(args) => generate::run(context, args),
        KeyCommand::Show(args) => show::run(context, args),
        KeyCommand::Convert(args) => convert::run(context, args),
        KeyCommand::Register(args) => register::run(context, args),
        KeyCommand::Repair(args) => repair::run(context, args),
        KeyCommand::List(args) => list::run(context, args),
        KeyCommand::Rotate(args) => rotate::run(context, args),
        KeyCommand::Revoke(args) => revoke::run(context, args),
        KeyCommand::Delete(args) => delete::run(context, args),
        KeyCommand::Status(args) => status::run(context, args),
        KeyCommand::NeedsRotation(args) => needs_rotation::run(context, args),
    }
}
