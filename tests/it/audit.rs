//! The history of changes: every change a line, one chain, every damage named.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use artcafe::sandbox::Dialect;
use serde_json::{Value, json};

use crate::support::files::picture;
use crate::support::screen::assert_screen;
use crate::support::tier::Tier;
use crate::support::{AGENT, Run, Server, TestEnv, mode};

impl TestEnv {
    fn history(&self) -> PathBuf {
        self.path(".artcafe/audit.jsonl")
    }

    fn head(&self) -> PathBuf {
        self.path(".artcafe/audit.head")
    }

    /// The lines, as JSON.
    #[track_caller]
    fn told(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.history()).unwrap();
        assert!(text.ends_with('\n'), "{text}");
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What was done, in order.
    #[track_caller]
    fn actions(&self) -> Vec<String> {
        self.told().iter().map(|line| line["what"].as_str().unwrap().to_owned()).collect()
    }

    /// The kinds of what is wrong; none needs exit code 0, any needs 7.
    #[track_caller]
    fn findings(&self) -> Vec<Value> {
        let run = self.run(&["audit", "verify", "--json"]);
        let findings = run.data()["findings"].as_array().unwrap().clone();
        assert_eq!(run.code, if findings.is_empty() { 0 } else { 7 }, "{run:?}");
        assert_eq!(run.data()["intact"], findings.is_empty());
        if crate::TIER == Tier::Tools {
            assert_eq!(self.judged_elsewhere(), findings.is_empty(), "{findings:?}");
        }
        findings
    }

    /// The verdict of a program that shares nothing with this one.
    fn judged_elsewhere(&self) -> bool {
        let output = Command::new("python3")
            .args(["-c", VERIFIER])
            .args([self.history(), self.head()])
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .output()
            .unwrap();
        match output.stdout.as_slice() {
            b"whole\n" => true,
            b"damaged\n" => false,
            _ => panic!("{output:?}"),
        }
    }

    /// A machine with a history of five lines.
    fn with_five_lines() -> Self {
        let env = Self::new();
        for number in 1..=5 {
            let _ = env.run(&["config", "set", "auth.agent_id", &format!("agent-{number}")]).expect(0);
        }
        assert_eq!(env.findings(), Vec::<Value>::new());
        env
    }

    fn edit(&self, change: impl FnOnce(&mut Vec<Vec<u8>>)) {
        let bytes = fs::read(self.history()).unwrap();
        let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        change(&mut lines);
        fs::write(self.history(), lines.concat()).unwrap();
    }
}

/// The documented rules, read anew: numbers from 1, each line naming the hash of the one before, and a
/// head that names the last line or the one before it.
const VERIFIER: &str = r#"
import hashlib, json, sys
def whole(history, head):
    try:
        data = open(history, 'rb').read()
    except FileNotFoundError:
        data = b''
    try:
        head = json.load(open(head))
    except FileNotFoundError:
        head = {'count': 0, 'last': '0' * 64}
    if data and not data.endswith(b'\n'):
        return False
    hashes = ['0' * 64]
    for number, line in enumerate(data.split(b'\n')[:-1], 1):
        try:
            value = json.loads(line)
        except ValueError:
            return False
        if value.get('seq') != number or value.get('prev') != hashes[-1] or value['what'] == 'head_replaced':
            return False
        hashes.append(hashlib.sha256(line).hexdigest())
    last = len(hashes) - 1
    return head['count'] in (last, last - 1) and head['last'] == hashes[head['count']]
print('whole' if whole(*sys.argv[1:]) else 'damaged')
"#;

