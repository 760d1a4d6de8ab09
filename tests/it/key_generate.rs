//! `artcafe key generate` and `key show`.

use crate::support::files::{names, picture};
use crate::support::{TestEnv, mode};
use serde_json::json;
use std::fs;

#[test]
fn an_existing_key_is_not_overwritten() {
    let env = TestEnv::new();
    let small = ["key", "generate", "--bits", "2048", "--json"];
    let first = env.run(&small).expect(0).data();
    let before = picture(&env.home());
    let failure = env.run(&small).expect(5).failure();
    assert_eq!(failure["code"], "FILE_EXISTS");
    assert!(failure["hint"].as_str().unwrap().contains("--overwrite"), "{failure}");
    assert_eq!(picture(&env.home()), before);

    // Set aside on request, as a pair that still works.
    let second = env.run(&[&small[..], &["--overwrite"]].concat()).expect(0).data();
    assert_ne!(first["fingerprint"], second["fingerprint"]);
    let backup = second["backup_path"].as_str().unwrap();
    let shown = env.run(&["key", "show", backup, "--json"]).expect(0).data();
    assert_eq!((&shown["fingerprint"], &shown["public_file"]), (&first["fingerprint"], &json!("matches")));
    assert_eq!(mode(backup.as_ref()), 0o600);
    // Two in one second do not lose the first backup.
    env.run(&[&small[..], &["--overwrite"]].concat()).expect(0);
    assert_eq!(names(&env.path(".ssh")).len(), 6);
}

#[test]
fn what_cannot_be_made_is_wrong_usage() {
    let env = TestEnv::new();
    for wrong in [
        &["--bits", "1024"][..],
        &["--algorithm", "dsa"],
        &["--algorithm", "ed25519", "--bits", "4096"],
        &["--algorithm", "ed25519", "--key-format", "pkcs1"],
        &["--key-format", "putty"],
    ] {
        let run = env.run(&[&["key", "generate", "--json"], wrong].concat()).expect(2);
        assert_eq!(run.code_name(), "USAGE", "{wrong:?}");
    }
    assert_eq!(names(&env.home()), Vec::<String>::new());
}

#[test]
fn show_tells_what_a_key_is_and_nothing_of_its_private_half() {
    let mut env = TestEnv::new();
    env.set("SECRET", "correct horse");
    let made = env.run(&["key", "generate", "--bits", "2048", "--comment", "c", "--json"]).expect(0).data();
    let data = env.run(&["key", "show", "--json"]).expect(0).data();
    for member in ["fingerprint", "platform_fingerprint", "public_key", "algorithm", "bits"] {
        assert_eq!(data[member], made[member], "{member}");
    }
    assert_eq!((&data["mode"], &data["age_days"], &data["comment"]), (&json!("0600"), &json!(0), &json!("c")));
    assert!(data["consumers"].as_array().unwrap().len() > 1);
    assert_eq!(env.public_line(), made["public_key"].as_str().unwrap());
    let private = fs::read_to_string(env.key()).unwrap();
    let text = env.run(&["key", "show"]).expect(0).stdout;
    assert!(private.lines().all(|line| !text.contains(line)));

    // A `.pub` of another key is seen.
    fs::write(
        env.path(".ssh/artcafe_agent.pub"),
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea\n",
    )
    .unwrap();
    assert_eq!(env.run(&["key", "show", "--json"]).expect(0).data()["public_file"], "differs");
    assert_eq!(env.public_line().split(' ').nth(1), made["public_key"].as_str().unwrap().split(' ').nth(1));

    assert_eq!(env.run(&["key", "show", "absent", "--json"]).expect(3).code_name(), "KEY_FILE_MISSING");
    let garbage = env.write("garbage", "no key\n");
    assert_eq!(env.run(&["key", "show", &garbage, "--json"]).expect(1).code_name(), "KEY_UNUSABLE");
}
