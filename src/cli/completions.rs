//! `artcafe completions`

use clap::Args;
use clap_complete::Shell;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::context::Context;

/// Print a shell's completion script
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
    clap_complete::generate(args.shell, &mut super::command(), "artcafe", &mut script);
    let data = ScriptData { shell: args.shell.to_string(), script: String::from_utf8_lossy(&script).into_owned() };
    context.output.finish("completions", &data, |data| data.script.clone())
}
