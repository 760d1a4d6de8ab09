//! Every shell example of the README and of `docs/` is run as it stands.
//!
//! Each block gets a machine of its own: a sandbox, a home with an agent that was set up, and what the text takes
//! for granted (a deploy script, a file with a token, a service manager). Placeholders get values, and the
//! platform's address is the sandbox's. A line that is meant to end otherwise than well is listed with its code.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use artcafe::sandbox::Dialect;

use super::support::{AGENT, Server, TestEnv, id_of};

/// What is run elsewhere: by the checks themselves, or by a test of its own.
const ELSEWHERE: &[&str] = &["cargo ", "RUNS=", "set -eu\nexport ARTCAFE_AGENT_ID", "set -eu\nartcafe setup"];

/// Lines that end otherwise than well on such a machine, which is what the text around them says or takes as known.
const OTHERWISE: &[(&str, i32, &str)] = &[
    ("artcafe setup --agent-name", 4, "the key here is another agent's already"),
    ("artcafe sandbox serve", 124, "it serves until it is stopped"),
    ("artcafe doctor --list", 0, "it only names the checks"),
    ("artcafe doctor", 7, "the key of these tests is a short one"),
    ("artcafe key needs-rotation && ", 1, "a new key is not due"),
    ("artcafe key rotate --post-switch", 5, "the rotation of the line above is open"),
    ("artcafe key rotate --finish", 75, "its grace period runs"),
    ("artcafe key revoke SHA256:", 5, "the agent's other key went with the line above"),
    ("artcafe key revoke KEY_ID --compromised", 6, "another machine's key is not replaced from here"),
    ("artcafe --profile staging service install", 3, "there is no such profile on this machine"),
    ("artcafe key generate --passphrase", 5, "there is a key already"),
    ("artcafe config init", 5, "there is a configuration already"),
    ("artcafe sandbox exec --fault '*=close-before'", 69, "the server is down"),
    ("artcafe sandbox exec --fault 'POST /ssh-keys=402'", 6, "the plan has no room"),
    (
        "artcafe sandbox exec --dialect as-built -- artcafe setup --agent-id prod-data-processor-01 --algorithm",
        4,
        "it cannot verify Ed25519",
    ),
];

fn blocks(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut is_inside = None;
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(fence) = line.strip_prefix("```") {
            is_inside = match is_inside {
                None => Some(fence == "sh"),
                Some(_) => None,
            };
            if is_inside == Some(true) {
                found.push((number + 1, String::new()));
            }
        } else if is_inside == Some(true) {
            let block = &mut found.last_mut().unwrap().1;
            block.push_str(line);
            block.push('\n');
        }
    }
    found
}

struct Machine {
    server: Server,
    env: TestEnv,
}

