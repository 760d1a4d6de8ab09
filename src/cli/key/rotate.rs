//! `artcafe key rotate`

use clap::Args;
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::key::rotate_due;
use crate::cli::output::Style;
use crate::cli::surroundings;
use crate::config::duration;
use crate::keys::{Algorithm, KeyFormat, KeySpec};
use crate::ops::failures;
use crate::ops::rotate::{
    HookOptions, Naming, NewKeyPassphrase, PlannedStep, RotateOptions, RotateReport, Rotated, abort, rehearse, rotate,
    stand,
};
use crate::ops::{ErrorCode, OpError, Session};

/// Put a new key in the place of the configured one
///
/// Generates, registers and proves a new key, switches the configuration to it in one move, confirms
/// it by a fresh process, and only then revokes the old one. Every step is journalled: after a crash
/// `--resume` goes on and `--abort` goes back. Works with the old key alone.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe key rotate\n  artcafe key rotate --grace 24h\n  artcafe key rotate --post-switch 'systemctl --user restart my-agent'\n  artcafe key rotate --finish\n  \
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
    /// Run this command once the new key is confirmed, say to restart the agent; if it fails, the rotation is undone
    #[arg(long, value_name = "COMMAND")]
    post_switch: Option<String>,
    /// End that command after this long, such as 60s [default: 60s]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    post_switch_timeout: Option<SignedDuration>,
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
    refuse_without_effect(args)?;
    let outcome = match args.if_due {
        true => rotate_due::run(context, &args.passphrase, args.splay, |resume| work(context, args, resume)),
        false => work(context, args, args.resume),
    };
    let is_attempt = !args.status && !args.dry_run && !args.abort;
    if let Some(error) = outcome.as_ref().err().filter(|_| is_attempt) {
        remember_failure(context, error.0.code);
    }
    outcome
}

/// A rotation that failed before it changed anything leaves no trace elsewhere, and whoever watches a timer has to see
/// it. The failure itself is what is reported; that it cannot be remembered is only told.
fn remember_failure(context: &Context, code: ErrorCode) {
    let none = PassphraseArgs::default();
    let session = context.settings().and_then(|settings| context.session_quietly(settings, &none));
    // Of a configuration that cannot be read nobody knows whose failure it is.
    let Ok(session) = session else { return };
    if let Err(error) = failures::note(&session, failures::Work::Rotation, code) {
        context.output.warn("not_counted", &format!("the failed rotation is not counted: {error}"));
    }
}

/// What a rotation would do.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RotatePlan {
    /// Each phase with its requests and files, in order.
    steps: Vec<PlannedStep>,
}

/// What a rotation is made as was decided when it began.
fn refuse_without_effect(args: &RotateArgs) -> Result<(), Failure> {
    let actions =
        [(args.resume, "--resume"), (args.finish, "--finish"), (args.abort, "--abort"), (args.status, "--status")];
    let Some((_, action)) = actions.into_iter().find(|(is_given, _)| *is_given) else { return Ok(()) };
    let goes_forward = args.resume || args.finish;
    let idle = [
        (args.grace.is_some(), "--grace"),
        (args.algorithm.is_some(), "--algorithm"),
        (args.bits.is_some(), "--bits"),
        (args.key_format.is_some(), "--key-format"),
        (args.keep_old, "--keep-old"),
        (args.accept_agent_record, "--accept-agent-record"),
        (args.also && !goes_forward, "--also"),
        (args.post_switch.is_some() && !goes_forward, "--post-switch"),
        (args.post_switch_timeout.is_some() && (!goes_forward || args.post_switch.is_none()), "--post-switch-timeout"),
    ];
    match idle.into_iter().find(|(is_given, _)| *is_given) {
        None => Ok(()),
        Some((_, flag)) => Err(OpError::new(
            ErrorCode::Usage,
            format!("`{flag}` has no effect with `{action}`: the rotation goes on as it began"),
        )
        .hint(format!(
            "leave `{flag}` out, or undo the rotation (`artcafe key rotate --abort`) and begin another with it"
        ))
        .into()),
    }
}

fn work(context: &Context, args: &RotateArgs, resume: bool) -> Outcome {
    let settings = context.settings()?;
    if args.status {
        let report = stand(&context.session_quietly(settings, &args.passphrase)?)?;
        return context.output.finish("key.rotate", &report, |report| match report {
            Some(report) => text(context, report),
            None => "no rotation is open".to_owned(),
        });
    }
    let mut session = context.session_quietly(settings, &args.passphrase)?;
    session.progress = context.output.progress("key.rotate");
    let options = options(context, args, &session)?;
    if args.dry_run {
        let plan = RotatePlan { steps: rehearse(&session, &options)? };
        return context.output.finish("key.rotate.plan", &plan, |plan| planned(&plan.steps));
    }
    let outcome = if args.abort {
        context.block_on(abort(&session, &options))?.map(|report| Rotated::Worked(Box::new(report)))
    } else {
        context.block_on(rotate(&session, &options, resume))?
    };
    finish(context, &outcome?)
}

