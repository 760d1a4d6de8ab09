//! The program itself on the model's edges: what it leaves is what the model says.
//!
//! Each edge is one rotation or undo with one mishap: killed at a named point, or a request or an answer lost at
//! exactly that step. Then, on machines of their own, `--resume` and `--abort`. After each command, journal,
//! configuration, files and records are compared with the model's world.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use artcafe::sandbox::Dialect;
use serde_json::Value;

use super::explore::{Event, after, at, run};
use super::protocol::Protocol;
use super::world::{Command, End, Key, Record, Step, World};
use crate::support::{AGENT, Run, Server, TestEnv};

/// A server and a home with a proven key, made without a rotation's help.
pub(crate) struct Machine {
    pub(crate) server: Server,
    pub(crate) env: TestEnv,
    /// The first key's record.
    pub(crate) old_id: String,
    dialect: Dialect,
}

/// One pair for all machines: making it takes longer than a test.
fn pair() -> &'static (String, String) {
    static PAIR: OnceLock<(String, String)> = OnceLock::new();
    PAIR.get_or_init(|| {
        let env = TestEnv::new();
        env.run(&["key", "generate", "--bits", "2048"]).expect(0);
        let public = env.path(".ssh/artcafe_agent.pub");
        (fs::read_to_string(env.key()).unwrap(), fs::read_to_string(public).unwrap())
    })
}

impl Machine {
    pub(crate) fn new(dialect: Dialect, faults: &[String]) -> Self {
        let faults: Vec<&str> = faults.iter().map(String::as_str).collect();
        Self::on(Server::start(dialect, &faults), dialect)
    }

    pub(crate) fn on(server: Server, dialect: Dialect) -> Self {
        let mut env = TestEnv::new();
        // A lost answer must end the step: repeating it is no step of its own.
        env.set("ARTCAFE_RETRIES", "0");
        let (private, public) = pair();
        for folder in [".ssh", ".artcafe"] {
            use std::os::unix::fs::DirBuilderExt as _;
            fs::DirBuilder::new().mode(0o700).create(env.path(folder)).unwrap();
        }
        let old_id = server.register(AGENT, public.trim());
        write(&env.key(), private, 0o600);
        write(&env.path(".ssh/artcafe_agent.pub"), public, 0o644);
        let config = format!(
            "# above\napi:\n  endpoint: {}\nauth: # mine\n  custom: [kept, as it is]\n  agent_id: {AGENT}\n  tenant_id: {}\n  \
             ssh_key:\n    private_key_path: ~/.ssh/artcafe_agent\n    key_id: {old_id} # this one\n    key_type: agent\nzoo: kept\n",
            server.url(),
            server.tenant()
        );
        write(&env.config(), &config, 0o600);
        Self { server, env, old_id, dialect }
    }

    /// The journal, while a rotation is open.
    pub(crate) fn journal(&self) -> Option<Value> {
        let folder = fs::read_dir(self.env.path(".artcafe/state/rotations")).ok()?;
        let paths = folder.map(|entry| entry.unwrap().path());
        let mut paths = paths.filter(|path| !path.file_name().unwrap().to_str().unwrap().starts_with('.'));
        paths.find(|path| path.extension().is_some_and(|extension| extension == "json")).map(|path| {
            let text = fs::read_to_string(path).unwrap();
            serde_json::from_str(&text).unwrap()
        })
    }

    /// The new key's file.
    pub(crate) fn new_key(&self) -> Option<std::path::PathBuf> {
        let entries = fs::read_dir(self.env.path(".ssh")).unwrap().map(|entry| entry.unwrap().path());
        let mut entries =
            entries.filter(|path| path.extension().is_some_and(|stamp| stamp.to_str().unwrap().ends_with('Z')));
        entries.find(|path| path.file_name().unwrap().to_str().unwrap().starts_with("artcafe_agent."))
    }

    /// The records of the new key.
    pub(crate) fn new_records(&self) -> Vec<Value> {
        let old = pair().1.split(' ').nth(1).unwrap().to_owned();
        let mut records = self.server.keys();
        records.retain(|record| !record["public_key"].as_str().unwrap().contains(&old));
        records
    }

