//! `artcafe man`

use std::path::PathBuf;

use clap::Args;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::ops::pages::{Page, write_pages};
use crate::ops::{ErrorCode, OpError};

/// Write a manual page for each command into a directory
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  artcafe man ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// The directory, made if it is absent
    directory: PathBuf,
}

pub(crate) fn run(context: &Context, args: &ManArgs) -> Outcome {
    let report = write_pages(&args.directory, &pages()?)?;
    context.output.finish("man", &report, |report| format!("{} pages in {}", report.pages, report.directory.display()))
}

/// Every page of the command tree.
pub(crate) fn pages() -> Result<Vec<Page>, OpError> {
    let mut command = super::command();
    command.build();
    let mut pages = Vec::new();
    collect(&command, "artcafe", &mut pages)?;
    Ok(pages)
}

fn collect(command: &clap::Command, name: &str, pages: &mut Vec<Page>) -> Result<(), OpError> {
    let mut text = Vec::new();
    // The date and the version's patch level would make every build differ.
    let renamed = command.clone().name(name.to_owned().leak() as &'static str);
    clap_mangen::Man::new(renamed)
        .date("")
        .render(&mut text)
        .map_err(|error| OpError::new(ErrorCode::Failed, "cannot render a manual page").because(error))?;
    pages.push(Page { name: format!("{name}.1"), text });
    for child in command.get_subcommands().filter(|child| !child.is_hide_set() && child.get_name() != "help") {
        collect(child, &format!("{name}-{}", child.get_name()), pages)?;
    }
    Ok(())
}
