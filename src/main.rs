//! The `artcafe` program: surroundings in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Before anything secret is in memory.
    artcafe::hardening::close();
    artcafe::cli::run(artcafe::env::Env::from_process()).into()
}
