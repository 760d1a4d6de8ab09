//! `artcafe setup` where something refuses: a clear error, nothing lost, and the way on.

use super::support::scenes::setup_failures::*;
use crate::support::files::{SmallDisk, picture};
use crate::support::{Server, TestEnv};
use artcafe::sandbox::Dialect;
use serde_json::Value;

#[test]
fn a_full_disk_loses_nothing_at_whichever_write_it_strikes() {
    let mut outcomes = Vec::new();
    // Page by page, so that each write of a run is once the one that fails.
    for pages in 0..22 {
        let server = Server::start(Dialect::Documented, &[]);
        let mut env = TestEnv::with(&server);
        let disk = SmallDisk::mount(&env.path("disk"), 128);
        env.set("ARTCAFE_HOME", env.path("disk/artcafe").to_str().unwrap());
        env.set("ARTCAFE_KEY_DIR", env.path("disk/keys").to_str().unwrap());
        disk.fill(pages * 4);
        let run = env.run(&SETUP);
        outcomes.push(run.code);
        if run.code != 0 {
            let failure = run.failure();
            let told = failure.to_string();
            assert!(run.code == 1 || run.code == 6, "{told}");
            assert!(told.contains("space"), "{told}");
            assert!(
                ["DISK_FULL", "PARTLY_DONE", "HISTORY_FAILED"].iter().any(|code| failure["code"] == *code),
                "{told}"
            );
            // What is there is whole.
            for (path, seen) in picture(&env.path("disk")) {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                let text = String::from_utf8(seen.4).unwrap();
                match name.as_str() {
                    "filler" => {}
                    "artcafe_agent" => assert!(text.ends_with("-----END PRIVATE KEY-----\n"), "{text}"),
                    "artcafe_agent.pub" => assert!(text.starts_with("ssh-rsa ") && text.ends_with('\n'), "{text}"),
                    "config.yaml" => assert!(serde_yaml::from_str::<Value>(&text).unwrap()["auth"].is_object()),
                    "registrations.json" => assert!(serde_json::from_str::<Value>(&text).unwrap().is_object()),
                    "audit.head" => assert!(serde_json::from_str::<Value>(&text).unwrap().is_object()),
                    // Its last line may be torn; how that is mended is looked at below.
                    "audit.jsonl" | "audit.lock" => {}
                    other => panic!("{other} was left behind"),
                }
            }
        }
        disk.free();
        env.run(&SETUP).expect(0);
        assert_eq!(server.keys().len(), 1, "{pages} pages: {outcomes:?}");
        env.run(&["auth", "test"]).expect(0);
        env.run(&["audit", "verify"]).expect(0);
    }
    assert_eq!((outcomes[0], outcomes.last()), (1, Some(&0)), "{outcomes:?}");
    assert!(outcomes.contains(&6), "{outcomes:?}");
}

/// As root, which becomes a user whose home cannot be made: an ordinary user has a real one.
#[test]
fn without_any_home_nothing_is_made_anywhere() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.open_to_nobody();
    env.unset("HOME");
    // That user's home directory in the user database is one that cannot be made.
    let run = env.run_as_nobody(&SETUP);
    assert!(run.code == 77 || run.code == 78, "{run:?}");
    assert!(run.failure()["hint"].as_str().unwrap().contains("ARTCAFE_HOME"), "{run:?}");
    assert_eq!(server.count("POST /api/v1/ssh-keys"), 0);
}
