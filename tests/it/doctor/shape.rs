//! What a diagnosis looks like, and that its names, documents and help pages go together.

use std::fs;
use std::path::Path;

use artcafe::ops::doctor::Check;

use crate::support::TestEnv;
use crate::support::files::picture;
use crate::support::scenes::doctor::World;

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
    let fine = world.env.run(&["doctor"]).expect(0).stdout;
    assert!(fine.lines().last().unwrap().starts_with("healthy: "), "{fine}");
    assert!(!fine.contains("key-mode"), "{fine}");
    assert!(world.env.run(&["doctor", "--verbose"]).expect(0).stdout.contains("key-mode"));
    crate::support::files::chmod(&world.env.key(), 0o640);
    let broken = world.env.run(&["doctor"]).expect(1).stdout;
    for part in ["key\n", "error    key-mode", "(mode 0640)", "why: whoever can read", "hint: `artcafe key repair`"] {
        assert!(broken.contains(part), "no {part:?} in {broken}");
    }
    assert!(broken.lines().last().unwrap().starts_with("not healthy: 1 error, "), "{broken}");
    let data = world.doctor().expect(1).data();
    let check = data["checks"].as_array().unwrap().iter().find(|check| check["id"] == "key-mode").unwrap().clone();
    assert_eq!(check["fix"]["argv"], serde_json::json!(["artcafe", "key", "repair"]));
    assert_eq!(check["codes"], serde_json::json!(["LOOSE_MODE"]));
    assert_eq!(check["docs"], "docs/doctor.md#key-mode");
}
