//! What GitHub Actions wants of a step: annotations, masks and outputs.
//!
//! Owns the workflow commands, which are lines on stderr, and their escapes; a server's text cannot begin a command
//! of its own. Nothing of it happens elsewhere, and no command is printed in JSON mode but the mask, without which a
//! secret would stand in the log.

use std::path::Path;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::ops::github::add_outputs;
use crate::ops::{ErrorCode, OpError};

/// The line that marks a failure in the log and on the job's page.
pub(crate) fn annotation(error: &OpError) -> String {
    let mut text = error.message.clone();
    for cause in error.causes() {
        text.push_str(&format!("\ncaused by: {cause}"));
    }
    if let Some(hint) = &error.hint {
        text.push_str(&format!("\nhint: {hint}"));
    }
    format!("::error title={}::{}", property(error.code.as_str()), data(&text))
}

/// A value as the runner reads it back.
pub(crate) fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The same between a command's name and its value.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Outputs of a step that runs in GitHub Actions; elsewhere nothing is done.
pub(crate) fn outputs(context: &Context, outputs: &[(&str, &str)]) -> Result<(), Failure> {
    match (context.env.var("GITHUB_ACTIONS"), context.env.var("GITHUB_OUTPUT")) {
        (Some(_), Some(file)) => Ok(add_outputs(Path::new(file), outputs)?),
        _ => Ok(()),
    }
}

/// One output that was asked for by name, which there has to be a place for.
pub(crate) fn output(context: &Context, name: &str, value: &str) -> Result<(), Failure> {
    let Some(file) = context.env.var("GITHUB_OUTPUT") else {
        return Err(OpError::new(ErrorCode::InputNeeded, "there is no place for outputs: GITHUB_OUTPUT is not set")
            .hint("leave out `--github-output`, which is for steps of GitHub Actions")
            .into());
    };
    Ok(add_outputs(Path::new(file), &[(name, value)])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_annotation_is_one_line_whatever_a_server_says() {
        let error = OpError::new(ErrorCode::ServerFailed, "100 %\r\n::set-env name=X::y").hint("a, b: c");
        assert_eq!(annotation(&error), "::error title=SERVER_FAILED::100 %25%0D%0A::set-env name=X::y%0Ahint: a, b: c");
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
    }
}
