//! `artcafe path`: a place for each agent of each tenant, and nothing that leads out of it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use artcafe::config::{Flags, Settings};
use artcafe::env::Env;
use artcafe::ops::ErrorCode;
use artcafe::ops::agent_paths::{Kind, path};

use crate::support::{TestEnv, mode};

const IDS: [&str; 4] = ["--tenant-id", "acme", "--agent-id", "web-01"];

fn words<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["path"] as &[&str], more, &IDS].concat()
}

#[test]
fn one_line_for_a_shell_and_nothing_is_made_unasked() {
    let env = TestEnv::new();
    for (kind, below) in [("storage", "storage"), ("cache", "cache"), ("state", "agent-state"), ("keys", "keys")] {
        let expected = env.path(&format!(".artcafe/{below}/acme/web-01"));
        assert_eq!(env.run(&words(&[kind])).expect(0).stdout, format!("{}\n", expected.display()));
        assert!(!env.path(".artcafe").join(below).exists());
        let data = env.run(&words(&[kind, "--create", "--json"])).expect(0).data();
        assert_eq!((&data["exists"], &data["created"]), (&true.into(), &true.into()));
        for directory in [expected.as_path(), expected.parent().unwrap(), expected.parent().unwrap().parent().unwrap()]
        {
            assert_eq!(mode(directory), 0o700, "{}", directory.display());
        }
        let again = env.run(&words(&[kind, "--create", "--json"])).expect(0).data();
        assert_eq!((&again["exists"], &again["created"]), (&true.into(), &false.into()));
    }
    // Each is told once in the history.
    let history = fs::read_to_string(env.path(".artcafe/audit.jsonl")).unwrap();
    assert_eq!(history.matches("directory_made").count(), 4);
    env.run(&["audit", "verify"]).expect(0);
    let base = env.path("else where");
    let run = env.run(&words(&["storage", "--base", base.to_str().unwrap(), "--create"])).expect(0);
    assert_eq!(run.stdout, format!("{}\n", base.join("acme/web-01").display()));
    // A relative base is where the shell is, `~` the home.
    let run = env.run(&words(&["cache", "--base", "rel"])).expect(0);
    assert_eq!(run.stdout, format!("{}\n", env.root().join("rel/acme/web-01").display()));
    let run = env.run(&words(&["cache", "--base", "~/x"])).expect(0);
    assert_eq!(run.stdout, format!("{}\n", env.path("x/acme/web-01").display()));
}

#[test]
fn no_id_leads_out_of_the_base() {
    let env = TestEnv::new();
    for bad in [".", "..", "../x", "a/b", "/etc", "", "a\nb", "~"] {
        for (tenant, agent) in [(bad, "web-01"), ("acme", bad)] {
            let run = env.run(&["path", "storage", "--create", "--json", "--tenant-id", tenant, "--agent-id", agent]);
            assert_eq!(run.expect(2).code_name(), "USAGE", "{bad:?}");
        }
    }
    assert!(!env.path(".artcafe/storage").exists());
    // What begins like another stays apart.
    let of = |tenant: &str| env.run(&["path", "storage", "--tenant-id", tenant, "--agent-id", "a"]).expect(0).stdout;
    assert_ne!(of("abc"), of("abcd"));
    let failure = env.run(&["path", "storage", "--json"]).expect(2).failure();
    assert_eq!(failure["code"], "INPUT_NEEDED");
}

#[test]
fn a_link_below_the_base_is_refused_and_one_before_it_is_not() {
    let env = TestEnv::new();
    let (base, elsewhere) = (env.path("base"), env.path("elsewhere"));
    fs::create_dir_all(&elsewhere).unwrap();
    fs::create_dir(&base).unwrap();
    let run = |create: bool| {
        let mut line = words(&["storage", "--json", "--base", base.to_str().unwrap()]);
        line.extend(create.then_some("--create"));
        env.run(&line)
    };
    for place in ["acme", "acme/web-01"] {
        if place == "acme/web-01" {
            fs::remove_file(base.join("acme")).unwrap();
            fs::create_dir(base.join("acme")).unwrap();
        }
        symlink(&elsewhere, base.join(place)).unwrap();
        for create in [false, true] {
            assert_eq!(run(create).expect(5).code_name(), "FILE_EXISTS", "{place}");
        }
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    }
    // Where it leads to nothing, it is one all the same.
    fs::remove_file(base.join("acme/web-01")).unwrap();
    symlink("/nonexistent", base.join("acme/web-01")).unwrap();
    assert_eq!(run(true).expect(5).code_name(), "FILE_EXISTS");
    // A file is no directory.
    fs::remove_file(base.join("acme/web-01")).unwrap();
    fs::write(base.join("acme/web-01"), "").unwrap();
    assert_eq!(run(true).expect(5).code_name(), "FILE_EXISTS");
    fs::remove_file(base.join("acme/web-01")).unwrap();
    // The base is the user's choice.
    let link = env.path("link");
    symlink(&base, &link).unwrap();
    env.run(&words(&["storage", "--base", link.to_str().unwrap(), "--create"])).expect(0);
    assert!(base.join("acme/web-01").is_dir());
    let file = env.write("file", "");
    assert_eq!(env.run(&words(&["storage", "--base", &file, "--json"])).expect(5).code_name(), "FILE_EXISTS");
    let below = format!("{file}/x");
    assert_eq!(env.run(&words(&["storage", "--base", &below, "--json"])).expect(5).code_name(), "FILE_EXISTS");
}

