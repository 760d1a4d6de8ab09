//! Command lines by the thousand, made by the grammar that `capabilities` prints.
//!
//! They run within one process, which is this program started anew in a directory of its own (a name that is
//! typed may become a file there), against a real sandbox and a real home; what would start another process finds
//! no program, and nothing is served. Whatever they are: no panic, and in JSON mode one valid object or nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use artcafe::env::{Env, Kept, Streams};
use artcafe::sandbox::Dialect;
use rand::prelude::*;
use rand::rngs::SmallRng;
use serde_json::Value;

use super::support::tier::{Tier, is_whole, seed};
use super::support::{AGENT, Server, TestEnv, schema};

/// How many.
fn cases() -> u64 {
    match crate::TIER {
        Tier::Deep if is_whole() => 100_000,
        Tier::Deep => 3_000,
        Tier::Everyday | Tier::Tools => 300,
    }
}

#[expect(clippy::disallowed_methods, reason = "switches of this test, not of the program")]
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// The grammar, and words that stand where a value does.
struct Grammar {
    commands: Vec<Value>,
    global_flags: Vec<Value>,
    words: Words,
}

/// Values by the name that the grammar gives them.
struct Words {
    by_name: BTreeMap<&'static str, Vec<String>>,
    odd: Vec<String>,
}

impl Grammar {
    fn read(env: &TestEnv, words: Words) -> Self {
        let data = env.run(&["capabilities", "--json"]).expect(0).data();
        let list = |member: &str| data[member].as_array().unwrap().clone();
        Self { commands: list("commands"), global_flags: list("global_flags"), words }
    }

