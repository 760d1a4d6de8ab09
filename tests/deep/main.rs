//! Tests of everything that can go wrong, by the thousand: `cargo test --release --test deep`.
//!
//! A run takes a share of the cases, whose seed it prints; `ARTCAFE_DEEP=all` takes them all.

// A test ends where it finds something wrong, and prepares the files of other programs by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "made-up machines, in processes of their own"
)]

#[path = "../it/argv.rs"]
mod argv;
mod interrupts;
mod key_rotate;
mod rotation;
mod rotation_model;
mod rotation_scenarios;
mod rotation_twenty;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "each tier uses its part")]
mod support;
mod token_flight;

/// Which tests these are.
const TIER: support::tier::Tier = support::tier::Tier::Deep;

#[test]
fn every_file_here_is_listed() {
    support::tier::assert_listed("deep");
}
