//! `artcafe ci`

mod run;
mod sweep;

use clap::{Args, Subcommand};

use crate::cli::Outcome;
use crate::cli::context::Context;

/// Run a job's command with a token, by a key that is kept nowhere
///
/// Makes a key in memory, registers it with an administrator's token, proves it, revokes it and
/// deletes its record, and runs the command with the token, which lives on for up to an hour: in ARTCAFE_ACCESS_TOKEN, or as
/// `--fd` or `--token-file` say, and with none of this program's other secrets. Nothing of the key
/// touches a disk. The exit code is the command's, and signals reach it; one that comes before the
/// command runs takes the key back first. The token is not renewed.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true,
    after_help = "Examples:\n  artcafe ci --agent-id ID --tenant-id TENANT --token env:ADMIN_TOKEN -- ./deploy.sh\n  \
artcafe ci --fd 3 -- sh -c 'printf \"Authorization: Bearer %s\" \"$(cat <&3)\" | curl -sf -H @- \"$URL\"'\n  \
artcafe ci sweep --dry-run"
)]
pub(crate) struct CiArgs {
    #[command(flatten)]
    run: run::RunArgs,
    #[command(subcommand)]
    command: Option<CiCommand>,
}

impl CiArgs {
    /// Whether a command is to be run, which has its own rules for signals.
    pub(crate) fn runs_a_command(&self) -> bool {
        self.command.is_none()
    }
}

#[derive(Debug, Subcommand)]
enum CiCommand {
    Sweep(sweep::SweepArgs),
}

pub(crate) fn run(context: &Context, args: &CiArgs) -> Outcome {
    match &args.command {
        None => run::run(context, &args.run),
        Some(CiCommand::Sweep(args)) => sweep::run(context, args),
    }
}
