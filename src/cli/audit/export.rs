//! `artcafe audit export`

use std::path::PathBuf;

use clap::Args;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::ops::audit::{ExportFormat, ExportOptions, export};

/// Copy the history to a file or to standard output
///
/// As jsonl the copy is the history's own lines, byte for byte, and can be verified elsewhere.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe audit export > history.jsonl\n  artcafe audit export --format csv --output history.csv"
)]
pub(crate) struct ExportArgs {
    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// jsonl or csv
    #[arg(long, value_name = "FORMAT", default_value_t = ExportFormat::Jsonl)]
    format: ExportFormat,
    /// Replace an existing file
    #[arg(long, requires = "output")]
    overwrite: bool,
}

pub(crate) fn run(context: &Context, args: &ExportArgs) -> Outcome {
    let paths = context.paths()?;
    let output = args.output.as_ref().map(|path| paths.absolute(path)).transpose()?;
    let report = export(&paths, &ExportOptions { output, format: args.format, overwrite: args.overwrite })?;
    super::warn_unreadable(context, report.unreadable);
    context.output.finish("audit.export", &report, |report| match (&report.path, &report.text) {
        (Some(path), _) => format!("{} lines written to {}", report.lines, path.display()),
        (None, text) => text.clone().unwrap_or_default(),
    })
}