    /// One command line behind the program's name; mostly as it should be, sometimes not.
    fn line(&self, random: &mut SmallRng) -> Vec<String> {
        let slow = |command: &Value| ["man", "completions"].iter().any(|word| command["words"][0] == *word);
        let mut command = self.commands.choose(random).unwrap();
        // These print all there is, whatever is asked.
        while slow(command) && random.random_bool(0.95) {
            command = self.commands.choose(random).unwrap();
        }
        let mut line: Vec<String> =
            command["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect();
        let mut taken: Vec<String> = Vec::new();
        let flags = command["flags"].as_array().unwrap();
        for flag in flags.iter().filter(|flag| flag["required"] == true) {
            self.flag(flag, &mut line, &mut taken, random);
        }
        for (choice, most) in [(flags, 3), (&self.global_flags, 2)] {
            for _ in 0..random.random_range(0..=most) {
                if let Some(flag) = choice.choose(random) {
                    self.flag(flag, &mut line, &mut taken, random);
                }
            }
        }
        // The system's own units are no test's to write.
        line.retain(|word| word != "--system");
        let mut is_command = false;
        for positional in command["positionals"].as_array().unwrap() {
            if positional["required"] == true || random.random_bool(0.5) {
                if positional["is_command"] == true {
                    is_command = true;
                    line.extend(["--".to_owned(), "true".to_owned()]);
                } else {
                    line.push(self.value(positional["name"].as_str().unwrap(), &positional["values"], random));
                }
            }
        }
        // A large key takes seconds to make: small ones stand for them.
        let makes_keys = flags.iter().any(|flag| flag["long"] == "--bits");
        if makes_keys && !taken.iter().any(|flag| ["--bits", "--algorithm", "--key-type"].contains(&flag.as_str())) {
            let small = if random.random_bool(0.9) { "--algorithm=ed25519" } else { "--bits=2048" };
            line.push(small.to_owned());
        }
        if !is_command && random.random_bool(0.12) {
            self.spoil(&mut line, random);
        }
        line
    }

    /// A flag that does not contradict what is there.
    fn flag(&self, flag: &Value, line: &mut Vec<String>, taken: &mut Vec<String>, random: &mut SmallRng) {
        let long = flag["long"].as_str().unwrap();
        let contradicts = flag["conflicts"].as_array().unwrap().iter().any(|other| taken.iter().any(|t| other == t));
        if contradicts || taken.iter().any(|t| t == long) && flag["repeatable"] == false {
            return;
        }
        taken.push(long.to_owned());
        match flag["value"].as_str() {
            None => line.push(long.to_owned()),
            Some(_) if flag["value_is_optional"] == true && random.random_bool(0.3) => line.push(long.to_owned()),
            Some(name) => {
                let value = self.value(name, &flag["values"], random);
                match random.random_bool(0.5) {
                    true => line.push(format!("{long}={value}")),
                    false => line.extend([long.to_owned(), value]),
                }
            }
        }
    }

    fn value(&self, name: &str, values: &Value, random: &mut SmallRng) -> String {
        if let Some(value) = values.as_array().unwrap().choose(random) {
            return value.as_str().unwrap().to_owned();
        }
        let known = self.words.by_name.get(name).filter(|_| random.random_bool(0.95));
        known.unwrap_or(&self.words.odd).choose(random).unwrap().clone()
    }

    /// As people and broken scripts do.
    fn spoil(&self, line: &mut Vec<String>, random: &mut SmallRng) {
        let at = random.random_range(0..line.len());
        match random.random_range(0..6) {
            0 => drop(line.remove(at)),
            1 => line.insert(at, self.words.odd.choose(random).unwrap().clone()),
            2 => line.push("--no-such-flag".to_owned()),
            3 => line.push(line[at].clone()),
            4 => line[at] = line[at].to_uppercase(),
            _ => line[at] = line[at].chars().take(2).collect(),
        }
    }
}

fn words(env: &TestEnv, server: &Server) -> Words {
    let text = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let path = |below: &str| env.path(below).display().to_string();
    let scratch = vec![path("scratch/a"), path("scratch/b"), path("nowhere/c"), path(".ssh/artcafe_agent")];
    let by_name = BTreeMap::from([
        ("ID", text(&[AGENT, "another-agent", server.tenant(), "01HZZZZZZZZZZZZZZZZZZZZZZZ"])),
        ("NAME", text(&["staging", "name-1", "artcafe.key.list/1", "artcafe_agent"])),
        ("URL", text(&[server.url(), "https://127.0.0.1:9"])),
        ("SOURCE", text(&["env:ARTCAFE_FUZZ_TOKEN", "env:ARTCAFE_UNSET", "file:/nonexistent", "cmd:true"])),
        ("SECONDS", text(&["5", "1"])),
        ("N", text(&["0", "1"])),
        ("BITS", text(&["2048"])),
        ("DURATION", text(&["1h", "30d", "1m", "0s"])),
        ("PATH", scratch.clone()),
        ("FILE", scratch.clone()),
        ("DIR", vec![path("scratch"), path("nowhere")]),
        ("DIRECTORY", vec![path("scratch"), path("nowhere")]),
        ("KEY", text(&["auth.agent_id", "api.endpoint", "auth.ssh_key.key_id", "timeouts.request", "extra.thing"])),
        ("VALUE", text(&["value", "30", "true"])),
        ("TEXT", text(&["a text", "other"])),
        ("COMMENT", text(&["a comment"])),
        ("TOPIC", text(&["tenants/x/y", "tenant.x.>", "results", "agents/control/x/#"])),
        ("PERCENT", text(&["80%", "1%", "97.5%"])),
        ("ENTITY", text(&["user-42"])),
        ("EMAIL", text(&["a@b.example"])),
        ("TIME", text(&["2026-11-24", "2026-11-24T09:30:00Z"])),
        ("COMMAND", text(&["true", "exit 3"])),
        ("WORDS", text(&["key", "setup", "environment"])),
    ]);
    let odd = text(&[
        "",
        "x",
        "-",
        "--",
        "-1",
        "é\u{202e}",
        "a b\nc",
        "'",
        "../..",
        "0",
        "99999999999999999999",
        "{}",
        "=",
        "%s",
    ]);
    Words { by_name, odd: odd.into_iter().filter(|word| word != "-").collect() }
}

/// What one command line left.
struct Ran {
    code: String,
    stdout: String,
    stderr: String,
}

fn run(env: &TestEnv, line: &[String]) -> Result<Ran, String> {
    let args: Vec<&str> = std::iter::once("artcafe").chain(line.iter().map(String::as_str)).collect();
    let mut made = Env::made_up(&args, []);
    for (name, value) in env.variables() {
        made = made.with(&name, &value);
    }
    let kept = Arc::new(Mutex::new(Kept::default()));
    made.streams = Streams::Kept(Arc::clone(&kept));
    let code = catch_unwind(AssertUnwindSafe(|| artcafe::cli::run(made))).map_err(|_| "it panicked".to_owned())?;
    let kept = kept.lock().unwrap();
    let text =
        |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| "it printed bytes that are no text".to_owned());
    Ok(Ran { code: format!("{code:?}"), stdout: text(&kept.stdout)?, stderr: text(&kept.stderr)? })
}

