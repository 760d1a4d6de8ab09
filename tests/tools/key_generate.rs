//! `artcafe key generate` and `key show`.

use crate::support::files::{SmallDisk, names, picture};
use crate::support::{TestEnv, mode};
use serde_json::json;
use std::fs;
use std::process::Command;

fn ssh_keygen(args: &[&str]) -> String {
    let output = Command::new("ssh-keygen").args(args).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_defaults_are_rsa_4096_in_pem() {
    let env = TestEnv::new().with_new_keys();
    let data = env.run(&["key", "generate", "--json"]).expect(0).data();
    assert_eq!((&data["algorithm"], &data["bits"], &data["key_format"]), (&json!("rsa"), &json!(4096), &json!("pem")));
    assert_eq!(data["private_key_path"], env.key().to_str().unwrap());
    assert_eq!((mode(&env.key()), mode(&env.path(".ssh/artcafe_agent.pub"))), (0o600, 0o644));
    assert_eq!(mode(&env.path(".ssh")), 0o700);
    assert!(fs::read_to_string(env.key()).unwrap().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    let listed = ssh_keygen(&["-lf", env.path(".ssh/artcafe_agent.pub").to_str().unwrap()]);
    assert!(listed.starts_with("4096 ") && listed.contains(data["fingerprint"].as_str().unwrap()), "{listed}");
    assert_eq!(names(&env.home()), [".ssh/artcafe_agent", ".ssh/artcafe_agent.pub"]);
}

#[test]
fn what_is_asked_for_is_made() {
    let env = TestEnv::new().with_new_keys();
    let ed25519 = ["--algorithm", "ed25519", "--comment", "a comment"];
    let output = env.path("new/dir/key");
    let text =
        env.run(&[&["key", "generate", "--output", output.to_str().unwrap()], &ed25519[..]].concat()).expect(0).stdout;
    assert_eq!((mode(&env.path("new/dir")), mode(&output)), (0o700, 0o600));
    let line = fs::read_to_string(env.path("new/dir/key.pub")).unwrap();
    assert!(line.starts_with("ssh-ed25519 ") && line.trim_end().ends_with(" a comment"), "{line}");
    assert!(text.contains(line.trim_end()) && text.contains("SHA256:") && text.contains(output.to_str().unwrap()));
    assert!(fs::read_to_string(&output).unwrap().starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
    assert!(ssh_keygen(&["-yf", output.to_str().unwrap()]).starts_with("ssh-ed25519 "));

    let pkcs1 = ["--bits", "3072", "--key-format", "pkcs1", "--output", "relative"];
    let data = env.run(&[&["key", "generate", "--json"], &pkcs1[..]].concat()).expect(0).data();
    assert_eq!(data["private_key_path"], env.root().join("relative").to_str().unwrap());
    assert!(fs::read_to_string(env.root().join("relative")).unwrap().starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
}

#[test]
fn a_full_disk_leaves_the_old_pair_where_it_was() {
    for pages in 0..3 {
        let env = TestEnv::new().with_new_keys();
        let disk = SmallDisk::mount(&env.path(".ssh"), 64);
        let first = env.run(&["key", "generate", "--bits", "2048", "--json"]).expect(0).data();
        disk.fill(pages * 4);
        let before = picture(&env.home());
        let run = env.run(&["key", "generate", "--bits", "2048", "--overwrite", "--json"]);
        if pages == 0 {
            assert_eq!(run.code_name(), "DISK_FULL");
            assert_eq!(run.code, 1);
            let after = picture(&env.home());
            assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
            assert_eq!(env.run(&["key", "show", "--json"]).expect(0).data()["fingerprint"], first["fingerprint"]);
        }
        // A key is there whatever happened.
        let _ = env.public_line();
        disk.free();
        let _ = env.run(&["key", "generate", "--bits", "2048", "--overwrite"]).expect(0);
    }
}

#[test]
fn a_passphrase_protects_the_key() {
    let mut env = TestEnv::new().with_new_keys();
    env.set("SECRET", "correct horse");
    for format in ["pem", "openssh"] {
        let output = env.path(format);
        let args = ["key", "generate", "--bits", "2048", "--key-format", format, "--output", output.to_str().unwrap()];
        env.run(&[&args[..], &["--passphrase", "env:SECRET"]].concat()).expect(0);
        let path = output.to_str().unwrap();
        let line = ssh_keygen(&["-y", "-P", "correct horse", "-f", path]);
        assert!(fs::read_to_string(env.path(&format!("{format}.pub"))).unwrap().starts_with(line.split_at(300).0));
        let refused = Command::new("ssh-keygen").args(["-y", "-P", "wrong", "-f", path]).output().unwrap();
        assert!(!refused.status.success());
    }
    // A bare `--passphrase` asks, and nobody is there.
    let asked = env.run(&["key", "generate", "--json", "--passphrase"]).expect(2);
    assert_eq!(asked.code_name(), "INPUT_NEEDED");
    assert!(!env.key().exists());
}
