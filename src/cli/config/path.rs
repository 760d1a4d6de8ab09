//! `artcafe config path`

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::context::Context;

/// Print which configuration file is in force
#[derive(Debug, Args)]
pub(crate) struct PathArgs {}

#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct PathData {
    path: PathBuf,
    origin: String,
    exists: bool,
}

pub(crate) fn run(context: &Context, _args: &PathArgs) -> Outcome {
    let config = context.paths()?.config;
    let data = PathData { exists: config.value.exists(), origin: config.origin.to_string(), path: config.value };
    if !data.exists {
        context.output.status("there is no such file yet: `artcafe setup` or `artcafe config init` makes it");
    }
    context.output.finish("config.path", &data, |data| data.path.display().to_string())
}
