//! `artcafe exec`

use std::ffi::OsString;
use std::io::ErrorKind;

use clap::Args;
use tokio::process::Command;

use crate::checkpoint;
use crate::cli::Outcome;
use crate::cli::args::PrivateKeyArgs;
use crate::cli::auth::{ACCESS_TOKEN, LifeArgs, agents_token, mask};
use crate::cli::child::{Signals, exit_code};
use crate::cli::context::Context;
use crate::cli::surroundings;
use crate::ops::{ErrorCode, OpError};

/// Run a command with a token for the agent
///
/// Gets a token as `artcafe auth token` does and runs the command with it in ARTCAFE_ACCESS_TOKEN, and
/// with none of this program's other secrets. The exit code is the command's, and signals reach it. The
/// token is not renewed while the command runs; `--min-ttl` says how long it has to live.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe exec -- sh -c 'curl -sf -H \"Authorization: Bearer $ARTCAFE_ACCESS_TOKEN\" \"$URL\"'\n  \
artcafe exec --passphrase file:/run/secrets/passphrase -- ./deploy.sh"
)]
pub(crate) struct ExecArgs {
    #[command(flatten)]
    key: PrivateKeyArgs,
    #[command(flatten)]
    life: LifeArgs,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

pub(crate) fn run(context: &Context, args: &ExecArgs) -> Outcome {
    let Some((program, rest)) = args.command.split_first() else {
        return Err(OpError::new(ErrorCode::Usage, "no command is given").into());
    };
    let token = agents_token(context, &args.key, &args.life)?.token;
    mask(context, &token);
    let mut command = Command::new(program);
    command
        .args(rest)
        .env_clear()
        .envs(surroundings::without_secrets(context, &[args.key.passphrase.source()]))
        .env(ACCESS_TOKEN, token.expose());
    let status = context.block_on(async {
        // Caught before the command starts, so that none can leave it behind.
        let mut signals = Signals::catch(context.env.stdin_is_terminal)?;
        let mut child = checkpoint::start().and_then(|()| command.spawn()).map_err(|error| {
            let code = match error.kind() {
                ErrorKind::NotFound => ErrorCode::FileMissing,
                ErrorKind::PermissionDenied => ErrorCode::PermissionDenied,
                _ => ErrorCode::Failed,
            };
            OpError::new(code, format!("cannot run `{}`", program.to_string_lossy()))
                .because(error)
                .hint("check the name after `--`")
        })?;
        signals.pass_on_until_the_end_of(&mut child).await
    })??;
    Ok(exit_code(status))
}
