//! `artcafe completions`

use clap::Args;
use clap_complete::Shell;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::candidates;
use crate::cli::context::Context;
use crate::ops::{ErrorCode, OpError};

/// Print a shell's completion script
///
/// The script calls `artcafe` for the words: commands and flags, and from this machine's own files agents,
/// tenants, keys, profiles and settings. No server is asked. Write it anew after an update.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe completions bash > ~/.local/share/bash-completion/completions/artcafe\n  \
artcafe completions zsh > \"${fpath[1]}/_artcafe\"\n  artcafe completions fish > ~/.config/fish/completions/artcafe.fish"
)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// A completion script.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ScriptData {
    /// The shell.
    shell: String,
    /// What it sources.
    script: String,
}

pub(crate) fn run(context: &Context, args: &CompletionsArgs) -> Outcome {
    let mut script = Vec::new();
    let shell = args.shell.to_string();
    let shells = clap_complete::env::Shells::builtins();
    let unknown = || OpError::new(ErrorCode::Usage, format!("there is no completion for `{shell}`"));
    let completer = shells.completer(&shell).ok_or_else(unknown)?;
    completer
        .write_registration(candidates::VARIABLE, "artcafe", "artcafe", "artcafe", &mut script)
        .map_err(|error| OpError::new(ErrorCode::Failed, "cannot write the script").because(error))?;
    let data = ScriptData { script: String::from_utf8_lossy(&script).into_owned(), shell };
    context.output.finish("completions", &data, |data| data.script.clone())
}