impl Machine {
    fn new() -> Self {
        let server = Server::start(Dialect::Documented, &[]);
        let mut env = TestEnv::with(&server);
        env.set_up();
        let own = Path::new(env!("CARGO_BIN_EXE_artcafe")).parent().unwrap().display().to_string();
        let bin = env.path("bin").display().to_string();
        env.set("PATH", &format!("{bin}:{own}:/usr/local/bin:/usr/bin:/bin"));
        env.set("ARTCAFE_YES", "1");
        for (name, text) in [
            ("bin/systemctl", "exit 0"),
            ("bin/pass", "cat \"$HOME/admin.token\""),
            ("deploy.sh", "exit 0"),
            ("worker", "exit 0"),
            ("deploy-agent.sh", "artcafe setup --agent-id prod-data-processor-01 --no-input --quiet --bits 2048"),
        ] {
            let path = env.write(name, &format!("#!/bin/sh\n{text}\n"));
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        for name in ["admin.token", "token.txt"] {
            env.wrote(Path::new(&env.write(name, server.token())));
        }
        env.wrote(Path::new(&env.write("passphrase.txt", "correct horse battery staple")));
        env.write("agent.py", "pass\n");
        for name in ["docs/monitoring/alerts.yaml", "docs/monitoring/alerts-test.yaml"] {
            let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
            env.write(name, &text);
        }
        // An example writes it, for curl.
        env.wrote(&env.path("token.netrc"));
        fs::copy(env.key(), env.path(".ssh/other_agent")).unwrap();
        for directory in [".local/share/bash-completion/completions", ".local/share/man/man1"] {
            fs::create_dir_all(env.path(directory)).unwrap();
        }
        Self { server, env }
    }

    /// With values for what stands for one.
    fn filled(&self, line: &str) -> String {
        let spare = TestEnv::new();
        let mut line = line.to_owned();
        if line.contains("KEY_ID") && !line.contains("ARTCAFE_KEY_ID") || line.contains("SHA256:") {
            spare.run(&["key", "generate", "--algorithm", "ed25519"]).expect(0);
            let id = self.server.register(AGENT, &spare.public_line());
            let shown = spare.run(&["key", "show", "--json"]).expect(0).data();
            let fingerprint = shown["fingerprint"].as_str().unwrap().to_owned();
            line = line.replace("SHA256:bbXpuKG6zhzdmnxq256TlqzFBzRl2f6OOg722cYNbU8", &fingerprint);
            line = line.replace("KEY_ID", &id);
        }
        let own_id = id_of(&self.server.keys()[0]);
        line.replace("01M862QYBZAHW0MP1MGMGV61ZP", &own_id)
            .replace("https://api.artcafe.ai", self.server.url())
            .replace("https://api.staging.artcafe.ai", self.server.url())
            .replace("--agent-id ID", &format!("--agent-id {AGENT}"))
            .replace("--tenant-id TENANT", &format!("--tenant-id {}", self.server.tenant()))
            .replace("/run/secrets/passphrase", &self.env.path("passphrase.txt").display().to_string())
            .trim_end()
            .to_owned()
    }

    fn run(&self, script: &str) -> (i32, String) {
        let mut command = Command::new("timeout");
        command.args(["-s", "INT", if script.contains("sandbox serve") { "3" } else { "120" }]);
        if script.contains("ssh-add") {
            command.arg("ssh-agent");
        }
        command.args(["bash", "-c", script]);
        let key = fs::read_to_string(self.env.key()).unwrap_or_default();
        command.env_clear().envs(self.env.variables()).env("KEY_OF_AGENT", key).current_dir(self.env.home());
        command.stdin(fs::File::open(self.env.path("token.txt")).map_or(Stdio::null(), Stdio::from));
        let output = command.output().unwrap();
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code().unwrap_or(-1), told)
    }
}

/// The commands of a block: its lines, or the whole where they belong together.
fn commands(block: &str) -> Vec<String> {
    let is_whole = ["set -e", "until ", "export ", "ssh-add", "umask"].iter().any(|word| block.contains(word));
    if is_whole {
        return vec![block.to_owned()];
    }
    block.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

fn run_all(documents: &[&str]) {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for document in documents {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(document)).unwrap();
        for (place, block) in blocks(&text) {
            if ELSEWHERE.iter().any(|start| block.starts_with(start)) {
                continue;
            }
            let machine = Machine::new();
            for command in commands(&block) {
                let expected = OTHERWISE.iter().find(|(start, _, _)| command.starts_with(start)).map_or(0, |row| row.1);
                let (code, told) = machine.run(&machine.filled(&command));
                count += 1;
                if code != expected {
                    wrong.push(format!("{document}:{place}: `{command}` ended with {code}, not {expected}: {told}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(count >= 4, "only {count} examples were found");
}

#[test]
fn of_the_readme() {
    run_all(&["README.md"]);
}

#[test]
fn of_the_life_cycle() {
    run_all(&["docs/rotation.md", "docs/revocation.md", "docs/timers.md", "docs/audit.md", "docs/progress.md"]);
}

#[test]
fn of_the_sandbox() {
    run_all(&["docs/sandbox.md"]);
}

#[test]
fn of_the_rest() {
    let told = ["README.md", "docs/ci.md"];
    let ours =
        ["rotation", "revocation", "timers", "audit", "progress", "sandbox"].map(|name| format!("docs/{name}.md"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut rest: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| format!("docs/{}", entry.unwrap().file_name().to_str().unwrap()))
        .filter(|name| name.ends_with(".md") && !told.contains(&name.as_str()) && !ours.contains(name))
        .collect();
    rest.sort();
    run_all(&rest.iter().map(String::as_str).collect::<Vec<_>>());
}
