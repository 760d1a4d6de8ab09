//! `artcafe ci -- COMMAND`

use std::ffi::OsString;

use clap::Args;
use jiff::SignedDuration;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::child::{Signals, exit_code};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::handover::{self, HandoverArgs};
use crate::config::duration;
use crate::env::Env;
use crate::keys::{Algorithm, KeySpec};
use crate::ops::ci::{CiOptions, JobName, exchange};
use crate::ops::{ErrorCode, OpError};

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Algorithm of the key: rsa or ed25519
    #[arg(long, value_name = "ALGORITHM", default_value = "rsa")]
    algorithm: Algorithm,
    /// Size of an RSA key: 2048, 3072 or 4096 [default: 2048, for the seconds that it lives]
    #[arg(long, value_name = "BITS")]
    bits: Option<u32>,
    /// The life that the token should have at least, such as 30m
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = duration::parse)]
    min_ttl: SignedDuration,
    #[command(flatten)]
    handover: HandoverArgs,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

pub(crate) fn run(context: &Context, args: &RunArgs) -> Outcome {
    let reserved = args.handover.reserve()?;
    let options = CiOptions { spec: spec(args)?, name: job_name(context), min_ttl: args.min_ttl };
    // A rotation of the configured key is none of a job's business.
    let mut session = context.session_quietly(context.settings()?, &PassphraseArgs::default())?;
    session.progress = context.output.progress_before_report("ci");
    let status = context.block_on(async {
        // Caught before anything is registered, so that no signal leaves it behind.
        let mut signals = Signals::catch(context.env.stdin_is_terminal)?;
        let exchanged = exchange(&session, &options, &mut async || signals.stop().await).await?;
        if let Some(error) = &exchanged.untold {
            context.output.warn("history_failed", &error.to_string());
        }
        if exchanged.is_short {
            let text = "the server's tokens do not live as long as --min-ttl asks for, and no job can get another one";
            context.output.warn("short_life", text);
        }
        let id = &exchanged.key_id;
        context.output.status(&format!("the job's key {id} was registered, proved and deleted"));
        let handover = reserved.with(context, &session.settings.paths, &exchanged.token)?;
        let running = handover::start(context, &args.command, &[], handover)?;
        // The key is gone, so there is nothing to renew the token with.
        running.until_the_end(context, &mut signals, async |_| std::future::pending().await).await
    })??;
    Ok(exit_code(status))
}

fn spec(args: &RunArgs) -> Result<KeySpec, Failure> {
    let bits = match args.algorithm {
        Algorithm::Rsa => args.bits.or(Some(2048)),
        Algorithm::Ed25519 => args.bits,
    };
    KeySpec::new(args.algorithm, bits).map_err(|error| {
        let hint = error.hint();
        Failure(OpError { hint, ..OpError::new(ErrorCode::Usage, error.to_string()) })
    })
}

/// Tells people in the portal which job a key is of.
fn job_name(context: &Context) -> JobName {
    let run = ["GITHUB_RUN_ID", "CI_JOB_ID"].iter().find_map(|name| context.env.var(name));
    JobName::new(&Env::host_name(), run.unwrap_or("local"))
}
