//! `artcafe tenant show`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::output::{Output, Style};
use crate::ops::tenant::show::{ShowReport, show};

/// Show the tenant in force
///
/// Its record where the server shows it, which the public server does to nobody; otherwise what is known without it: the
/// plan, what the token says, and where on this machine the tenant is named. What is missing is said with its reason.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe tenant show\n  artcafe tenant show --json | jq -r .data.plan\n  artcafe tenant show --tenant-id 22222222-bbbb-4bbb-8bbb-222222222222"
)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

pub(crate) fn run(context: &Context, args: &ShowArgs) -> Outcome {
    let session = context.session_of(context.settings()?, &args.passphrase)?;
    let report = context.reading(&session, |session| Ok(context.block_on(show(session))??), |_report| None)?;
    context.output.finish("tenant.show", &report, |report| text(&context.output, report))
}

fn text(output: &Output, report: &ShowReport) -> String {
    let unknown = || output.paint(Style::Warning, "unknown");
    let mut lines = vec![format!("tenant   {} (from {})", report.tenant_id, report.tenant_from)];
    let mut line = |name: &str, value: &Option<String>| {
        lines.extend(value.as_ref().map(|value| format!("{name:<8} {value}")));
    };
    if let Some(record) = &report.record {
        line("name", &record.name);
        line("about", &record.description);
        line("website", &record.website);
        line("admin", &record.admin_email);
        line("status", &record.status);
        line("payment", &record.payment_status);
        line("made", &record.created_at.map(|at| at.strftime("%Y-%m-%d").to_string()));
        line("paid to", &record.subscription_expires_at.map(|at| at.strftime("%Y-%m-%d").to_string()));
    }
    lines.push(format!("plan     {}", report.plan.clone().unwrap_or_else(unknown)));
    lines.push(format!("endpoint {}", report.endpoint));
    if let Some(token) = &report.token {
        let of = token.tenant_id.as_ref().map_or("names no tenant".to_owned(), |tenant| format!("for tenant {tenant}"));
        let end =
            token.expires_at.map_or_else(String::new, |end| format!(", until {}", end.strftime("%Y-%m-%d %H:%M UTC")));
        lines.push(format!("token    {}, {of}{end}", token.from));
    }
    lines.extend(report.known_here.iter().map(|source| format!("known    {} {}", source.kind, source.place)));
    let problem = |problem: &String| format!("{} {problem}", output.paint(Style::Warning, "no record:"));
    lines.extend(report.record_problem.as_ref().map(problem));
    lines.join("\n")
}
