//! `artcafe audit show`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::cli::output::{Output, Style};
use crate::id::ServerText;
use crate::ops::audit::{Action, Line, ShowOptions, ShowReport, Since, show};

/// Show what was changed, oldest first
///
/// Every change that an artcafe command makes is one line: what, which key, from, to, why, at which
/// server, and how it ended.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe audit show --last 20\n  artcafe audit show --action key_registered --since 2026-11-01\n  \
artcafe audit show --key SHA256:FINGERPRINT --json"
)]
pub(crate) struct ShowArgs {
    /// Only the last N of them
    #[arg(long, value_name = "N")]
    last: Option<usize>,
    /// Only those about this key: a record's id or an OpenSSH fingerprint
    #[arg(long, value_name = "ID|FINGERPRINT")]
    key: Option<String>,
    /// Only those of this action, such as key_generated
    #[arg(long, value_name = "ACTION")]
    action: Option<Action>,
    /// Only those from this day or time on, in UTC
    #[arg(long, value_name = "DATE")]
    since: Option<Since>,
}

pub(crate) fn run(context: &Context, args: &ShowArgs) -> Outcome {
    let options = ShowOptions { last: args.last, key: args.key.clone(), action: args.action, since: args.since };
    let report = show(&context.paths()?, &options)?;
    super::warn_unreadable(context, report.unreadable);
    context.output.finish("audit.show", &report, |report| text(&context.output, report))
}

fn text(output: &Output, report: &ShowReport) -> String {
    if report.lines.is_empty() {
        return format!("no such change ({} in the history)", report.total);
    }
    let mut lines = vec![format!("{:>6}  {:<25}{:<20}{:<9}{}", "NUMBER", "TIME (UTC)", "WHAT", "RESULT", "DETAILS")];
    lines.extend(report.lines.iter().map(|line| row(output, line)));
    lines.join("\n")
}

fn row(output: &Output, line: &Line) -> String {
    // The file may have been written by anybody: nothing in it may steer the terminal.
    let shown = |text: &str| ServerText::new(text).to_string();
    let result = format!("{:<9}", shown(&line.result));
    let result = if line.result == "done" { result } else { output.paint(Style::Warning, &result) };
    let from_to = match (&line.from, &line.to) {
        (None, None) => None,
        (from, to) => {
            let side = |side: &Option<String>| side.as_deref().map_or_else(|| "(none)".to_owned(), shown);
            Some(format!("{} → {}", side(from), side(to)))
        }
    };
    let details = [
        line.setting.as_deref().map(shown),
        line.key_id.as_deref().map(shown),
        line.fingerprint.as_deref().map(shown),
        line.path.as_deref().map(shown),
        from_to,
        line.reason.as_deref().map(|reason| format!("({})", shown(reason))),
        line.agent_id.as_deref().map(|agent| format!("agent {}", shown(agent))),
        line.tenant_id.as_deref().map(|tenant| format!("tenant {}", shown(tenant))),
        line.server.as_deref().map(|server| format!("at {}", shown(server))),
    ];
    let details: Vec<String> = details.into_iter().flatten().collect();
    format!("{:>6}  {:<25}{:<20}{result}{}", line.seq, shown(&line.time), shown(&line.what), details.join("  "))
}
