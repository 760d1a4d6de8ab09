//! The checker can fail: each violation is planted, and must be named.

use std::fs;
use std::os::unix::fs::symlink;

use artcafe::sandbox::Dialect;
use serde_json::{Value, json};

use super::checker::{Checker, Expected};
use super::machine::{Machine, overwrite};
use crate::support::{AGENT, http};

/// A machine whose server runs, and what it was at the start.
struct Scene {
    machine: Machine,
    checker: Checker,
    start: Value,
}

impl Scene {
    fn new(format: &'static str) -> Self {
        let mut machine = Machine::new(Dialect::Documented, format);
        machine.keep("start");
        machine.serve(&[]);
        let checker = Checker::start();
        let start = checker.picture(&machine);
        Self { machine, checker, start }
    }

    fn back(&mut self) {
        self.machine.put_back("start");
        self.machine.serve(&[]);
    }

    fn violations(&self, expected: Expected) -> Vec<String> {
        self.checker.violations(&self.machine, &self.start, expected, &[])
    }

    /// Expects exactly the violations that begin so, and no other.
    #[track_caller]
    fn expect(&self, expected: Expected, starts: &[&str]) {
        let found = self.violations(expected);
        let fits = found.iter().all(|text| starts.iter().any(|start| text.starts_with(start)))
            && starts.iter().all(|start| found.iter().any(|text| text.starts_with(start)));
        assert!(fits, "expected {starts:?}, the checker said {found:#?}");
    }

    fn edit(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.machine.config()).unwrap();
        assert!(text.contains(from), "{text}");
        overwrite(&self.machine.config(), text.replacen(from, to, 1).as_bytes());
    }

    fn key_file(&self) -> std::path::PathBuf {
        self.machine.home().join(".ssh/artcafe_agent")
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        http::ask(self.machine.url(), method, path, Some(self.machine.token()), body)
    }

    fn register(&self, line: &str) -> String {
        let body = json!({ "name": "planted", "public_key": line, "key_type": "agent", "agent_id": AGENT });
        let (status, body) = self.ask("POST", "/api/v1/ssh-keys", &body);
        assert_eq!(status, 201, "{body}");
        crate::support::id_of(&body["key"])
    }

    fn old_id(&self) -> &str {
        self.start["key_id"].as_str().unwrap()
    }

    /// Another key pair in the home; answers its public line.
    fn other_key(&self, name: &str) -> String {
        let path = self.machine.home().join(name);
        let path = path.to_str().unwrap();
        self.machine.run(&["key", "generate", "--bits", "2048", "--output", path], &[]).run.expect(0);
        fs::read_to_string(format!("{path}.pub")).unwrap()
    }
}

#[test]
fn a_sound_machine_has_no_violation() {
    for format in ["yaml", "json"] {
        let scene = Scene::new(format);
        scene.expect(Expected::Standing, &[]);
        scene.expect(Expected::Before, &[]);
        scene.machine.run(&["key", "rotate"], &[]).run.expect(0);
        scene.expect(Expected::Standing, &[]);
        scene.expect(Expected::Retired, &[]);
        let exempt = scene.checker.violations(&scene.machine, &scene.start, Expected::Before, &[3]);
        assert!(exempt.is_empty(), "{exempt:?}");
    }
}

#[test]
fn a_key_that_does_not_authenticate_is_named() {
    let mut scene = Scene::new("yaml");
    let (status, _) =
        scene.ask("POST", &format!("/api/v1/ssh-keys/{}/revoke", scene.old_id()), &json!({ "reason": "x" }));
    assert_eq!(status, 200);
    scene.expect(Expected::Standing, &["(1)"]);
    scene.back();
    let old = scene.old_id().to_owned();
    scene.edit(&old, "01AAAAAAAAAAAAAAAAAAAAAAAA");
    scene.expect(Expected::Standing, &["(1)"]);
    scene.back();
    fs::rename(scene.key_file(), scene.machine.home().join("elsewhere")).unwrap();
    scene.expect(Expected::Standing, &["(1)"]);
}

#[test]
fn a_lost_private_key_is_named() {
    let scene = Scene::new("yaml");
    fs::remove_file(scene.key_file()).unwrap();
    scene.expect(Expected::Standing, &["(1)", "(2)"]);
}

