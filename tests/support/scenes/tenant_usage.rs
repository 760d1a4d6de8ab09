//! What tests of `tenant_usage` in more than one tier share.

use crate::support::{Run, TestEnv};

pub(crate) fn usage(env: &TestEnv, more: &[&str], code: i32) -> Run {
    env.run(&[&["tenant", "usage", "--json"], more].concat()).expect(code)
}
