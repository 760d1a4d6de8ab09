//! `artcafe agent register`: what the platform keeps, what becomes of the key that it makes, and lost answers.

use super::support::scenes::agent_register::*;
use super::support::{Server, TestEnv, mode};
use artcafe::sandbox::Dialect;
use serde_json::json;
use std::fs;
use std::process::Command;

#[test]
fn a_key_that_the_platform_makes_goes_to_its_own_new_file() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let env = TestEnv::with(&server);
        let place = env.path("keys/made");
        let place = place.to_str().unwrap();
        let args = ["agent", "register", "--name", "prod-a-01", "--save-generated-key", place, "--json"];
        let data = env.run(&args).expect(0).data();
        assert_eq!(data["generated_key"], json!({ "fate": "saved", "path": place }));
        assert_eq!(mode(place.as_ref()), 0o600);
        let shown = Command::new("ssh-keygen").args(["-y", "-f", place]).output().unwrap();
        let line = String::from_utf8(shown.stdout).unwrap();
        let blob = line.split(' ').nth(1).unwrap().trim();
        assert!(named(&server, "prod-a-01")[0]["public_key"].as_str().unwrap().contains(blob), "{line}");
        // And it authenticates.
        let id = data["agent"]["agent_id"].as_str().unwrap();
        let test = ["auth", "test", "--agent-id", id, "--private-key", place, "--store", "agent", "--json"];
        assert_eq!(env.run(&test).expect(0).data()["proven"], true);

        // What is there stays, and nothing is asked for that could not be saved.
        let before = fs::read(place).unwrap();
        let args = ["agent", "register", "--name", "prod-b-01", "--save-generated-key", place, "--json"];
        assert_eq!(env.run(&args).expect(5).code_name(), "FILE_EXISTS");
        assert_eq!((fs::read(place).unwrap(), named(&server, "prod-b-01").len()), (before, 0));
        // A request that is refused leaves no empty file.
        let other = env.path("keys/other");
        let args = ["agent", "register", "--name", "prod-a-01", "--save-generated-key", other.to_str().unwrap()];
        let _ = env.run(&args).expect(5);
        assert!(!other.exists());
    }
}