    /// An administrator takes a key's record away, by what this platform has for that.
    pub(crate) fn take_away(&self, id: &str) {
        match self.dialect {
            Dialect::Documented => {
                let reason = serde_json::json!({ "reason": "by the administrator" });
                assert_eq!(self.server.ask("POST", &format!("/api/v1/ssh-keys/{id}/revoke"), &reason).0, 200);
            }
            Dialect::AsBuilt => {
                assert_eq!(self.server.ask("DELETE", &format!("/api/v1/ssh-keys/{id}"), &Value::Null).0, 204);
            }
        }
    }

    fn see(&self) -> Seen {
        let journal = self.journal();
        let flag = |pointer: &str| journal.as_ref().is_some_and(|journal| !journal.pointer(pointer).unwrap().is_null());
        let config = fs::read_to_string(self.env.config()).unwrap();
        let record = |found: &[Value]| match found.iter().find(|record| record["revoked"] == false) {
            Some(_) => Record::Active,
            None if found.is_empty() => Record::Absent,
            None => Record::Revoked,
        };
        let is_old = |record: &Value| record.get("key_id").or(record.get("id")).unwrap() == self.old_id.as_str();
        let new = self.new_records();
        let is_file = |path: std::path::PathBuf| path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
        Seen {
            phase: journal.as_ref().map(|journal| journal["phase"].as_str().unwrap().to_owned()),
            is_back: journal.as_ref().is_some_and(|journal| journal["direction"] == "back"),
            asked: flag("/register_requested_at"),
            has_id: flag("/new/key_id"),
            retire_asked: journal.as_ref().is_some_and(|journal| journal["retire_requested"] == true),
            config: if config.contains("artcafe_agent.2") { Key::New } else { Key::Old },
            names_old_id: config.contains(&self.old_id),
            old_private: is_file(self.env.key()),
            old_public: is_file(self.env.path(".ssh/artcafe_agent.pub")),
            new_file: self.new_key().is_some(),
            old: record(&self.server.keys().into_iter().filter(is_old).collect::<Vec<_>>()),
            new: record(&new),
            records_of_new: new.iter().filter(|record| record["revoked"] == false).count(),
        }
    }

    /// Runs a command that a kill or a loss may end.
    fn strike(&self, command: Command, strike: &Strike) {
        let mut process = self.env.command(words(command));
        process.stdin(Stdio::null());
        match strike {
            Strike::Kill(point) => process.env("ARTCAFE_TEST_KILL_AT", point),
            Strike::KillFirst => process.env("ARTCAFE_TEST_FAIL", "1:kill"),
            Strike::Fault(_) | Strike::Nothing => &mut process,
        };
        let output = process.output().unwrap();
        if matches!(strike, Strike::Kill(_) | Strike::KillFirst) {
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.signal(), Some(9), "{command:?} never came to {strike:?}: {said}");
        }
    }

    pub(crate) fn run(&self, command: Command) -> Run {
        self.env.run(words(command))
    }
}

fn words(command: Command) -> &'static [&'static str] {
    match command {
        Command::Rotate => &["key", "rotate", "--json"],
        Command::Resume => &["key", "rotate", "--resume", "--json"],
        Command::Abort => &["key", "rotate", "--abort", "--json"],
    }
}

pub(crate) fn write(path: &std::path::Path, text: &str, mode: u32) {
    use std::io::Write as _;
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// What can be seen of a world from outside.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    phase: Option<String>,
    is_back: bool,
    asked: bool,
    has_id: bool,
    retire_asked: bool,
    config: Key,
    names_old_id: bool,
    old_private: bool,
    old_public: bool,
    new_file: bool,
    old: Record,
    new: Record,
    records_of_new: usize,
}

impl World {
    fn seen(&self) -> Seen {
        let journal = self.journal;
        Seen {
            phase: journal.map(|journal| journal.phase.word().to_owned()),
            is_back: journal.is_some_and(|journal| journal.is_back),
            asked: journal.is_some_and(|journal| journal.asked),
            has_id: journal.is_some_and(|journal| journal.has_id),
            retire_asked: journal.is_some_and(|journal| journal.retire_asked),
            config: self.config,
            names_old_id: self.config == Key::Old,
            old_private: self.old_private,
            old_public: self.old_public,
            new_file: self.new_file,
            old: self.old,
            new: self.new,
            records_of_new: usize::from(self.new == Record::Active) + usize::from(self.second),
        }
    }
}

