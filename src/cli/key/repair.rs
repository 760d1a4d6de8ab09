//! `artcafe key repair`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::output::Style;
use crate::ops::repair::{Repair, repair};

/// Mend the files around the key: modes, the public half, the plain name's link
///
/// Takes mode bits away that open the key, its directory or the configuration to others, writes the public half
/// anew where it is missing or another key's (which is kept), and makes the plain name lead to the current key.
/// Never touches the private key itself and asks no server. Twice is the same as once.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  artcafe key repair\n  artcafe key repair --json | jq .data.repairs")]
pub(crate) struct RepairArgs {
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

pub(crate) fn run(context: &Context, args: &RepairArgs) -> Outcome {
    let report = repair(&context.session_quietly(context.settings()?, &args.passphrase)?)?;
    for left in &report.left {
        context.output.warn("not_repaired", left);
    }
    context.output.finish("key.repair", &report, |report| {
        if report.repairs.is_empty() {
            return "there was nothing to repair".to_owned();
        }
        let mark = context.output.paint(Style::Good, "✓");
        let line = |repair: &Repair| format!("{mark} {:<12} {}: {}", repair.what, repair.path.display(), repair.how);
        report.repairs.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}
