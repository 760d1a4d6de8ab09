//! `artcafe key rotate`

use std::ffi::OsString;

use clap::Args;
use jiff::SignedDuration;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::key::rotate_due::{self, Task};
use crate::cli::output::Style;
use crate::config::duration;
use crate::keys::{Algorithm, KeyFormat, KeySpec};
use crate::ops::rotate::{
    Direction, FreshProcess, NewKeyPassphrase, Phase, RotateOptions, RotateReport, abort, open, rotate,
};
use crate::ops::{ErrorCode, OpError};

/// Put a new key in the place of the configured one
///
/// Generates, registers and proves a new key, switches the configuration to it in one move, confirms
/// it by a fresh process, and only then revokes the old one. Every step is journalled: after a crash
/// `--resume` goes on and `--abort` goes back. Works with the old key alone.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe key rotate\n  artcafe key rotate --grace 24h\n  artcafe key rotate --finish\n  \
artcafe key rotate --if-due --splay 1h\n  artcafe key rotate --status\n  artcafe key rotate --resume\n  artcafe key rotate --abort"
)]
pub(crate) struct RotateArgs {
    /// Go on with the open rotation
    #[arg(long, group = "action")]
    resume: bool,
    /// Undo the open rotation: back to exactly the state before
    #[arg(long, group = "action")]
    abort: bool,
    /// Say where the open rotation stands
    #[arg(long, group = "action")]
    status: bool,
    /// Retire the old key if its grace period is over
    #[arg(long, group = "action")]
    finish: bool,
    /// Say what would be done, and do nothing
    #[arg(long, group = "action")]
    dry_run: bool,
    /// For timers: go on with the open rotation, rotate if the window is open, else do nothing
    #[arg(long, group = "action")]
    if_due: bool,
    /// With --if-due: wait a random time of at most this long before a rotation begins
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, requires = "if_due")]
    splay: Option<SignedDuration>,
    /// Keep the old key valid for this long after the switch, such as 24h, 90m or 7d
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    grace: Option<SignedDuration>,
    /// Algorithm of the new key [default: as the old one]
    #[arg(long, value_name = "ALGORITHM")]
    algorithm: Option<Algorithm>,
    /// Size of the new RSA key [default: as the old one]
    #[arg(long, value_name = "BITS")]
    bits: Option<u32>,
    /// File format of the new key [default: as the old one]
    #[arg(long, value_name = "FORMAT")]
    key_format: Option<KeyFormat>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    /// Protect the new key with this passphrase: a SOURCE, or nothing to be asked [default: the old one's]
    #[arg(long, value_name = "SOURCE", num_args = 0..=1, conflicts_with = "no_passphrase")]
    new_passphrase: Option<Option<String>>,
    /// Protect the new key with no passphrase
    #[arg(long)]
    no_passphrase: bool,
    /// Keep the old key's files
    #[arg(long)]
    keep_old: bool,
    /// Retire the old key although another configuration names it
    #[arg(long)]
    also: bool,
    /// Rotate although the agent's own record carries the old key, which stays accepted there
    #[arg(long)]
    accept_agent_record: bool,
}

pub(crate) fn run(context: &Context, args: &RotateArgs) -> Outcome {
    let mut settings = context.settings()?;
    if args.status {
        let report = open(&settings.paths)?.map(|journal| journal.report());
        return context.output.finish("key.rotate", &report, |report| match report {
            Some(report) => text(context, report),
            None => "no rotation is open".to_owned(),
        });
    }
    let mut resume = args.resume;
    if args.if_due {
        match rotate_due::decide(context, &args.passphrase, args.splay)? {
            Task::Nothing(standing) => return rotate_due::skipped(context, &standing),
            Task::Resume => resume = true,
            Task::Start => {}
        }
        settings = context.settings()?;
    }
    let session = context.session_quietly(settings, &args.passphrase)?;
    let options = options(context, args)?;
    if args.dry_run {
        return rehearse(context, &session);
    }
    let spinner = context.output.spinner("rotating");
    let outcome = if args.abort {
        context.block_on(abort(&session, &options))
    } else {
        context.block_on(rotate(&session, &options, resume))
    };
    drop(spinner);
    let report = outcome??;
    if let Some(from) = &report.authorized_by {
        context.output.warn(
            "old_key_dead",
            &format!("the old key no longer works, so the new one was registered with the token from {from}"),
        );
    }
    if report.retired_by.as_deref() == Some("deleted") {
        context.output.warn(
            "deleted_not_revoked",
            "the platform has no way to revoke a key, so the old key's record was deleted",
        );
    }
    context.output.finish("key.rotate", &report, |report| text(context, report))
}

