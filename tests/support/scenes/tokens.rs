//! What tests of `tokens` in more than one tier share.

use crate::support::{Server, TestEnv};
use artcafe::sandbox::Dialect;
use serde_json::Value;
use std::fs;

/// A proven agent that works with its own key alone.
pub(crate) fn proven() -> (Server, TestEnv) {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    for name in ["ARTCAFE_TOKEN", "ARTCAFE_API_ENDPOINT", "ARTCAFE_TENANT_ID"] {
        env.unset(name);
    }
    (server, env)
}

/// Whether the server takes a token, without a tenant header.
pub(crate) fn is_good(server: &Server, token: &str) -> bool {
    crate::support::http::ask(server.url(), "GET", "/api/v1/ssh-keys", Some(token), &Value::Null).0 == 200
}

pub(crate) fn token(env: &TestEnv, format: &str) -> String {
    let run = env.run(&["auth", "token", "--format", format]).expect(0);
    assert_eq!(run.stderr, "");
    run.stdout.strip_suffix('\n').unwrap().to_owned()
}

/// How often the server was asked for a challenge, and for a token.
pub(crate) fn asked(server: &Server) -> (usize, usize) {
    (server.count("POST /api/v1/auth/agent/challenge"), server.count("POST /api/v1/auth/verify"))
}

/// The kept tokens' files.
pub(crate) fn kept(env: &TestEnv) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(env.path(".artcafe/state/tokens")).map(|entries| entries.flatten().map(|e| e.path()));
    entries.map_or(Vec::new(), |paths| paths.filter(|path| path.extension().is_some_and(|e| e == "json")).collect())
}
