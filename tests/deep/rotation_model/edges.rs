//! The model's edges, and how each is made to happen to the program.

use artcafe::sandbox::Dialect;

use super::explore::{Event, after, at};
use super::protocol::Protocol;
use super::world::{Command, Step, World};

/// How an edge is made to happen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strike {
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
pub(super) fn points(step: Step) -> (Option<&'static str>, Option<&'static str>) {
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
pub(super) struct Case {
    /// Where an earlier rotation was killed, and the step that it stood before.
    pub(super) stop: Option<(&'static str, Step)>,
    pub(super) command: Command,
    pub(super) strike: Strike,
    pub(super) edges: Vec<(Step, Event)>,
    pub(super) world: World,
}

/// The cases of one command from a world, with edges that look alike from outside put together.
pub(super) fn cases(
    dialect: Dialect,
    stop: Option<(&'static str, Step)>,
    command: Command,
    start: &World,
) -> Vec<Case> {
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
