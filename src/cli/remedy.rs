//! What a program is told to run after a failure: `fix.argv`.
//!
//! Owns the way from an operation's [`Fix`] to a whole command line. The profile and the ids that the failed
//! command was given are carried over, since they are parsed ids; where it was given anything else that says
//! which identity or whose rights (a path, an endpoint, a SOURCE), a command without it would act on another
//! one, so that there is no fix then. Variables need no carrying: the caller still has them.

use std::str::FromStr;

use clap::ArgMatches;
use clap::parser::ValueSource;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::cli::args::GlobalArgs;
use crate::id::{AgentId, ProfileName, TenantId};
use crate::ops::Fix;

/// A command line that can be run as it is; its first word is the program's name.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Remedy {
    /// The words: constants and validated ids alone.
    argv: Vec<String>,
}

impl Remedy {
    /// The words, the program's name first.
    pub(crate) fn argv(&self) -> &[String] {
        &self.argv
    }
}

/// Arguments that name an identity, its files or somebody's rights by something else than an id.
const NOT_CARRIED: [&str; 16] = [
    "config",
    "api_endpoint",
    "token",
    "ca_cert",
    "insecure_http",
    "allow_new_endpoint",
    "private_key",
    "passphrase",
    "ssh_agent",
    "ssh_key_path",
    "ssh_key_name",
    "ssh_key_id",
    "agent_name",
    "setup",
    "output",
    "path",
];

/// What of a command line goes with its remedy.
#[derive(Debug, Clone, Default)]
pub(crate) struct Carried {
    /// `None` where something cannot be carried.
    words: Option<Vec<String>>,
    /// The flag that chose the configuration, as a person would type it again; empty where there was none.
    choice: String,
}

impl Carried {
    /// From the parsed command line.
    pub(crate) fn of(global: &GlobalArgs, matches: &ArgMatches) -> Self {
        Self { words: Self::words_of(global, matches), choice: choice(global) }
    }

    fn words_of(global: &GlobalArgs, matches: &ArgMatches) -> Option<Vec<String>> {
        if names_more(matches) {
            return None;
        }
        let mut words = Vec::new();
        let given = [
            ("--profile", valid::<ProfileName>(global.profile.as_deref())),
            ("--agent-id", valid::<AgentId>(global.agent_id.as_deref())),
            ("--tenant-id", valid::<TenantId>(global.tenant_id.as_deref())),
        ];
        for (flag, value) in given {
            match value {
                Ok(None) => {}
                Ok(Some(id)) => words.extend([flag.to_owned(), id]),
                Err(()) => return None,
            }
        }
        Some(words)
    }

    /// A text for a person, whose commands choose the configuration that this one chose: without that they would look
    /// at another identity, or change it.
    pub(crate) fn in_text(&self, text: &str) -> String {
        match self.choice.as_str() {
            "" => text.to_owned(),
            // Line ends stay as they are: a report may be a file of somebody else's format.
            _ => text
                .split_inclusive('\n')
                .map(|line| self.in_line(line, line.trim_start().starts_with("next")))
                .collect(),
        }
    }

    /// The same for every `hint` and `next` of a report.
    pub(crate) fn in_report(&self, value: &mut Value) {
        if self.choice.is_empty() {
            return;
        }
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.in_report(item)),
            Value::Object(members) => {
                for (name, member) in members.iter_mut() {
                    match (name.as_str(), &mut *member) {
                        ("hint", Value::String(text)) => *text = self.in_text(text),
                        ("next", Value::String(text)) => *text = self.in_line(text, true),
                        _ => self.in_report(member),
                    }
                }
            }
            _ => {}
        }
    }

    fn in_line(&self, line: &str, is_next: bool) -> String {
        let mut told = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(at) = rest.find(PROGRAM) {
            let (before, command) = rest.split_at(at);
            let command = &command[PROGRAM.len()..];
            let is_quoted = before.ends_with('`');
            let end = command.find(if is_quoted { '`' } else { ',' }).unwrap_or(command.len());
            told.push_str(before);
            told.push_str(PROGRAM);
            if (is_quoted || is_next) && !chooses(&command[..end]) {
                told.push_str(&self.choice);
                told.push(' ');
            }
            rest = command;
        }
        told.push_str(rest);
        told
    }

    /// The whole command, where there is one.
    pub(crate) fn remedy(&self, fix: Option<&Fix>) -> Option<Remedy> {
        let (fix, carried) = (fix?, self.words.as_ref()?);
        let program = std::iter::once("artcafe".to_owned());
        Some(Remedy { argv: program.chain(fix.words()).chain(carried.iter().cloned()).collect() })
    }
}

/// How a command of this program begins.
const PROGRAM: &str = "artcafe ";

/// Whether a command says itself which configuration is meant, or needs none.
fn chooses(command: &str) -> bool {
    let mut words = command.split_whitespace();
    let first = words.next().unwrap_or_default();
    let names_one = command.split_whitespace().any(|word| {
        ["--profile", "--config", "--all-profiles"].iter().any(|flag| word.split('=').next() == Some(flag))
    });
    names_one || ["help", "man", "completions", "capabilities", "sandbox"].contains(&first)
}

