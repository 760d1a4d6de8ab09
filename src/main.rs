//! The `artcafe` program: surroundings in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    artcafe::cli::run(artcafe::env::Env::from_process())
}
