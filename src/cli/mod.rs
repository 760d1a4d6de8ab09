//! The command line: flags in, one operation, its report out.
//!
//! Owns names, help texts, prompts, rendering and exit codes. Never touches a file, a key or the
//! network itself. What always holds: stdout carries only the data that was asked for, a failure
//! prints nothing there, and nobody is asked where nobody can answer.

mod agent;
mod args;
mod ask;
mod audit;
mod auth;
mod candidates;
mod capabilities;
mod child;
mod ci;
mod completions;
mod config;
mod context;
mod deregister;
mod doctor;
mod event;
mod exec;
mod exit;
mod failure;
mod github;
mod handover;
mod help;
mod identity_switch;
mod interruption;
mod key;
mod man;
mod monitor;
mod output;
mod path;
mod place;
mod progress;
mod remedy;
mod sandbox;
mod schemas;
mod secrets;
mod service;
mod setup;
mod status;
mod subjects;
mod surroundings;
mod tenant;
mod topic;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::env::{Env, Streams};
use crate::ops::ErrorCode;
use args::GlobalArgs;
use context::Context;
use failure::Failure;
use output::Output;
use remedy::Carried;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "artcafe",
    version,
    about = "Give every agent on ArtCafe.ai an identity that never gets lost",
    long_about = "Gives an agent on the multi-tenant ArtCafe.ai platform its identity: generates its SSH key, registers the \
public half, writes the configuration, and proves it by challenge and response.",
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "Start here:\n  artcafe setup --agent-id ID --tenant-id ID     from nothing to a proven agent\n  \
artcafe sandbox exec -- artcafe setup --agent-id prod-data-processor-01\n                                                 the same, offline, as a rehearsal\n\n\
More: artcafe help environment | exit-codes | secrets | an error code"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Setup(Box<setup::SetupArgs>),
    Status(status::StatusArgs),
    Doctor(doctor::DoctorArgs),
    Deregister(deregister::DeregisterArgs),
    #[command(subcommand)]
    Key(key::KeyCommand),
    #[command(subcommand)]
    Agent(agent::AgentCommand),
    #[command(subcommand)]
    Auth(auth::AuthCommand),
    Exec(exec::ExecArgs),
    Ci(Box<ci::CiArgs>),
    #[command(subcommand)]
    Config(config::ConfigCommand),
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    #[command(subcommand)]
    Topic(topic::TopicCommand),
    Path(path::PathArgs),
    #[command(subcommand)]
    Service(service::ServiceCommand),
    Monitor(monitor::MonitorArgs),
    #[command(subcommand)]
    Sandbox(sandbox::SandboxCommand),
    Capabilities(capabilities::CapabilitiesArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    Help(help::HelpArgs),
}

impl Command {
    /// Whether a signal lets the step in hand be finished. A command that runs others has its own rules, or leaves
    /// them to those.
    fn ends_after_a_step(&self) -> bool {
        match self {
            // It takes its key back first, which is a request that a signal must not refuse.
            Self::Ci(args) => !args.runs_a_command(),
            Self::Exec(_)
            | Self::Service(_)
            | Self::Sandbox(_)
            | Self::Capabilities(_)
            | Self::Completions(_)
            | Self::Man(_)
            | Self::Help(_) => false,
            _ => true,
        }
    }
}

/// The command tree, for completions, pages and tests.
pub fn command() -> clap::Command {
    Cli::command()
}

pub use exit::ExitCode;
pub use schemas::{documents as schema_documents, file_name as schema_file_name};

/// Runs the program and answers its exit code.
pub fn run(env: Env) -> ExitCode {
    if let Some(code) = candidates::answer(&env) {
        return code;
    }
    // Its exit codes have meanings of their own, so that whatever goes wrong with it is told from them.
    if key::guard::is_wanted(&env) {
        key::guard::run(|| run_with(env, Some(key::guard::FAILED)))
    } else {
        run_with(env, None)
    }
}

/// The same; every failure ends with `failed`, where that is given.
fn run_with(env: Env, failed: Option<u8>) -> ExitCode {
    let parsed = Cli::command()
        .try_get_matches_from(&env.args)
        .and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return failure::usage(&env, &error, failed.unwrap_or(ErrorCode::Usage.exit_code())),
    };
    let report = |failure: Failure, output: &Output| {
        let failure = failure.or_interrupted();
        let exit_code = failed.unwrap_or(failure.0.code.exit_code());
        output.fail_open_step(failure.0.code.as_str());
        failure.report(output, exit_code)
    };
    let carried = Carried::of(&cli.global, &matches);
    let context = match Context::new(env, cli.global, carried) {
        Ok(context) => context,
        Err(refused) => {
            let (output, failure) = *refused;
            return report(failure, &output);
        }
    };
    if let Some(problem) = crate::hardening::problem() {
        let text = format!("this process's memory could not be closed to others: {problem}");
        context.output.warn("memory_open", &text);
    }
    // Handlers belong to the process: a test that keeps the output in memory has its own.
    let is_process = matches!(context.env.streams, Streams::Process);
    if failed.is_none() && is_process && cli.command.ends_after_a_step() {
        interruption::catch(&context.output);
    }
    let outcome = match cli.command {
        Command::Setup(args) => setup::run(&context, &args),
        Command::Status(args) => status::run(&context, &args),
        Command::Doctor(args) => doctor::run(&context, &args),
        Command::Deregister(args) => deregister::run(&context, &args),
        Command::Key(command) => key::run(&context, &command),
        Command::Agent(command) => agent::run(&context, &command),
        Command::Auth(command) => auth::run(&context, &command),
        Command::Exec(args) => exec::run(&context, &args),
        Command::Ci(args) => ci::run(&context, &args),
        Command::Config(command) => config::run(&context, &command),
        Command::Audit(command) => audit::run(&context, &command),
        Command::Tenant(command) => tenant::run(&context, &command),
        Command::Topic(command) => topic::run(&context, &command),
        Command::Path(args) => path::run(&context, &args),
        Command::Service(command) => service::run(&context, &command),
        Command::Monitor(args) => monitor::run(&context, &args),
        Command::Sandbox(command) => sandbox::run(&context, command),
        Command::Capabilities(args) => capabilities::run(&context, &args),
        Command::Completions(args) => completions::run(&context, &args),
        Command::Man(args) => man::run(&context, &args),
        Command::Help(args) => help::run(&context, &args),
    };
    outcome.unwrap_or_else(|failure| report(failure, &context.output))
}

/// What a command answers: its exit code, or its failure.
pub(crate) type Outcome = Result<ExitCode, Failure>;

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_tree_is_sound() {
        super::command().debug_assert();
    }
}
