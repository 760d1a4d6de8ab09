//! What a diagnosis looks like, and that its names, documents and help pages go together.

use std::fs;
use std::path::Path;

use artcafe::ops::doctor::Check;

use crate::support::TestEnv;
use crate::support::files::picture;
use crate::support::scenes::doctor::World;
use crate::support::screen::assert_screen;

#[test]
fn every_check_has_a_section_a_help_page_and_no_other_has_one() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/doctor.md")).unwrap();
    let sections: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let ids: Vec<&str> = Check::ALL.iter().map(|check| check.id()).collect();
    assert_eq!(sections, ids, "the sections stand in the order of the report");
    let env = TestEnv::new();
    for check in Check::ALL {
        let page = env.run(&["help", check.id()]).expect(0).stdout;
        assert!(page.starts_with(&format!("{}: {}\n", check.id(), check.title())), "{page}");
        assert!(page.contains("To do: "), "{page}");
        assert!(check.codes().iter().all(|code| page.contains(code.as_str())), "{page}");
        // No command is hidden behind a check of its name.
        let is_command = artcafe::cli::command().get_subcommands().any(|command| command.get_name() == check.id());
        assert!(!is_command, "{}", check.id());
    }
}

#[test]
fn the_readme_counts_the_checks() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    assert!(text.contains(&format!("`artcafe doctor` makes {} checks,", Check::ALL.len())));
}

#[test]
fn a_diagnosis_writes_nothing_and_tells_every_check_once_in_order() {
    let world = World::healthy();
    let before = picture(&world.env.home());
    let data = world.doctor().expect(0).data();
    assert_eq!(picture(&world.env.home()), before);
    let ids: Vec<&str> = data["checks"].as_array().unwrap().iter().map(|check| check["id"].as_str().unwrap()).collect();
    let wanted: Vec<&str> = Check::ALL.iter().map(|check| check.id()).collect();
    assert_eq!(ids, wanted);
    for check in data["checks"].as_array().unwrap() {
        let status = check["status"].as_str().unwrap();
        assert!(["ok", "note", "skipped"].contains(&status), "{check}");
        assert!(check["fix"].is_null(), "{check}");
    }
}

#[test]
fn checks_can_be_chosen_and_listed() {
    let world = World::healthy();
    let ids = |args: &[&str]| -> Vec<String> {
        let data = world.env.run(args).expect(0).data();
        let checks = data["checks"].as_array().unwrap();
        checks.iter().map(|check| check["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&["doctor", "--json", "--only", "key-mode,key-age"]), ["key-mode", "key-age"]);
    assert_eq!(ids(&["doctor", "--json", "--only", "key-mode", "--only", "home", "--skip", "home"]), ["key-mode"]);
    assert_eq!(ids(&["doctor", "--json", "--list"]).len(), Check::ALL.len());
    let requests = world.server.answered();
    let offline = ids(&["doctor", "--json", "--offline"]);
    assert!(offline.len() > 20 && offline.len() < Check::ALL.len());
    assert!(!offline.contains(&"signature".to_owned()));
    assert_eq!(ids(&["doctor", "--json", "--only", "home"]), ["home"]);
    assert_eq!(world.server.answered(), requests, "a server was asked");
    assert_eq!(world.env.run(&["doctor", "--json", "--only", "no-such"]).expect(2).code_name(), "USAGE");
}

#[test]
fn a_person_sees_what_is_wrong_why_and_what_to_do() {
    let world = World::healthy();
    assert_screen(
        &world.env,
        &world.env.run(&["doctor"]),
        snapbox::str![[r#"
this machine
  note     timer                    no systemd timer replaces the key
           hint: `artcafe service install` makes one; nothing is to be done where something else runs `artcafe key needs-rotation`
key
  note     passphrase               the private key has none, as is usual for an agent that starts by itself
           hint: `artcafe key convert --new-passphrase` gives it one; the agent then needs ARTCAFE_PASSPHRASE_SOURCE
healthy: 2 notes, [N] fine, [N] skipped

"#]],
    );
    assert!(world.env.run(&["doctor", "--verbose"]).expect(0).stdout.contains("key-mode"));
    crate::support::files::chmod(&world.env.key(), 0o640);
    assert_screen(
        &world.env,
        &world.env.run(&["doctor"]),
        snapbox::str![[r#"
this machine
  note     timer                    no systemd timer replaces the key
           hint: `artcafe service install` makes one; nothing is to be done where something else runs `artcafe key needs-rotation`
key
  error    key-mode                 `[ROOT]/user/.ssh/artcafe_agent` is open to other users (mode 0640)
           why: whoever can read the file is the agent
           hint: `artcafe key repair` mends it, or `chmod 600 [ROOT]/user/.ssh/artcafe_agent`
  note     passphrase               the private key has none, as is usual for an agent that starts by itself
           hint: `artcafe key convert --new-passphrase` gives it one; the agent then needs ARTCAFE_PASSPHRASE_SOURCE
not healthy: 1 error, 2 notes, [N] fine, [N] skipped
--- exit code 1

"#]],
    );
    let data = world.doctor().expect(1).data();
    let check = data["checks"].as_array().unwrap().iter().find(|check| check["id"] == "key-mode").unwrap().clone();
    assert_eq!(check["fix"]["argv"], serde_json::json!(["artcafe", "key", "repair"]));
    assert_eq!(check["codes"], serde_json::json!(["LOOSE_MODE"]));
    assert_eq!(check["docs"], "docs/doctor.md#key-mode");
}
