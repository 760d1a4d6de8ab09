//! `artcafe config set`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::candidates;
use crate::cli::context::Context;
use crate::config::{Key, nearest};
use crate::env::Env;
use crate::ops::configure::{Change, ChangeReport, change};

/// Set one value in the file
///
/// Comments, order, quoting and unknown keys stay as they are; nothing is written when nothing changes.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe config set auth.agent_id prod-data-processor-01\n  artcafe config set api.endpoint https://api.artcafe.ai"
)]
pub(crate) struct SetArgs {
    /// The dotted key
    #[arg(add = candidates::settings())]
    key: String,
    /// The value
    value: String,
}

pub(crate) fn run(context: &Context, args: &SetArgs) -> Outcome {
    let report = change(&context.paths_to_change()?, Env::now(), &args.key, &Change::Set(args.value.clone()))?;
    let known = Key::ALL.map(Key::path);
    // Other programs' keys may stand in the file; one that nearly is ours is a slip.
    if let Some(name) = nearest(&args.key, known.iter().copied()).filter(|_| !known.contains(&args.key.as_str())) {
        let text = format!("this program reads no key `{}`: did you mean `{name}`?", args.key);
        context.output.warn("unknown_key", &text);
    }
    finish(context, "config.set", &report)
}

/// The same words after every change of a value.
pub(super) fn finish(context: &Context, command: &str, report: &ChangeReport) -> Outcome {
    if report.proof_void {
        context.output.warn(
            "proof_void",
            "the identity was changed, so what was proven before says nothing now: run `artcafe auth test`",
        );
    }
    context.output.finish(command, report, |report| match report.changed {
        true => format!("{} changed in {}", report.key, report.path.display()),
        false => format!("{} is so already; nothing was written", report.key),
    })
}
