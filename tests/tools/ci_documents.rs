//! The scripts of `docs/ci.md`, as they stand, in a sandbox.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::support::{Run, TestEnv};

/// The shell parts of a document: `sh` blocks, and in `yaml` blocks each `run: |` and `- |`, without their indent.
fn scripts(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut language = None;
    let mut indent: Option<usize> = None;
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(fence) = line.strip_prefix("```") {
            language = if language.is_none() { Some(fence.to_owned()) } else { None };
            indent = None;
            if language.as_deref() == Some("sh") {
                found.push((number, String::new()));
            }
            continue;
        }
        match language.as_deref() {
            Some("sh") => found.last_mut().unwrap().1.push_str(&format!("{line}\n")),
            Some("yaml") => {
                let depth = line.len() - line.trim_start().len();
                if let Some(least) = indent {
                    if depth > least || line.trim().is_empty() {
                        found.last_mut().unwrap().1.push_str(&format!("{line}\n"));
                        continue;
                    }
                    indent = None;
                }
                if line.trim_end().ends_with("run: |") || line.trim() == "- |" {
                    indent = Some(depth);
                    found.push((number, String::new()));
                } else if let Some((_, command)) = line.split_once("run: ") {
                    found.push((number, format!("{command}\n")));
                }
            }
            _ => {}
        }
    }
    found
}

#[test]
fn every_script_of_the_page_runs_in_a_sandbox() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci.md");
    let scripts = scripts(&fs::read_to_string(path).unwrap());
    assert!(scripts.len() >= 10, "{scripts:?}");
    for (line, script) in &scripts {
        let mut env = TestEnv::new();
        let own = Path::new(env!("CARGO_BIN_EXE_artcafe")).parent().unwrap().display().to_string();
        env.set("PATH", &format!("{own}:/usr/local/bin:/usr/bin:/bin"));
        // What the page says that a job has.
        let output = env.write("output", "");
        env.set("GITHUB_ACTIONS", "true");
        env.set("GITHUB_OUTPUT", &output);
        env.write("deploy.sh", "#!/bin/sh\ntrue\n");
        // The page's own steps before and beside the script: agent and key.
        let needs_key = script.contains("auth token --min-ttl");
        let before = if needs_key { "artcafe setup --bits 2048 --quiet\n" } else { "" };
        let is_sandboxed = script.contains("sandbox exec");
        let whole = format!("set -e\n{before}{script}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_artcafe"));
        if is_sandboxed {
            command = Command::new("sh");
            command.args(["-c", &whole]);
        } else {
            let agent = "export ARTCAFE_AGENT_ID=prod-data-processor-01\n";
            command.args(["sandbox", "exec", "--", "sh", "-c", &format!("{agent}{whole}")]);
        }
        let work = env.path("work");
        fs::create_dir_all(&work).unwrap();
        fs::copy(env.path("deploy.sh"), work.join("deploy.sh")).unwrap();
        std::fs::set_permissions(work.join("deploy.sh"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        command.env_clear().envs(env.variables()).current_dir(&work);
        let run = Run::of(command.output().unwrap());
        assert_eq!(run.code, 0, "docs/ci.md:{line}\n{script}\n{run:?}");
        // What a script made is what it was for.
        if script.contains(">keys.json") {
            let keys: serde_json::Value = serde_json::from_slice(&fs::read(work.join("keys.json")).unwrap()).unwrap();
            assert!(keys.is_object(), "docs/ci.md:{line}: {keys}");
        }
        if script.contains("echo deployed") {
            assert!(run.stdout.contains("deployed"), "docs/ci.md:{line}: {run:?}");
        }
        if script.contains("--github-output") {
            assert!(fs::read_to_string(&output).unwrap().contains("access_token<<"), "docs/ci.md:{line}");
        }
    }
}

#[test]
fn a_script_is_found_as_a_runner_finds_it() {
    let text = "```yaml\na:\n  - run: |\n      one\n        two\n  - run: three\n  - |\n    four\nb: c\n```\n```sh\nfive\n```\n";
    let found: Vec<String> = scripts(text).into_iter().map(|(_, script)| script.replace(' ', "")).collect();
    assert_eq!(found, ["one\ntwo\n", "three\n", "four\n", "five\n"]);
}
