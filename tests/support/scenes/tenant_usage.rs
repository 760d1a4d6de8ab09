//! What tests of `tenant_usage` in more than one tier share.

use artcafe::sandbox::{Dialect, Options};
use serde_json::{Value, json};
use crate::support::{Run, Server, TestEnv, fake};

pub(crate) fn usage(env: &TestEnv, more: &[&str], code: i32) -> Run {
    env.run(&[&["tenant", "usage", "--json"], more].concat()).expect(code)
}
