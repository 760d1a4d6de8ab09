//! `artcafe service status`

use crate::cli::exit::ExitCode;

use clap::Args;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::cli::output::{Output, Style};
use crate::ops::ErrorCode;
use crate::ops::service::{Selection, ServiceStatus, UnitState, status};

use super::PlaceArgs;

/// Say whether the timer is installed
///
/// Exit code 0 if both units are as they were written, 7 otherwise.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  artcafe service status\n  artcafe service status --system --json")]
pub(crate) struct ServiceStatusArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

pub(crate) fn run(context: &Context, args: &ServiceStatusArgs) -> Outcome {
    let paths = context.paths()?;
    let name = Selection::of(&paths).unit_name();
    let report = status(args.place.scope(), &args.place.directory(context, &paths)?, &name)?;
    let code = if report.state == UnitState::Installed { 0 } else { ErrorCode::Findings.exit_code() };
    context.output.finish_with("service.status", &report, ExitCode::from(code), |report| text(&context.output, report))
}

fn text(output: &Output, report: &ServiceStatus) -> String {
    let word = |state: UnitState| match state {
        UnitState::Installed => output.paint(Style::Good, state.name()),
        UnitState::Differs => output.paint(Style::Warning, state.name()),
        UnitState::Absent => state.name().to_owned(),
    };
    let mut lines: Vec<String> =
        report.units.iter().map(|unit| format!("{} {}", word(unit.state), unit.path.display())).collect();
    if report.state != UnitState::Absent {
        let unknown = || "not known, systemd does not answer".to_owned();
        lines.push(format!("enabled: {}", report.enabled.clone().unwrap_or_else(unknown)));
        lines.push(format!("active: {}", report.active.clone().unwrap_or_else(unknown)));
    } else {
        lines.push("next: artcafe service install".to_owned());
    }
    lines.join("\n")
}
