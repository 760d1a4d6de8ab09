//! `artcafe exec`

use std::convert::Infallible;
use std::ffi::OsString;
use std::time::Duration;

use clap::Args;

use crate::cli::Outcome;
use crate::cli::args::PrivateKeyArgs;
use crate::cli::auth::{LifeArgs, asked_token, by_proof, mask};
use crate::cli::child::{Signals, exit_code};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::handover::{self, HandoverArgs};
use crate::ops::tokens::{Token, TokenFile, TokenOptions, kept, renew_after, wait};
use crate::ops::{ErrorCode, OpError, Session};

/// Run a command with a token for the agent
///
/// Gets a token as `artcafe auth token` does and runs the command with it in ARTCAFE_ACCESS_TOKEN, and
/// with none of this program's other secrets. The exit code is the command's, and signals reach it.
/// With `--fd` or `--token-file` the token is in nobody's environment. The token's file is kept fresh
/// while the command runs: it is replaced before it has less than `--min-ttl` to live; elsewhere the
/// token stays as it is.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe exec -- sh -c 'printf \"Authorization: Bearer %s\" \"$ARTCAFE_ACCESS_TOKEN\" | curl -sf -H @- \"$URL\"'\n  \
artcafe exec --fd 3 -- sh -c 'printf \"Authorization: Bearer %s\" \"$(cat <&3)\" | curl -sf -H @- \"$URL\"'\n  \
artcafe exec --token-file -- ./long-running-worker\n  \
artcafe exec --passphrase file:/run/secrets/passphrase -- ./deploy.sh"
)]
pub(crate) struct ExecArgs {
    #[command(flatten)]
    key: PrivateKeyArgs,
    #[command(flatten)]
    life: LifeArgs,
    #[command(flatten)]
    handover: HandoverArgs,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

pub(crate) fn run(context: &Context, args: &ExecArgs) -> Outcome {
    let reserved = args.handover.reserve()?;
    let session = context.session_to_prove(&args.key)?;
    let kept = kept(&session, args.life.options())?;
    if (kept.is_none() || args.handover.token_file) && !session.has_passphrase_source {
        // A passphrase is asked for now: while no signal is caught, and not in the middle of the command's own work.
        // What else is wrong with the key is told where it is used; a rotation that ends meanwhile mends it.
        match session.key() {
            Err(error) if args.handover.token_file || error.code == ErrorCode::PassphraseWrong => {
                return Err(error.into());
            }
            _ => {}
        }
    }
    let status = context.block_on(async {
        // Caught before the command starts, so that none can leave it or the token's file behind.
        let mut signals = Signals::catch(context.env.stdin_is_terminal)?;
        let token = match kept {
            Some(token) => token,
            None => tokio::select! {
                token = asked_token(context, &session, args.life.options()) => token?,
                code = signals.stop() => {
                    let what = "asked to stop before there was a token; the command was not started";
                    return Err(OpError::new(code, what).hint("run the same command again").into());
                }
            },
        };
        let handover = reserved.with(context, &session.settings.paths, &token.token)?;
        let running = handover::start(context, &args.command, &[args.key.passphrase.source()], handover)?;
        let renew = async |file: &TokenFile| keep_fresh(context, args, &session, token, file).await;
        running.until_the_end(context, &mut signals, renew).await
    })??;
    Ok(exit_code(status))
}

/// How long after a failure the server is asked again; the command has a token of some life meanwhile.
const AFTER_FAILURE: Duration = Duration::from_secs(30);

/// Puts another token in the file's place whenever the one in it grows old.
async fn keep_fresh(
    context: &Context,
    args: &ExecArgs,
    session: &Session,
    mut token: Token,
    file: &TokenFile,
) -> Infallible {
    let options = TokenOptions { fresh: false, ..args.life.options() };
    loop {
        // Without an end there is nothing to come before.
        let Some(time) = renew_after(&token, options) else { return std::future::pending().await };
        wait(time).await;
        loop {
            match renewed(context, args, session, options, file).await {
                Ok(next) => {
                    token = next;
                    break;
                }
                Err(Failure(error)) => {
                    let causes: String = error.causes().iter().map(|cause| format!(": {cause}")).collect();
                    let text = format!("the token's file could not be renewed and is tried again: {error}{causes}");
                    context.output.warn("not_renewed", &text);
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        }
    }
}

async fn renewed(
    context: &Context,
    args: &ExecArgs,
    session: &Session,
    options: TokenOptions,
    file: &TokenFile,
) -> Result<Token, Failure> {
    let session = context.session_by_now(session, &args.key)?;
    let token = match kept(&session, options)? {
        Some(token) => token,
        None => by_proof(context, &session, options).await?,
    };
    mask(context, &token.token);
    file.replace(&token.token)?;
    Ok(token)
}
