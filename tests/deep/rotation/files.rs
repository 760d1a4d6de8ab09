//! Every file point × {kill, EIO, ENOSPC once, ENOSPC from there on}, in both dialects.

use std::fs;
use std::path::Path;

use artcafe::sandbox::Dialect;

use super::checker::Checker;
use super::drive::{Case, Tally};
use super::machine::Machine;
use crate::support::tier::{is_whole, share};

/// One point as the program announces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) number: usize,
    pub(super) kind: String,
    pub(super) operation: String,
    /// The path or the route.
    pub(super) on: String,
}

impl Point {
    pub(super) fn label(&self) -> String {
        let name = self.on.rsplit_once("/user/").map_or(self.on.as_str(), |(_, below)| below);
        format!("point {} ({} {name})", self.number, self.operation)
    }
}

/// The points that a run wrote down.
pub(super) fn points_of(text: &str) -> Vec<Point> {
    text.lines()
        .map(|line| {
            let mut words = line.splitn(4, ' ').map(str::to_owned);
            let mut next = || words.next().unwrap_or_else(|| panic!("no point: {line}"));
            Point { number: next().parse().unwrap(), kind: next(), operation: next(), on: next() }
        })
        .collect()
}

/// The points of one good rotation, from a machine that is kept as `start`.
pub(super) fn enumerate(machine: &mut Machine) -> Vec<Point> {
    machine.put_back("start");
    machine.serve(&[]);
    let log = machine.root().join("points");
    let _ = fs::remove_file(&log);
    machine.run(&["key", "rotate"], &[("ARTCAFE_TEST_POINTS", log.to_str().unwrap())]).run.expect(0);
    let points = points_of(&fs::read_to_string(&log).unwrap());
    assert!(points.iter().map(|point| point.number).eq(1..=points.len()), "{points:?}");
    points
}

/// Runs a rotation that fails at a point, which must be the one that was enumerated.
pub(super) fn rotate_failing(machine: &Machine, point: &Point, fate: &str) -> super::machine::Ended {
    let log = machine.root().join("points");
    let _ = fs::remove_file(&log);
    let variables = [("ARTCAFE_TEST_POINTS", log.to_str().unwrap()), ("ARTCAFE_TEST_FAIL", fate)];
    let ended = machine.run(&["key", "rotate", "--json"], &variables);
    let met = points_of(&fs::read_to_string(&log).unwrap());
    let met = met.get(point.number - 1).unwrap_or_else(|| panic!("{} was not met: {ended:?}", point.label()));
    assert_eq!((&met.kind, &met.operation), (&point.kind, &point.operation), "{}", point.label());
    ended
}

fn every_file_point(dialect: Dialect, format: &'static str, fate: &str) {
    let checker = Checker::start();
    let mut machine = Machine::new(dialect, format);
    machine.keep("start");
    let points = enumerate(&mut machine);
    machine.put_back("start");
    machine.serve(&[]);
    let start = checker.picture(&machine);
    let mut tally = Tally::default();
    let points = points.into_iter().filter(|point| point.kind == "file");
    let points = share(&format!("{dialect} {format}, {fate} at each file operation"), points, 10);
    for point in &points {
        machine.put_back("start");
        machine.serve(&[]);
        let fate = match fate.strip_prefix('+') {
            Some(fate) => format!("{}+:{fate}", point.number),
            None => format!("{}:{fate}", point.number),
        };
        let ended = rotate_failing(&machine, point, &fate);
        let killed = fate.ends_with("kill");
        assert_eq!(ended.signal, killed.then_some(9), "{} {fate}: {ended:?}", point.label());
        let label = format!("{dialect} {format}, {} {fate}", point.label());
        Case { checker: &checker, start: &start, label, exempt: &[] }.resume_and_abort(&mut machine, &mut tally);
    }
    // A share does not see every row of the table.
    if is_whole() && (dialect, fate) == (Dialect::Documented, "kill") {
        in_the_documentation(&tally.table());
    }
    tally.finish(&format!("{dialect}, {format}, {fate} at each file operation"), points.len());
}

/// What was seen is what is written; `ARTCAFE_UPDATE=1` writes it anew.
#[expect(clippy::print_stderr, reason = "the table belongs to the test's report")]
fn in_the_documentation(table: &str) {
    eprintln!("{table}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rotation.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("<!-- seen: begin -->\n").unwrap();
    let (written, after) = rest.split_once("<!-- seen: end -->").unwrap();
    if std::env::var_os("ARTCAFE_UPDATE").is_some() {
        fs::write(&path, format!("{before}<!-- seen: begin -->\n{table}<!-- seen: end -->{after}")).unwrap();
        return;
    }
    assert_eq!(written, table, "docs/rotation.md is out of date: run the test with ARTCAFE_UPDATE=1");
}

macro_rules! matrix {
    ($($name:ident: $dialect:ident, $format:literal, $fate:literal;)*) => {
        $(
            #[test]
            fn $name() {
                every_file_point(Dialect::$dialect, $format, $fate);
            }
        )*
    };
}

matrix! {
    killed_at_each_file_operation: Documented, "yaml", "kill";
    killed_at_each_file_operation_as_built: AsBuilt, "json", "kill";
    an_input_output_error_at_each_file_operation: Documented, "yaml", "eio";
    an_input_output_error_at_each_file_operation_as_built: AsBuilt, "json", "eio";
    no_space_once_at_each_file_operation: Documented, "yaml", "enospc";
    no_space_once_at_each_file_operation_as_built: AsBuilt, "json", "enospc";
    no_space_from_each_file_operation_on: Documented, "yaml", "+enospc";
    no_space_from_each_file_operation_on_as_built: AsBuilt, "json", "+enospc";
}
