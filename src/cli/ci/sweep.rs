//! `artcafe ci sweep`

use crate::cli::exit::ExitCode;

use clap::Args;
use jiff::SignedDuration;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::config::duration;
use crate::ops::ci::{SweepPlan, SweepReport, plan, sweep};
use crate::ops::{ErrorCode, OpError};

/// Delete the keys that killed jobs left at the platform
///
/// A job deletes its own key within seconds. One that was killed in between leaves a record that nobody can
/// use, since the private half was in its memory alone, but that counts under the plan's limit. Deletes the
/// records of this agent alone that bear a job's name and are older than an hour by the server's time.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  artcafe ci sweep --dry-run\n  artcafe ci sweep --yes --older-than 1d")]
pub(crate) struct SweepArgs {
    /// The age from which on a job's key is taken for a left-over
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration::parse)]
    older_than: SignedDuration,
    /// Say what would be deleted, and do nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(context: &Context, args: &SweepArgs) -> Outcome {
    let session = context.session_quietly(context.settings()?, &PassphraseArgs::default())?;
    // Looked at in any case, so that a dry run answers what a real one would.
    context.paths_to_change()?;
    let plan = context.block_on(plan(&session, args.older_than))??;
    if !plan.records.is_empty() && !args.dry_run {
        show(&context.output, &plan);
        if !context.confirm("Delete these records? The platform keeps no history of them")? {
            return Err(OpError::new(ErrorCode::Differs, "nothing was done").hint("agree with `--yes`").into());
        }
    }
    let report = context.block_on(sweep(&session, &plan, args.dry_run))??;
    let code = if report.is_settled() { ExitCode::SUCCESS } else { ErrorCode::PartlyDone.exit_code().into() };
    context.output.finish_with("ci.sweep", &report, code, text)
}

fn show(output: &Output, plan: &SweepPlan) {
    for record in &plan.records {
        let made = record.created_at.map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default();
        output.status(&format!("  {}  {}  {made}", record.key_id, record.name));
    }
}

fn text(report: &SweepReport) -> String {
    if report.keys.is_empty() {
        return "no job has left a key".to_owned();
    }
    let line = |key: &crate::ops::ci::Swept| {
        let why = key.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        format!("{:<8} {}  {}{why}", key.outcome, key.key_id, key.name)
    };
    report.keys.iter().map(line).collect::<Vec<_>>().join("\n")
}
