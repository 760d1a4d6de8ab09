//! `artcafe agent delete`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::candidates;
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::ops::agent::delete::{AgentDeletePlan, AgentDeleteReport, delete, plan};
use crate::ops::{ErrorCode, OpError, Session, configuration_flags};

/// Delete an agent, and with it the keys that are registered for it
///
/// Says first which keys go with it and which configurations of this machine name it. Files on this machine stay;
/// `artcafe deregister --local-only` removes those that `setup` made.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  artcafe agent delete AGENT_ID\n  artcafe agent delete AGENT_ID --yes --json")]
pub(crate) struct DeleteArgs {
    /// The agent, as `artcafe agent list` shows it
    #[arg(value_name = "ID", add = candidates::agents())]
    agent: String,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

pub(crate) fn run(context: &Context, args: &DeleteArgs) -> Outcome {
    let id = args.agent.parse()?;
    let session = context.session_of(context.settings()?, &args.passphrase)?;
    let plan = context.block_on(plan(&session, &id))??;
    tell(&context.output, &plan);
    if !context.confirm("Delete this agent? The platform keeps no history of it")? {
        return Err(OpError::new(ErrorCode::Differs, "nothing was done").hint("agree with `--yes`").into());
    }
    let report = context.block_on(delete(&session, &plan))??;
    warn(&context.output, &session, &report);
    context.output.finish("agent.delete", &report, |report| {
        let mut lines = vec![format!("deleted agent `{}` ({})", report.agent_id, report.name)];
        lines.extend(report.keys_gone.iter().map(|key| format!("with it went key {key}")));
        lines.join("\n")
    })
}

/// What depends on the agent, before the question.
fn tell(output: &Output, plan: &AgentDeletePlan) {
    let note = if plan.is_configured { ", the configured agent" } else { "" };
    output.status(&format!(
        "agent `{}` ({}{note}) will be deleted, which cannot be undone",
        plan.agent.agent_id, plan.agent.name
    ));
    for key in &plan.keys {
        let state = if key.revoked { "revoked" } else { key.status.as_str() };
        output.status(&format!("  with it goes key {} ({state}, {})", key.key_id, key.name));
    }
    if plan.agent.public_key.is_some() {
        output.status("  with it goes the key on its own record");
    }
    for path in &plan.configurations {
        output.status(&format!("  `{}` names it and will stop working", path.display()));
    }
}

fn warn(output: &Output, session: &Session, report: &AgentDeleteReport) {
    if !report.keys_gone.is_empty() {
        output.warn(
            "token_stays_valid",
            "tokens already issued for its keys stay valid until they expire, an hour at most",
        );
    }
    match report.keys_left.as_deref() {
        Some([]) => {}
        Some(left) => {
            let ids: Vec<&str> = left.iter().map(|key| key.as_str()).collect();
            let text = format!(
                "this server keeps the keys of a deleted agent ({}): delete them with `artcafe key delete ID`",
                ids.join(", ")
            );
            output.warn("keys_left", &text);
        }
        None => output.warn(
            "keys_unchecked",
            "whether its keys went with it could not be found out: `artcafe key list --all-agents`",
        ),
    }
    for path in &report.configurations {
        let flags = configuration_flags(&session.settings.paths, path);
        let text = format!(
            "`{}` names an agent that is gone: choose another with `artcafe{flags} agent use ID`, or remove what setup made with `artcafe{flags} deregister --local-only`",
            path.display()
        );
        output.warn("configuration_orphaned", &text);
    }
}
