//! `artcafe sandbox exec`

use std::ffi::OsString;
use std::path::Path;

use clap::Args;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use super::serve::unbound;
use super::{FAULT_HELP, ServerArgs};
use crate::checkpoint;
use crate::cli::Outcome;
use crate::cli::child::{Signals, exit_code};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::ops::{ErrorCode, OpError};
use crate::sandbox::{Info, Sandbox, loopback_only};

/// Run a command against a private sandbox, as a rehearsal
///
/// Starts a sandbox with a temporary home, sets ARTCAFE_API_ENDPOINT, ARTCAFE_TENANT_ID, ARTCAFE_TOKEN
/// (an administrator's), ARTCAFE_HOME and ARTCAFE_KEY_DIR, puts this program first on PATH, runs the
/// command, and removes what it made. The exit code is the command's.
#[derive(Debug, Args)]
#[command(after_help = format!("{FAULT_HELP}\nExamples:\n  artcafe sandbox exec -- artcafe setup --agent-id prod-data-processor-01\n  \
artcafe sandbox exec --dialect as-built -- ./ci-script.sh\n  \
artcafe sandbox exec -- sh -c 'artcafe setup --agent-id prod-data-processor-01 && artcafe auth token'"))]
pub(crate) struct ExecArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Every setting of the caller's own that the rehearsal must not see.
const HIDDEN: [&str; 20] = [
    "ARTCAFE_CONFIG",
    "ARTCAFE_PROFILE",
    "ARTCAFE_AGENT_ID",
    "ARTCAFE_AUTH_AGENT_ID",
    "ARTCAFE_AUTH_TENANT_ID",
    "ARTCAFE_ORGANIZATION_ID",
    "ARTCAFE_KEY_ID",
    "ARTCAFE_PRIVATE_KEY",
    "ARTCAFE_PRIVATE_KEY_PATH",
    "ARTCAFE_SSH_AGENT",
    "ARTCAFE_TOKEN_SOURCE",
    "ARTCAFE_PASSPHRASE_SOURCE",
    "ARTCAFE_CA_CERT",
    "ARTCAFE_INSECURE_HTTP",
    "ARTCAFE_ALLOW_NEW_ENDPOINT",
    "ARTCAFE_TIMEOUT",
    "ARTCAFE_RETRIES",
    "ARTCAFE_ROTATION_AFTER",
    "ARTCAFE_ROTATION_MAX_AGE",
    "ARTCAFE_YES",
];

pub(crate) fn run(context: &Context, args: &ExecArgs) -> Outcome {
    let address = loopback_only(&args.server.listen)?;
    let sandbox = Sandbox::open(args.server.options()?)?;
    let home = tempfile::Builder::new().prefix("artcafe-sandbox-").tempdir().map_err(|error| {
        OpError::new(ErrorCode::Failed, "cannot make a temporary home")
            .because(error)
            .hint("set TMPDIR to a directory that can be written")
    })?;
    let status = context.block_on(async {
        let listener = TcpListener::bind(address).await.map_err(|error| unbound(&args.server.listen, error))?;
        let bound = listener.local_addr().map_err(|error| unbound(&args.server.listen, error))?;
        let info = sandbox.info(bound);
        let (stop, stopped) = oneshot::channel::<()>();
        // The signals are caught before the command starts, so that none can leave it behind.
        let mut signals = Signals::catch(context.env.stdin_is_terminal)?;
        let mut child = start(context, args, &info, home.path())?;
        let server = sandbox.serve(listener, async {
            // A dropped sender means the same as a message: the command has ended.
            let _ = stopped.await;
        });
        let command = async {
            let status = signals.pass_on_until_the_end_of(&mut child).await;
            drop(stop);
            status
        };
        let (served, status) = tokio::join!(server, command);
        served?;
        status
    })??;
    home.close().map_err(|error| OpError::new(ErrorCode::Failed, "cannot remove the temporary home").because(error))?;
    Ok(exit_code(status))
}

fn start(context: &Context, args: &ExecArgs, info: &Info, home: &Path) -> Result<Child, Failure> {
    let Some((program, rest)) = args.command.split_first() else {
        return Err(OpError::new(ErrorCode::Usage, "no command is given").into());
    };
    let tenant = info.tenants.first().ok_or_else(|| OpError::new(ErrorCode::Failed, "the sandbox has no tenant"))?;
    let path = search_path(context)?;
    // The command is looked up on the PATH that it gets, so that a bare `artcafe` is this program.
    let mut command = Command::new(program);
    command
        .args(rest)
        .env("ARTCAFE_API_ENDPOINT", &info.url)
        .env("ARTCAFE_TENANT_ID", &tenant.id)
        .env("ARTCAFE_TOKEN", &tenant.admin_token)
        .env("ARTCAFE_HOME", home.join("home"))
        .env("ARTCAFE_KEY_DIR", home.join("keys"))
        .env("PATH", &path);
    for name in HIDDEN {
        command.env_remove(name);
    }
    let start = || checkpoint::start().and_then(|()| command.spawn());
    crate::hardening::as_found(start).map_err(|error| {
        let code =
            if error.kind() == std::io::ErrorKind::NotFound { ErrorCode::FileMissing } else { ErrorCode::Failed };
        OpError::new(code, format!("cannot run `{}`", program.to_string_lossy()))
            .because(error)
            .hint("check the name after `--`")
            .into()
    })
}

/// This program's own folder first, then the caller's PATH.
fn search_path(context: &Context) -> Result<OsString, Failure> {
    let unknown =
        |error: std::io::Error| OpError::new(ErrorCode::Failed, "this program's own folder is unknown").because(error);
    let own = context.env.program().map_err(unknown)?;
    let folder = own.parent().map(Path::to_path_buf).unwrap_or_default();
    let others = context.env.var("PATH").unwrap_or("/usr/local/bin:/usr/bin:/bin");
    std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(others))).map_err(|error| {
        OpError::new(ErrorCode::Failed, "this program's own folder cannot be put on PATH").because(error).into()
    })
}
