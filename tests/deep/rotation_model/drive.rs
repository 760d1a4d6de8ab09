//! The program itself on the model's edges: what it leaves is what the model says.
//!
//! Each edge is one rotation or undo with one mishap: killed at a named point, or a request or an answer lost at
//! exactly that step. Then, on machines of their own, `--resume` and `--abort`. After each command, journal,
//! configuration, files and records are compared with the model's world.

use std::sync::atomic::{AtomicUsize, Ordering};

use artcafe::sandbox::Dialect;

use super::edges::{Case, Strike, cases, points};
use super::explore::{Event, after, at, run};
use super::machine::Machine;
use super::protocol::Protocol;
use super::world::{Command, End, Key, Step, World};
use crate::support::tier::share;
use crate::support::{Run, id_of};

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
    let jobs = share(what, jobs, 4);
    let edges: usize = jobs.iter().map(|(_, case, _)| case.edges.len()).sum();
    let wrong = in_parallel(&jobs, |(dialect, case, next)| {
        drive(*dialect, case, *next).map_err(|error| {
            format!(
                "{dialect}, stopped at {:?}, {:?} struck by {:?} {:?}, then {next:?}: {error}",
                case.stop, case.command, case.strike, case.edges
            )
        })
    });
    eprintln!("{what}: {edges} edges of the model driven in {} runs", jobs.len());
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
    let jobs = share("an administrator in between", jobs, 4);
    let wrong = in_parallel(&jobs, |(dialect, step, key, world, next)| {
        let machine = Machine::new(*dialect, &[]);
        machine.strike(Command::Rotate, &Strike::Kill(points(*step).0.unwrap()));
        match key {
            Key::Old => machine.take_away(&machine.old_id),
            Key::New => machine.take_away(&id_of(&machine.new_records()[0])),
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
    eprintln!("administrator: {} edges of the model driven", jobs.len());
    assert!(wrong.is_empty(), "{} of {} runs differ:\n{}", wrong.len(), jobs.len(), wrong.join("\n"));
}
