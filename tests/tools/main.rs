//! Tests with real programs beside ours: `cargo test --test tools`.
//!
//! `.ci/tools` installs the programs on Debian; the module `installed` names those that are missing.

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

mod agent_end;
mod agent_register;
mod agent_watch;
#[path = "../it/audit.rs"]
mod audit_elsewhere;
mod ci;
mod ci_documents;
mod clock;
mod completions;
mod doctor;
mod examples;
mod failures;
mod hardening;
mod installed;
mod interrupts;
mod key_foreign;
mod key_formats;
mod key_generate;
mod key_tools;
mod monitor;
#[path = "../it/monitor.rs"]
mod monitor_metrics;
mod progress;
mod review_cli;
mod secrets;
mod service;
mod setup;
mod setup_failures;
mod ssh_agent;
mod stateless;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "each tier uses its part")]
mod support;
mod tenant_usage;
mod tls_and_proxy;
mod token_handover;
mod token_netrc;
mod tokens;

/// Which tests these are.
const TIER: support::tier::Tier = support::tier::Tier::Tools;

#[test]
fn every_file_here_is_listed() {
    support::tier::assert_listed("tools");
}
