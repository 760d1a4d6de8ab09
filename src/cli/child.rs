//! A command that runs in our place: its signals and its exit code.
//!
//! Owns that whoever started us meets the command: what is sent to us reaches it, and how it ends is
//! how we end. Never ends the command itself.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;
use tokio::signal::unix::{Signal as SignalStream, SignalKind, signal};

use crate::cli::exit::ExitCode;
use crate::cli::failure::Failure;
use crate::ops::{ErrorCode, OpError};

/// The signals that a caller may send to us and means for the command.
pub(crate) struct Signals {
    caught: Vec<(Signal, SignalStream)>,
    is_on_terminal: bool,
}

impl Signals {
    /// Catches them; before the command starts, so that none can leave it behind. On a terminal Ctrl-C reaches the
    /// command by itself, as it is in the same group: passed on as well, it would count twice.
    pub(crate) fn catch(is_on_terminal: bool) -> Result<Self, Failure> {
        let wanted = [
            (Signal::INT, SignalKind::interrupt()),
            (Signal::TERM, SignalKind::terminate()),
            (Signal::HUP, SignalKind::hangup()),
            (Signal::QUIT, SignalKind::quit()),
            (Signal::USR1, SignalKind::user_defined1()),
            (Signal::USR2, SignalKind::user_defined2()),
        ];
        let mut caught = Vec::new();
        for (number, kind) in wanted {
            let stream = signal(kind)
                .map_err(|error| OpError::new(ErrorCode::Failed, "cannot wait for signals").because(error))?;
            caught.push((number, stream));
        }
        Ok(Self { caught, is_on_terminal })
    }

    /// Waits for one that asks for the end, while no command runs that it could be meant for.
    pub(crate) async fn stop(&mut self) -> ErrorCode {
        loop {
            match next(&mut self.caught).await {
                Signal::INT => return ErrorCode::Interrupted,
                Signal::TERM | Signal::HUP | Signal::QUIT => return ErrorCode::Terminated,
                _ => {}
            }
        }
    }

    /// Passes each on to the command, and answers how it ended.
    pub(crate) async fn pass_on_until_the_end_of(&mut self, child: &mut Child) -> Result<ExitStatus, Failure> {
        let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        loop {
            tokio::select! {
                status = child.wait() => {
                    return status.map_err(|error| OpError::new(ErrorCode::Failed, "cannot wait for the command").because(error).into());
                }
                number = next(&mut self.caught) => {
                    let was_sent_by_terminal = self.is_on_terminal && matches!(number, Signal::INT | Signal::QUIT);
                    if let Some(pid) = pid.filter(|_| !was_sent_by_terminal) {
                        // It fails only when the command has ended meanwhile, which the next turn sees.
                        let _ = kill_process(pid, number);
                    }
                }
            }
        }
    }
}

/// The next signal, whichever it is.
async fn next(caught: &mut [(Signal, SignalStream)]) -> Signal {
    std::future::poll_fn(|cx| {
        for (number, stream) in caught.iter_mut() {
            if let std::task::Poll::Ready(Some(())) = stream.poll_recv(cx) {
                return std::task::Poll::Ready(*number);
            }
        }
        std::task::Poll::Pending
    })
    .await
}

/// The command's own code; 128 and the signal's number where a signal ended it, as a shell says it.
pub(crate) fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|number| 128 + number)).unwrap_or(1);
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
