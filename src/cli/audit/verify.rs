//! `artcafe audit verify`

use crate::cli::exit::ExitCode;

use clap::Args;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::cli::output::{Output, Style};
use crate::id::ServerText;
use crate::ops::ErrorCode;
use crate::ops::audit::{VerifyReport, verify};

/// Check that the history is whole: no line changed, gone, swapped or cut off
///
/// Exit code 0 when nothing is wrong, 7 otherwise. Whoever can write the history and its head can
/// rewrite both: compare the last hash with one that was kept elsewhere.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  artcafe audit verify\n  artcafe audit verify --json | jq -r .data.last_hash")]
pub(crate) struct VerifyArgs {}

pub(crate) fn run(context: &Context, _args: &VerifyArgs) -> Outcome {
    let report = verify(&context.paths()?)?;
    let code = if report.intact { ExitCode::SUCCESS } else { ExitCode::from(ErrorCode::Findings.exit_code()) };
    context.output.finish_with("audit.verify", &report, code, |report| text(&context.output, report))
}

fn text(output: &Output, report: &VerifyReport) -> String {
    let mut lines: Vec<String> = report
        .findings
        .iter()
        .map(|finding| {
            let message = ServerText::new(&finding.message).to_string();
            format!("{} {message}", output.paint(Style::Bad, "error:"))
        })
        .collect();
    lines.extend(report.repairs.iter().map(|repair| {
        let reason = ServerText::new(&repair.reason).to_string();
        format!("{} number {}: {reason}", output.paint(Style::Warning, "repaired:"), repair.number)
    }));
    if report.head_one_behind && report.intact {
        lines.push("the head is one line behind, as a crash leaves it; the next change mends that".to_owned());
    }
    let count = report.lines;
    let last = report.last_hash.as_deref().map_or_else(String::new, |hash| format!("; last hash {hash}"));
    let path = report.path.display();
    lines.push(if report.intact {
        format!("{}: {count} lines in {path}{last}", output.paint(Style::Good, "whole"))
    } else {
        format!("{} findings; {count} lines in {path}", report.findings.len())
    });
    lines.join("\n")
}
