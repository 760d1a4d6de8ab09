//! `artcafe agent use`

use std::process::ExitCode;

use clap::Args;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::candidates;
use crate::cli::context::Context;
use crate::cli::output::{Output, Style};
use crate::config::Origin;
use crate::ops::ErrorCode;
use crate::ops::agent::select::{AgentUseReport, prove, select};

/// Make the configuration one of another agent
///
/// Sets `auth.agent_id` of the configuration in force (or of `--profile`) and drops the key id of the former agent.
/// The proof is void then: on a terminal a new one is offered, elsewhere `--prove` makes it, and its verdict is the
/// exit code. The key stays as it is, and has to be registered for that agent.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe agent use AGENT_ID\n  artcafe agent use AGENT_ID --prove\n  artcafe --profile staging agent use AGENT_ID"
)]
pub(crate) struct UseArgs {
    /// The agent
    #[arg(value_name = "ID", add = candidates::agents())]
    agent: String,
    /// Prove the new identity at once
    #[arg(long)]
    prove: bool,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

pub(crate) fn run(context: &Context, args: &UseArgs) -> Outcome {
    let id = args.agent.parse()?;
    let session = context.session_of(context.settings()?, &args.passphrase)?;
    let mut report = context.block_on(select(&session, &id))??;
    let output = &context.output;
    if report.changed && report.is_known.is_none() {
        output.warn(
            "agent_unchecked",
            &format!("whether the platform knows agent `{id}` could not be found out: no administrator's token told"),
        );
    }
    if let Some(Origin::Variable(name)) = session.settings.agent_id.as_ref().map(|found| &found.origin) {
        output.warn(
            "hidden_by_variable",
            &format!("{name} is set and wins over the configuration: unset it to use `{id}`"),
        );
    }
    if report.proof_void {
        output.status(&format!("agent `{id}` is configured now; the proof is void until it is made anew"));
    }
    let is_wanted = args.prove
        || report.proof_void && context.can_ask() && !context.yes && context.confirm("Prove the new identity now?")?;
    if is_wanted {
        report.proof = Some(context.block_on(prove(&session, &report))?);
    }
    let code = match &report.proof {
        Some(proof) if !proof.proven => {
            let code = ErrorCode::ALL.iter().find(|code| Some(code.as_str()) == proof.failure);
            ExitCode::from(code.map_or(1, |code| code.exit_code()))
        }
        _ => ExitCode::SUCCESS,
    };
    output.finish_with("agent.use", &report, code, |report| text(output, report))
}

fn text(output: &Output, report: &AgentUseReport) -> String {
    let mut lines = Vec::new();
    let path = report.config_path.display();
    if report.changed {
        let previous =
            report.previous.as_ref().map_or_else(String::new, |previous| format!(", and no longer `{previous}`"));
        lines.push(format!("`{path}` is for agent `{}` now{previous}", report.agent_id));
    } else {
        lines.push(format!("`{path}` is for agent `{}` already; nothing was written", report.agent_id));
    }
    lines.extend(
        report.dropped_key_id.iter().map(|id| format!("key id {id} was the former agent's and is named no longer")),
    );
    lines.extend(
        report
            .key_id
            .iter()
            .filter(|_| report.changed)
            .map(|id| format!("this machine's key is registered for it as {id}")),
    );
    match &report.proof {
        Some(proof) if proof.proven => lines.push(output.paint(Style::Good, "proven")),
        Some(proof) => {
            let reason = proof.reason.as_deref().unwrap_or_default();
            lines.push(format!("{} {reason}", output.paint(Style::Bad, "not proven:")));
            lines.extend(proof.hint.iter().map(|hint| format!("{} {hint}", output.paint(Style::Good, "hint:"))));
        }
        None if report.proof_void => {
            lines.push("next: artcafe auth test; or artcafe setup, which registers a key for it first".to_owned())
        }
        None => {}
    }
    lines.join("\n")
}
