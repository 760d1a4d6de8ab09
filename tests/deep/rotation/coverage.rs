//! No call that changes a file below the home, and no connection, lies outside the points.

use std::collections::BTreeMap;

use artcafe::sandbox::Dialect;

use super::machine::Machine;
use super::trace::{Deed, Effect, Trace, traced};

/// What lies outside the points.
fn uncovered(trace: &Trace) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut announced = None;
    let mut in_request = false;
    for deed in trace.own() {
        match deed {
            Deed::Point(point) if point.kind == "http" => {
                in_request = point.operation == "before";
                announced = None;
            }
            Deed::Point(point) => announced = Some(point),
            Deed::Connect if !in_request => wrong.push("a connection outside a request".to_owned()),
            Deed::Effect(effect) => {
                // Each point announces the one call that is next.
                let (operations, path) = effect.announced_as();
                let fits = announced.take().is_some_and(|point| {
                    operations.contains(&point.operation.as_str()) && path == Some(std::path::Path::new(&point.on))
                });
                if !fits {
                    wrong.push(format!("{effect:?}"));
                }
            }
            Deed::Connect | Deed::Exec(_) => {}
        }
    }
    // The fresh process that confirms has no points, so it may connect, and may change nothing.
    let mut fresh = BTreeMap::new();
    for event in trace.events.iter().filter(|event| event.process != trace.main) {
        match &event.deed {
            Deed::Exec(words) => {
                fresh.insert(event.process, words.contains(" auth test "));
            }
            Deed::Connect if fresh.get(&event.process) == Some(&true) => {}
            other => wrong.push(format!("process {} did {other:?}", event.process)),
        }
    }
    wrong
}

#[test]
fn nothing_changes_outside_the_points() {
    for (dialect, format) in [(Dialect::Documented, "yaml"), (Dialect::AsBuilt, "json")] {
        let mut machine = Machine::new(dialect, format);
        machine.keep("start");
        machine.serve(&[]);
        let (ended, trace) = traced(&machine, &["key", "rotate"], &[]);
        ended.run.expect(0);
        assert_eq!(uncovered(&trace), [""; 0], "{dialect}");
        let count = |wanted: fn(&Deed) -> bool| trace.own().filter(|deed| wanted(deed)).count();
        let (points, effects) =
            (count(|deed| matches!(deed, Deed::Point(_))), count(|deed| matches!(deed, Deed::Effect(_))));
        assert!(points > 100 && effects > 80, "{points} points, {effects} calls");
        assert!(trace.own().any(|deed| matches!(deed, Deed::Connect)));
        assert!(
            trace.events.iter().any(|event| matches!(&event.deed, Deed::Exec(words) if words.contains(" auth test ")))
        );

        // Going back is covered as well.
        machine.put_back("start");
        machine.serve(&[]);
        machine.run(&["key", "rotate", "--grace", "1h"], &[]).run.expect(0);
        let (ended, trace) = traced(&machine, &["key", "rotate", "--abort"], &[]);
        ended.run.expect(0);
        assert_eq!(uncovered(&trace), [""; 0], "{dialect}, going back");
        assert!(trace.own().any(|deed| matches!(deed, Deed::Effect(Effect::Unlink { .. }))));
    }
}

/// The control: with one hook silent, its call is seen to lie outside. One of each operation.
#[test]
fn a_missing_hook_is_seen() {
    let mut machine = Machine::new(Dialect::Documented, "yaml");
    machine.keep("start");
    let points = super::files::enumerate(&mut machine);
    let mut tried: BTreeMap<String, usize> = BTreeMap::new();
    for point in points.iter().filter(|point| point.operation != "after") {
        // The first request connects; a later one may find the connection open.
        tried.entry(point.operation.clone()).or_insert(point.number);
    }
    assert!(tried.len() >= 9, "{tried:?}");
    for (operation, number) in tried {
        machine.put_back("start");
        machine.serve(&[]);
        let (ended, trace) = traced(&machine, &["key", "rotate"], &[("ARTCAFE_TEST_MUTE", &number.to_string())]);
        ended.run.expect(0);
        assert!(!uncovered(&trace).is_empty(), "without the hook of {operation} ({number}) nothing was missed");
    }
}
