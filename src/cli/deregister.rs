//! `artcafe deregister`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::ops::deregister::{DeregisterOptions, deregister, plan};
use crate::ops::{ErrorCode, OpError};

/// Undo `setup`: revoke the key, remove what was made
///
/// Revokes the key at the platform first (or deletes its record where the platform cannot revoke),
/// then removes the key and the configuration that `setup` made. Adopted files stay.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  artcafe deregister\n  artcafe deregister --yes --reason \"host retired\"")]
pub(crate) struct DeregisterArgs {
    /// Why, for the platform's record
    #[arg(long, value_name = "TEXT", default_value = "cessation-of-operation")]
    reason: String,
    /// Leave the platform out and remove the files alone, for a key that is revoked already
    #[arg(long)]
    local_only: bool,
    /// Go on although another configuration names the key
    #[arg(long)]
    also: bool,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

pub(crate) fn run(context: &Context, args: &DeregisterArgs) -> Outcome {
    let mut session = context.session_of(context.settings()?, &args.passphrase)?;
    session.progress = context.output.progress_before_report("deregister");
    let plan = plan(&session)?;
    let agent = plan.agent_id.clone();
    let endpoint = &session.settings.endpoint.value;
    let (first, question) = match args.local_only {
        true => (
            format!("the key of agent `{agent}` stays as it is at {endpoint}: only files on this machine are removed"),
            "Remove these files, and leave the platform as it is?",
        ),
        false => (
            format!("the key of agent `{agent}` will be revoked at {endpoint}; a revoked key never works again"),
            "Revoke the key and remove these files?",
        ),
    };
    context.output.status(&first);
    for file in &plan.remove {
        context.output.status(&format!("  removes {}", file.display()));
    }
    for file in &plan.keep {
        context.output.status(&format!("  keeps   {} (not made by setup)", file.display()));
    }
    let options = DeregisterOptions { reason: args.reason.clone(), local_only: args.local_only, also: args.also };
    if !context.confirm(question)? {
        return Err(OpError::new(ErrorCode::Differs, "nothing was done").hint("agree with `--yes`").into());
    }
    let report = context.block_on(deregister(&session, &options))??;
    if report.outcome == "deleted" {
        context.output.warn(
            "deleted_not_revoked",
            "the platform has no way to revoke a key, so its record was deleted; the reason is lost there",
        );
    }
    if matches!(report.outcome.as_str(), "revoked" | "deleted") {
        context.output.warn(
            "token_stays_valid",
            "tokens already issued for the key stay valid until they expire, an hour at most",
        );
    }
    context.output.finish("deregister", &report, |report| {
        let ids: Vec<&str> = report.key_ids.iter().map(|id| id.as_str()).collect();
        let mut lines = vec![match report.outcome.as_str() {
            "not_asked" => "the platform was left out: a key that is still active there stays active".to_owned(),
            "absent" => "the platform had no active record of this key".to_owned(),
            outcome => format!("{outcome}: key {}", ids.join(", ")),
        }];
        lines.extend(report.removed.iter().map(|file| format!("removed {}", file.display())));
        lines.extend(report.kept.iter().map(|file| format!("kept {}", file.display())));
        lines.join("\n")
    })
}
