//! Failures, rendered: `error:`, `caused by:`, `hint:`, or one JSON object on stderr.
//!
//! Owns the picking of the exit code, in one place. A usage error of the parser is one of ours.

use std::process::ExitCode;

use clap::error::ErrorKind;
use serde_json::json;

use crate::cli::output::{Output, Style};
use crate::env::Env;
use crate::ops::{ErrorCode, OpError};

/// A failed command.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) OpError);

impl<E: Into<OpError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl Failure {
    /// Prints the failure and answers its exit code.
    pub(crate) fn report(&self, output: &Output) -> ExitCode {
        let Self(error) = self;
        let causes = error.causes();
        if output.json {
            let object = json!({
                "schema": "artcafe.error/1",
                "code": error.code.as_str(),
                "message": error.message,
                "cause": if causes.is_empty() { None } else { Some(causes.join(": ")) },
                "hint": error.hint,
                "exit_code": error.code.exit_code(),
                "retryable": error.code.is_retryable(),
            });
            output.to_stderr(&object.to_string());
        } else {
            output.to_stderr(&format!("{} {}", output.paint_err(Style::Bad, "error:"), error.message));
            for cause in causes {
                output.to_stderr(&format!("{} {cause}", output.paint_err(Style::Strong, "caused by:")));
            }
            if let Some(hint) = &error.hint {
                output.to_stderr(&format!("{} {hint}", output.paint_err(Style::Good, "hint:")));
            }
        }
        ExitCode::from(error.code.exit_code())
    }
}

/// What the parser says: help and version are data, the rest is a usage failure.
pub(crate) fn usage(env: &Env, error: &clap::Error) -> ExitCode {
    // The flags could not be parsed, so they are looked for by eye.
    let json = env.is_on("ARTCAFE_JSON") || env.args.iter().take_while(|arg| *arg != "--").any(|arg| arg == "--json");
    let output = Output::new(env, json, false, None);
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => match output.data(&error.render().to_string()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => failure.report(&output),
        },
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand if !json => {
            output.to_stderr(error.render().to_string().trim_end());
            ExitCode::from(ErrorCode::Usage.exit_code())
        }
        _ if json => {
            let text = error.render().to_string();
            let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
            let message = if first.is_empty() { "the command line is wrong" } else { first };
            Failure(OpError::new(ErrorCode::Usage, message).hint("see `artcafe help`")).report(&output)
        }
        _ => {
            output.to_stderr(error.render().to_string().trim_end());
            ExitCode::from(ErrorCode::Usage.exit_code())
        }
    }
}
