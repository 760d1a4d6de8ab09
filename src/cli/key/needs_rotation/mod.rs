//! `artcafe key needs-rotation`

pub(crate) mod guard;

use crate::cli::exit::ExitCode;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::ops::due::{Standing, Verdict, assess, refuse_superseded};
use crate::ops::rotate::{self, AGENT_RECORD_KEY};
use crate::ops::{ErrorCode, OpError};

/// The exit code of a key that nothing has to be done about.
const NOT_DUE: u8 = 1;

/// Say by the exit code whether a timer has something to do
///
/// Exit code 0: the key is older than `rotation.after`, or an open rotation can go on. Exit code 1: not yet.
/// Exit code 255: it cannot be told, whatever the cause; service managers take 1 to 254 for "not yet".
/// Asks no server and nobody.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe key needs-rotation\n  artcafe key needs-rotation && artcafe key rotate --if-due"
)]
pub(crate) struct NeedsRotationArgs {}

#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct NeedsRotation {
    needs_rotation: bool,
    verdict: Verdict,
    #[schemars(with = "crate::schema::Rfc3339")]
    window_opens_at: Timestamp,
    #[schemars(with = "crate::schema::Rfc3339")]
    due_at: Timestamp,
    why: String,
}

pub(crate) fn run(context: &Context, _args: &NeedsRotationArgs) -> Outcome {
    let standing = measured(context, &PassphraseArgs::default())?;
    let answer = NeedsRotation {
        needs_rotation: standing.needs_rotation(),
        verdict: standing.verdict,
        window_opens_at: standing.window_opens_at,
        due_at: standing.due_at,
        why: why(&standing),
    };
    if standing.on_agent_record == Some(true) {
        context.output.warn("agent_record_key", AGENT_RECORD_KEY);
    }
    let code = if answer.needs_rotation { ExitCode::SUCCESS } else { ExitCode::from(NOT_DUE) };
    context.output.finish_with("key.needs-rotation", &answer, code, |answer| answer.why.clone())
}

/// The key's standing by local facts. An age below zero is a failure: it is no reason to leave a key alone for ever.
pub(super) fn measured(context: &Context, passphrase: &PassphraseArgs) -> Result<Standing, Failure> {
    let session = context.session_quietly(context.settings()?, passphrase)?;
    // Whether a rotation is open has to be known: a timer that passes one over would leave it open until the next is due.
    rotate::open(&session.settings.paths)?;
    let standing = context.reading(&session, |session| Ok(assess(session)?), |_| None)?;
    // A timer that sees a key from the past as fresh would leave the agent without an identity for ever.
    if standing.rotation.is_none()
        && let Some(refusal) = refuse_superseded(&session)
    {
        return Err(refusal.into());
    }
    match standing.verdict {
        Verdict::Unknown => Err(unknown_age(&standing).into()),
        _ => Ok(standing),
    }
}

fn unknown_age(standing: &Standing) -> OpError {
    OpError::new(
        ErrorCode::ClockSkew,
        format!(
            "the key was made in the future ({}), so its age is unknown",
            standing.made_at.strftime("%Y-%m-%d %H:%M UTC")
        ),
    )
    .hint("set this machine's clock right")
}

/// The answer in one line.
pub(super) fn why(standing: &Standing) -> String {
    let day = |time: Timestamp| time.strftime("%Y-%m-%d %H:%M UTC").to_string();
    match (standing.verdict, &standing.rotation) {
        (_, Some(rotation)) => match rotation.retire_after.filter(|_| !rotation.can_go_on) {
            Some(end) => format!("a rotation waits for its grace period to end, {}", day(end)),
            None => format!("a rotation is open since {} ({})", rotation.started_at, rotation.phase),
        },
        (Verdict::Due, None) => format!("the key is due since {}", day(standing.due_at)),
        (Verdict::Window, None) => {
            format!(
                "the window is open since {}; the key is due {}",
                day(standing.window_opens_at),
                day(standing.due_at)
            )
        }
        (Verdict::Fresh | Verdict::RotationOpen | Verdict::Unknown, None) => {
            format!("not due: the window opens {}", day(standing.window_opens_at))
        }
    }
}
