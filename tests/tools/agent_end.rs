//! `artcafe agent delete` and `use`: what depends on an agent, and whose a configuration is.

use super::support::scenes::agent_end::*;
use super::support::terminal::{INTERRUPT, answering};
use super::support::{AGENT, Server, TestEnv};
use artcafe::sandbox::Dialect;

#[test]
fn on_a_terminal_a_new_proof_is_offered() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let (other, _) = two_agents(&server, &env);
    env.run(&["agent", "use", &other]).expect(0);
    let (text, code) = answering(&env, "y", &["agent", "use", AGENT]);
    assert!(text.contains("Prove the new identity now?") && text.contains("proven"), "{text}");
    // What was written is said before anything is asked.
    assert!(text.find("names agent").unwrap() < text.find("Prove the new").unwrap(), "{text}");
    assert_eq!(code, 0, "{text}");
}

#[test]
fn who_breaks_off_the_offer_hears_what_was_written() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    env.unset("ARTCAFE_TENANT_ID");
    let (text, code) = answering(&env, INTERRUPT, &["tenant", "use", "another-tenant"]);
    assert_eq!(code, 130, "{text}");
    assert!(text.find("names tenant").unwrap() < text.find("Prove the new").unwrap(), "{text}");
    assert!(text.contains("what was written stands") && !text.contains("run the same command again"), "{text}");
    assert_eq!(env.run(&["config", "get", "auth.tenant_id"]).expect(0).stdout, "another-tenant\n");
}
