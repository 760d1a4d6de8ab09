//! `artcafe agent show`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::agent::own_key;
use crate::cli::args::PassphraseArgs;
use crate::cli::candidates;
use crate::cli::context::Context;
use crate::cli::output::{Output, Style};
use crate::ops::agent::show::{AgentShowReport, show};

/// Show one agent: its record, its own key and the keys that are registered for it
///
/// The platform has two places for an agent's keys and does not bring them together: the key on the agent's own record,
/// which is set when the agent is registered and never changes, and the keys that `artcafe key register` registers.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  artcafe agent show\n  artcafe agent show AGENT_ID --json | jq .data.keys")]
pub(crate) struct ShowArgs {
    /// The agent [default: the configured one]
    #[arg(value_name = "ID", add = candidates::agents())]
    agent: Option<String>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

pub(crate) fn run(context: &Context, args: &ShowArgs) -> Outcome {
    let id = args.agent.as_deref().map(str::parse).transpose()?;
    let session = context.session_of(context.settings()?, &args.passphrase)?;
    let report =
        context.reading(&session, |session| Ok(context.block_on(show(session, id.as_ref()))??), |_report| None)?;
    if report.from_list {
        context.output.warn(
            "from_list",
            "the server fails on this single agent, so this is what its list shows; changing and deleting will fail as well",
        );
    }
    context.output.finish("agent.show", &report, |report| text(&context.output, report))
}

fn text(output: &Output, report: &AgentShowReport) -> String {
    let record = &report.record;
    let mut lines = Vec::new();
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            lines.push(format!("{name:<14}{value}"));
        }
    };
    let time = |time: Option<jiff::Timestamp>| {
        time.map_or_else(String::new, |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
    };
    let note = if report.is_configured { " (the configured agent)" } else { "" };
    line("agent", format!("{}{note}", record.agent_id));
    line("name", output.paint(Style::Strong, &record.name));
    line("status", record.status.clone());
    line("last seen", time(record.last_seen));
    line("type", record.agent_type.clone().unwrap_or_default());
    line("description", record.description.clone().unwrap_or_default());
    line("owner", record.owner.clone().unwrap_or_default());
    line("tags", record.tags.join(", "));
    line("capabilities", record.capabilities.join(", "));
    line(
        "custom",
        record.custom.as_ref().map_or_else(String::new, |custom| serde_json::Value::Object(custom.clone()).to_string()),
    );
    line("created", time(record.created_at));
    line("own key", own_key(output, report.own_key.as_ref()));
    if report.keys.is_empty() {
        line("keys", "none registered".to_owned());
    }
    for key in &report.keys {
        let state = if key.record.revoked { "revoked" } else { key.record.status.as_str() };
        let whose = if key.is_local { output.paint(Style::Good, " (this machine's key)") } else { String::new() };
        let fingerprint = key.openssh_fingerprint.as_deref().unwrap_or("(unreadable)");
        line("key", format!("{} {state} {fingerprint}{whose}", key.record.key_id));
    }
    line("in the portal", format!("{}: {}", report.portal.controls.join(", "), report.portal.url));
    lines.join("\n")
}
