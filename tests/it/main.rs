//! The everyday tests, one module a command or subject: `cargo test`.
//!
//! They need the Rust toolchain, a C compiler and git, and no other program.

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
mod agent_paths;
mod agent_record;
mod agent_register;
mod agent_watch;
mod agent_ways;
mod architecture;
mod argv;
mod audit;
mod auth_login;
mod auth_test;
mod ci;
mod config_commands;
mod config_file;
mod deregister;
mod doctor;
mod documents;
mod failures;
mod follower;
mod generated;
mod github;
mod interrupts;
#[path = "../deep/interrupts.rs"]
mod interrupts_anywhere;
mod key_convert;
mod key_due;
mod key_generate;
mod key_list;
mod key_register;
mod key_revoke;
mod key_rotate;
#[path = "../deep/key_rotate.rs"]
mod key_rotate_kills;
mod monitor;
mod progress;
mod review_cli;
mod rotate_hook;
mod rotate_memory;
mod safety;
mod sandbox;
mod sandbox_exec;
mod sandbox_serve;
mod schemas;
mod setup;
mod setup_failures;
mod slips;
mod stateless;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "each tier uses its part")]
mod support;
mod tenant_records;
mod tenant_usage;
mod tenant_use;
mod token_flight;
mod token_handover;
mod tokens;
mod topic;
mod ways_out;
mod wire;
mod wire_client;

/// Which tests these are.
const TIER: support::tier::Tier = support::tier::Tier::Everyday;

#[test]
fn every_file_here_is_listed() {
    support::tier::assert_listed("it");
}
