//! `artcafe config init`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::ops::configure::init;

/// Write a new configuration from flags, variables and defaults
///
/// Makes no key and asks no server; `artcafe setup` does all of it. An existing file is not touched.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe config init --agent-id prod-data-processor-01 --tenant-id TENANT\n  artcafe config init --profile staging --agent-id ID --tenant-id TENANT"
)]
pub(crate) struct InitArgs {}

pub(crate) fn run(context: &Context, _args: &InitArgs) -> Outcome {
    context.paths_to_change()?;
    let session = context.session()?;
    let report = init(&session)?;
    context.output.finish("config.init", &report, |report| {
        let mut lines = vec![format!("wrote {}", report.path.display())];
        lines.extend(
            report.values.iter().map(|value| format!("  {:<32} {} (from {})", value.key, value.value, value.origin)),
        );
        lines.join("\n")
    })
}
