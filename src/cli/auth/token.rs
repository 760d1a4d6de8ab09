//! `artcafe auth token`

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::PrivateKeyArgs;
use crate::cli::context::Context;
use crate::ops::prove::prove;

/// Print a token for the agent
///
/// Proves the key as `artcafe auth test` does and prints the bare token on stdout.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  TOKEN=$(artcafe auth token)\n  artcafe auth token --json | jq -r .data.expires_at"
)]
pub(crate) struct TokenArgs {
    #[command(flatten)]
    key: PrivateKeyArgs,
}

#[derive(Serialize)]
struct TokenData<'a> {
    token: &'a str,
    expires_at: Option<Timestamp>,
}

pub(crate) fn run(context: &Context, args: &TokenArgs) -> Outcome {
    let session = context.session_with(&args.key)?;
    let outcome = context.reading(
        &session,
        |session| Ok(context.block_on(prove(session, &session.key()?))??),
        |outcome| outcome.verdict.as_ref().err().map(|error| error.code),
    )?;
    let token = outcome.verdict?;
    let expires_at = outcome.report.claims.and_then(|claims| claims.expires_at);
    // The one command whose data is a secret: it was asked for by name.
    context.output.finish("auth.token", &TokenData { token: token.expose(), expires_at }, |data| data.token.to_owned())
}
