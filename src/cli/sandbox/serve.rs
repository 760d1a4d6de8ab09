//! `artcafe sandbox serve`

use crate::cli::exit::ExitCode;

use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::{FAULT_HELP, ServerArgs};
use crate::checkpoint;
use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output::Style;
use crate::ops::{ErrorCode, OpError};
use crate::sandbox::{Info, Sandbox, loopback_only};

/// Serve until SIGINT or SIGTERM
///
/// Prints its URL, its tenants and a token for each as soon as it accepts connections. Listens on
/// loopback only.
#[derive(Debug, Args)]
#[command(after_help = format!("{FAULT_HELP}\nExamples:\n  artcafe sandbox serve --listen 127.0.0.1:8000 --data ./sandbox\n  \
artcafe sandbox serve --dialect as-built --fault 'POST /ssh-keys=500x1'"))]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    server: ServerArgs,
}

pub(crate) fn run(context: &Context, args: &ServeArgs) -> Outcome {
    let address = loopback_only(&args.server.listen)?;
    let sandbox = Sandbox::open(args.server.options()?)?;
    checkpoint::start().map_err(|error| unbound(&args.server.listen, error))?;
    context.block_on(async {
        let listener = TcpListener::bind(address).await.map_err(|error| unbound(&args.server.listen, error))?;
        let bound = listener.local_addr().map_err(|error| unbound(&args.server.listen, error))?;
        // Listening already queues connections, so what is printed is true from here on.
        let stop = stop_signal()?;
        let info = sandbox.info(bound);
        context.output.finish("sandbox.serve", &info, |info| text(context, info))?;
        sandbox.serve(listener, stop).await?;
        Ok(ExitCode::SUCCESS)
    })?
}

pub(super) fn unbound(address: &str, error: std::io::Error) -> Failure {
    OpError::new(ErrorCode::Failed, format!("cannot listen on {address}"))
        .because(error)
        .hint("choose another port with `--listen 127.0.0.1:PORT`, or a free one with port 0")
        .into()
}

/// Ends with the first SIGINT or SIGTERM.
fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    let refused = |error| OpError::new(ErrorCode::Failed, "cannot wait for signals").because(error);
    let mut interrupt = signal(SignalKind::interrupt()).map_err(refused)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(refused)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

fn text(context: &Context, info: &Info) -> String {
    let mut lines = vec![format!("sandbox ({}) at {}", info.dialect, context.output.paint(Style::Strong, &info.url))];
    for tenant in &info.tenants {
        lines.push(format!("\ntenant {} ({})", tenant.id, tenant.name));
        lines.push(format!("  export ARTCAFE_API_ENDPOINT={} ARTCAFE_TENANT_ID={}", info.url, tenant.id));
        lines.push(format!("  export ARTCAFE_TOKEN={}", tenant.admin_token));
    }
    lines.push("\nstop it with Ctrl-C".to_owned());
    lines.join("\n")
}
