//! `artcafe auth login`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::ops::login::login;
use crate::secret::source::SourceError;

/// Keep an administrator's token from the portal
///
/// The token is tried first, then stored in `$ARTCAFE_HOME/credentials.json` (mode 0600), and used
/// only for this endpoint and tenant.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe auth login\n  artcafe auth login --token file:admin.token\n  pass show artcafe | artcafe auth login --token -"
)]
pub(crate) struct LoginArgs {
    /// Nothing belongs here: a token is never taken from the command line
    #[arg(hide = true)]
    misplaced: Option<String>,
}

pub(crate) fn run(context: &Context, args: &LoginArgs) -> Outcome {
    if args.misplaced.is_some() {
        return Err(SourceError::Plain.into());
    }
    let session = context.session()?;
    // The variable ARTCAFE_TOKEN is for a run, not for keeping: only what comes from a SOURCE or a person is stored.
    let token = match &session.given_token {
        Some(given) if given.from != "ARTCAFE_TOKEN" => given.token()?,
        _ => context.ask_secret("Administrator's token", false, "--token SOURCE", "ARTCAFE_TOKEN_SOURCE")?,
    };
    let report = context.block_on(login(&session, token))??;
    context.tell_hidden_login(&session);
    context.output.finish("auth.login", &report, |report| {
        let until =
            report.expires_at.map_or_else(String::new, |end| format!(", until {}", end.strftime("%Y-%m-%d %H:%M UTC")));
        format!("logged in to tenant `{}` at {}{until}", report.tenant_id, report.endpoint)
    })
}
