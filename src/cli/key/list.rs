//! `artcafe key list`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::output::{Output, Style};
use crate::config::KeyType;
use crate::ops::list::{ListOptions, ListReport, list};

/// List the keys that are registered for the agent
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe key list\n  artcafe key list --all-agents --active\n  artcafe key list --json | jq '.data.keys[].key_id'"
)]
pub(crate) struct ListArgs {
    /// Also those of the tenant's other agents
    #[arg(long)]
    all_agents: bool,
    /// Only this type: agent, access or deployment
    #[arg(long, value_name = "TYPE")]
    key_type: Option<KeyType>,
    /// Only those that can authenticate
    #[arg(long)]
    active: bool,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

pub(crate) fn run(context: &Context, args: &ListArgs) -> Outcome {
    let session = context.session_of(context.settings()?, &args.passphrase)?;
    let options = ListOptions {
        all_agents: args.all_agents,
        key_type: args.key_type.map(|key_type| key_type.to_string()),
        active_only: args.active,
    };
    let report =
        context.reading(&session, |session| Ok(context.block_on(list(session, &options))??), |_report| None)?;
    context.output.finish("key.list", &report, |report| text(&context.output, report))
}

fn text(output: &Output, report: &ListReport) -> String {
    if report.keys.is_empty() {
        return format!("no keys ({} in the tenant)", report.total);
    }
    let mut lines =
        vec![format!("  {:<28}{:<12}{:<10}{:<12}{}", "KEY ID", "TYPE", "STATUS", "CREATED", "FINGERPRINT, NAME")];
    for key in &report.keys {
        let record = &key.record;
        let status = if record.revoked { "revoked" } else { record.status.as_str() };
        let created = record.created_at.map_or_else(String::new, |time| time.strftime("%Y-%m-%d").to_string());
        let mark = if key.is_local { output.paint(Style::Good, "*") } else { " ".to_owned() };
        let fingerprint = key.openssh_fingerprint.as_deref().unwrap_or("(unreadable)");
        lines.push(format!(
            "{mark} {:<28}{:<12}{status:<10}{created:<12}{fingerprint} {}",
            record.key_id,
            record.key_type.as_str(),
            record.name
        ));
    }
    if report.keys.iter().any(|key| key.is_local) {
        lines.push("* the key on this machine".to_owned());
    }
    lines.join("\n")
}
