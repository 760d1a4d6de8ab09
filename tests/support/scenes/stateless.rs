//! What tests of `stateless` in more than one tier share.

use crate::support::{AGENT, Server, TestEnv, id_of};
use artcafe::sandbox::Dialect;
use std::fs;

/// A registered key in a variable, and a machine that has nothing else.
pub(crate) fn bare(bits: &str) -> (Server, TestEnv, String) {
    let server = Server::start(Dialect::Documented, &[]);
    let maker = TestEnv::with(&server);
    maker.run(&["setup", "--agent-id", AGENT, "--bits", bits]).expect(0);
    let key = fs::read_to_string(maker.key()).unwrap();
    let id = id_of(&server.keys()[0]);
    let mut env = TestEnv::with(&server);
    env.unset("ARTCAFE_TOKEN");
    env.set("ARTCAFE_AGENT_ID", AGENT);
    env.set("ARTCAFE_KEY_ID", &id);
    env.set("ARTCAFE_PRIVATE_KEY", "env:KEY_OF_AGENT");
    env.set("KEY_OF_AGENT", &key);
    (server, env, key)
}
