//! `artcafe auth logout`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::ops::login::logout;

/// Forget the stored administrator's token
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  artcafe auth logout\n  artcafe auth logout --all")]
pub(crate) struct LogoutArgs {
    /// Of every endpoint and tenant
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(context: &Context, args: &LogoutArgs) -> Outcome {
    let report = logout(&context.session()?, args.all)?;
    let still_good = report.removed.iter().filter(|login| !login.expired).count();
    if still_good > 0 {
        context.output.warn(
            "token_stays_valid",
            "the platform cannot end a token: whoever has a copy can use it until it expires; agents' keys and their tokens stay valid as well",
        );
    }
    context.output.finish("auth.logout", &report, |report| match report.removed.len() {
        0 => "there was no login".to_owned(),
        _ => report
            .removed
            .iter()
            .map(|login| format!("logged out of tenant `{}` at {}", login.tenant_id, login.endpoint))
            .collect::<Vec<_>>()
            .join("\n"),
    })
}
