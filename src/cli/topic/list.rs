//! `artcafe topic list`

use clap::{Args, ValueEnum};

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::cli::output::{Output, Style};
use crate::ops::identity_ids::{agent_in, tenant_in};
use crate::ops::topic::{Form, FormChoice, ListReport, list};

/// List the standard topics of this agent and tenant
///
/// What the platform's guide, its framework and its server use, with who publishes and who reads. Parts in braces are
/// chosen later. Topics that carry no tenant are marked: agents of other tenants may use the very same. Asks no server.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe topic list\n  artcafe topic list --form nats\n  artcafe topic list --agent-id prod-web-01 --tenant-id acme\n  artcafe topic list --json | jq -r '.data.topics[] | select(.in_tenant) | .topic'"
)]
pub(crate) struct ListArgs {
    /// Which spelling: slash as of MQTT, nats with dots, or all
    #[arg(long, value_name = "FORM", value_enum, default_value = "all")]
    form: Choice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Choice {
    /// `tenants/T/results`
    Slash,
    /// `tenant.T.agent.A`
    Nats,
    /// Both
    All,
}

pub(crate) fn run(context: &Context, args: &ListArgs) -> Outcome {
    let settings = context.settings()?;
    let forms = match args.form {
        Choice::Slash => FormChoice::Only(Form::Slash),
        Choice::Nats => FormChoice::Only(Form::Nats),
        Choice::All => FormChoice::All,
    };
    let report = list(tenant_in(&settings)?, agent_in(&settings)?, forms);
    if report.unfit_for_nats {
        let text = "an id has a dot, which separates the parts of a NATS subject: no subject can name it";
        context.output.warn("id_unfit_for_nats", text);
    }
    context.output.finish("topic.list", &report, |report| text(&context.output, report))
}

fn text(output: &Output, report: &ListReport) -> String {
    let width = report.topics.iter().map(|topic| topic.topic.chars().count()).max().unwrap_or(0);
    let line = |topic: &crate::ops::topic::StandardTopic| {
        let mark = if topic.in_tenant { String::new() } else { output.paint(Style::Warning, "  (no tenant)") };
        let source = output.paint(Style::Faint, &format!("  [{}]", topic.source));
        format!("{:<width$}  {:<9}  {}{mark}{source}", topic.topic, topic.direction.word(), topic.read_by)
    };
    report.topics.iter().map(line).collect::<Vec<_>>().join("\n")
}
