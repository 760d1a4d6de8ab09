//! The way back fails too: killed, and refused by the disk, at each of its points; then `--abort` again.

use std::fs;

use artcafe::sandbox::Dialect;

use super::checker::{Checker, Expected};
use super::drive::{Case, Reached, Tally, go_on, journal};
use super::files::points_of;
use super::machine::Machine;
use crate::support::tier::share;

fn way_back(dialect: Dialect, format: &'static str) {
    let checker = Checker::start();
    let mut machine = Machine::new(dialect, format);
    machine.serve(&[]);
    let start = checker.picture(&machine);
    // As far as a rotation can come and still be undone.
    machine.run(&["key", "rotate", "--grace", "1h"], &[]).run.expect(0);
    machine.stop();
    machine.keep("confirmed");
    machine.serve(&[]);
    let log = machine.root().join("points");
    let variables = [("ARTCAFE_TEST_POINTS", log.to_str().unwrap())];
    machine.run(&["key", "rotate", "--abort"], &variables).run.expect(0);
    let points = points_of(&fs::read_to_string(&log).unwrap());
    let mut tally = Tally::default();
    let points = share(&format!("{dialect} {format}, the way back fails"), points, 6);
    for point in &points {
        for fate in ["kill", "eio", "enospc"] {
            if point.kind == "http" && fate != "kill" {
                // The client has no disk to fail it there.
                continue;
            }
            machine.put_back("confirmed");
            machine.serve(&[]);
            let _ = fs::remove_file(&log);
            let fail = format!("{}:{fate}", point.number);
            let variables = [("ARTCAFE_TEST_POINTS", log.to_str().unwrap()), ("ARTCAFE_TEST_FAIL", &fail)];
            let ended = machine.run(&["key", "rotate", "--abort", "--json"], &variables);
            assert_eq!(ended.signal, (fate == "kill").then_some(9), "{} {fate}: {ended:?}", point.label());
            let met = points_of(&fs::read_to_string(&log).unwrap());
            assert_eq!(met[point.number - 1].operation, point.operation, "{}", point.label());
            let label = format!("{dialect} {format}, way back, {} {fate}", point.label());
            let case = Case { checker: &checker, start: &start, label, exempt: &[] };
            case.check(&machine, Expected::Standing, "after the failure", &mut tally);
            let had_journal = journal(&machine).is_some();
            match go_on(&mut machine, "--abort") {
                Ok((reached @ (Reached::Done | Reached::NothingOpen), _)) => {
                    tally.count(reached);
                    assert_eq!(reached == Reached::Done, had_journal, "{}", case.label);
                    case.check(&machine, Expected::Before, "after --abort again", &mut tally);
                }
                other => tally.wrong.push(format!("{}: {other:?}", case.label)),
            }
        }
    }
    tally.finish(&format!("{dialect}, {format}, the way back fails at each point"), points.len());
}

#[test]
fn going_back_fails_at_each_point() {
    way_back(Dialect::Documented, "yaml");
}

#[test]
fn going_back_fails_at_each_point_as_built() {
    way_back(Dialect::AsBuilt, "json");
}
