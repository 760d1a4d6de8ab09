//! Each fault alone turns exactly its check, and the table of faults knows every check.

use std::collections::BTreeSet;

use artcafe::ops::doctor::{Check, Group};
use artcafe::sandbox::Dialect;

use super::{offline, online};
use crate::support::scenes::doctor::{Kept, Vector, World, only, vector};

/// How a fault comes about.
pub(super) enum Made {
    /// A healthy world is broken.
    Broken(fn(&mut World) -> Kept),
    /// The world is another one from the beginning.
    Built(fn() -> World),
}

/// A fault, the check that it turns, and to what.
pub(super) struct Fault {
    check: &'static str,
    status: &'static str,
    made: Made,
}

pub(super) const fn broken(check: &'static str, status: &'static str, how: fn(&mut World) -> Kept) -> Fault {
    Fault { check, status, made: Made::Broken(how) }
}

pub(super) const fn built(check: &'static str, status: &'static str, how: fn() -> World) -> Fault {
    Fault { check, status, made: Made::Built(how) }
}

/// Faults with a test of their own.
const APART: &[&str] = &["home", "disk-space"];

fn faults() -> Vec<&'static Fault> {
    offline::FAULTS.iter().chain(online::FAULTS).collect()
}

/// What is not as it should be between checks and faults.
fn gaps(checks: &[&str], faults: &[&str]) -> Vec<String> {
    let (checks, known): (BTreeSet<&str>, BTreeSet<&str>) =
        (checks.iter().copied().collect(), faults.iter().copied().collect());
    checks.symmetric_difference(&known).map(|id| (*id).to_owned()).collect()
}

fn turns(part: usize, parts: usize) {
    let before = World::healthy().vector();
    let mut wrong = Vec::new();
    for fault in faults().into_iter().skip(part).step_by(parts) {
        if APART.contains(&fault.check) {
            continue;
        }
        let (world, kept) = match fault.made {
            Made::Broken(how) => {
                let mut world = World::healthy();
                let kept = how(&mut world);
                (world, kept)
            }
            Made::Built(how) => (how(), None),
        };
        let run = world.doctor();
        if let Err(error) = only(&before, &vector(&run), fault.check, fault.status) {
            wrong.push(format!("{}: {error}\n{}", fault.check, run.stdout));
        }
        drop(kept);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_fault_turns_its_check_and_no_other_first_half() {
    turns(0, 2);
}

#[test]
fn each_fault_turns_its_check_and_no_other_second_half() {
    turns(1, 2);
}

/// The other dialect shows other shapes, and cannot revoke: what is revoked there is gone.
#[test]
fn faults_of_records_turn_the_same_checks_in_the_other_dialect() {
    let before = World::of(Dialect::AsBuilt).vector();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for fault in online::FAULTS {
        let (Made::Broken(how), Group::Proof | Group::Server) =
            (&fault.made, Check::named(fault.check).unwrap().group())
        else {
            continue;
        };
        let mut world = World::of(Dialect::AsBuilt);
        let _kept = how(&mut world);
        let turned = if fault.check == "revocation" { "registration" } else { fault.check };
        let run = world.doctor();
        if let Err(error) = only(&before, &vector(&run), turned, fault.status) {
            wrong.push(format!("{}: {error}\n{}", fault.check, run.stdout));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 6, "{count}");
}

#[test]
fn every_check_has_a_fault() {
    let checks: Vec<&str> = Check::ALL.iter().map(|check| check.id()).collect();
    let faults: Vec<&str> = faults().iter().map(|fault| fault.check).collect();
    assert_eq!(gaps(&checks, &faults), Vec::<String>::new());
    assert_eq!(faults.len(), checks.len(), "a check has two");
    // The comparison itself can fail, in both directions.
    assert_eq!(gaps(&checks, &faults[1..]), [faults[0]]);
    assert_eq!(gaps(&checks[1..], &faults), [checks[0]]);
}

#[test]
fn the_comparison_sees_what_turns() {
    let vector = |pairs: &[(&str, &str)]| -> Vector {
        pairs.iter().map(|(id, status)| ((*id).to_owned(), (*status).to_owned())).collect()
    };
    let before = vector(&[("a", "ok"), ("b", "ok"), ("c", "note")]);
    assert!(only(&before, &vector(&[("a", "error"), ("b", "skipped"), ("c", "note")]), "a", "error").is_ok());
    for wrong in [
        vector(&[("a", "ok"), ("b", "ok"), ("c", "note")]),
        vector(&[("a", "error"), ("b", "warning"), ("c", "note")]),
        vector(&[("a", "error"), ("b", "ok"), ("c", "ok")]),
        vector(&[("a", "error"), ("b", "ok")]),
        vector(&[("a", "skipped"), ("b", "ok"), ("c", "note")]),
    ] {
        assert!(only(&before, &wrong, "a", "error").is_err(), "{wrong:?}");
    }
    assert!(only(&before, &before, "a", "ok").is_err());
}
