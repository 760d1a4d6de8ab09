//! `artcafe capabilities`: what this build can do, for programs.
//!
//! Owns nothing of its own: commands and flags come from the tree that parses them, variables, exit codes and
//! error codes from the tables that the help prints, schemas from the types that are printed.

use clap::{Args, ValueHint};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::failure::docs;
use crate::cli::{Outcome, candidates, schemas};
use crate::env::VARIABLES;
use crate::ops::error::EXIT_CODES;
use crate::ops::{ErrorCode, OpError};

/// List what this build can do, for programs
///
/// With `--json`: every command with its flags, every variable, exit code, error code and schema. Without it, the
/// commands. A program should look here, and at exit codes and `code` members, never at words.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  artcafe capabilities --json | jq -r '.data.commands[].words | join(\" \")'\n  \
artcafe capabilities --schema artcafe.key.list/1")]
pub(crate) struct CapabilitiesArgs {
    /// Print this JSON Schema instead
    #[arg(long, value_name = "NAME", add = candidates::schemas())]
    schema: Option<String>,
}

/// What this build can do.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Capabilities {
    /// The program's version.
    version: &'static str,
    /// Every command that does something; groups of commands are not listed.
    commands: Vec<Command>,
    /// The flags that every command takes.
    global_flags: Vec<Flag>,
    /// Every environment variable that is read.
    variables: Vec<Variable>,
    /// What each exit code means.
    exit_codes: Vec<ExitCode>,
    /// Every `code` that a failure can have.
    error_codes: Vec<Code>,
    /// Every value of a `schema` member.
    schemas: Vec<SchemaFile>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Command {
    /// The words behind `artcafe`.
    words: Vec<String>,
    /// What it does, one sentence.
    about: String,
    /// Its own flags.
    flags: Vec<Flag>,
    /// What stands without a flag, in order.
    positionals: Vec<Positional>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Flag {
    /// With two dashes.
    long: String,
    /// With one dash, where there is one.
    short: Option<String>,
    /// Other spellings that are taken as well.
    aliases: Vec<String>,
    /// What it does.
    about: String,
    /// The name of its value; null where it takes none.
    value: Option<String>,
    /// Whether the value may be left out.
    value_is_optional: bool,
    /// The only values that are taken; empty where any is.
    values: Vec<String>,
    /// The value where the flag is absent.
    default: Option<String>,
    /// Whether it must be given.
    required: bool,
    /// Whether it may be given several times.
    repeatable: bool,
    /// The flags that cannot stand beside it, as far as the parser knows.
    conflicts: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Positional {
    /// Its name.
    name: String,
    /// What it is.
    about: String,
    /// Whether it must be given.
    required: bool,
    /// Whether several are taken.
    repeatable: bool,
    /// The only values that are taken; empty where any is.
    values: Vec<String>,
    /// Whether it is a command to run.
    is_command: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Variable {
    name: &'static str,
    /// The flag that means the same and wins over it.
    flag: Option<&'static str>,
    about: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ExitCode {
    code: u8,
    about: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Code {
    code: &'static str,
    exit_code: u8,
    /// Whether the same command can succeed later without anybody changing anything.
    retryable: bool,
    /// Where the documents explain it.
    docs: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SchemaFile {
    /// As in the `schema` member.
    name: String,
    /// Where it is checked in.
    file: String,
}

pub(crate) fn run(context: &Context, args: &CapabilitiesArgs) -> Outcome {
    if let Some(name) = &args.schema {
        let document = schemas::document(name).ok_or_else(|| {
            OpError::new(ErrorCode::Usage, format!("there is no schema `{name}`"))
                .hint("see the names with `artcafe capabilities --json`, member `schemas`")
        })?;
        context.output.data(&format!("{document:#}\n"))?;
        return Ok(crate::cli::ExitCode::SUCCESS);
    }
    let data = capabilities();
    context.output.finish("capabilities", &data, |data| {
        let width = data.commands.iter().map(|command| command.words.join(" ").len()).max().unwrap_or_default();
        let lines: Vec<String> = data
            .commands
            .iter()
            .map(|command| format!("artcafe {:<width$}  {}", command.words.join(" "), command.about))
            .collect();
        lines.join("\n")
    })
}

/// All of it.
fn capabilities() -> Capabilities {
    let mut root = super::command();
    root.build();
    let mut commands = Vec::new();
    collect(&root, &mut Vec::new(), &mut commands);
    Capabilities {
        version: env!("CARGO_PKG_VERSION"),
        commands,
        global_flags: flags(&root, true),
        variables: VARIABLES
            .iter()
            .map(|variable| Variable { name: variable.name, flag: variable.flag, about: variable.about })
            .collect(),
        exit_codes: EXIT_CODES.iter().map(|(code, about)| ExitCode { code: *code, about }).collect(),
        error_codes: ErrorCode::ALL
            .iter()
            .map(|code| Code {
                code: code.as_str(),
                exit_code: code.exit_code(),
                retryable: code.is_retryable(),
                docs: docs(*code),
            })
            .collect(),
        schemas: schemas::documents()
            .into_iter()
            .map(|(name, _)| SchemaFile { file: format!("docs/schemas/{}", schemas::file_name(&name)), name })
            .collect(),
    }
}

fn collect(command: &clap::Command, words: &mut Vec<String>, found: &mut Vec<Command>) {
    for child in command.get_subcommands().filter(|child| !child.is_hide_set()) {
        words.push(child.get_name().to_owned());
        collect(child, words, found);
        // A group may be a command as well.
        if !child.has_subcommands() || !child.is_subcommand_required_set() && !child.is_arg_required_else_help_set() {
            found.push(Command {
                words: words.clone(),
                about: text(child.get_about()),
                flags: flags(child, false),
                positionals: child.get_positionals().map(positional).collect(),
            });
        }
        words.pop();
    }
}

fn text(styled: Option<&clap::builder::StyledStr>) -> String {
    styled.map(ToString::to_string).unwrap_or_default()
}

fn flags(command: &clap::Command, global: bool) -> Vec<Flag> {
    command
        .get_arguments()
        .filter(|argument| !argument.is_positional() && argument.is_global_set() == global && !argument.is_hide_set())
        .filter(|argument| !["help", "version"].contains(&argument.get_id().as_str()))
        .filter_map(|argument| Some(flag(command, argument, argument.get_long()?)))
        .collect()
}

fn flag(command: &clap::Command, argument: &clap::Arg, long: &str) -> Flag {
    let takes_values = argument.get_action().takes_values();
    Flag {
        long: format!("--{long}"),
        short: argument.get_short().map(|short| format!("-{short}")),
        aliases: argument.get_all_aliases().unwrap_or_default().iter().map(|alias| format!("--{alias}")).collect(),
        about: text(argument.get_help()),
        value: takes_values.then(|| value_name(argument)),
        value_is_optional: takes_values && argument.get_num_args().is_some_and(|range| range.min_values() == 0),
        values: if takes_values { values(argument) } else { Vec::new() },
        default: takes_values
            .then(|| argument.get_default_values().first().map(|value| value.to_string_lossy().into_owned()))
            .flatten(),
        required: argument.is_required_set(),
        repeatable: matches!(argument.get_action(), clap::ArgAction::Append | clap::ArgAction::Count),
        conflicts: command
            .get_arg_conflicts_with(argument)
            .iter()
            .filter_map(|other| other.get_long())
            .map(|other| format!("--{other}"))
            .collect(),
    }
}

fn positional(argument: &clap::Arg) -> Positional {
    Positional {
        name: value_name(argument),
        about: text(argument.get_help()),
        required: argument.is_required_set(),
        repeatable: argument.get_num_args().is_some_and(|range| range.max_values() > 1),
        values: values(argument),
        is_command: argument.get_value_hint() == ValueHint::CommandWithArguments || argument.is_trailing_var_arg_set(),
    }
}

fn value_name(argument: &clap::Arg) -> String {
    let names = argument.get_value_names().and_then(|names| names.first());
    names.map_or_else(|| argument.get_id().to_string().to_uppercase(), ToString::to_string)
}

fn values(argument: &clap::Arg) -> Vec<String> {
    argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect()
}