/// How an edge is made to happen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Strike {
    /// SIGKILL at a named point.
    Kill(&'static str),
    /// SIGKILL before the process has done anything at all.
    KillFirst,
    /// A fault of the server.
    Fault(String),
    /// The step itself ends the process.
    Nothing,
}

/// The points right before and right after a step; nothing where the process has not begun or is at its end.
fn points(step: Step) -> (Option<&'static str>, Option<&'static str>) {
    use Step as S;
    let (before, after) = match step {
        S::Plan => ("", "planned"),
        S::WriteKey => ("generate.before_write", "generate.after_write"),
        S::NoteKey => ("generate.after_write", "generated"),
        S::AskRegister => ("generated", "register.before_request"),
        S::Register => ("register.before_request", "register.after_request"),
        S::NoteRegistered | S::NoteFound => ("register.after_request", "registered"),
        S::Prove => ("registered", "proven"),
        S::Switch => ("switch.before_write", "switch.after_write"),
        S::NoteSwitched => ("switch.after_write", "switched"),
        S::Confirm => ("switched", "confirmed"),
        S::AskRetire => ("confirmed", "retire.before_request"),
        S::Retire => ("retire.before_request", "retire.after_request"),
        S::RemovePrivate => ("retire.after_request", "retire.between_files"),
        S::RemovePublic => ("retire.between_files", "retired"),
        S::EndForward => ("retired", ""),
        S::Turn => ("", ""),
        S::Back => ("", "back.journalled"),
        S::ConfigureOld => ("back.journalled", "back.configured"),
        S::DeleteNew => ("back.configured", "back.unregistered"),
        S::RemoveNew => ("back.unregistered", "back.removed"),
        S::EndBack => ("back.removed", ""),
    };
    let named = |point: &'static str| (!point.is_empty()).then_some(point);
    (named(before), named(after))
}

/// How many proofs a rotation has begun when it comes to a step.
fn proofs_before(step: Step) -> usize {
    let proving = [Step::Plan, Step::AskRegister, Step::Prove, Step::Confirm, Step::AskRetire, Step::AskRetire];
    let order = Protocol::as_documented().forward;
    let place = |step: &Step| order.iter().position(|known| known == step).unwrap();
    proving.iter().filter(|proving| place(proving) < place(&step)).count()
}

/// The fault that hits exactly a step's request.
fn fault(step: Step, kind: &str, dialect: Dialect, proofs: usize) -> String {
    match (step, dialect) {
        // The first registration is the old key's.
        (Step::Register, _) => format!("POST /ssh-keys={kind}@2x1"),
        (Step::Retire, Dialect::Documented) => format!("POST /ssh-keys/{{id}}/revoke={kind}@1x1"),
        (Step::Retire, Dialect::AsBuilt) | (Step::DeleteNew, _) => format!("DELETE /ssh-keys/{{id}}={kind}@1x1"),
        _ => format!("POST /auth/agent/challenge={kind}@{}x1", proofs + 1),
    }
}

