//! `artcafe tenant list`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::output::{Output, Style};
use crate::ops::tenant::known::{KnownReport, KnownTenant, list};

/// List the tenants that the server lists, and those that this machine knows
///
/// The public server lists none to anybody, so its empty list says nothing and is explained. Configurations, profiles,
/// stored logins and registrations of this machine name tenants as well.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe tenant list\n  artcafe tenant list --json | jq -r '.data.tenants[].tenant_id'"
)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

pub(crate) fn run(context: &Context, args: &ListArgs) -> Outcome {
    let session = context.session_of(context.settings()?, &args.passphrase)?;
    let report = context.reading(&session, |session| Ok(context.block_on(list(session))??), |_report| None)?;
    if let Some(problem) = &report.server_problem {
        context.output.warn("server_list", &format!("only what this machine knows is listed: {problem}"));
    }
    context.output.finish("tenant.list", &report, |report| text(&context.output, report))
}

fn text(output: &Output, report: &KnownReport) -> String {
    let line = |tenant: &KnownTenant| {
        let mark = if tenant.in_force { output.paint(Style::Good, "*") } else { " ".to_owned() };
        let mut kinds: Vec<&str> = tenant.sources.iter().map(|source| source.kind).collect();
        kinds.dedup();
        let name = tenant.name.as_ref().map_or_else(String::new, |name| format!("  {name}"));
        let plan = tenant.plan.as_ref().map_or_else(String::new, |plan| format!(" ({plan})"));
        format!("{mark} {:<38}{}{name}{plan}", tenant.tenant_id, kinds.join(", "))
    };
    report.tenants.iter().map(line).collect::<Vec<_>>().join("\n")
}