/// The same words wherever a rotation was worked on.
pub(super) fn finish(context: &Context, rotated: &Rotated) -> Outcome {
    if let Rotated::Worked(report) = rotated {
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
    }
    context.output.finish("key.rotate", rotated, |rotated| match rotated {
        Rotated::Worked(report) => text(context, report),
        Rotated::Nothing(nothing) => nothing.message.clone(),
    })
}

/// One line a request or file, behind the phase that it belongs to.
fn planned(steps: &[PlannedStep]) -> String {
    let lines = steps.iter().flat_map(|step| {
        step.does.iter().enumerate().map(|(index, does)| {
            let phase = if index == 0 { step.phase.name() } else { "" };
            format!("{phase:<11} {does}")
        })
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn options(context: &Context, args: &RotateArgs, session: &Session) -> Result<RotateOptions, Failure> {
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
    let hook = HookOptions {
        command: args.post_switch.clone(),
        timeout: args.post_switch_timeout,
        variables: surroundings::without_secrets(
            context,
            &[args.passphrase.source(), args.new_passphrase.as_ref().and_then(|source| source.as_deref())],
        ),
    };
    Ok(RotateOptions {
        spec,
        format: args.key_format,
        passphrase,
        grace: args.grace.or(session.settings.rotation.grace.as_ref().map(|grace| grace.value)),
        keep_old: args.keep_old,
        also: args.also,
        accept_agent_record: args.accept_agent_record,
        finish: args.finish,
        hook,
        ..plain(context, &args.passphrase)?
    })
}

/// How to rotate when nothing in particular is asked for.
pub(super) fn plain(context: &Context, passphrase: &PassphraseArgs) -> Result<RotateOptions, Failure> {
    let (hook_output, warned) = (context.output.clone(), context.output.clone());
    Ok(RotateOptions {
        spec: None,
        format: None,
        passphrase: NewKeyPassphrase::Inherit,
        grace: None,
        keep_old: false,
        also: false,
        accept_agent_record: false,
        finish: false,
        reason: None,
        default_name_tail: super::name_tail(),
        fresh: surroundings::fresh_process(context)?,
        hook: HookOptions {
            command: None,
            timeout: None,
            variables: surroundings::without_secrets(context, &[passphrase.source()]),
        },
        on_hook_output: Box::new(move |text: &str| {
            for line in text.lines() {
                hook_output.status(&format!("  hook: {line}"));
            }
        }),
        on_warning: Box::new(move |code: &str, text: &str| warned.warn(code, text)),
    })
}

fn text(context: &Context, report: &RotateReport) -> String {
    let output = &context.output;
    let old = report.old_key_id.as_deref().unwrap_or("(unknown)");
    let named = match report.configuration_names {
        Some(Naming::Another) => "the configuration names another key",
        Some(Naming::Absent) => "there is no configuration any more",
        Some(Naming::New) => "the configuration names the new key",
        Some(Naming::Old) | None => "the configuration names the old key again",
    };
    match report.outcome {
        "undone" => return format!("undone: {named} ({old}, {})", report.old_fingerprint),
        "being_undone" => {
            let key = format!("({old}, {})", report.old_private_key_path.display());
            let next = match report.configuration_names {
                Some(Naming::Another | Naming::Absent) => "artcafe config relink, then artcafe key rotate --abort",
                _ => "artcafe key rotate --abort",
            };
            return format!("being undone, back to the old key {key}; {named}\nnext: {next}");
        }
        _ => {}
    }
    let mut lines = Vec::new();
    if let Some(Naming::Another | Naming::Absent) = report.configuration_names {
        lines.push(format!("{}; next: artcafe config relink", output.paint(Style::Warning, named)));
    }
    let new = report.new_key_id.as_deref().unwrap_or("(not yet registered)");
    lines.push(format!("new key  {new} {}", report.new_fingerprint.as_deref().unwrap_or("")));
    lines.push(format!("file     {}", report.new_private_key_path.display()));
    match (&report.retired_by, report.retire_after) {
        (Some(how), _) => {
            lines.push(match report.old_key_id {
                Some(_) => format!("old key  {old} {how}"),
                None => "old key  it had no registration".to_owned(),
            });
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
