//! Twenty rotations at once: one goes on, the others wait, do nothing, or say who is at work.

#![expect(clippy::print_stderr, reason = "the numbers are part of what is proven")]

use std::process::{Child, Stdio};

use artcafe::sandbox::Dialect;
use serde_json::Value;

use super::rotation_model::machine::Machine;
use super::support::Run;

const AT_ONCE: usize = 20;

/// Starts twenty, and answers how each ended.
fn run_all(machine: &Machine) -> Vec<Run> {
    let start = || -> Child {
        let mut command = machine.env.command(&["key", "rotate", "--json"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<Child> = (0..AT_ONCE).map(|_| start()).collect();
    children.into_iter().map(|child| Run::of(child.wait_with_output().unwrap())).collect()
}

/// Sorts the outcomes: rotated, nothing to do, locked. Anything else is wrong.
fn outcomes(runs: &[Run]) -> [usize; 3] {
    let mut counts = [0; 3];
    for run in runs {
        match run.code {
            0 => {
                let data = run.data();
                match data["outcome"].as_str().unwrap() {
                    "rotated" => counts[0] += 1,
                    "nothing_to_do" => {
                        assert_eq!(data["reason"], "changed_meanwhile");
                        counts[1] += 1;
                    }
                    other => panic!("{other}: {run:?}"),
                }
            }
            75 => {
                let failure = run.failure();
                let message = failure["message"].as_str().unwrap();
                assert_eq!(failure["code"], "LOCKED");
                assert!(message.contains("pid ") && message.contains("since 20"), "{message}");
                counts[2] += 1;
            }
            _ => panic!("{run:?}"),
        }
    }
    counts
}

/// One active key, and it is the configured one; nothing is open or left over.
fn is_settled(machine: &Machine, start: &Value) {
    let active = machine.server.keys().into_iter().filter(|record| record["revoked"] == false).count();
    assert_eq!(active, 1);
    assert!(machine.journal().is_none());
    assert_eq!(machine.violations(start, "retired"), [""; 0]);
}

#[test]
fn of_twenty_one_goes_on_and_the_others_do_nothing() {
    for dialect in Dialect::ALL {
        let machine = Machine::new(dialect, &[]);
        let start = machine.picture();
        let runs = run_all(&machine);
        let [rotated, nothing, locked] = outcomes(&runs);
        eprintln!("twenty at once ({dialect}): {rotated} rotated, {nothing} found it done, {locked} were locked out");
        // Who starts only when the first has switched rotates the new key in turn.
        assert!(rotated >= 1);
        assert_eq!(machine.server.count("POST /api/v1/ssh-keys 201"), 1 + rotated);
        is_settled(&machine, &start);
    }
}

#[test]
fn of_twenty_that_meet_a_slow_one_none_works_beside_it() {
    // The second proof takes longer than the others wait for the lock.
    let machine = Machine::new(Dialect::Documented, &["POST /auth/agent/challenge=delay:9s@2x1".to_owned()]);
    let start = machine.picture();
    let runs = run_all(&machine);
    let [rotated, nothing, locked] = outcomes(&runs);
    eprintln!("twenty at once (slow): {rotated} rotated, {nothing} found it done, {locked} were locked out");
    assert_eq!(rotated, 1);
    assert!(locked >= 10, "{locked}");
    assert_eq!(machine.server.count("POST /api/v1/ssh-keys 201"), 2);
    is_settled(&machine, &start);
}
