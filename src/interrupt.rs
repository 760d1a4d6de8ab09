//! SIGINT and SIGTERM: the step in hand is finished, then the program ends and says how to go on.
//!
//! Owns the handlers, from [`catch`] on, and the question whether a signal came, which is asked between
//! steps, before each request and in every wait. Never prints, and never ends the process by itself.
//! What always holds: the first signal cuts off no replacement of a file and no request that changes
//! something; the second ends the process at once, as the system does by itself; where [`catch`] was
//! not called, signals are what they always were. While a person or another program is waited for,
//! nothing is in hand, and whoever called [`catch`] is told to end the process.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once, OnceLock};
use std::time::Duration;

use crate::checkpoint;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals;
use tokio::signal::unix::{SignalKind, signal};

/// The signal that asked for the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Interrupted {
    /// SIGINT, as of Ctrl-C.
    #[error("interrupted (SIGINT)")]
    Interrupt,
    /// SIGTERM, as of a service manager.
    #[error("terminated (SIGTERM)")]
    Terminate,
}

/// What is in hand when a signal comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InHand {
    /// A step, after which the program ends by itself.
    Step,
    /// Nothing: a person or another program is waited for, which only the end of the process stops.
    Nothing,
}

/// Hears of the first signal, on a thread of its own.
type OnSignal = Box<dyn Fn(Interrupted, InHand) + Send + Sync>;

struct State {
    /// 0, or which signal came; set by the handler itself.
    caught: Arc<AtomicUsize>,
    /// How many waits for a person or a program are under way.
    pauses: AtomicUsize,
    /// Whether something was cut off or left out for it.
    was_noticed: AtomicBool,
    go_on: Mutex<&'static str>,
    on_signal: OnSignal,
}

static STATE: OnceLock<State> = OnceLock::new();

/// What a person does after an interruption, where nothing better was said.
const AGAIN: &str = "run the same command again";

/// Takes SIGINT and SIGTERM over; `on_signal` hears of the first one.
pub fn catch(on_signal: impl Fn(Interrupted, InHand) + Send + Sync + 'static) -> io::Result<()> {
    let caught = Arc::new(AtomicUsize::new(0));
    let is_second = Arc::new(AtomicBool::new(false));
    let state = State {
        caught: Arc::clone(&caught),
        pauses: AtomicUsize::new(0),
        was_noticed: AtomicBool::new(false),
        go_on: Mutex::new(AGAIN),
        on_signal: Box::new(on_signal),
    };
    if STATE.set(state).is_err() {
        return Ok(());
    }
    for (number, which) in [(SIGINT, 1), (SIGTERM, 2)] {
        // In this order: the first signal must not find its own mark.
        flag::register_conditional_default(number, Arc::clone(&is_second))?;
        flag::register(number, Arc::clone(&is_second))?;
        flag::register_usize(number, Arc::clone(&caught), which)?;
    }
    Ok(())
}

/// Starts the thread that tells of the first signal; before anything that can take a while.
pub fn watch() {
    static WATCH: Once = Once::new();
    let Some(state) = STATE.get() else { return };
    WATCH.call_once(|| {
        // Without a watcher the second signal still ends the process.
        let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
        let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            if signals.forever().next().is_some()
                && let Some(interrupted) = caught()
            {
                let is_paused = state.pauses.load(Ordering::SeqCst) > 0;
                (state.on_signal)(interrupted, if is_paused { InHand::Nothing } else { InHand::Step });
            }
        });
    });
}

/// The signal that came, if one did.
fn caught() -> Option<Interrupted> {
    match STATE.get()?.caught.load(Ordering::SeqCst) {
        0 => None,
        1 => Some(Interrupted::Interrupt),
        _ => Some(Interrupted::Terminate),
    }
}

fn notice(interrupted: Interrupted) -> Interrupted {
    if let Some(state) = STATE.get() {
        state.was_noticed.store(true, Ordering::SeqCst);
    }
    interrupted
}

/// Refuses to begin anything further once a signal came.
pub fn check() -> Result<(), Interrupted> {
    caught().map_or(Ok(()), |interrupted| Err(notice(interrupted)))
}

/// The signal for which something was cut off or not begun. A command that had done all its work when one came
/// knows of none.
pub fn noticed() -> Option<Interrupted> {
    caught().filter(|_| STATE.get().is_some_and(|state| state.was_noticed.load(Ordering::SeqCst)))
}

/// Fails where [`noticed`] knows of a signal.
pub fn check_noticed() -> Result<(), Interrupted> {
    noticed().map_or(Ok(()), Err)
}

/// While this value lives, a person or another program is waited for, and nothing is in hand.
#[derive(Debug)]
pub struct Pause(());

/// Begins such a wait, unless a signal came before.
pub fn pause() -> Result<Pause, Interrupted> {
    watch();
    if let Some(state) = STATE.get() {
        state.pauses.fetch_add(1, Ordering::SeqCst);
    }
    let pause = Pause(());
    check().map(|()| pause)
}

impl Drop for Pause {
    fn drop(&mut self) {
        if let Some(state) = STATE.get() {
            state.pauses.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Says what a person does after an interruption from here on: constant words.
pub fn go_on_by(words: &'static str) {
    // Poisoned only by a panic between two assignments, of which there is none.
    if let Some(mut go_on) = STATE.get().and_then(|state| state.go_on.lock().ok()) {
        *go_on = words;
    }
}

/// What was said last.
pub fn how_to_go_on() -> &'static str {
    STATE.get().and_then(|state| state.go_on.lock().ok()).map_or(AGAIN, |go_on| *go_on)
}

/// Waits for the first signal.
async fn requested() -> Interrupted {
    if STATE.get().is_none() {
        return std::future::pending().await;
    }
    // Listened to before the look, so that no signal falls in between.
    let streams = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    if let Some(interrupted) = caught() {
        return interrupted;
    }
    let (Ok(mut interrupt), Ok(mut terminate)) = streams else { return std::future::pending().await };
    loop {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        if let Some(interrupted) = caught() {
            return interrupted;
        }
    }
}

/// Runs what changes nothing, and gives it up when a signal comes.
pub async fn unless_requested<T>(work: impl Future<Output = T>) -> Result<T, Interrupted> {
    tokio::select! {
        biased;
        outcome = work => Ok(outcome),
        interrupted = requested() => Err(notice(interrupted)),
    }
}

/// Waits for so long, or for a signal.
pub async fn sleep(time: Duration) -> Result<(), Interrupted> {
    check()?;
    unless_requested(tokio::time::sleep(checkpoint::wait(time))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_handlers_nothing_is_ever_interrupted() {
        assert_eq!((check(), noticed(), how_to_go_on()), (Ok(()), None, AGAIN));
        let _pause = pause().unwrap();
        go_on_by("not heard");
        assert_eq!(how_to_go_on(), AGAIN);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        assert_eq!(runtime.block_on(sleep(Duration::from_millis(1))), Ok(()));
    }
}