#[test]
fn what_others_may_write_to_is_refused_and_left_as_it_is() {
    let env = TestEnv::new();
    let base = env.path("base");
    let base_text = base.to_str().unwrap().to_owned();
    let run = || env.run(&words(&["storage", "--create", "--json", "--base", &base_text]));
    run().expect(0);
    let chmod = |below: &str, mode: u32| {
        fs::set_permissions(base.join(below), fs::Permissions::from_mode(mode)).unwrap();
    };
    for place in ["", "acme", "acme/web-01"] {
        for bits in [0o777, 0o720, 0o702] {
            chmod(place, bits);
            let failure = run().expect(77).failure();
            assert_eq!(failure["code"], "LOOSE_MODE", "{place:?} {bits:o}");
            let remedy = format!("chmod go-w {}", base.join(place).display());
            assert!(failure["hint"].as_str().unwrap().contains(remedy.trim_end_matches('/')), "{failure}");
            assert_eq!(mode(&base.join(place)), bits);
        }
        // Others may look where somebody let them; that is not changed.
        chmod(place, 0o755);
        run().expect(0);
        assert_eq!(mode(&base.join(place)), 0o755);
    }
    // Everybody's directory in which nobody can take away what is another's.
    chmod("", 0o1777);
    run().expect(0);
}

#[test]
fn a_key_of_a_shared_cache_begins_with_the_whole_tenant() {
    let env = TestEnv::new();
    let run = env.run(&["path", "cache", "--key", "user:42", "--tenant-id", "acme"]).expect(0);
    assert_eq!(run.stdout, "acme:user:42\n");
    let data = env.run(&["path", "cache", "--key", "x", "--tenant-id", "acme", "--json"]).expect(0).data();
    assert_eq!((&data["key"], &data["entity"]), (&"acme:x".into(), &"x".into()));
    for wrong in [
        &["path", "storage", "--key", "x", "--tenant-id", "acme"] as &[&str],
        &["path", "cache", "--key", "", "--tenant-id", "acme"],
        &["path", "cache", "--key", "a\nb", "--tenant-id", "acme"],
        &["path", "cache", "--key", "x", "--create", "--tenant-id", "acme"],
        &["path", "elsewhere", "--tenant-id", "acme"],
        &["path", "cache", "--base", "", "--tenant-id", "acme", "--agent-id", "a"],
        &["path", "cache", "--base", "a\nb", "--tenant-id", "acme", "--agent-id", "a"],
    ] {
        assert_eq!(env.run(&[wrong, &["--json"]].concat()).expect(2).code_name(), "USAGE", "{wrong:?}");
    }
}

#[test]
fn a_directory_of_another_user_is_refused() {
    let temporary = tempfile::tempdir().unwrap();
    let base = temporary.path().join("base");
    let flags = Flags { tenant_id: Some("t".to_owned()), agent_id: Some("a".to_owned()), ..Flags::default() };
    let home = temporary.path().join("home");
    let settings = Settings::resolve(&Env::made_up(&[], [("HOME", home.to_str().unwrap())]), &flags).unwrap();
    let own = Env::effective_user();
    let made = |base: &Path, user| path(&settings, Kind::Storage, Some(base), true, user, Env::now());
    assert!(made(&base, own).unwrap().created);
    // To somebody else all of it is another's: the base, or where that is root's, what is below it.
    assert_eq!(made(&base, own + 1).unwrap_err().code, ErrorCode::PermissionDenied);
    let link = temporary.path().join("link");
    symlink(&base, &link).unwrap();
    assert_eq!(made(&link, own + 1).unwrap_err().code, ErrorCode::PermissionDenied);
}
