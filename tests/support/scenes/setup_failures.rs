//! What tests of `setup_failures` in more than one tier share.

use std::fs;
use artcafe::sandbox::{Dialect, Options};
use serde_json::Value;
use crate::support::files::{SmallDisk, chmod, names, picture};
use crate::support::{AGENT, Server, TestEnv};

pub(crate) const SETUP: [&str; 6] = ["setup", "--agent-id", AGENT, "--bits", "2048", "--json"];
