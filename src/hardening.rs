//! What keeps this process's memory from others.
//!
//! Owns that a crash writes no core file and that no other process of the same user can attach to this
//! one or read its memory: keys, passphrases and tokens are in it. Both begin before anything secret is
//! read. Only the soft limit is lowered, so that a program of the user's own, which this one starts,
//! gets the limit that was found; what fetches a secret for us does not.

use std::sync::OnceLock;

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The limit of core files as it was, and what could not be done.
static FOUND: OnceLock<(Rlimit, Option<Errno>)> = OnceLock::new();

/// Closes the memory of this process; the first thing that `main` does.
pub fn close() {
    FOUND.get_or_init(|| {
        let found = getrlimit(Resource::Core);
        (found, set_soft(&found, Some(0)).and(refuse_tracers()).err())
    });
}

/// Keeps other processes of the same user from attaching to this one.
#[cfg(target_os = "linux")]
fn refuse_tracers() -> Result<(), Errno> {
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
}

/// LIMIT: other systems have no such switch that safe code reaches.
#[cfg(not(target_os = "linux"))]
fn refuse_tracers() -> Result<(), Errno> {
    Ok(())
}

/// Why the memory is open, where it is.
pub fn problem() -> Option<Errno> {
    FOUND.get().and_then(|(_, problem)| *problem)
}

/// Starts a program of the user's own, with the limit of core files that was found.
pub fn as_found<T>(start: impl FnOnce() -> T) -> T {
    let Some((found, _)) = FOUND.get() else { return start() };
    // Between the hard limit and nothing every soft limit is allowed; meanwhile this process is not dumpable.
    let _ = set_soft(found, found.current);
    let started = start();
    let _ = set_soft(found, Some(0));
    started
}

fn set_soft(found: &Rlimit, soft: Option<u64>) -> Result<(), Errno> {
    setrlimit(Resource::Core, Rlimit { current: soft, maximum: found.maximum })
}
