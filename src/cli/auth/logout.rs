//! `artcafe auth logout`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::env::Env;
use crate::ops::login::{logout, logout_all};

/// Forget the stored administrator's token
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  artcafe auth logout\n  artcafe auth logout --all")]
pub(crate) struct LogoutArgs {
    /// Of every endpoint and tenant
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(context: &Context, args: &LogoutArgs) -> Outcome {
    let report = if args.all {
        // The places alone: a damaged configuration must not keep a token on disk.
        logout_all(&context.paths()?, &Context::stamp(), Env::now())?
    } else {
        logout(&context.session()?)?
    };
    let still_good = report.removed.iter().filter(|login| !login.expired).count();
    if still_good > 0 || report.damaged_file_removed {
        context.output.warn(
            "token_stays_valid",
            "the platform cannot end a token: whoever has a copy can use it until it expires; agents' keys and their tokens stay valid as well",
        );
    }
    context.output.finish("auth.logout", &report, |report| {
        if report.damaged_file_removed {
            return "the file of the logins was damaged and is removed, with whatever it held".to_owned();
        }
        let lines: Vec<String> = report
            .removed
            .iter()
            .map(|login| format!("logged out of tenant `{}` at {}", login.tenant_id, login.endpoint))
            .collect();
        if lines.is_empty() { "there was no login".to_owned() } else { lines.join("\n") }
    })
}
