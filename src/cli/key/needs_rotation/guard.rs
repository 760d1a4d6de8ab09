//! That `key needs-rotation` answers 0 or 1 only when it knows.
//!
//! Owns exit code 255 for everything else: a wrong command line, an error, a signal, a panic. A service
//! manager skips the rotation silently on any code between, and a key would grow old unseen.

use crate::cli::exit::ExitCode;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::signal::unix::{SignalKind, signal};

use crate::env::Env;

/// The exit code of an answer that is not known.
pub(crate) const FAILED: u8 = 255;

/// Whether the command line is about this command. By eye, since it may be one that cannot be parsed.
pub(crate) fn is_wanted(env: &Env) -> bool {
    env.args.iter().skip(1).take_while(|word| *word != "--").any(|word| word == "needs-rotation")
}

/// Runs the command; a signal or a panic ends it with 255.
pub(crate) fn run(command: impl FnOnce() -> ExitCode) -> ExitCode {
    watch_signals();
    catch_unwind(AssertUnwindSafe(command)).unwrap_or(ExitCode::from(FAILED))
}

#[expect(clippy::exit, reason = "the command may be waiting for a file and cannot be told to end")]
fn watch_signals() {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        // Without a watcher a signal ends the program by itself, which no service manager takes for an answer.
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            let streams = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup(), SignalKind::quit()]
                .map(signal);
            let [Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup), Ok(mut quit)] = streams else { return };
            // Whoever waits for this is there until it comes.
            let _ = tell.send(());
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
                _ = quit.recv() => {}
            }
            std::process::exit(i32::from(FAILED));
        });
    });
    // Also goes on when the watcher ended without a word.
    let _ = told.recv();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_by_its_name_wherever_it_stands() {
        for (args, wanted) in [
            (&["artcafe", "key", "needs-rotation"][..], true),
            (&["artcafe", "--wrong", "key", "-q", "needs-rotation", "--bogus"], true),
            (&["artcafe", "key", "rotate"], false),
            (&["artcafe", "sandbox", "exec", "--", "artcafe", "key", "needs-rotation"], false),
        ] {
            assert_eq!(is_wanted(&Env::made_up(args, [])), wanted, "{args:?}");
        }
    }

    #[test]
    fn a_panic_is_no_answer() {
        let code = run(|| panic!("made up"));
        assert_eq!(code, ExitCode::from(FAILED));
    }
}