/// One run: how the world comes about, how it is struck, and all the edges that this stands for.
struct Case {
    /// Where an earlier rotation was killed, and the step that it stood before.
    stop: Option<(&'static str, Step)>,
    command: Command,
    strike: Strike,
    edges: Vec<(Step, Event)>,
    world: World,
}

/// The cases of one command from a world, with edges that look alike from outside put together.
fn cases(dialect: Dialect, stop: Option<(&'static str, Step)>, command: Command, start: &World) -> Vec<Case> {
    let protocol = Protocol::as_documented();
    let mut cases: Vec<Case> = Vec::new();
    let order = if command == Command::Abort { &protocol.back } else { &protocol.forward };
    for step in order {
        let Some(stands) = at(&protocol, start, command, *step) else { continue };
        // Without a registration that may have left, nothing is asked of the server on the way back.
        let asked = stands.journal.is_some_and(|journal| journal.asked);
        let is_silent = command == Command::Abort && !asked;
        let proofs = match stop {
            Some((_, stop)) => proofs_before(stop),
            None if command == Command::Rotate => proofs_before(*step),
            None => 0,
        };
        let (before, after_point) = points(*step);
        let before = if is_silent && *step == Step::RemoveNew { Some("back.configured") } else { before };
        let after_point = if is_silent && *step == Step::DeleteNew { None } else { after_point };
        let mut found = vec![(Event::CrashBefore, before.map_or(Strike::KillFirst, Strike::Kill))];
        let goes_on = after(&protocol, &stands, Event::Step);
        if goes_on.running.is_none() && goes_on.ended.is_none() {
            found.push((Event::Step, Strike::Nothing));
        } else {
            found.extend(after_point.map(|point| (Event::CrashAfter, Strike::Kill(point))));
        }
        if step.asks() && !is_silent {
            found.push((Event::RequestLost, Strike::Fault(fault(*step, "close-before", dialect, proofs))));
            found.push((Event::AnswerLost, Strike::Fault(fault(*step, "close-after", dialect, proofs))));
        }
        for (event, strike) in found {
            let mut world = after(&protocol, &stands, event);
            // A loss that is settled within the run: it goes on to its end.
            while world.running.is_some() {
                world = after(&protocol, &world, Event::Step);
            }
            match cases.iter_mut().find(|case| case.strike == strike) {
                Some(case) => {
                    assert_eq!(case.world.seen(), world.seen(), "{strike:?} stands for two worlds");
                    case.edges.push((*step, event));
                }
                None => cases.push(Case { stop, command, strike, edges: vec![(*step, event)], world }),
            }
        }
    }
    cases
}

/// Drives one case, then a command; answers what is different from the model.
fn drive(dialect: Dialect, case: &Case, next: Command) -> Result<(), String> {
    let faults: Vec<String> = match &case.strike {
        Strike::Fault(fault) => vec![fault.clone()],
        _ => Vec::new(),
    };
    let machine = Machine::new(dialect, &faults);
    if let Some((point, _)) = case.stop {
        machine.strike(Command::Rotate, &Strike::Kill(point));
    }
    machine.strike(case.command, &case.strike);
    compare(&machine, &case.world, "the mishap")?;
    let protocol = Protocol::as_documented();
    if protocol.start(&case.world, next).is_none() {
        // Nothing is open any more.
        return Ok(());
    }
    let world = run(&protocol, &case.world, next);
    let ended = machine.run(next);
    expect_exit(&ended, next, &world)?;
    compare(&machine, &world, &format!("{next:?}"))
}

fn expect_exit(ended: &Run, next: Command, world: &World) -> Result<(), String> {
    let fits = match (next, world.ended) {
        (Command::Abort, Some(End::Before)) | (Command::Resume, Some(End::Retired)) => ended.code == 0,
        // Finished instead, and that is said.
        (_, Some(_)) => ended.code == 5,
        (_, None) => ended.code != 0,
    };
    if fits {
        Ok(())
    } else {
        Err(format!("{next:?} ends with {} where the model says {:?}: {}", ended.code, world.ended, ended.stderr))
    }
}

fn compare(machine: &Machine, world: &World, when: &str) -> Result<(), String> {
    let (seen, said) = (machine.see(), world.seen());
    if seen != said {
        return Err(format!("after {when}\n  the program left {seen:?}\n  the model says   {said:?}"));
    }
    let test = machine.env.run(&["auth", "test"]);
    if (test.code == 0) != world.authenticates(world.config) {
        return Err(format!("after {when} `auth test` says {}", test.code));
    }
    Ok(())
}

/// Runs all cases, two at a time, each once with `--resume` and once with `--abort` after it.
fn drive_all(what: &str, cases: &[(Dialect, Case)]) {
    let jobs: Vec<(Dialect, &Case, Command)> = cases
        .iter()
        .flat_map(|(dialect, case)| [Command::Resume, Command::Abort].map(|next| (*dialect, case, next)))
        .collect();
    let edges: usize = jobs.iter().map(|(_, case, _)| case.edges.len()).sum();
    let wrong = in_parallel(&jobs, |(dialect, case, next)| {
        drive(*dialect, case, *next).map_err(|error| {
            format!(
                "{dialect}, stopped at {:?}, {:?} struck by {:?} {:?}, then {next:?}: {error}",
                case.stop, case.command, case.strike, case.edges
            )
        })
    });
    println!("{what}: {edges} edges of the model driven in {} runs", jobs.len());
    assert!(wrong.is_empty(), "{} of {} runs differ:\n{}", wrong.len(), jobs.len(), wrong.join("\n"));
}

/// Two threads that take the next job each.
fn in_parallel<T: Sync>(jobs: &[T], work: impl Fn(&T) -> Result<(), String> + Sync) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let one = || {
        let mut wrong = Vec::new();
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            wrong.extend(work(job).err());
        }
        wrong
    };
    std::thread::scope(|scope| {
        let threads = [scope.spawn(one), scope.spawn(one)];
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

fn start(dialect: Dialect) -> World {
    World::before(false, dialect == Dialect::AsBuilt, 9)
}

/// The world that a kill at a point of the way forward leaves.
fn stopped(dialect: Dialect, step: Step) -> World {
    let protocol = Protocol::as_documented();
    let stands = at(&protocol, &start(dialect), Command::Rotate, step).unwrap();
    after(&protocol, &stands, Event::CrashBefore)
}

#[test]
fn the_way_forward_goes_as_the_model_says() {
    let mut all = Vec::new();
    for dialect in Dialect::ALL {
        let cases = cases(dialect, None, Command::Rotate, &start(dialect));
        all.extend(cases.into_iter().map(|case| (dialect, case)));
    }
    drive_all("way forward", &all);
}

#[test]
fn the_way_back_goes_as_the_model_says() {
    let steps = [Step::WriteKey, Step::NoteKey, Step::AskRegister, Step::Register, Step::NoteRegistered, Step::Prove]
        .into_iter()
        .chain([Step::Switch, Step::NoteSwitched, Step::Confirm, Step::AskRetire]);
    let mut all = Vec::new();
    for (number, step) in steps.enumerate() {
        // The way back asks nothing that the dialects answer in two ways.
        let dialect = Dialect::ALL[number % 2];
        let point = points(step).0.unwrap();
        let cases = cases(dialect, Some((point, step)), Command::Abort, &stopped(dialect, step));
        all.extend(cases.into_iter().map(|case| (dialect, case)));
    }
    drive_all("way back", &all);
}

#[test]
fn an_administrator_in_between_is_met_as_the_model_says() {
    let protocol = Protocol::as_documented();
    let mut jobs = Vec::new();
    for dialect in Dialect::ALL {
        for step in protocol.forward.iter().skip(1) {
            for key in [Key::Old, Key::New] {
                let world = stopped(dialect, *step);
                if !world.is_active(key) {
                    continue;
                }
                let world = after(&protocol, &world, Event::Revoke(key));
                jobs.extend([Command::Resume, Command::Abort].map(|next| (dialect, *step, key, world, next)));
            }
        }
    }
    let wrong = in_parallel(&jobs, |(dialect, step, key, world, next)| {
        let machine = Machine::new(*dialect, &[]);
        machine.strike(Command::Rotate, &Strike::Kill(points(*step).0.unwrap()));
        match key {
            Key::Old => machine.take_away(&machine.old_id),
            Key::New => machine.take_away(&crate::support::id_of(&machine.new_records()[0])),
        }
        let drive = || {
            compare(&machine, world, "the administrator")?;
            let mut world = *world;
            // A second command where the first is refused: what it offers must work.
            for next in [*next, if *next == Command::Resume { Command::Abort } else { Command::Resume }] {
                if protocol.start(&world, next).is_none() {
                    break;
                }
                world = run(&protocol, &world, next);
                let ended = machine.run(next);
                expect_exit(&ended, next, &world)?;
                compare(&machine, &world, &format!("{next:?}"))?;
            }
            Ok(())
        };
        drive().map_err(|error: String| format!("{dialect}, before {step:?}, {key:?} revoked, then {next:?}: {error}"))
    });
    println!("administrator: {} edges of the model driven", jobs.len());
    assert!(wrong.is_empty(), "{} of {} runs differ:\n{}", wrong.len(), jobs.len(), wrong.join("\n"));
}
