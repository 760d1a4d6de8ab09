//! `artcafe audit`: the history of changes.

mod export;
mod show;
mod verify;

use clap::Subcommand;

use crate::cli::Outcome;
use crate::cli::context::Context;

/// Look at, check and copy the history of changes
#[derive(Debug, Subcommand)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) enum AuditCommand {
    Show(show::ShowArgs),
    Verify(verify::VerifyArgs),
    Export(export::ExportArgs),
}

pub(crate) fn run(context: &Context, command: &AuditCommand) -> Outcome {
    match command {
        AuditCommand::Show(args) => show::run(context, args),
        AuditCommand::Verify(args) => verify::run(context, args),
        AuditCommand::Export(args) => export::run(context, args),
    }
}

/// The same words wherever lines cannot be shown.
fn warn_unreadable(context: &Context, count: usize) {
    if count > 0 {
        let text = format!("{count} lines of the history cannot be read; `artcafe audit verify` names them");
        context.output.warn("history_unreadable", &text);
    }
}
