//! The command that is run once the new key is confirmed, say to restart the agent.
//!
//! Owns that the lock is not held while it runs, so that what reads goes on, and that nothing else
//! changes the identity meanwhile: a second lock, which dies with this process, says that it runs.
//! What always holds: the journal says that it was begun before it is; both keys are valid while it
//! runs; it gets no secret; it ends within its time, with everything that it started in its group.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use rustix::process::{Pid, Signal, kill_process_group};

use crate::checkpoint;
use crate::config::{ConfigFile, Key};
use crate::durable::Lock;
use crate::keys;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::rotate::journal::{Hook, Journal};
use crate::ops::rotate::{RotateOptions, tell};
use crate::ops::session::{self, Session};

/// How much of what it printed is shown.
const SHOWN: u64 = 4096;

/// What a hook is told about the switch, in this order: the event, the configuration, and the key that it names now.
pub const HOOK_VARIABLES: [&str; 4] =
    ["ARTCAFE_HOOK", "ARTCAFE_HOOK_CONFIG", "ARTCAFE_HOOK_PRIVATE_KEY_PATH", "ARTCAFE_HOOK_KEY_ID"];

/// How long a hook that is told to end may take for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// The hook's command and its surroundings.
#[derive(Debug, Clone)]
pub struct HookOptions {
    /// The command line from a flag; the configuration's when absent.
    pub command: Option<String>,
    /// The time from a flag; the configuration's when absent.
    pub timeout: Option<SignedDuration>,
    /// The variables that it gets, without any secret.
    pub variables: Vec<(OsString, OsString)>,
}

/// Why it is run, told in `ARTCAFE_HOOK`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// The configuration names the new key.
    Switched,
    /// The configuration names the old key again.
    RolledBack,
}

impl Event {
    fn name(self) -> &'static str {
        match self {
            Self::Switched => "post-switch",
            Self::RolledBack => "rolled-back",
        }
    }
}

/// The lock of `$ARTCAFE_HOME`, which a rotation lets go of while its hook runs.
pub(super) struct Held {
    lock: Option<Lock>,
}

impl Held {
    pub(super) fn take(session: &Session) -> Result<Self, OpError> {
        Ok(Self { lock: Some(session.lock()?) })
    }

    fn release(&mut self) {
        self.lock = None;
    }

    fn take_again(&mut self, session: &Session) -> Result<(), OpError> {
        self.lock = Some(session::lock_home(&session.settings.paths, &session.stamp)?);
        Ok(())
    }
}

/// The hook of a new rotation: the flag's, or the configuration's if nobody else can have written it.
pub(super) fn planned(session: &Session, options: &RotateOptions, file: &ConfigFile) -> Result<Option<Hook>, OpError> {
    let in_file = |key| file.text_of(key).map(|found| found.value);
    let command = match (&options.hook.command, in_file(Key::RotationPostSwitch)) {
        (Some(command), _) => command.clone(),
        (None, Some(command)) => {
            let real = std::fs::canonicalize(file.path()).unwrap_or_else(|_| file.path().to_path_buf());
            if let Some(loose) = keys::check_only_ours(&real, session.user)?.first() {
                return Err(OpError::new(
                    ErrorCode::LooseMode,
                    format!(
                        "the hook in `{}` is not run: {loose}, so somebody else could choose the command",
                        file.path().display()
                    ),
                )
                .hint(loose.hint.clone()));
            }
            command
        }
        (None, None) => return Ok(None),
    };
    if command.trim().is_empty() {
        return Err(OpError::new(ErrorCode::Usage, "the hook's command is empty").hint("leave `--post-switch` out"));
    }
    let timeout = match options.hook.timeout {
        Some(timeout) => timeout,
        None => session.settings.rotation.post_switch_timeout.value,
    };
    Ok(Some(Hook { command, timeout_seconds: timeout.as_secs().max(1), started: None, succeeded: false }))
}

/// A command that is given while a rotation is open takes the place of the one that it began with.
pub(super) fn replace(session: &Session, options: &RotateOptions, journal: &mut Journal) -> Result<(), OpError> {
    let has_run = journal.hook.as_ref().is_some_and(|hook| hook.succeeded);
    if let (Some(_), false, Some(file)) = (&options.hook.command, has_run, &session.settings.file) {
        let started = journal.hook.as_ref().and_then(|hook| hook.started.clone());
        journal.hook = planned(session, options, file)?.map(|hook| Hook { started, ..hook });
    }
    Ok(())
}

/// Runs the hook after the switch, once: one that ended well is not run again.
pub(super) fn after_switch(
    session: &Session,
    options: &RotateOptions,
    journal: &mut Journal,
    held: &mut Held,
) -> Result<(), OpError> {
    if journal.hook.as_ref().is_none_or(|hook| hook.succeeded) {
        return Ok(());
    }
    run(session, options, journal, held, Event::Switched)?;
    if let Some(hook) = &mut journal.hook {
        hook.succeeded = true;
    }
    journal.save(&session.settings.paths)
}

/// Runs the hook on the way back if it was begun on the way forward: whatever read the new key has to read the old one.
pub(super) fn after_rollback(
    session: &Session,
    options: &RotateOptions,
    journal: &mut Journal,
    held: &mut Held,
) -> Result<(), OpError> {
    if journal.hook.as_ref().is_none_or(|hook| hook.started.is_none()) {
        return Ok(());
    }
    run(session, options, journal, held, Event::RolledBack)
}

