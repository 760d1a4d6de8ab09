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
}

impl Carried {
    /// From the parsed command line.
    pub(crate) fn of(global: &GlobalArgs, matches: &ArgMatches) -> Self {
        if names_more(matches) {
            return Self { words: None };
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
                Err(()) => return Self { words: None },
            }
        }
        Self { words: Some(words) }
    }

    /// The whole command, where there is one.
    pub(crate) fn remedy(&self, fix: Option<&Fix>) -> Option<Remedy> {
        let (fix, carried) = (fix?, self.words.as_ref()?);
        let program = std::iter::once("artcafe".to_owned());
        Some(Remedy { argv: program.chain(fix.words()).chain(carried.iter().cloned()).collect() })
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