#[test]
fn a_life_is_told_in_order_and_nothing_is_told_twice() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let set_up = env.set_up();
    assert_eq!(env.actions(), ["key_generated", "key_registered", "config_written"]);
    for path in [env.history(), env.head(), env.path(".artcafe/audit.lock")] {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    let line = &env.told()[1];
    let fingerprint = line["fingerprint"].as_str().unwrap();
    assert_eq!(line["key_id"], set_up["key_id"]);
    assert!(fingerprint.starts_with("SHA256:"), "{line}");
    assert_eq!(line["path"], env.key().display().to_string());
    assert_eq!((&line["server"], &line["tenant_id"]), (&json!(server.url()), &json!(server.tenant())));
    assert_eq!((&line["agent_id"], &line["result"]), (&json!(AGENT), &json!("done")));
    let time = line["time"].as_str().unwrap();
    assert!(time.len() == 24 && time.ends_with('Z') && time.as_bytes()[19] == b'.', "{time}");

    // What changes nothing leaves no line.
    let before = picture(&env.path(".artcafe"));
    let _ = env.set_up();
    for command in [
        &["key", "register"][..],
        &["auth", "test"],
        &["auth", "logout"],
        &["key", "convert"],
        &["config", "set", "auth.agent_id", AGENT],
        &["setup", "--dry-run"],
        &["audit", "verify"],
        &["audit", "show"],
        &["audit", "export"],
    ] {
        let _ = env.run(command).expect(0);
    }
    let mut after = picture(&env.path(".artcafe"));
    after.retain(|path, _| !path.ends_with("registrations.json"));
    assert!(after.iter().all(|(path, seen)| before.get(path) == Some(seen)));

    let _ = env.run_with_input(&["auth", "login", "--token", "-"], Some(server.token())).expect(0);
    let _ = env.run(&["auth", "logout"]).expect(0);
    let _ = env.run(&["key", "convert", "--key-format", "openssh"]).expect(0);
    let _ = env.run(&["config", "set", "api.endpoint", server.url()]).expect(0);
    let _ = env.run(&["config", "set", "llm.provider", "openai"]).expect(0);
    let _ = env.run(&["config", "unset", "llm.provider"]).expect(0);
    let _ = env.run(&["deregister", "--yes", "--reason", "host retired"]).expect(0);
    let told = env.told();
    let after: Vec<&str> = told[3..].iter().map(|line| line["what"].as_str().unwrap()).collect();
    assert_eq!(
        after,
        [
            "login",
            "logout",
            "key_converted",
            "config_set",
            "config_unset",
            "key_revoked",
            "config_removed",
            "key_file_removed",
            "key_file_removed"
        ]
    );
    assert_eq!((&told[7]["from"], &told[7]["setting"]), (&json!("openai"), &json!("llm.provider")));
    assert_eq!((&told[8]["reason"], &told[8]["fingerprint"]), (&json!("host retired"), &json!(fingerprint)));
    assert_eq!(env.findings(), Vec::<Value>::new());
}

#[test]
fn a_key_that_was_there_is_adopted_and_an_agent_is_created() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let _ = env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    let _ = env.run(&["key", "generate", "--bits", "2048", "--overwrite"]).expect(0);
    let _ = env.run(&["setup", "--agent-name", "new"]).expect(0);
    assert_eq!(
        env.actions(),
        [
            "key_generated",
            "key_set_aside",
            "key_generated",
            "agent_created",
            "key_registered",
            "key_adopted",
            "config_written"
        ]
    );
    let told = env.told();
    assert!(told[3]["agent_id"].is_string() && told[3]["to"] == "new", "{}", told[3]);
    assert_eq!(told[5]["fingerprint"], told[2]["fingerprint"]);
    assert_eq!(env.findings(), Vec::<Value>::new());
}