fn run(
    session: &Session,
    options: &RotateOptions,
    journal: &mut Journal,
    held: &mut Held,
    event: Event,
) -> Result<(), OpError> {
    let Some(hook) = &mut journal.hook else { return Ok(()) };
    let (command, timeout) = (hook.command.clone(), SignedDuration::from_secs(hook.timeout_seconds));
    hook.started = Some(session.stamp.clone());
    let paths = &session.settings.paths;
    journal.save(paths)?;
    checkpoint::reach("hook.before");
    let outcome = {
        // Taken before the other lock is let go, so that there is no moment between them.
        let running = Lock::acquire(&Journal::hook_lock(paths), &session.stamp, Duration::ZERO)?;
        held.release();
        let outcome = supervise(&command, timeout, &variables(options, journal, event), &options.on_hook_output);
        held.take_again(session)?;
        drop(running);
        tell::hook_ran(session, event.name(), outcome.is_ok())?;
        outcome
    };
    checkpoint::reach("hook.after");
    outcome
}

fn variables(options: &RotateOptions, journal: &Journal, event: Event) -> Vec<(OsString, OsString)> {
    let mut variables = options.hook.variables.clone();
    let (path, id) = match event {
        Event::Switched => (&journal.new.path, &journal.new.key_id),
        Event::RolledBack => (&journal.old.path, &journal.old.configured_id),
    };
    let values = [
        Some(OsString::from(event.name())),
        Some(journal.config.clone().into()),
        Some(path.clone().into()),
        id.as_ref().map(|id| id.as_str().into()),
    ];
    let told = HOOK_VARIABLES.iter().zip(values);
    variables.extend(told.filter_map(|(name, value)| value.map(|value| (OsString::from(name), value))));
    variables
}

/// Runs the command to its end, or ends it.
fn supervise(
    command: &str,
    timeout: SignedDuration,
    variables: &[(OsString, OsString)],
    on_output: &dyn Fn(&str),
) -> Result<(), OpError> {
    let failed = |error| OpError::new(ErrorCode::HookFailed, "the hook cannot be run").because(error);
    // A file and no pipe: what the hook leaves running in the background may keep it open for ever.
    let mut printed = tempfile::tempfile().map_err(failed)?;
    checkpoint::start().map_err(failed)?;
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", command])
        .env_clear()
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(printed.try_clone().map_err(failed)?)
        .stderr(printed.try_clone().map_err(failed)?)
        .process_group(0);
    let mut child = crate::hardening::as_found(|| shell.spawn()).map_err(failed)?;
    let status = wait(&mut child, Duration::try_from(timeout).unwrap_or(Duration::ZERO)).map_err(failed)?;
    let text = tail(&mut printed).map_err(failed)?;
    on_output(&text);
    let how = match status {
        Some(status) if status.success() => return Ok(()),
        Some(status) => format!("it ended with {status}"),
        None => format!("it was ended after {} s", timeout.as_secs()),
    };
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).map(|line| format!("; it said: {line}"));
    Err(OpError::new(ErrorCode::HookFailed, format!("the hook failed: {how}{}", last.unwrap_or_default())))
}

/// Its status, or nothing when it had to be ended.
fn wait(child: &mut Child, timeout: Duration) -> std::io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + timeout;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let end = |signal| group.map_or(Ok(()), |group| kill_process_group(group, signal).map_err(std::io::Error::from));
    end(Signal::TERM)?;
    let patience = Instant::now() + PATIENCE;
    while child.try_wait()?.is_none() && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(20));
    }
    // The leader may be gone and others of its group not; nobody is left to be told when none are.
    let _ = end(Signal::KILL);
    child.wait()?;
    Ok(None)
}

/// The end of what was printed, without what a terminal would obey.
fn tail(printed: &mut File) -> std::io::Result<String> {
    let length = printed.seek(SeekFrom::End(0))?;
    printed.seek(SeekFrom::Start(length.saturating_sub(SHOWN)))?;
    let mut bytes = Vec::new();
    printed.take(SHOWN).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.chars().filter(|character| !character.is_control() || matches!(character, '\n' | '\t')).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(command: &str, seconds: i64) -> Result<(), OpError> {
        supervise(command, SignedDuration::from_secs(seconds), &[("PATH".into(), "/usr/bin:/bin".into())], &|_| {})
    }

    #[test]
    fn the_exit_code_is_the_verdict() {
        assert!(run("exit 0", 5).is_ok());
        let error = run("echo cannot restart; exit 3", 5).unwrap_err();
        assert_eq!(error.code, ErrorCode::HookFailed);
        assert!(error.message.contains("exit status: 3; it said: cannot restart"), "{error}");
    }

    #[test]
    fn what_it_leaves_behind_does_not_hold_it_up() {
        let started = Instant::now();
        assert!(run("sleep 30 & exit 0", 20).is_ok());
        assert!(started.elapsed() < Duration::from_secs(15));
    }

    #[test]
    fn it_is_ended_with_its_group() {
        let directory = tempfile::tempdir().unwrap();
        let mark = directory.path().join("mark");
        let command = format!("(sleep 4; touch '{}') & sleep 30", mark.display());
        let error = run(&command, 1).unwrap_err();
        assert!(error.message.contains("ended after 1 s"), "{error}");
        std::thread::sleep(Duration::from_secs(5));
        assert!(!mark.exists());
    }
}
