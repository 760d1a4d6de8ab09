//! `artcafe help`: any command's help, and the topics that belong to no command.

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::candidates;
use crate::cli::context::Context;
use crate::cli::{Outcome, doctor, topic};
use crate::env::VARIABLES;
use crate::ops::error::EXIT_CODES;
use crate::ops::{ErrorCode, OpError};

/// Print help for a command or a topic
#[derive(Debug, Args)]
#[command(
    after_help = "Topics:\n  environment   every variable that is read\n  exit-codes    what each exit code means\n  \
secrets       how secrets are given\n  CODE          an error code, such as KEY_REVOKED\n  CHECK         a check of `artcafe doctor`, such as key-mode\n  RULE          a rule of `artcafe topic check`, such as no_tenant_token\n\nExamples:\n  artcafe help key generate\n  artcafe help environment"
)]
pub(crate) struct HelpArgs {
    /// A command, word by word, or a topic: environment, exit-codes, secrets, an error code, a check, a rule of topics
    #[arg(add = candidates::topics())]
    words: Vec<String>,
}

/// The topics that are neither a command nor an error code.
pub(crate) const TOPICS: [&str; 3] = ["environment", "exit-codes", "secrets"];

/// A help text.
#[derive(Serialize, JsonSchema)]
pub(crate) struct HelpData {
    /// The text.
    pub(crate) text: String,
}

pub(crate) fn run(context: &Context, args: &HelpArgs) -> Outcome {
    let words: Vec<&str> = args.words.iter().map(String::as_str).collect();
    let text = match words.as_slice() {
        ["environment"] => environment(),
        ["exit-codes"] => exit_codes(),
        ["secrets"] => SECRETS.to_owned(),
        [code] if explained(code).is_some() => explained(code).unwrap_or_default(),
        [check] if doctor::explained(check).is_some() => doctor::explained(check).unwrap_or_default(),
        [rule] if topic::explained(rule).is_some() => topic::explained(rule).unwrap_or_default(),
        words => {
            let mut command = super::command();
            command.build();
            let mut found = &mut command;
            for word in words {
                found = found.find_subcommand_mut(word).ok_or_else(|| {
                    OpError::new(ErrorCode::Usage, format!("there is no command or topic `{}`", args.words.join(" ")))
                        .hint("see `artcafe help` for the commands; the topics are environment, exit-codes, secrets, every error code, every check of `artcafe doctor` and every rule of `artcafe topic check`")
                })?;
            }
            found.render_long_help().to_string()
        }
    };
    context.output.finish("help", &HelpData { text }, |data| data.text.clone())
}

/// What the documents say about an error code, where this is one.
fn explained(code: &str) -> Option<String> {
    let row = TROUBLESHOOTING.lines().find(|line| line.contains(&format!("<a id=\"{code}\">")))?;
    let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
    let [_, exit, what, remedy] = cells.as_slice() else { return None };
    Some(format!("{code}, exit code {exit}\n\n  {what}\n\nWhat to do: {remedy}\n"))
}

/// The documents' own table, so that the two cannot differ.
const TROUBLESHOOTING: &str = include_str!("../../docs/troubleshooting.md");

/// The table of variables.
pub(crate) fn environment() -> String {
    let mut text = "Every variable that artcafe reads. A flag wins over its variable, a variable over the\nconfiguration file, the file over the default; an empty variable counts as absent.\n\n".to_owned();
    for variable in VARIABLES {
        let flag = variable.flag.map_or_else(String::new, |flag| format!(" ({flag})"));
        text.push_str(&format!("  {}{flag}\n      {}\n", variable.name, variable.about));
    }
    text
}

/// The table of exit codes.
pub(crate) fn exit_codes() -> String {
    let mut text = "Exit codes of artcafe. With --json a failure also says `code` and `retryable`.\n\n".to_owned();
    for (code, about) in EXIT_CODES {
        text.push_str(&format!("  {code:>3}  {about}\n"));
        let names: Vec<&str> =
            ErrorCode::ALL.iter().filter(|name| name.exit_code() == *code).map(|name| name.as_str()).collect();
        if !names.is_empty() {
            text.push_str(&format!("       {}\n", names.join(", ")));
        }
    }
    text
}

const SECRETS: &str = "\
A secret is never taken from the command line, where every user of the machine can read it.
Every option that needs one takes a SOURCE:

  file:PATH      the content of a file
  fd:N           what an open file descriptor yields
  env:NAME       the value of an environment variable
  cmd:COMMAND    what a shell command prints
  -              standard input

One final line end is taken off. Without a SOURCE a terminal gets a hidden prompt; elsewhere the
command ends with exit code 2.

  artcafe auth login --token -  < token.txt
  artcafe key generate --passphrase cmd:'pass show agent'
  artcafe setup --agent-id ID --tenant-id TENANT --token file:/run/secrets/token
";
