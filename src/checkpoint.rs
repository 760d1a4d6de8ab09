//! Named points at which a test can kill the process.
//!
//! Exists in debug builds alone: a release build compiles every point to nothing, which a test proves.
//! Never changes what the program does otherwise.

/// A point in a protocol. In a debug build the process kills itself here with SIGKILL if
/// `ARTCAFE_TEST_KILL_AT` names the point, as a crash would.
#[cfg(debug_assertions)]
pub fn reach(name: &str) {
    #[expect(clippy::disallowed_methods, reason = "a switch of tests, absent from release builds")]
    let wanted = std::env::var_os("ARTCAFE_TEST_KILL_AT");
    if wanted.is_some_and(|wanted| wanted == name) {
        // Nothing may run after this: no destructor, no flush, no unlock.
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}

/// A point in a protocol: nothing in a release build.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn reach(_name: &str) {}

/// A point at which a debug build panics if `ARTCAFE_TEST_PANIC_AT` names it.
#[cfg(debug_assertions)]
#[expect(clippy::panic, reason = "what a panic leads to is what the test looks at")]
pub fn panic_at(name: &str) {
    #[expect(clippy::disallowed_methods, reason = "a switch of tests, absent from release builds")]
    let wanted = std::env::var_os("ARTCAFE_TEST_PANIC_AT");
    if wanted.is_some_and(|wanted| wanted == name) {
        panic!("a test asked for this");
    }
}

/// A point at which a debug build can panic: nothing in a release build.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn panic_at(_name: &str) {}
