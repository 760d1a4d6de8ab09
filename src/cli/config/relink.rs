//! `artcafe config relink`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::ops::relink::relink;

/// Name the current key again in a configuration from the past
///
/// A checkout, a snapshot or a person's edit can bring back a file that names a key which a rotation
/// has replaced since. This machine remembers what took its place; path and key id are set together. While a
/// rotation is open, the key that it counts on is named, and a file that is gone is written anew.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe config relink\n  artcafe config relink --profile staging\n  artcafe config relink && artcafe auth test"
)]
pub(crate) struct RelinkArgs {}

pub(crate) fn run(context: &Context, _args: &RelinkArgs) -> Outcome {
    let report = relink(&context.session()?)?;
    context.output.finish("config.relink", &report, |report| {
        let key = format!(
            "{}{}",
            report.private_key_path.display(),
            report.key_id.as_ref().map_or_else(String::new, |id| format!(" ({id})"))
        );
        match (report.changed, report.link_repaired) {
            (true, _) => format!("{} names the current key again: {key}", report.path.display()),
            (false, true) => format!("the link of the key's plain name leads to {key} again"),
            (false, false) => "the configuration names the current key already; nothing was written".to_owned(),
        }
    })
}
