//! `key rotate`: a new key takes the place of the old one, and no crash can lose the identity.
//!
//! Owns the order `planned → generated → registered → proven → switched → confirmed → retired`, each
//! step journalled before the next begins. What always holds: the key that the configuration names can
//! authenticate; the old key's file and registration stand until the new one is proven, configured
//! *and* confirmed by a fresh process; there is one commit point, the replacement of the configuration
//! with path and key id together; nothing is rolled back by a destructor. A 429, a 5xx or a timeout is
//! never read as a dead key.

mod back;
mod change;
mod fresh;
mod hook;
mod journal;
mod links;
mod naming;
mod plan;
mod rehearse;
mod retire;
mod steps;
mod tell;

use std::cell::OnceCell;
use std::path::PathBuf;
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::checkpoint;
use crate::config::{Endpoint, Key, Origin, Paths, Sourced};
use crate::interrupt::{self, Interrupted};
use crate::keys::{KeyFormat, KeySpec};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::prove;
use crate::ops::session::Session;
use crate::secret::SecretString;

pub use fresh::FreshProcess;
pub use hook::{HOOK_VARIABLES, HookOptions};
pub use journal::refuse_during_hook;
pub use journal::{Direction, Hook, Journal, Phase};
pub use links::behind;
pub(super) use links::{plain_name, repair as repair_links};
pub(super) use naming::mend;
pub use naming::{Naming, named_now};
pub use rehearse::{PlannedStep, rehearse};

use hook::Held;

/// What a person does after a signal, on the way forward and on the way back.
const GO_ON: &str = "go on with it: `artcafe key rotate --resume`, or undo it: `artcafe key rotate --abort`";
const GO_BACK: &str = "go on undoing it: `artcafe key rotate --abort`";

/// What a rotation meets where the agent's own record carries its key, said before it comes to that.
pub const AGENT_RECORD_KEY: &str = "the agent's own record carries this key, which no API can change: once replaced, it stays accepted at /auth/agent/verify and the WebSocket, so a rotation has to be told `--accept-agent-record`, and a timer is installed with `artcafe service install --accept-agent-record`";

/// Hears of something that stops nothing: its code, and the words for a person.
pub type OnWarning = Box<dyn Fn(&str, &str)>;

/// What becomes of the passphrase.
pub enum NewKeyPassphrase {
    /// The new key gets the old one's.
    Inherit,
    /// The new key gets this one.
    Set(SecretString),
    /// The new key gets none.
    None,
}

/// How to rotate.
pub struct RotateOptions {
    /// Algorithm and size of the new key; the old one's when absent.
    pub spec: Option<KeySpec>,
    /// Format of the new key; the old one's when absent.
    pub format: Option<KeyFormat>,
    /// Passphrase of the new key.
    pub passphrase: NewKeyPassphrase,
    /// How long the old key stays after the switch.
    pub grace: Option<SignedDuration>,
    /// Whether the old key's files stay.
    pub keep_old: bool,
    /// Retire although another configuration names the old key.
    pub also: bool,
    /// Rotate although the agent's own record carries the old key.
    pub accept_agent_record: bool,
    /// End the grace period now if it is over; otherwise say how long it lasts.
    pub finish: bool,
    /// Why the old key is retired, for the platform's record; what the rotation began with when absent.
    pub reason: Option<String>,
    /// Name of the new record, after the agent.
    pub default_name_tail: String,
    /// The fresh process that confirms.
    pub fresh: FreshProcess,
    /// The command after the switch.
    pub hook: HookOptions,
    /// Called with what the hook printed.
    pub on_hook_output: Box<dyn Fn(&str)>,
    /// Called with what stops nothing.
    pub on_warning: OnWarning,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Rotated {
    /// A rotation was worked on.
    Worked(Box<RotateReport>),
    /// There was nothing to do.
    Nothing(NothingDone),
}

/// Why nothing was done.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct NothingDone {
    /// `nothing_to_do`.
    pub outcome: &'static str,
    /// `changed_meanwhile`: another process put a new key in place while this one waited.
    pub reason: &'static str,
    /// The same for a person.
    pub message: String,
}

