//! Completions and manual pages are what the command tree makes of them.
//!
//! `ARTCAFE_UPDATE=1 cargo test --test it generated` writes them anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::support::TestEnv;

const SHELLS: [(&str, &str); 5] = [
    ("bash", "artcafe.bash"),
    ("zsh", "_artcafe"),
    ("fish", "artcafe.fish"),
    ("elvish", "artcafe.elv"),
    ("powershell", "_artcafe.ps1"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[expect(clippy::disallowed_methods, reason = "a switch of this test, not of the program")]
fn updating() -> bool {
    std::env::var_os("ARTCAFE_UPDATE").is_some_and(|value| value == "1")
}

fn files_in(folder: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "rewrites generated files of the checkout")]
fn compare(folder: &str, made: &BTreeMap<String, String>) {
    let folder = root().join(folder);
    if updating() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in made {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    let kept = files_in(&folder);
    let stale: Vec<&String> =
        made.keys().chain(kept.keys()).filter(|name| made.get(*name) != kept.get(*name)).collect();
    assert!(stale.is_empty(), "stale: {stale:?}; write them anew with ARTCAFE_UPDATE=1 cargo test --test it generated");
}

#[test]
fn completions_are_fresh() {
    let env = TestEnv::new();
    let mut made = BTreeMap::new();
    for (shell, file) in SHELLS {
        made.insert(file.to_owned(), env.run(&["completions", shell]).expect(0).stdout);
    }
    compare("completions", &made);
}

#[test]
fn manual_pages_are_fresh_and_cover_every_command() {
    let env = TestEnv::new();
    let directory = env.path("man");
    env.run(&["man", directory.to_str().unwrap()]).expect(0);
    let made = files_in(&directory);
    for page in
        ["artcafe.1", "artcafe-setup.1", "artcafe-key-generate.1", "artcafe-auth-test.1", "artcafe-sandbox-exec.1"]
    {
        assert!(made.contains_key(page), "no {page}");
    }
    compare("man", &made);
}

#[test]
fn every_command_has_help_with_an_example_or_no_choice() {
    fn check(command: &clap::Command, path: &str) {
        assert!(command.get_about().is_some(), "`{path}` says nothing about itself");
        for child in command.get_subcommands() {
            check(child, &format!("{path} {}", child.get_name()));
        }
    }
    check(&artcafe::cli::command(), "artcafe");
}
