//! What the commands do: one operation a file, without a terminal.
//!
//! Owns the identity's life cycle: generate, register, configure, prove, undo. An operation takes
//! values, returns a report that can be serialised, and never prints, asks, or reads the environment.
//! What always holds: a private key is durable before its public half leaves the machine; what a
//! server says is believed only about the record that was asked for; an answer that was lost is
//! settled by looking, never by repeating blindly.

pub mod access;
pub mod agent;
pub mod agent_paths;
pub mod audit;
pub mod ci;
pub mod configure;
pub mod convert;
pub mod deregister;
pub mod doctor;
pub mod due;
mod ending;
pub mod error;
pub mod failures;
pub mod fix;
pub mod generate;
pub mod github;
pub mod identity_ids;
pub mod identity_switch;
pub mod list;
pub mod local_names;
pub mod login;
pub mod logins;
mod lower_errors;
pub mod monitor;
pub mod own_key;
pub mod pages;
pub mod progress;
pub mod prove;
pub mod register;
pub mod relink;
pub mod repair;
mod reserved_file;
pub mod revoke;
pub mod rotate;
mod server_errors;
pub mod service;
pub mod session;
pub mod setup;
mod shared;
pub mod show;
pub mod state;
pub mod status;
mod superseded;
pub mod tenant;
pub mod tokens;
pub mod topic;

pub use error::{ErrorCode, OpError};
pub use fix::Fix;
pub use session::Session;
pub use shared::flags_of as configuration_flags;
