//! A model of the rotation: client, server, mishaps and an administrator, explored exhaustively.
//!
//! The model is written from `docs/rotation.md` and not from the program: it knows the steps and their order, what
//! each leaves on disk and on the server, and nothing else. Every world that can come about by crashes, lost requests,
//! lost answers, registrations that are carried out late and one revocation by an administrator is visited; in each,
//! the invariants must hold, and a command must lead out of it. Orders that are known to be wrong must be found wrong.
//! `drive` then takes the program itself along the same edges and compares what it leaves with what the model says.

#![expect(clippy::print_stderr, reason = "the numbers are part of what is proven")]

mod drive;
mod edges;
mod explore;
pub(crate) mod machine;
mod protocol;
mod seen;
pub(crate) mod world;

use explore::{Report, explore};
use protocol::Protocol;
use world::{Step, World};

/// As many mishaps as are tried in one life: one on the way forward and one on the way back, say.
const MISHAPS: u8 = 2;

fn explored(protocol: &Protocol) -> Report {
    let mut sum = Report::default();
    for (token, deletes) in [(false, false), (false, true), (true, false), (true, true)] {
        let report = explore(protocol, World::before(token, deletes, MISHAPS));
        sum.states += report.states;
        sum.edges += report.edges;
        sum.ends += report.ends;
        sum.without_a_key += report.without_a_key;
        sum.violations.extend(report.violations);
    }
    sum
}

#[test]
fn the_documented_protocol_holds_in_every_world() {
    let report = explored(&Protocol::as_documented());
    eprintln!(
        "rotation model: {} states, {} edges, {} ends; {} states are left with no key that works",
        report.states, report.edges, report.ends, report.without_a_key
    );
    assert!(report.violations.is_empty(), "{:#?}", report.violations);
    assert!(report.states > 1000 && report.ends > 10, "{report:?}");
}

#[test]
fn a_wrong_order_or_a_missing_rule_is_found() {
    let right = Protocol::as_documented;
    let back = |order: &[Step]| Protocol { back: order.to_vec(), ..right() };
    let wrong = [
        ("the old key is retired before the switch", right().with(&[Step::AskRetire, Step::Retire], Step::Switch)),
        ("the old file goes before the old key is retired", right().with(&[Step::RemovePrivate], Step::Switch)),
        ("the old file goes before the switch is confirmed", right().with(&[Step::RemovePrivate], Step::Prove)),
        ("the switch comes before the proof", right().with(&[Step::Switch, Step::NoteSwitched], Step::Register)),
        ("the key is written after it is registered", right().with(&[Step::WriteKey], Step::NoteRegistered)),
        ("the registration leaves before the journal says so", right().with(&[Step::Register], Step::AskRegister)),
        (
            "the new record is deleted before the configuration is back",
            back(&[Step::Back, Step::DeleteNew, Step::ConfigureOld, Step::RemoveNew, Step::EndBack]),
        ),
        (
            "the new file goes before the configuration is back",
            back(&[Step::Back, Step::RemoveNew, Step::ConfigureOld, Step::DeleteNew, Step::EndBack]),
        ),
        (
            "the journal goes before the new record",
            back(&[Step::Back, Step::ConfigureOld, Step::RemoveNew, Step::EndBack, Step::DeleteNew]),
        ),
        ("a resumed rotation trusts an old proof", Protocol { proves_again: false, ..right() }),
        ("a way back that is cut off stays so", Protocol { turns: false, ..right() }),
        ("a request of unknown fate is forgotten", Protocol { remembers_requests: false, ..right() }),
        ("an abort does not wait", Protocol { waits: false, ..right() }),
        ("a dead new key cannot be left", Protocol { goes_back_to_a_living_key: false, ..right() }),
        ("the way back does not ask whether the old key lives", Protocol { proves_old: false, ..right() }),
    ];
    for (what, protocol) in wrong {
        let report = explored(&protocol);
        eprintln!("{what}: {:?}", report.violations.keys());
        assert!(!report.violations.is_empty(), "not found: {what}");
    }
}
