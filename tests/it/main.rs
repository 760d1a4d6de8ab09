//! The integration tests, one module a command or subject.

// A test ends where it finds something wrong, and prepares the files of other programs by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
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
mod ci_documents;
mod clock;
mod completions;
mod config_commands;
mod config_file;
mod deregister;
mod doctor;
mod documents;
mod examples;
mod failures;
mod follower;
mod generated;
mod github;
mod hardening;
mod interrupts;
mod key_convert;
mod key_due;
mod key_foreign;
mod key_formats;
mod key_generate;
mod key_list;
mod key_register;
mod key_revoke;
mod key_rotate;
mod key_tools;
mod monitor;
mod progress;
mod review_cli;
mod rotate_hook;
mod rotate_memory;
mod rotation;
mod rotation_model;
mod rotation_scenarios;
mod rotation_twenty;
mod safety;
mod sandbox;
mod sandbox_exec;
mod sandbox_serve;
mod schemas;
mod secrets;
mod service;
mod setup;
mod setup_failures;
mod slips;
mod ssh_agent;
mod stateless;
mod support;
mod tenant_records;
mod tenant_usage;
mod tenant_use;
mod tls_and_proxy;
mod token_flight;
mod token_handover;
mod token_netrc;
mod tokens;
mod topic;
mod ways_out;
mod wire;
mod wire_client;

#[test]
fn every_file_here_is_listed() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let listed = std::fs::read_to_string(directory.join("main.rs")).unwrap();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let is_module = path.is_dir() || path.extension().is_some_and(|extension| extension == "rs");
        assert!(
            !is_module || name == "main" || listed.contains(&format!("\nmod {name};\n")),
            "tests/it/{name} is not listed in main.rs"
        );
    }
}