/// Where a rotation stands.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct RotateReport {
    /// `rotated`, `in_grace`, `being_undone`, `undone`, or `open` when it stands at another phase.
    pub outcome: &'static str,
    /// When it began, RFC 3339 in UTC.
    pub started_at: String,
    /// The phase that was reached.
    pub phase: Phase,
    /// Whether it was gone back.
    pub direction: Direction,
    /// The old key's record, where it is known.
    pub old_key_id: Option<String>,
    /// The old key's OpenSSH fingerprint.
    pub old_fingerprint: String,
    /// The old key's file.
    pub old_private_key_path: PathBuf,
    /// The new key's record.
    pub new_key_id: Option<String>,
    /// The new key's OpenSSH fingerprint.
    pub new_fingerprint: Option<String>,
    /// The new key's file.
    pub new_private_key_path: PathBuf,
    /// `revoked` or `deleted`, once the old key is retired.
    pub retired_by: Option<String>,
    /// When the old key is retired.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub retire_after: Option<Timestamp>,
    /// Until when tokens already issued for the old key stay good at most.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub old_tokens_end: Option<Timestamp>,
    /// Who authorized it, where it was not the old key.
    pub authorized_by: Option<String>,
    /// The command after the switch, and how far it has come.
    pub hook: Option<Hook>,
    /// Which of the two keys the configuration names, where that was looked at.
    pub configuration_names: Option<Naming>,
}

/// The open rotation of this configuration, if there is one.
pub fn open(paths: &Paths) -> Result<Option<Journal>, OpError> {
    Journal::load(paths)
}

/// How the open rotation of this configuration stands, if there is one.
pub fn stand(session: &Session) -> Result<Option<RotateReport>, OpError> {
    let Some(journal) = Journal::load(&session.settings.paths)? else { return Ok(None) };
    let names = named_now(session, &journal)?;
    Ok(Some(RotateReport { configuration_names: Some(names), ..journal.report() }))
}

/// Starts a rotation, or goes on with the open one when `resume` says so.
pub async fn rotate(session: &Session, options: &RotateOptions, resume: bool) -> Result<Rotated, OpError> {
    let paths = &session.settings.paths;
    let was_open = Journal::load(paths)?.is_some();
    let mut held = Held::take(session)?;
    let mut journal = match Journal::load(paths)? {
        Some(journal) if resume || options.finish => journal,
        // Whoever held the lock has finished what this run meant to do.
        None if was_open || changed_since(session)? => return Ok(Rotated::Nothing(changed_meanwhile())),
        Some(journal) => return Err(journal.refusal((session.now)())),
        None if resume || options.finish => {
            Journal::remove(paths)?;
            return Err(OpError::new(ErrorCode::NotConfigured, "there is no open rotation")
                .hint("start one with `artcafe key rotate`"));
        }
        None => {
            session.progress.begin(Phase::Planned.name(), "asking the server");
            let journal = plan::plan(session, options).await?;
            journal.save(paths)?;
            session.progress.done(Phase::Planned.name(), &journal.new.path.display().to_string());
            checkpoint::reach("planned");
            journal
        }
    };
    let bound = bound(session, &journal)?;
    let session = &bound;
    if journal.direction == Direction::Back {
        back::turn(session, &mut journal).await?;
    }
    // Nothing more is made for a configuration that is gone or names a third key.
    naming::must_name_either(session, &journal)?;
    if journal.phase == Phase::Proven {
        // A proof from before a crash says nothing of now, and the configuration is switched next.
        journal.phase = Phase::Registered;
    }
    if let Some(reason) = &options.reason {
        journal.reason.clone_from(reason);
    }
    hook::replace(session, options, &mut journal)?;
    go_forward(session, options, &mut journal, &mut held)
        .await
        .map_err(|error| go_on_with(paths, (session.now)(), error, "--resume"))?;
    Ok(Rotated::Worked(Box::new(journal.report())))
}