/// What is wrong with the outcome.
fn judge(line: &[String], ran: &Ran) -> Result<(), String> {
    let is_json = line.iter().take_while(|word| *word != "--").any(|word| word == "--json");
    // A schema is printed as it is; it is no report.
    if line.iter().any(|word| word.starts_with("--schema")) {
        return Ok(());
    }
    if !is_json {
        return Ok(());
    }
    // Events are told on stderr, one a line, and a failure is the last of them.
    let (events, last) = match ran.stderr.contains("artcafe.event/1") {
        true => ran.stderr.lines().partition(|line| line.contains("artcafe.event/1")),
        false => (Vec::new(), vec![ran.stderr.as_str()]),
    };
    for event in events {
        let object: Value = serde_json::from_str(event).map_err(|error| format!("no JSON: {error}: {event}"))?;
        let problems = schema::problems(&object);
        if !problems.is_empty() {
            return Err(format!("an event: {problems:?}: {event}"));
        }
    }
    let stderr = last.join("\n");
    for (name, text) in [("stdout", &ran.stdout), ("stderr", &stderr)] {
        if text.is_empty() {
            continue;
        }
        let object: Value =
            serde_json::from_str(text).map_err(|error| format!("{name} is no JSON: {error}: {text}"))?;
        let problems = schema::problems(&object);
        if !problems.is_empty() {
            return Err(format!("{name}: {problems:?}"));
        }
        let is_error = object["schema"] == "artcafe.error/1";
        if is_error != (name == "stderr") {
            return Err(format!("{name} has {}", object["schema"]));
        }
    }
    match ran.stdout.is_empty() == stderr.is_empty() {
        true => Err(format!("both streams or neither: {:?} {:?}", ran.stdout, ran.stderr)),
        false => Ok(()),
    }
}

/// A machine of its own for some command lines, so that files and records do not pile up.
fn machine() -> (Server, TestEnv) {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set("ARTCAFE_RETRIES", "0");
    env.set("ARTCAFE_TIMEOUT", "5");
    env.set("ARTCAFE_FUZZ_TOKEN", server.token());
    env.set_up();
    (server, env)
}

/// Set for the process in which the command lines run.
const WITHIN: &str = "ARTCAFE_ARGV_WITHIN";

#[test]
fn whatever_is_typed_gives_an_answer_and_never_a_panic() {
    if number(WITHIN) == Some(1) {
        return type_them();
    }
    let here = tempfile::tempdir().unwrap();
    let run = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "argv::whatever_is_typed_gives_an_answer_and_never_a_panic", "--nocapture"])
        .env(WITHIN, "1")
        .env("ARTCAFE_DEEP_SEED", seed().to_string())
        .current_dir(here.path())
        .output()
        .unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success() && told.contains("1 passed"), "{told}");
    let summary = told.lines().find(|line| line.contains(" command lines, "));
    eprintln!("argv: {}", summary.unwrap_or_else(|| panic!("{told}")));
}

fn type_them() {
    artcafe::checkpoint::forbid_starts();
    let (cases, seed) = (number("ARTCAFE_ARGV_CASES").unwrap_or_else(cases), seed());
    let parser = RefCell::new(artcafe::cli::command());
    let (mut server, mut env) = machine();
    let mut grammar = Grammar::read(&env, words(&env, &server));
    let mut parsed = 0;
    let mut codes: BTreeMap<String, u64> = BTreeMap::new();
    for case in 0..cases {
        if case % 2000 == 1999 {
            (server, env) = machine();
            grammar.words = words(&env, &server);
        }
        let mut random = SmallRng::seed_from_u64(seed + case);
        let mut line = grammar.line(&mut random);
        if random.random_bool(0.7) && !line.iter().any(|word| word == "--json") {
            let end = line.iter().position(|word| word == "--").unwrap_or(line.len());
            line.insert(end, "--json".to_owned());
        }
        let all: Vec<&str> = std::iter::once("artcafe").chain(line.iter().map(String::as_str)).collect();
        parsed += u64::from(parser.borrow_mut().try_get_matches_from_mut(all).is_ok());
        let ran = run(&env, &line).unwrap_or_else(|error| panic!("case {case} (seed {seed}): {line:?}: {error}"));
        judge(&line, &ran).unwrap_or_else(|error| panic!("case {case} (seed {seed}): {line:?}: {error}"));
        *codes.entry(ran.code).or_default() += 1;
    }
    println!("{cases} command lines, {parsed} parsed, exit codes {codes:?}, ARTCAFE_DEEP_SEED={seed}");
    assert!(parsed * 100 >= cases * 60, "only {parsed} of {cases} parse");
    assert!(codes.len() > 4, "{codes:?}");
}
