//! `artcafe key register`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::args::PrivateKeyArgs;
use crate::cli::context::Context;
use crate::config::{KeyType, Origin, Sourced};
use crate::env::Env;
use crate::ops::register::{RegisterOptions, register};

/// Register the public key at the platform
///
/// The public key is derived from the private one; a `.pub` file is never trusted. A key that is
/// registered already is not registered again. Needs an administrator's token, or the agent's own
/// key if that authenticates.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe key register\n  artcafe key register --token file:admin.token --name \"web 1\"\n  artcafe key register --dry-run"
)]
pub(crate) struct RegisterArgs {
    /// The record's name [default: agent, host and date]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// agent, access or deployment [default: as configured, else agent]
    #[arg(long, value_name = "TYPE")]
    key_type: Option<KeyType>,
    #[command(flatten)]
    key: PrivateKeyArgs,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Host and date, for the name of a record.
pub(crate) fn name_tail() -> String {
    format!("{} {}", Env::host_name(), Env::now().strftime("%Y-%m-%d"))
}

pub(crate) fn run(context: &Context, args: &RegisterArgs) -> Outcome {
    let mut session = context.session_with(&args.key)?;
    if let Some(key_type) = args.key_type {
        session.settings.key_type = Sourced { value: key_type, origin: Origin::Flag("--key-type") };
    }
    let options = RegisterOptions { name: args.name.clone(), default_name_tail: name_tail(), dry_run: args.dry_run };
    let report = context.block_on(register(&session, &options))??;
    if report.settled_by_looking {
        context.output.warn("answer_lost", "the server's answer was lost; the registration was found by looking it up");
    }
    if report.agent_is_known == Some(false) {
        let text = format!(
            "the platform does not know agent `{}`, for which the key was registered all the same",
            report.agent_id
        );
        context.output.warn("agent_unknown", &text);
    }
    context.output.finish("key.register", &report, |report| {
        let what = match (&report.key_id, report.already_registered) {
            (Some(id), true) => format!("already registered as {id}; nothing was changed"),
            (Some(id), false) => format!("registered as {id}"),
            (None, _) => format!("would register `{}` by POST /ssh-keys at {}", report.name, report.endpoint),
        };
        let configured = if report.configuration_updated { "\nthe key id is written to the configuration" } else { "" };
        format!("{}\n{what}{configured}\nnext: artcafe auth test", report.fingerprint)
    })
}