/// The flag that chose the configuration.
fn choice(global: &GlobalArgs) -> String {
    let quoted = |text: &str| match text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte)) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    };
    match (&global.profile, &global.config) {
        (Some(profile), _) => format!("--profile {}", quoted(profile)),
        (None, Some(config)) => format!("--config {}", quoted(&config.to_string_lossy())),
        (None, None) => String::new(),
    }
}

/// A value as the id that it has to be.
fn valid<T: FromStr + ToString>(text: Option<&str>) -> Result<Option<String>, ()> {
    text.map(|text| text.parse::<T>().map(|id| id.to_string()).map_err(|_| ())).transpose()
}

/// Whether the command line, at whatever depth, holds one of those arguments.
fn names_more(matches: &ArgMatches) -> bool {
    let here = matches.ids().any(|id| {
        NOT_CARRIED.contains(&id.as_str()) && matches.value_source(id.as_str()) == Some(ValueSource::CommandLine)
    });
    here || matches.subcommand().is_some_and(|(_, inner)| names_more(inner))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, FromArgMatches as _};

    use super::*;
    use crate::cli::Cli;

    fn carried(args: &[&str]) -> Carried {
        let all = std::iter::once("artcafe").chain(args.iter().copied());
        let matches = Cli::command().try_get_matches_from(all).unwrap();
        Carried::of(&Cli::from_arg_matches(&matches).unwrap().global, &matches)
    }

    fn argv(args: &[&str], fix: &Fix) -> Option<Vec<String>> {
        carried(args).remedy(Some(fix)).map(|remedy| remedy.argv)
    }

    #[test]
    fn ids_go_along_and_nothing_else_does() {
        assert_eq!(argv(&["auth", "test", "--json"], &Fix::Setup).unwrap(), ["artcafe", "setup"]);
        assert_eq!(
            argv(&["auth", "test", "--profile", "staging", "--agent-id", "a"], &Fix::KeyRegister).unwrap(),
            ["artcafe", "key", "register", "--profile", "staging", "--agent-id", "a"]
        );
        for args in [
            &["auth", "test", "--config", "/x"][..],
            &["--api-endpoint", "https://x", "auth", "test"],
            &["auth", "test", "--private-key", "/x"],
            &["auth", "test", "--passphrase"],
            &["auth", "test", "--insecure-http"],
            &["auth", "test", "--agent-id", "not an id"],
            &["setup", "--ssh-key-name", "x"],
        ] {
            assert_eq!(argv(args, &Fix::Setup), None, "{args:?}");
        }
    }

    #[test]
    fn a_hint_stays_with_the_configuration_that_was_chosen() {
        let told = |text: &str| carried(&["auth", "test", "--profile", "two"]).in_text(text);
        assert_eq!(
            told("run `artcafe key register`, then look"),
            "run `artcafe --profile two key register`, then look"
        );
        assert_eq!(
            told("next: artcafe status, artcafe auth test"),
            "next: artcafe --profile two status, artcafe --profile two auth test"
        );
        for same in
            ["`artcafe --profile x status`", "`artcafe help KEY_REVOKED`", "written by artcafe itself", "`artcafe`"]
        {
            assert_eq!(told(same), same);
        }
        assert_eq!(told("a,b\r\nnext,c\r\n"), "a,b\r\nnext,c\r\n");
        assert_eq!(carried(&["auth", "test"]).in_text("`artcafe setup`"), "`artcafe setup`");
        let config = carried(&["--config", "/a b/c.yaml", "auth", "test"]);
        assert_eq!(config.in_text("`artcafe setup`"), "`artcafe --config '/a b/c.yaml' setup`");
    }

    #[test]
    fn every_fix_is_a_command_and_agrees_to_nothing() {
        let forbidden = [
            "--yes",
            "-y",
            "--allow-last",
            "--insecure-http",
            "--abort",
            "--allow-new-endpoint",
            "delete",
            "revoke",
            "deregister",
            "logout",
            "sweep",
            "--token",
        ];
        for fix in Fix::samples("01ABC".parse().unwrap()) {
            let argv = argv(&["auth", "test"], &fix).unwrap();
            Cli::command().try_get_matches_from(&argv).unwrap_or_else(|error| panic!("{argv:?}: {error}"));
            assert!(!argv.iter().any(|word| forbidden.contains(&word.as_str())), "{argv:?}");
        }
    }

    #[test]
    fn what_names_an_identity_is_known() {
        // A new argument of this kind has to be placed: in `NOT_CARRIED` or in one of these lists.
        let neutral_global = [
            "json",
            "quiet",
            "verbose",
            "no_input",
            "yes",
            "color",
            "timeout",
            "retries",
            "profile",
            "agent_id",
            "tenant_id",
            "progress",
        ];
        let command = Cli::command();
        for argument in command.get_arguments().map(|argument| argument.get_id().as_str()) {
            assert!(
                NOT_CARRIED.contains(&argument)
                    || neutral_global.contains(&argument)
                    || ["help", "version"].contains(&argument),
                "{argument}"
            );
        }
    }
}
