//! `artcafe key rotate --if-due`: what a timer runs.
//!
//! Owns the decision and the wait before it. Nothing that could grow stale is read before the wait and
//! kept over it, and no lock is held during it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rand::RngExt as _;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::config::duration;
use crate::interrupt;
use crate::ops::ErrorCode;
use crate::ops::due::{Standing, Verdict};

use super::needs_rotation::{measured, why};

/// What a timer's run has to do.
enum Task {
    /// A new rotation.
    Start,
    /// The open one.
    Resume,
    /// Nothing.
    Nothing(Box<Standing>),
}

/// Decides and has it done, after a random wait of at most `splay` where a rotation would start; `work` is told
/// whether to go on with the open one.
pub(super) fn run(
    context: &Context,
    passphrase: &PassphraseArgs,
    splay: Option<SignedDuration>,
    work: impl Fn(bool) -> Outcome,
) -> Outcome {
    let mut task = look(context, passphrase)?;
    if let (Task::Start, Some(splay)) = (&task, splay.filter(|splay| !splay.is_zero())) {
        wait(context, splay)?;
        // Somebody may have rotated meanwhile, or changed the configuration.
        task = look(context, passphrase)?;
    }
    let carry_out = |task: &Task| match task {
        Task::Start => work(false),
        Task::Resume => work(true),
        Task::Nothing(standing) => skipped(context, standing),
    };
    match carry_out(&task) {
        // Another process began or ended a rotation in between: what is to do now is another thing.
        Err(Failure(error)) if matches!(error.code, ErrorCode::RotationOpen | ErrorCode::NotConfigured) => {
            carry_out(&look(context, passphrase)?)
        }
        outcome => outcome,
    }
}

fn wait(context: &Context, splay: SignedDuration) -> Result<(), Failure> {
    let longest = Duration::try_from(splay).unwrap_or_default();
    let wait = longest.mul_f64(UnwrapErr(SysRng).random_range(0.0..=1.0));
    let seconds = SignedDuration::from_secs(i64::try_from(wait.as_secs()).unwrap_or_default());
    context.output.status(&format!("waiting {} before the rotation", duration::text(seconds)));
    Ok(context.block_on(interrupt::sleep(wait))??)
}

fn look(context: &Context, passphrase: &PassphraseArgs) -> Result<Task, Failure> {
    let standing = measured(context, passphrase)?;
    Ok(match (standing.needs_rotation(), &standing.rotation) {
        // Whether the grace period is over is for the server's clock to say.
        (_, Some(_)) => Task::Resume,
        (true, None) => Task::Start,
        (false, None) => Task::Nothing(Box::new(standing)),
    })
}

#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct RotateSkipped {
    verdict: Verdict,
    #[schemars(with = "crate::schema::Rfc3339")]
    window_opens_at: Timestamp,
    #[schemars(with = "crate::schema::Rfc3339")]
    due_at: Timestamp,
    why: String,
}

/// The report of a run that had nothing to do.
fn skipped(context: &Context, standing: &Standing) -> Outcome {
    let report = RotateSkipped {
        verdict: standing.verdict,
        window_opens_at: standing.window_opens_at,
        due_at: standing.due_at,
        why: why(standing),
    };
    context.output.finish("key.rotate.skipped", &report, |report| report.why.clone())
}