/// Step by step to the end, or to where the grace period stops it.
async fn go_forward(
    session: &Session,
    options: &RotateOptions,
    journal: &mut Journal,
    held: &mut Held,
) -> Result<(), OpError> {
    let paths = &session.settings.paths;
    interrupt::go_on_by(GO_ON);
    while journal.phase != Phase::Retired {
        interrupt::check().map_err(|interrupted| stands_at(interrupted, journal))?;
        if journal.phase == Phase::Confirmed {
            if let Err(error) = hook::after_switch(session, options, journal, held) {
                return Err(undone_by_hook(session, options, journal, held, error).await);
            }
            if in_grace(session, journal, options).await? {
                return Ok(());
            }
        }
        let (next, does) = steps::next(journal.phase);
        session.progress.begin(next.name(), does);
        steps::advance(session, options, journal, held).await?;
        session.progress.done(journal.phase.name(), "");
        checkpoint::reach(journal.phase.name());
    }
    if back::may_still_come(session, journal)? {
        (options.on_warning)(
            "registration_in_doubt",
            "a registration whose answer was lost may still be carried out, and the key would then stand twice: the next rotation retires both records",
        );
    }
    Journal::remove(paths)
}

/// A hook that fails undoes the rotation, as long as both keys are valid.
async fn undone_by_hook(
    session: &Session,
    options: &RotateOptions,
    journal: &mut Journal,
    held: &mut Held,
    error: OpError,
) -> OpError {
    if error.code != ErrorCode::HookFailed {
        return error;
    }
    if journal.retire_requested {
        return error.hint("the old key may be retired already: mend the hook, then `artcafe key rotate --resume`");
    }
    interrupt::go_on_by(GO_BACK);
    let back = async {
        back::go_back(session, options, journal, held).await?;
        Journal::remove(&session.settings.paths)
    };
    match back.await {
        Ok(()) => {
            let message =
                format!("{}; the rotation was undone, and the configuration names the old key again", error.message);
            OpError { message, ..error }.hint("mend the command, then rotate again: `artcafe key rotate`")
        }
        Err(back) => OpError::new(back.code, format!("{}; and undoing the rotation stopped", error.message))
            .because(back)
            .hint("go on undoing it: `artcafe key rotate --abort`"),
    }
}

/// Where a rotation stands when a signal ends it between two steps.
fn stands_at(interrupted: Interrupted, journal: &Journal) -> OpError {
    let error = OpError::from(interrupted);
    OpError { message: format!("{}: the rotation stands at `{}`", error.message, journal.phase), ..error }
}

/// Whether the configuration names another key than when this run read it, before it waited for the lock.
fn changed_since(session: &Session) -> Result<bool, OpError> {
    let Some(before) = &session.settings.file else { return Ok(false) };
    let Some(now) = crate::config::ConfigFile::load(before.path())? else { return Ok(false) };
    let key = |file: &crate::config::ConfigFile| {
        [Key::PrivateKeyPath, Key::KeyId].map(|key| file.text_of(key).map(|found| found.value))
    };
    Ok(key(before) != key(&now))
}

/// What was read before the lock was had may be of a key that another process has replaced meanwhile.
pub(in crate::ops) fn refuse_changed(session: &Session) -> Result<(), OpError> {
    if !changed_since(session)? {
        return Ok(());
    }
    let path = session.settings.paths.config.value.display();
    Err(OpError::new(
        ErrorCode::ChangedMeanwhile,
        format!("`{path}` names another key since another artcafe process, which this one waited for, has ended"),
    )
    .hint("run the same command again, which reads it anew"))
}

/// A failure that leaves the rotation open: the same command would be refused, so the hint names the one that goes on.
fn go_on_with(paths: &Paths, now: Timestamp, mut error: OpError, way: &str) -> OpError {
    let Ok(Some(journal)) = Journal::load(paths) else { return error };
    if error.code.is_retryable() && error.fix.is_none() {
        error.fix = journal.fix(now).map(Box::new);
    }
    let command = format!("`artcafe key rotate {way}`");
    let hint = match error.hint.take() {
        // A pair that is cut short by a full disk is completed by the rotation itself.
        _ if error.code == ErrorCode::DiskFull => format!("free some space, then go on: {command}; nothing was lost"),
        Some(hint) if hint.contains("artcafe key rotate") => hint,
        Some(hint) if hint.contains(SAME_COMMAND) => hint.replace(SAME_COMMAND, &format!("run {command}")),
        Some(hint) => format!("{hint}; then go on with the rotation: {command}"),
        None => format!("go on with the rotation: {command}"),
    };
    error.hint(hint)
}

/// What a hint says where a command can simply be repeated.
const SAME_COMMAND: &str = "run the same command again";

fn changed_meanwhile() -> NothingDone {
    NothingDone {
        outcome: "nothing_to_do",
        reason: "changed_meanwhile",
        message: "the key changed meanwhile, by another process: nothing to do".to_owned(),
    }
}

