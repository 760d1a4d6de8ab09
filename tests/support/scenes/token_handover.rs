//! What tests of `token_handover` in more than one tier share.

use crate::support::{Server, TestEnv};
use std::fs;
use std::path::PathBuf;

/// An agent whose commands write what they were given into these files, as this test tells them to.
pub(crate) fn proven() -> (Server, TestEnv) {
    let (server, env) = super::tokens::proven();
    for name in ["first", "second", "third", "token", "last", "seen"] {
        env.wrote(&env.root().join(name));
    }
    (server, env)
}

pub(crate) fn run_folder(env: &TestEnv) -> PathBuf {
    env.path(".artcafe/state/run")
}

/// The tokens' files that are there.
pub(crate) fn files(env: &TestEnv) -> Vec<String> {
    let entries = fs::read_dir(run_folder(env)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).filter(|name| name != "lock").collect()
}
