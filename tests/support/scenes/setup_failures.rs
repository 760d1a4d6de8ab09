//! What tests of `setup_failures` in more than one tier share.

use crate::support::AGENT;

pub(crate) const SETUP: [&str; 6] = ["setup", "--agent-id", AGENT, "--bits", "2048", "--json"];
