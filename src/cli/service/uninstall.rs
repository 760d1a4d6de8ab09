//! `artcafe service uninstall`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::env::Env;
use crate::ops::service::{By, Selection, ServiceReport, uninstall};

use super::PlaceArgs;

/// Remove the units of the timer
///
/// Removes only what `artcafe service install` wrote and nobody changed since.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe service uninstall --disable\n  artcafe --profile staging service uninstall"
)]
pub(crate) struct UninstallArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Have systemd stop the timer first
    #[arg(long)]
    disable: bool,
}

pub(crate) fn run(context: &Context, args: &UninstallArgs) -> Outcome {
    let paths = context.paths()?;
    let name = Selection::of(&paths).unit_name();
    let directory = args.place.directory(context, &paths)?;
    let report = uninstall(
        &paths,
        args.place.scope(),
        &directory,
        &name,
        args.disable,
        By { user: Env::effective_user(), now: Env::now() },
    )?;
    context.output.finish("service.uninstall", &report, text)
}

fn text(report: &ServiceReport) -> String {
    if report.changed.is_empty() {
        return "there is no timer of ours; nothing was removed".to_owned();
    }
    let mut lines: Vec<String> = report.changed.iter().map(|path| format!("removed {}", path.display())).collect();
    if !report.commands.is_empty() {
        lines.push("now run:".to_owned());
        lines.extend(report.commands.iter().map(|command| format!("  {command}")));
    }
    lines.join("\n")
}
