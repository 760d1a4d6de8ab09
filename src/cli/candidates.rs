//! The values that a shell offers while a person types: what only this machine knows.
//!
//! Owns the answer to the completion scripts, which call the program with `ARTCAFE_COMPLETE`. It comes
//! before anything else, reads files alone, asks nobody, and never fails: where nothing is known, nothing
//! is offered.

use crate::cli::exit::ExitCode;
use std::collections::BTreeMap;

use clap_complete::CompletionCandidate;
use clap_complete::engine::ArgValueCandidates;
use clap_complete::env::CompleteEnv;

use crate::config::{Flags, Key, Paths};
use crate::env::Env;
use crate::ops::ErrorCode;
use crate::ops::local_names::LocalNames;

/// The variable by which a script asks.
pub(crate) const VARIABLE: &str = "ARTCAFE_COMPLETE";

/// Answers a script that asks; nothing where none does.
pub(crate) fn answer(env: &Env) -> Option<ExitCode> {
    env.var(VARIABLE)?;
    let complete = CompleteEnv::with_factory(super::command).var(VARIABLE).bin("artcafe").completer("artcafe");
    let directory = std::env::current_dir().ok();
    Some(match complete.try_complete(env.args.iter().cloned(), directory.as_deref()) {
        Ok(true) => ExitCode::SUCCESS,
        // A shell that is unknown, or one that went away: there is nobody to tell.
        Ok(false) | Err(_) => ExitCode::FAILURE,
    })
}

/// Agent ids.
pub(crate) fn agents() -> ArgValueCandidates {
    ArgValueCandidates::new(|| offered(&names().agents))
}

/// Tenant ids.
pub(crate) fn tenants() -> ArgValueCandidates {
    ArgValueCandidates::new(|| offered(&names().tenants))
}

/// Ids of key records.
pub(crate) fn keys() -> ArgValueCandidates {
    ArgValueCandidates::new(|| offered(&names().keys))
}

/// Endpoints.
pub(crate) fn endpoints() -> ArgValueCandidates {
    ArgValueCandidates::new(|| offered(&names().endpoints))
}

/// Names of profiles.
pub(crate) fn profiles() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let profiles = paths().and_then(|paths| paths.profiles().ok()).unwrap_or_default();
        profiles.iter().map(|name| CompletionCandidate::new(name.to_string())).collect()
    })
}

/// Dotted keys of the configuration.
pub(crate) fn settings() -> ArgValueCandidates {
    ArgValueCandidates::new(|| Key::ALL.iter().map(|key| CompletionCandidate::new(key.path())).collect())
}

/// What `artcafe help` explains: commands, topics and error codes.
pub(crate) fn topics() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let command = super::command();
        let commands = command.get_subcommands().map(|command| command.get_name().to_owned());
        let topics = super::help::TOPICS.iter().map(|&topic| topic.to_owned());
        let codes = ErrorCode::ALL.iter().map(|code| code.as_str().to_owned());
        commands.chain(topics).chain(codes).map(CompletionCandidate::new).collect()
    })
}

/// Names of schemas.
pub(crate) fn schemas() -> ArgValueCandidates {
    ArgValueCandidates::new(|| super::schemas::names().map(CompletionCandidate::new).collect())
}

fn paths() -> Option<Paths> {
    Paths::resolve(&Env::from_process(), &Flags::default()).ok()
}

fn names() -> LocalNames {
    paths().map_or_else(LocalNames::default, |paths| LocalNames::collect(&paths))
}

fn offered(names: &BTreeMap<String, String>) -> Vec<CompletionCandidate> {
    let help = |about: &String| (!about.is_empty()).then(|| about.clone().into());
    names.iter().map(|(name, about)| CompletionCandidate::new(name).help(help(about))).collect()
}
