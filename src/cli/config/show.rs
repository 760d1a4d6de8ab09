//! `artcafe config show`

use clap::Args;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::cli::output::Style;

/// Show the values in force, each with where it comes from
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {}

#[derive(Serialize, schemars::JsonSchema)]
struct Entry {
    key: &'static str,
    value: Option<String>,
    origin: String,
}

#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct ShowData {
    entries: Vec<Entry>,
}

pub(crate) fn run(context: &Context, _args: &ShowArgs) -> Outcome {
    let entries = context.settings()?.entries();
    if context.env.var("ARTCAFE_PRIVATE_KEY").is_some() {
        context.output.warn(
            "key_from_variable",
            "ARTCAFE_PRIVATE_KEY gives the private key: `auth.ssh_key.private_key_path` is not used, nor the key id of a file",
        );
    }
    let entries =
        entries.into_iter().map(|(key, value, origin)| Entry { key, value, origin: origin.to_string() }).collect();
    context.output.finish("config.show", &ShowData { entries }, |data| {
        let line = |entry: &Entry| match &entry.value {
            Some(value) => format!(
                "{:<32} {value}  {}",
                entry.key,
                context.output.paint(Style::Faint, &format!("({})", entry.origin))
            ),
            None => format!("{:<32} {}", entry.key, context.output.paint(Style::Faint, "(not set)")),
        };
        data.entries.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}