/// Undoes the open rotation: back to the state before.
pub async fn abort(session: &Session, options: &RotateOptions) -> Result<RotateReport, OpError> {
    let mut held = Held::take(session)?;
    let paths = &session.settings.paths;
    let Some(mut journal) = Journal::load(paths)? else {
        Journal::remove(paths)?;
        return Err(
            OpError::new(ErrorCode::NotConfigured, "there is no open rotation").hint("nothing has to be undone")
        );
    };
    let bound = bound(session, &journal)?;
    let session = &bound;
    if journal.retire_requested {
        match go_forward(session, options, &mut journal, &mut held).await {
            Ok(()) => {
                return Err(OpError::new(
                    ErrorCode::Differs,
                    "the old key may be retired already, so the rotation was finished instead of undone",
                )
                .hint("see that all is well: `artcafe auth test`"));
            }
            // The new key has died. If the request never arrived, the old one is what is left of the identity.
            Err(error) if prove::is_dead(error.code) && back::is_open(session, &journal).await? => {
                journal.retire_requested = false;
            }
            Err(error) => return Err(error),
        }
    }
    interrupt::go_on_by(GO_BACK);
    let back = back::go_back(session, options, &mut journal, &mut held).await;
    back.and_then(|()| Journal::remove(paths)).map_err(|error| go_on_with(paths, (session.now)(), error, "--abort"))?;
    journal.direction = Direction::Back;
    let names = named_now(session, &journal)?;
    Ok(RotateReport { outcome: "undone", configuration_names: Some(names), ..journal.report() })
}

/// The session for an open rotation: its server and its identity are the journal's, whatever became of the
/// configuration. What a flag or variable gives beside it is refused, as at the start.
fn bound(session: &Session, journal: &Journal) -> Result<Session, OpError> {
    let endpoint = journal.endpoint.parse::<Endpoint>().map_err(|error| {
        OpError::new(ErrorCode::ConfigInvalid, "the rotation's journal names no endpoint").because(error)
    })?;
    let mut bound = session.clone();
    let settings = &mut bound.settings;
    let given = [
        (settings.endpoint.value != endpoint).then_some(&settings.endpoint.origin),
        settings.tenant_id.as_ref().filter(|id| id.value != journal.tenant_id).map(|id| &id.origin),
        settings.agent_id.as_ref().filter(|id| id.value != journal.agent_id).map(|id| &id.origin),
    ];
    let given = given.into_iter().flatten().find(|origin| matches!(origin, Origin::Flag(_) | Origin::Variable(_)));
    if let Some(origin) = given {
        return Err(OpError::new(
            ErrorCode::Differs,
            format!("{origin} gives another identity or server than the rotation began with"),
        )
        .hint(format!("leave {origin} out: the rotation goes on as it began")));
    }
    if settings.endpoint.value != endpoint {
        bound.client = Rc::new(OnceCell::new());
    }
    settings.endpoint = Sourced { value: endpoint, origin: Origin::Default };
    settings.tenant_id = Some(Sourced { value: journal.tenant_id.clone(), origin: Origin::Default });
    settings.agent_id = Some(Sourced { value: journal.agent_id.clone(), origin: Origin::Default });
    Ok(bound)
}

/// Whether the old key has to stay for now; by the server's clock.
async fn in_grace(session: &Session, journal: &Journal, options: &RotateOptions) -> Result<bool, OpError> {
    let Some(end) = journal.retire_after else { return Ok(false) };
    // A request to retire may have left: the old key's time is over in any case.
    if journal.retire_requested {
        return Ok(false);
    }
    let now = session.client()?.measured_now().await?;
    if now >= end {
        return Ok(false);
    }
    if options.finish {
        let left = match end.duration_since(now).as_secs() {
            ..=0 => "moment".to_owned(),
            seconds @ 1..120 => format!("{seconds} s"),
            seconds @ 120..7200 => format!("{} min", seconds / 60),
            seconds => format!("{} h", seconds / 3600),
        };
        return Err(OpError::new(
            ErrorCode::GraceRunning,
            format!("the old key stays for another {left}, until {}", end.strftime("%Y-%m-%d %H:%M:%S UTC")),
        )
        .hint("run `artcafe key rotate --finish` again after that"));
    }
    Ok(true)
}