#[test]
fn thirty_writers_keep_one_chain() {
    let env = TestEnv::new();
    let spawn = |number: usize| {
        let (profile, agent) = (format!("p{number}"), format!("agent-{number}"));
        let mut command = env.command(&["config", "set", "--profile", &profile, "auth.agent_id", &agent]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<_> = (0..30).map(spawn).collect();
    // A reader in between waits for nobody and sees a whole chain.
    let mut looks = 0;
    while looks < 5 {
        let run = env.run(&["audit", "verify", "--json"]);
        assert_eq!(run.code, 0, "{run:?}");
        looks += 1;
    }
    for child in children {
        let _ = Run::of(child.wait_with_output().unwrap()).expect(0);
    }
    let told = env.told();
    assert_eq!(told.len(), 30);
    let mut agents: Vec<&str> = told.iter().map(|line| line["to"].as_str().unwrap()).collect();
    agents.sort_unstable();
    agents.dedup();
    assert_eq!(agents.len(), 30);
    assert_eq!(env.findings(), Vec::<Value>::new());
}

#[test]
fn readers_neither_wait_nor_write() {
    let env = TestEnv::with_five_lines();
    let lock = fs::File::open(env.path(".artcafe/audit.lock")).unwrap();
    lock.lock().unwrap();
    let before = picture(&env.home());
    let started = std::time::Instant::now();
    for command in [["audit", "show"], ["audit", "verify"], ["audit", "export"]] {
        let _ = env.run(&command).expect(0);
    }
    assert!(started.elapsed().as_secs() < 5);
    assert_eq!(picture(&env.home()), before);
    // A writer waits, then says that the change itself was made.
    let failure = env.run(&["config", "set", "auth.agent_id", "other", "--json"]).expect(6).failure();
    // Ten seconds, divided as all waits of these machines are.
    assert!(started.elapsed() >= std::time::Duration::from_millis(500));
    assert_eq!(failure["code"], "HISTORY_FAILED");
    assert!(failure["message"].as_str().unwrap().contains("the change was made (`config_set`)"), "{failure}");
    assert!(fs::read_to_string(env.config()).unwrap().contains("other"));
}

#[test]
fn a_history_that_cannot_be_written_fails_the_command() {
    let env = TestEnv::with_five_lines();
    fs::remove_file(env.history()).unwrap();
    fs::create_dir(env.history()).unwrap();
    assert_screen(
        &env,
        &env.run(&["config", "set", "auth.agent_id", "other"]),
        snapbox::str![[r#"
--- stderr
error: the change was made (`config_set`), but it could not be written to the history `[ROOT]/user/.artcafe/audit.jsonl`
caused by: cannot read `[ROOT]/user/.artcafe/audit.jsonl`
caused by: Is a directory (os error 21)
hint: mend the cause; what was done stands
--- exit code 6

"#]],
    );
    assert!(fs::read_to_string(env.config()).unwrap().contains("other"));
}

#[test]
fn every_kind_of_tampering_is_named() {
    let kind = |finding: &Value| finding["kind"].as_str().unwrap().to_owned();
    for place in 0..5 {
        let env = TestEnv::with_five_lines();
        env.edit(|lines| {
            let at = lines[place].windows(6).position(|text| text == b"agent-").unwrap() + 6;
            lines[place][at] ^= 1;
        });
        let found = env.findings();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((kind(&found[0]), &found[0]["place"]), ("changed".to_owned(), &json!(place + 1)));
        if place == 3 {
            assert_screen(
                &env,
                &env.run(&["audit", "verify"]),
                snapbox::str![[r#"
error: line 4 was changed: its hash is not the one that was written after it
1 findings; 5 lines in [ROOT]/user/.artcafe/audit.jsonl
--- exit code 7

"#]],
            );
        }
    }
    for place in 0..4 {
        let env = TestEnv::with_five_lines();
        env.edit(|lines| drop(lines.remove(place)));
        let found = env.findings();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (kind(&found[0]), &found[0]["first"], &found[0]["last"]),
            ("missing".to_owned(), &json!(place + 1), &json!(place + 1))
        );
    }
    let env = TestEnv::with_five_lines();
    env.edit(|lines| lines.swap(1, 3));
    let found = env.findings();
    assert_eq!((found.len(), kind(&found[0])), (1, "swapped".to_owned()));
    assert_eq!((&found[0]["number"], &found[0]["other_number"]), (&json!(4), &json!(2)));

    let env = TestEnv::with_five_lines();
    env.edit(|lines| lines.truncate(3));
    let found = env.findings();
    assert_eq!((found.len(), kind(&found[0]), &found[0]["first"]), (1, "cut".to_owned(), &json!(4)));
    // Going on does not smooth it over.
    let _ = env.run(&["config", "set", "auth.agent_id", "after"]).expect(0);
    let found = env.findings();
    assert_eq!((kind(&found[0]), &found[0]["first"], &found[0]["last"]), ("missing".to_owned(), &json!(4), &json!(5)));

    let env = TestEnv::with_five_lines();
    fs::remove_file(env.head()).unwrap();
    assert_eq!(env.run(&["audit", "verify", "--json"]).expect(7).data()["findings"][0]["kind"], "head_missing");
    let _ = env.run(&["config", "set", "auth.agent_id", "after"]).expect(0);
    assert_eq!(kind(&env.findings()[0]), "head_replaced");

    let env = TestEnv::with_five_lines();
    fs::remove_file(env.history()).unwrap();
    assert_eq!(kind(&env.findings()[0]), "cut");
}

#[test]
fn what_a_crash_leaves_is_mended_and_told() {
    let mut env = TestEnv::with_five_lines();
    // Between the line and the head.
    env.set("ARTCAFE_TEST_KILL_AT", "audit.appended");
    assert_eq!(env.run(&["config", "set", "auth.agent_id", "killed"]).code, -1);
    env.unset("ARTCAFE_TEST_KILL_AT");
    assert_eq!(env.findings(), Vec::<Value>::new());
    assert_eq!(env.run(&["audit", "verify", "--json"]).data()["head_one_behind"], true);
    let _ = env.run(&["config", "set", "auth.agent_id", "next"]).expect(0);
    assert_eq!((env.told().len(), env.findings().len()), (7, 0));

    // In the middle of a line, at each of its bytes.
    let whole = fs::read(env.history()).unwrap();
    let head = fs::read(env.head()).unwrap();
    let line = br#"{"seq":8,"time":"2026-11-24T09:30:00.000Z","what":"config_set","result":"do"#;
    for length in [1, 2, 30, line.len()] {
        fs::write(env.history(), [&whole[..], &line[..length]].concat()).unwrap();
        fs::write(env.head(), &head).unwrap();
        let found = env.findings();
        assert_eq!((&found[0]["kind"], &found[0]["bytes"]), (&json!("torn"), &json!(length)));
        // A crash in the mending itself changes nothing about it.
        env.set("ARTCAFE_TEST_KILL_AT", "audit.repaired");
        assert_eq!(env.run(&["config", "set", "auth.agent_id", &format!("a{length}")]).code, -1);
        env.unset("ARTCAFE_TEST_KILL_AT");
        assert_eq!(env.findings(), Vec::<Value>::new());
        let _ = env.run(&["config", "set", "auth.agent_id", &format!("b{length}")]).expect(0);
        assert_eq!(env.actions()[7..], ["repaired", "config_set"]);
        let reason = format!("a torn last line of {length} bytes was dropped");
        assert_eq!(env.told()[7]["reason"], reason);
        assert_eq!(env.findings(), Vec::<Value>::new());
        if length == 30 {
            assert_screen(
                &env,
                &env.run(&["audit", "verify"]),
                snapbox::str![[r#"
repaired: number 8: a torn last line of 30 bytes was dropped
whole: 9 lines in [ROOT]/user/.artcafe/audit.jsonl; last hash [HASH]

"#]],
            );
        }
    }
}

#[test]
fn no_secret_reaches_the_history() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set("PHRASE", "MARKED-passphrase-of-the-key");
    let phrase = ["--passphrase", "env:PHRASE"];
    let _ = env.run(&[&["setup", "--agent-id", AGENT, "--bits", "2048"][..], &phrase].concat()).expect(0);
    let private = fs::read_to_string(env.key()).unwrap();
    let _ = env.run_with_input(&["auth", "login", "--token", "-"], Some(server.token())).expect(0);
    env.write(".artcafe/profiles/p.yaml", "extra:\n  api_key: MARKED-key\n  note: MARKED-note\nllm:\n  model: MARKED-model\nauth:\n  agent_id: \"MARKED id\"\n");
    for (key, value) in [("extra.note", "MARKED-new"), ("llm.model", "MARKED-newer"), ("auth.agent_id", AGENT)] {
        let _ = env.run(&["config", "set", "--profile", "p", key, value]).expect(0);
    }
    let _ = env.run(&["config", "unset", "--profile", "p", "extra.api_key"]).expect(0);
    let convert = ["key", "convert", "--key-format", "openssh", "--new-passphrase", "env:PHRASE"];
    let _ = env.run(&[&convert[..], &phrase].concat()).expect(0);
    // The profile names no key file of its own, and so uses this one.
    let _ = env.run(&[&["deregister", "--yes", "--also"][..], &phrase].concat()).expect(0);
    let text = fs::read_to_string(env.history()).unwrap();
    assert!(text.lines().count() > 8, "{text}");
    assert!(!text.contains("MARKED") && !text.contains(server.token()), "{text}");
    for line in private.lines().filter(|line| !line.starts_with("-----") && line.len() > 16) {
        assert!(!text.contains(line));
    }
}

#[test]
fn show_filters_and_never_steers_the_terminal() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let id = env.set_up()["key_id"].as_str().unwrap().to_owned();
    let _ = env.run(&["deregister", "--yes", "--reason", "bad \u{1b}[2J word"]).expect(0);
    let lines = |args: &[&str]| {
        let run = env.run(&[&["audit", "show", "--json"], args].concat()).expect(0);
        run.data()["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["what"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(lines(&["--last", "1"]), ["key_file_removed"]);
    assert_eq!(lines(&["--key", &id]), ["key_registered", "config_written", "key_revoked"]);
    let fingerprint = env.told()[0]["fingerprint"].as_str().unwrap().to_owned();
    assert_eq!(lines(&["--key", &fingerprint]), ["key_generated", "key_registered", "key_revoked"]);
    assert_eq!(lines(&["--action", "key_revoked"]), ["key_revoked"]);
    assert_eq!(lines(&["--since", "2100-01-01"]), Vec::<String>::new());
    assert_eq!(lines(&["--since", "2000-01-01T00:00:00Z", "--action", "key_generated"]), ["key_generated"]);
    let run = env.run(&["audit", "show"]);
    assert_screen(
        &env,
        &run,
        snapbox::str![[r#"
NUMBER  TIME (UTC)               WHAT                RESULT   DETAILS
     1  [TIME] key_generated       done     [FINGERPRINT]  [ROOT]/user/.ssh/artcafe_agent  agent prod-data-processor-01  tenant 11111111-aaaa-4aaa-8aaa-111111111111  at [SERVER]
     2  [TIME] key_registered      done     [ID]  [FINGERPRINT]  [ROOT]/user/.ssh/artcafe_agent  (none) → prod-data-processor-01 [HOST] [DATE]  agent prod-data-processor-01  tenant 11111111-aaaa-4aaa-8aaa-111111111111  at [SERVER]
     3  [TIME] config_written      done     [ID]  [ROOT]/user/.artcafe/config.yaml  agent prod-data-processor-01  tenant 11111111-aaaa-4aaa-8aaa-111111111111  at [SERVER]
     4  [TIME] key_revoked         done     [ID]  [FINGERPRINT]  [ROOT]/user/.ssh/artcafe_agent  (bad \u{1b}[2J word)  agent prod-data-processor-01  tenant 11111111-aaaa-4aaa-8aaa-111111111111  at [SERVER]
     5  [TIME] config_removed      done     [ROOT]/user/.artcafe/config.yaml  agent prod-data-processor-01  tenant 11111111-aaaa-4aaa-8aaa-111111111111  at [SERVER]
     6  [TIME] key_file_removed    done     [ROOT]/user/.ssh/artcafe_agent.pub  agent prod-data-processor-01  tenant 11111111-aaaa-4aaa-8aaa-111111111111  at [SERVER]
     7  [TIME] key_file_removed    done     [ROOT]/user/.ssh/artcafe_agent  agent prod-data-processor-01  tenant 11111111-aaaa-4aaa-8aaa-111111111111  at [SERVER]

"#]],
    );
    assert!(!run.stdout.contains('\u{1b}'), "{run:?}");
    for wrong in [["--action", "key_renamed"], ["--since", "yesterday"], ["--last", "few"]] {
        let _ = env.run(&[&["audit", "show", "--json"][..], &wrong].concat()).expect(2).failure();
    }
    // A line that cannot be read is not passed over in silence.
    env.edit(|lines| lines[0][0] = b'x');
    assert_eq!(env.run(&["audit", "show", "--json"]).expect(0).warnings(), ["history_unreadable"]);
}

#[test]
fn an_export_is_the_history_itself_and_overwrites_nothing() {
    let env = TestEnv::with_five_lines();
    let bytes = fs::read(env.history()).unwrap();
    assert_eq!(env.run(&["audit", "export"]).expect(0).stdout.as_bytes(), bytes);
    let export = ["audit", "export", "--output", "copy.jsonl"];
    let _ = env.run(&export).expect(0);
    let copy = env.root().join("copy.jsonl");
    assert_eq!((fs::read(&copy).unwrap(), mode(&copy)), (bytes.clone(), 0o600));
    fs::write(&copy, "mine").unwrap();
    assert_eq!(env.run(&[&export[..], &["--json"]].concat()).expect(5).code_name(), "FILE_EXISTS");
    assert_eq!(fs::read(&copy).unwrap(), b"mine");
    let _ = env.run(&[&export[..], &["--overwrite"]].concat()).expect(0);
    assert_eq!(fs::read(&copy).unwrap(), bytes);
    let data = env.run(&["audit", "export", "--json"]).expect(0).data();
    assert_eq!((data["text"].as_str().unwrap().as_bytes(), &data["lines"]), (&bytes[..], &json!(5)));
    let table = env.run(&["audit", "export", "--format", "csv"]).expect(0).stdout;
    let rows: Vec<&str> = table.split_terminator("\r\n").collect();
    assert!(rows.len() == 6 && rows[0].starts_with("seq,time,what,") && rows[5].starts_with("5,"), "{table}");
    assert!(rows.iter().all(|row| row.matches(',').count() == 14), "{table}");
    let own = env.history().display().to_string();
    let args = ["audit", "export", "--format", "csv", "--overwrite", "--output", &own];
    let _ = env.run(&args).expect(2);
    assert_eq!(fs::read(env.history()).unwrap(), bytes);
}

#[test]
fn without_a_history_there_is_nothing_wrong() {
    let env = TestEnv::new();
    assert_eq!(env.findings(), Vec::<Value>::new());
    assert_screen(
        &env,
        &env.run(&["audit", "show"]),
        snapbox::str![[r#"
no such change (0 in the history)

"#]],
    );
    assert_eq!(env.run(&["audit", "export"]).expect(0).stdout, "");
    assert!(!env.path(".artcafe").exists());
}

#[test]
fn an_answer_that_was_lost_is_told_as_unknown() {
    let server = Server::start(Dialect::Documented, &["POST /ssh-keys=close-before"]);
    let env = TestEnv::with(&server);
    let _ = env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    let run = env.run(&["key", "register", "--agent-id", AGENT, "--retries", "0"]);
    assert_ne!(run.code, 0);
    let told = env.told();
    assert_eq!((&told[1]["what"], &told[1]["result"]), (&json!("key_registered"), &json!("unknown")));
}

#[test]
fn every_action_is_documented() {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/audit.md")).unwrap();
    for action in artcafe::ops::audit::Action::ALL {
        assert!(text.contains(&format!("`{action}`")), "docs/audit.md does not name {action}");
    }
}
