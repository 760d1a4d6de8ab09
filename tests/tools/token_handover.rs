//! How a command gets its token: `exec --fd` and `exec --token-file`.

use super::support::scenes::token_handover::*;
use super::support::scenes::tokens::is_good;

#[test]
fn the_file_is_kept_fresh_and_never_torn() {
    let (server, env) = proven();
    // Three generations, as the server's tokens live an hour; every look at the file finds a whole token.
    let script = "import os, sys
path, seen = os.environ['ARTCAFE_TOKEN_FILE'], []
while len(seen) < 3:
    token = open(path).read()
    assert token.count('.') == 2 and len(token) > 100, token
    if not seen or token != seen[-1]:
        seen.append(token)
print(*seen, sep='\\n')";
    let run = env.run(&["exec", "--min-ttl", "3599s", "--token-file", "--", "python3", "-c", script]).expect(0);
    let tokens: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(tokens.len(), 3);
    assert!(tokens.iter().all(|token| is_good(&server, token)), "{run:?}");
    assert_eq!(files(&env), Vec::<String>::new());
}
