//! What a power cut leaves: the disk is rebuilt from the start and the recorded calls, without those
//! that were not yet synced, and put in the place of the home.

use std::collections::BTreeMap;
use std::path::PathBuf;

use artcafe::sandbox::Dialect;

use super::checker::Checker;
use super::disk::Disk;
use super::drive::{Case, Tally, journal};
use super::files::enumerate;
use super::machine::Machine;
use super::trace::{Deed, traced};
use crate::support::tier::{is_whole, share};

#[test]
fn the_rebuilt_disk_is_the_disk() {
    let mut machine = Machine::new(Dialect::Documented, "yaml");
    machine.keep("start");
    machine.serve(&[]);
    let mut disk = Disk::of(&machine.home());
    let (ended, trace) = traced(&machine, &["key", "rotate"], &[]);
    ended.run.expect(0);
    assert_eq!(disk.follow(&trace, true), [""; 0]);
    let real = crate::support::files::picture(&machine.home());
    disk.restore(&machine.home());
    let rebuilt = crate::support::files::picture(&machine.home());
    let plain = |picture: &BTreeMap<PathBuf, crate::support::files::Seen>| -> Vec<_> {
        let is_lock = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "lock");
        picture
            .iter()
            .filter(|(path, _)| !is_lock(path))
            .map(|(path, seen)| (path.clone(), seen.3, seen.4.clone()))
            .collect()
    };
    assert!(plain(&real) == plain(&rebuilt), "{:?}\n{:?}", real.keys(), rebuilt.keys());
}

/// The contract of every function that writes: when it has returned, nothing is left unsynced. And
/// its control: without any one fsync, that is seen.
#[test]
fn each_fsync_is_needed() {
    let mut machine = Machine::new(Dialect::Documented, "yaml");
    machine.keep("start");
    let points = enumerate(&mut machine);
    let syncs = points.iter().filter(|point| point.operation.starts_with("fsync")).count();
    assert!(syncs > 20, "{syncs}");
    for number in std::iter::once(0).chain(share("an fsync left out", 1..=syncs, 6)) {
        machine.put_back("start");
        machine.serve(&[]);
        let mut disk = Disk::of(&machine.home());
        let (ended, trace) = traced(&machine, &["key", "rotate"], &[("ARTCAFE_TEST_SKIP_FSYNC", &number.to_string())]);
        ended.run.expect(0);
        let lost = disk.follow(&trace, true);
        assert_eq!(lost.is_empty(), number == 0, "without fsync {number} of {syncs}: {lost:?}");
    }
}

/// A kill at each file operation, and a power cut with it.
fn power_cut_at_each(dialect: Dialect, format: &'static str) {
    let checker = Checker::start();
    let mut machine = Machine::new(dialect, format);
    machine.keep("start");
    machine.serve(&[]);
    let start = checker.picture(&machine);
    let points = enumerate(&mut machine).into_iter().filter(|point| point.kind == "file");
    let points = share(&format!("{dialect} {format}, power cut at each file operation"), points, 10);
    let mut tally = Tally::default();
    for point in &points {
        machine.put_back("start");
        machine.serve(&[]);
        let mut disk = Disk::of(&machine.home());
        let fate = format!("{}:kill", point.number);
        let (_, trace) = traced(&machine, &["key", "rotate"], &[("ARTCAFE_TEST_FAIL", &fate)]);
        let met = trace.own().filter_map(|deed| if let Deed::Point(point) = deed { Some(point) } else { None }).last();
        assert_eq!(met.map(|met| (met.number, &met.operation)), Some((point.number, &point.operation)));
        let label = format!("{dialect} {format}, power cut at {}", point.label());
        tally.wrong.extend(disk.follow(&trace, false).into_iter().map(|lost| format!("{label}: {lost}")));
        disk.restore(&machine.home());
        Case { checker: &checker, start: &start, label, exempt: &[] }.resume_and_abort(&mut machine, &mut tally);
    }
    tally.finish(&format!("{dialect}, {format}, power cut at each file operation"), points.len());
}

#[test]
fn a_power_cut_at_each_file_operation() {
    power_cut_at_each(Dialect::Documented, "yaml");
}

#[test]
fn a_power_cut_at_each_file_operation_as_built() {
    power_cut_at_each(Dialect::AsBuilt, "json");
}

/// A process is killed before its fsync, and the next one goes on: it must not build on what a power
/// cut would still take back. So nothing is unsynced where a request that changes something leaves.
#[test]
fn nothing_is_built_on_what_a_killed_process_did_not_sync() {
    let mut machine = Machine::new(Dialect::Documented, "yaml");
    machine.keep("start");
    let points = enumerate(&mut machine).into_iter().filter(|point| point.operation.starts_with("fsync"));
    let points = share("killed before an fsync", points, 6);
    let (mut wrong, mut looked) = (Vec::new(), 0);
    for point in &points {
        machine.put_back("start");
        machine.serve(&[]);
        let mut before = Disk::of(&machine.home());
        let fate = format!("{}:kill", point.number);
        let (_, trace) = traced(&machine, &["key", "rotate"], &[("ARTCAFE_TEST_FAIL", &fate)]);
        before.follow(&trace, false);
        if journal(&machine).is_none() {
            // There is nothing to go on with.
            continue;
        }
        machine.stop();
        machine.keep("killed");
        for flag in ["--resume", "--abort"] {
            machine.put_back("killed");
            machine.serve(&[]);
            let mut disk = before.clone();
            let (ended, trace) = traced(&machine, &["key", "rotate", flag], &[]);
            assert!([0, 5, 6].contains(&ended.run.code), "{ended:?}");
            let lost = disk.follow_checking(&trace, ended.run.code == 0, |point| {
                point.operation == "before"
                    && ["POST /ssh-keys", "DELETE"].iter().any(|route| point.on.starts_with(route))
            });
            looked += 1;
            // Going back rests on journal, configuration and keys. What was remembered of the key that goes now may
            // be lost with it; at the end of the command all of it stands.
            let is_memory = |lost: &String| {
                flag == "--abort"
                    && lost.starts_with("at point")
                    && ["/state/registrations.json", "/audit.jsonl", "/audit.head"]
                        .iter()
                        .any(|end| lost.ends_with(end))
            };
            let lost: Vec<_> = lost.into_iter().filter(|lost| !is_memory(lost)).collect();
            wrong.extend(lost.into_iter().map(|lost| format!("killed at {}, {flag}, {lost}", point.label())));
        }
    }
    assert!(looked > if is_whole() { 30 } else { 0 }, "{looked}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