fn options(context: &Context, args: &RotateArgs) -> Result<RotateOptions, Failure> {
    let spec = match (args.algorithm, args.bits) {
        (None, None) => None,
        (algorithm, bits) => Some(
            KeySpec::new(algorithm.unwrap_or(Algorithm::Rsa), bits)
                .map_err(|error| OpError::new(ErrorCode::Usage, error.to_string()))?,
        ),
    };
    let passphrase = match &args.new_passphrase {
        Some(Some(source)) => NewKeyPassphrase::Set(context.read_source(source, "--new-passphrase")?),
        Some(None) => NewKeyPassphrase::Set(context.ask_secret(
            "Passphrase of the new key",
            true,
            "--new-passphrase SOURCE",
            "a file: `--new-passphrase file:PATH`",
        )?),
        None if args.no_passphrase => NewKeyPassphrase::None,
        None => NewKeyPassphrase::Inherit,
    };
    let program = std::env::current_exe()
        .map_err(|error| OpError::new(ErrorCode::Failed, "this program's own file is unknown").because(error))?;
    // Where the files are and how the network is reached; nothing that names an identity, nothing secret of ours.
    let names = [
        "HOME",
        "ARTCAFE_HOME",
        "ARTCAFE_KEY_DIR",
        "ARTCAFE_CA_CERT",
        "ARTCAFE_INSECURE_HTTP",
        "ARTCAFE_TIMEOUT",
        "ARTCAFE_RETRIES",
        "HTTPS_PROXY",
        "https_proxy",
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
        "NO_PROXY",
        "no_proxy",
    ];
    let mut variables: Vec<(OsString, OsString)> = names
        .iter()
        .filter_map(|name| context.env.var(name).map(|value| (OsString::from(name), OsString::from(value))))
        .collect();
    if let Some(file) = &context.global.ca_cert {
        variables.retain(|(name, _)| name != "ARTCAFE_CA_CERT");
        variables.push(("ARTCAFE_CA_CERT".into(), file.into()));
    }
    if context.global.insecure_http {
        variables.push(("ARTCAFE_INSECURE_HTTP".into(), "1".into()));
    }
    let output = context.output.clone();
    Ok(RotateOptions {
        spec,
        format: args.key_format,
        passphrase,
        grace: args.grace,
        keep_old: args.keep_old,
        also: args.also,
        accept_agent_record: args.accept_agent_record,
        finish: args.finish,
        default_name_tail: super::name_tail(),
        fresh: FreshProcess { program, variables },
        on_step: Box::new(move |phase: Phase, detail: &str| {
            output.status(&format!("{} {phase:<11} {detail}", output.paint_err(Style::Good, "✓")));
        }),
    })
}

/// The exact steps; asks no server and touches nothing.
fn rehearse(context: &Context, session: &crate::ops::Session) -> Outcome {
    let (agent, endpoint) = (session.agent()?, &session.settings.endpoint.value);
    let (old, config) =
        (session.settings.private_key_path.value.display(), session.settings.paths.config.value.display());
    let steps = vec![
        format!(
            "planned     check `{old}` at {endpoint}: POST /auth/agent/challenge, POST /auth/verify, GET /ssh-keys, GET /billing/usage-summary, GET /agents/{agent}"
        ),
        format!("generated   write a new key beside `{old}`, named after it and the time"),
        "registered  GET /ssh-keys, then POST /ssh-keys".to_owned(),
        "proven      challenge and response with the new key".to_owned(),
        format!("switched    replace `{config}` with the new path and key id"),
        "confirmed   `artcafe auth test` in a fresh process".to_owned(),
        format!("retired     POST /ssh-keys/{{id}}/revoke (or DELETE), then `{old}` becomes a link to the new key"),
    ];
    context.output.finish("key.rotate.plan", &serde_json::json!({ "steps": steps }), |_| steps.join("\n"))
}

fn text(context: &Context, report: &RotateReport) -> String {
    let output = &context.output;
    let old = report.old_key_id.as_deref().unwrap_or("(unknown)");
    if report.direction == Direction::Back {
        return format!("undone: the configuration names the old key again ({old}, {})", report.old_fingerprint);
    }
    let mut lines = Vec::new();
    let new = report.new_key_id.as_deref().unwrap_or("(not yet registered)");
    lines.push(format!("new key  {new} {}", report.new_fingerprint.as_deref().unwrap_or("")));
    lines.push(format!("file     {}", report.new_private_key_path.display()));
    match (&report.retired_by, report.retire_after) {
        (Some(how), _) => {
            lines.push(format!("old key  {old} {how}"));
            lines.extend(report.old_tokens_end.map(|end| {
                format!("tokens already issued for it stay good until {} at most", end.strftime("%H:%M UTC"))
            }));
            lines.push(format!("{}; next: artcafe auth test", output.paint(Style::Good, "rotated")));
        }
        (None, Some(end)) => {
            lines.push(format!("old key  {old} stays until {}", end.strftime("%Y-%m-%d %H:%M UTC")));
            lines.push("next: artcafe key rotate --finish, after that time".to_owned());
        }
        (None, None) => {
            lines.push(format!("stands at `{}`; next: artcafe key rotate --resume, or --abort", report.phase))
        }
    }
    lines.join("\n")
}
