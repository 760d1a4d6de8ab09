//! `artcafe config unset`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::candidates;
use crate::cli::context::Context;
use crate::env::Env;
use crate::ops::configure::{Change, change};

/// Take one value out of the file
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  artcafe config unset auth.ssh_key.key_id")]
pub(crate) struct UnsetArgs {
    /// The dotted key
    #[arg(add = candidates::settings())]
    key: String,
}

pub(crate) fn run(context: &Context, args: &UnsetArgs) -> Outcome {
    let report = change(&context.paths_to_change()?, Env::now(), &args.key, &Change::Unset)?;
    super::set::finish(context, "config.unset", &report)
}