#[test]
fn what_was_not_reached_is_named() {
    let mut scene = Scene::new("yaml");
    // Nothing was rotated.
    let found = scene.violations(Expected::Retired).join("\n");
    for part in
        ["still names the old key", "old private key is still there", "plain name does not lead", "is not refused: 200"]
    {
        assert!(found.contains(part), "{part}: {found}");
    }
    // A rotation that stopped in between.
    scene.machine.run(&["key", "rotate", "--grace", "1h"], &[]).run.expect(0);
    let found = scene.violations(Expected::Retired).join("\n");
    for part in ["(3) a rotation is still open", "is not refused: 200", "(4) ", "(5) 2 keys are left"] {
        assert!(found.contains(part), "{part}: {found}");
    }
    scene.expect(Expected::Before, &["(3)", "(4)", "(5)"]);
    // Each of the files that going back must restore, and none that it must not leave.
    for plant in ["differs", "is new", "is gone", "temporary", "needs"] {
        scene.back();
        let ssh = scene.machine.home().join(".ssh");
        match plant {
            "differs" => overwrite(&ssh.join("artcafe_agent.pub"), b"changed"),
            "is new" => symlink("artcafe_agent", ssh.join("link")).unwrap(),
            "is gone" => fs::remove_file(ssh.join("artcafe_agent.pub")).unwrap(),
            "temporary" => fs::write(scene.machine.home().join(".artcafe/state/.x.1-0.tmp"), "").unwrap(),
            _ => drop(scene.other_key("stray")),
        }
        let found = scene.violations(Expected::Before);
        assert!(!found.is_empty() && found.iter().all(|text| text.starts_with("(3)")), "{plant}: {found:?}");
        assert!(found.iter().any(|text| text.contains(plant)), "{plant}: {found:?}");
    }
}

#[test]
fn an_orphan_and_a_duplicate_are_named() {
    let mut scene = Scene::new("yaml");
    let line = scene.other_key("second");
    scene.register(&line);
    scene.expect(Expected::Standing, &[]);
    scene.expect(Expected::Before, &["(3)", "(4)", "(5)"]);
    scene.back();
    let line = fs::read_to_string(scene.machine.home().join(".ssh/artcafe_agent.pub")).unwrap();
    scene.register(&line);
    scene.expect(Expected::Standing, &["(4) a public key is active 2 times"]);
}

#[test]
fn too_many_active_keys_are_named() {
    let scene = Scene::new("yaml");
    for name in ["second", "third"] {
        let line = scene.other_key(name);
        scene.register(&line);
    }
    scene.expect(Expected::Standing, &["(5)"]);
}

#[test]
fn a_damaged_configuration_is_named() {
    for (format, edits) in [
        (
            "yaml",
            &[
                (" # mine", ""),
                ("# above\n", ""),
                ("zoo: 'kept too'", "zoo: kept too"),
                ("[kept, as it is]", "[kept]"),
                ("auth:", "auth: ["),
            ][..],
        ),
        ("json", &[("\"zoo\"", "\"zoo2\""), ("\"kept\"", "\"lost\""), ("{", "{,")][..]),
    ] {
        let mut scene = Scene::new(format);
        for (from, to) in edits {
            scene.back();
            scene.edit(from, to);
            let found = scene.violations(Expected::Standing);
            assert!(found.iter().any(|text| text.starts_with("(6)")), "{format} {from} -> {to}: {found:?}");
        }
    }
    // The same members in another order.
    let scene = Scene::new("json");
    let tree: Value = serde_json::from_str(&fs::read_to_string(scene.machine.config()).unwrap()).unwrap();
    let turned: serde_json::Map<String, Value> = tree.as_object().unwrap().clone().into_iter().rev().collect();
    overwrite(&scene.machine.config(), format!("{:#}\n", Value::Object(turned)).as_bytes());
    let found = scene.violations(Expected::Standing);
    assert!(found.iter().any(|text| text.starts_with("(6)")), "{found:?}");
}

#[test]
fn a_checker_that_cannot_look_is_not_content() {
    let mut scene = Scene::new("yaml");
    let request = scene.machine.url().to_owned();
    scene.machine.stop();
    scene.machine.serve(&["GET /ssh-keys=500".to_owned()]);
    assert_eq!(request, scene.machine.url());
    scene.expect(Expected::Standing, &["(0)"]);
}

/// Where runs are searched: what they printed, left and started.
#[test]
fn a_secret_that_a_run_leaves_about_is_found() {
    let mut machine = Machine::new(Dialect::Documented, "yaml");
    machine.is_watched = true;
    machine.serve(&[]);
    let planted = machine.home().join(".artcafe/planted");
    let token = machine.token().to_owned();
    let found = |machine: &Machine, args: &[&str]| {
        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| machine.run(args, &[])));
        ran.err().map(|said| said.downcast_ref::<String>().cloned().unwrap_or_default())
    };
    assert_eq!(found(&machine, &["status"]), None);
    fs::write(&planted, format!("a log line with {token}")).unwrap();
    let said = found(&machine, &["status"]).unwrap();
    assert!(said.contains("Administrator in") && said.contains("planted"), "{said}");
    fs::remove_file(&planted).unwrap();
    let said = found(&machine, &["config", "get", &token]).unwrap();
    assert!(said.contains("Administrator in an argument of `artcafe`"), "{said}");
}
