//! `artcafe agent list`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::output::{Output, Style};
use crate::ops::agent::list::{AgentListOptions, AgentListReport, list};

/// List the tenant's agents
///
/// The filters are applied on this machine, since the platform ignores them or fails on them; upper and lower case
/// are the same to them.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe agent list\n  artcafe agent list --status online --name 'prod-*'\n  artcafe agent list --json | jq -r '.data.agents[] | select(.own_key != null).agent_id'"
)]
pub(crate) struct ListArgs {
    /// Only this status, such as online
    #[arg(long, value_name = "WORD")]
    status: Option<String>,
    /// Only names that hold this; with `*` or `?`, that match it
    #[arg(long, value_name = "PATTERN")]
    name: Option<String>,
    /// Only agents that can do this
    #[arg(long, value_name = "WORD")]
    capability: Option<String>,
    /// Only this type; not every server shows types
    #[arg(long, value_name = "TYPE")]
    agent_type: Option<String>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

pub(crate) fn run(context: &Context, args: &ListArgs) -> Outcome {
    let session = context.session_of(context.settings()?, &args.passphrase)?;
    let options = AgentListOptions {
        status: args.status.clone(),
        name: args.name.clone(),
        capability: args.capability.clone(),
        agent_type: args.agent_type.clone(),
    };
    let report =
        context.reading(&session, |session| Ok(context.block_on(list(session, &options))??), |_report| None)?;
    if options.agent_type.is_some() && report.without_type > 0 {
        context.output.warn(
            "type_not_shown",
            &format!(
                "the server shows no type of {} agents, so that `--agent-type` finds none of them",
                report.without_type
            ),
        );
    }
    context.output.finish("agent.list", &report, |report| text(&context.output, report))
}

fn text(output: &Output, report: &AgentListReport) -> String {
    if report.agents.is_empty() {
        return format!("no agents ({} in the tenant)", report.total);
    }
    let ids = report.agents.iter().map(|agent| agent.record.agent_id.as_str().len());
    let of_id = ids.max().unwrap_or_default().max("AGENT ID".len()) + 2;
    let heading = format!("  {:<of_id$}{:<10}{:<21}{:<5}{}", "AGENT ID", "STATUS", "LAST SEEN", "KEY", "NAME");
    let mut lines = vec![heading];
    for agent in &report.agents {
        let record = &agent.record;
        let mark = if agent.is_configured { output.paint(Style::Good, "*") } else { " ".to_owned() };
        let seen = record.last_seen.map_or_else(String::new, |time| time.strftime("%Y-%m-%d %H:%M:%S").to_string());
        let key = if agent.own_key.is_some() { "own" } else { "" };
        lines.push(format!("{mark} {:<of_id$}{:<10}{seen:<21}{key:<5}{}", record.agent_id, record.status, record.name));
    }
    if report.agents.iter().any(|agent| agent.is_configured) {
        lines.push("* the configured agent".to_owned());
    }
    if report.agents.iter().any(|agent| agent.own_key.is_some()) {
        lines.push("own: its record carries a key, beside those that are registered for it".to_owned());
    }
    lines.join("\n")
}
