//! `artcafe config validate`

use crate::cli::exit::ExitCode;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::cli::output::Style;
use crate::config::{ConfigFile, Problem, ValidateContext};
use crate::ops::{ErrorCode, OpError};

/// Find every problem in the configuration file
///
/// Exit code 0 without problems, 7 with warnings alone, 78 with errors.
#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {}

#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct ValidateData {
    path: PathBuf,
    valid: bool,
    problems: Vec<Problem>,
}

pub(crate) fn run(context: &Context, _args: &ValidateArgs) -> Outcome {
    let paths = context.paths()?;
    let path = paths.config.value.clone();
    let file = ConfigFile::load(&path)?.ok_or_else(|| {
        OpError::new(ErrorCode::NotConfigured, format!("there is no configuration at `{}`", path.display()))
            .hint("make one with `artcafe setup` or `artcafe config init`")
    })?;
    let problems = file.validate(ValidateContext::new(&paths));
    let errors = problems.iter().any(Problem::is_error);
    let code = match (errors, problems.is_empty()) {
        (true, _) => ErrorCode::ConfigInvalid.exit_code(),
        (false, false) => ErrorCode::Findings.exit_code(),
        (false, true) => 0,
    };
    let data = ValidateData { path, valid: !errors, problems };
    context.output.finish_with("config.validate", &data, ExitCode::from(code), |data| {
        let mut lines: Vec<String> = Vec::new();
        for problem in &data.problems {
            let word = if problem.is_error() {
                context.output.paint(Style::Bad, "error:")
            } else {
                context.output.paint(Style::Warning, "warning:")
            };
            lines.push(format!("{word} {problem}"));
            if !problem.hint.is_empty() {
                lines.push(format!("  {} {}", context.output.paint(Style::Good, "hint:"), problem.hint));
            }
        }
        if lines.is_empty() {
            lines.push(format!("{} is valid", data.path.display()));
        }
        lines.join("\n")
    })
}
