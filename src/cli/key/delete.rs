//! `artcafe key delete`

use crate::cli::exit::ExitCode;

use clap::Args;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::candidates;
use crate::cli::context::Context;
use crate::cli::key::revoke;
use crate::ops::revoke::{Method, Purpose, RevokeOptions, Target, plan, revoke as end};
use crate::ops::{ErrorCode, OpError};

/// Delete one key record for good
///
/// The platform keeps no history of a deleted record: neither that there was one, nor why it went.
/// A key that shall stop working is better revoked; deleting makes room under the plan's limit, where
/// revoked keys count as well.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  artcafe key delete KEY_ID\n  artcafe key delete KEY_ID --yes --json")]
pub(crate) struct DeleteArgs {
    /// The record's id, as `artcafe key list` shows it
    #[arg(value_name = "ID", required_unless_present = "current", add = candidates::keys())]
    key: Option<String>,
    // Known, so that who knows it from `key revoke` is told better than by the parser.
    #[arg(long, hide = true, conflicts_with = "key")]
    current: bool,
    /// Delete it also if it is the last key of its agent that works
    #[arg(long)]
    allow_last: bool,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

pub(crate) fn run(context: &Context, args: &DeleteArgs) -> Outcome {
    let target = args.key.as_deref().map_or(Ok(Target::Current), str::parse)?;
    if !matches!(target, Target::Id(_)) {
        return Err(OpError::new(ErrorCode::Usage, "a record is deleted by its id alone")
            .hint("see the ids with `artcafe key list`, the configured one with `artcafe config get auth.ssh_key.key_id`; `artcafe key revoke` takes a fingerprint or `--current` as well")
            .into());
    }
    let mut session = context.session_of(context.settings()?, &args.passphrase)?;
    session.progress = context.output.progress_before_report("key.delete");
    let plan = context.block_on(plan(&session, &target, Purpose::Delete))??;
    plan.check(args.allow_last, Purpose::Delete)?;
    if !plan.records.is_empty() {
        revoke::show(context, &plan, Purpose::Delete);
        if !context.confirm("Delete this record? The platform keeps no history of it")? {
            return Err(OpError::new(ErrorCode::Differs, "nothing was done").hint("agree with `--yes`").into());
        }
    }
    let options = RevokeOptions { method: Method::Delete, allow_last: args.allow_last, wait: None };
    let report = context.block_on(end(&session, &plan, &options))??;
    if !report.already_revoked {
        context.output.warn("history_lost", "the platform keeps no history of a deleted key");
    }
    revoke::warn(context, &report);
    let code = if report.is_settled() { ExitCode::SUCCESS } else { ErrorCode::PartlyDone.exit_code().into() };
    context.output.finish_with("key.delete", &report, code, |report| revoke::text(&context.output, report))
}
