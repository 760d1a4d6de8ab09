//! The steps and what they do, written from the documentation alone; and the ways to get it wrong.

use super::world::{Command, End, Journal, Key, Phase, Record, Running, Step, World};

/// The order of the steps, and the rules that a crash makes necessary. Anything else than
/// [`Protocol::as_documented`] is a seeded mistake.
#[derive(Debug, Clone)]
pub(super) struct Protocol {
    pub(super) forward: Vec<Step>,
    pub(super) back: Vec<Step>,
    /// A resumed rotation proves the new key again before it switches to it.
    pub(super) proves_again: bool,
    /// `--resume` takes over a way back that the old key's death has cut off.
    pub(super) turns: bool,
    /// A request that was never seen is not forgotten over a later one.
    pub(super) remembers_requests: bool,
    /// An abort waits for a registration of unknown fate.
    pub(super) waits: bool,
    /// Where the new key died before the old one was retired, `--abort` goes back all the same.
    pub(super) goes_back_to_a_living_key: bool,
    /// The way back begins with a proof of the old key.
    pub(super) proves_old: bool,
}

/// What becomes of the process after a step.
pub(super) enum Next {
    Step(Step),
    Failed,
    Ended,
}

impl Protocol {
    pub(super) fn as_documented() -> Self {
        use Step as S;
        Self {
            forward: vec![
                S::Plan,
                S::WriteKey,
                S::NoteKey,
                S::AskRegister,
                S::Register,
                S::NoteRegistered,
                S::Prove,
                S::Switch,
                S::NoteSwitched,
                S::Confirm,
                S::AskRetire,
                S::Retire,
                S::RemovePrivate,
                S::RemovePublic,
                S::EndForward,
            ],
            back: vec![S::Back, S::ConfigureOld, S::DeleteNew, S::RemoveNew, S::EndBack],
            proves_again: true,
            turns: true,
            remembers_requests: true,
            waits: true,
            goes_back_to_a_living_key: true,
            proves_old: true,
        }
    }

    /// The same with one step of the way forward moved to before another.
    pub(super) fn with(mut self, moved: &[Step], before: Step) -> Self {
        self.forward.retain(|step| !moved.contains(step));
        let place = self.forward.iter().position(|step| *step == before).unwrap();
        self.forward.splice(place..place, moved.iter().copied());
        self
    }

    /// Where a command begins; `None` where it is refused at once.
    pub(super) fn start(&self, world: &World, command: Command) -> Option<Step> {
        let after = |step: Step| {
            let place = self.forward.iter().position(|known| *known == step).unwrap();
            self.forward.get(place + 1).copied()
        };
        match (command, world.journal) {
            (Command::Rotate, None) => Some(Step::Plan),
            (Command::Rotate, Some(_)) | (_, None) => None,
            (Command::Resume, Some(journal)) if journal.is_back => self.turns.then_some(Step::Turn),
            (Command::Abort, Some(journal)) if !journal.retire_asked => Some(Step::Back),
            (_, Some(journal)) => match journal.phase {
                Phase::Planned => after(Step::Plan),
                Phase::Generated => after(Step::NoteKey),
                Phase::Registered => after(Step::NoteRegistered),
                Phase::Proven if self.proves_again => Some(Step::Prove),
                Phase::Proven => after(Step::Prove),
                Phase::Switched => after(Step::NoteSwitched),
                Phase::Confirmed => after(Step::Confirm),
                Phase::Retired => Some(Step::EndForward),
            },
        }
    }

    /// The step after this one.
    fn following(&self, step: Step) -> Next {
        [&self.forward, &self.back]
            .into_iter()
            .find_map(|order| {
                let place = order.iter().position(|known| *known == step)?;
                order.get(place + 1).copied()
            })
            .map_or(Next::Ended, Next::Step)
    }

    /// Does a step.
    pub(super) fn perform(&self, world: &mut World, running: Running) -> Next {
        let journal = world.journal;
        let note = |world: &mut World, change: &dyn Fn(&mut Journal)| {
            if let Some(journal) = &mut world.journal {
                change(journal);
            }
        };
        match running.step {
            Step::Plan => {
                if world.old != Record::Active && !world.token {
                    return Next::Failed;
                }
                world.journal = Some(Journal {
                    phase: Phase::Planned,
                    is_back: false,
                    asked: false,
                    unseen: 0,
                    has_id: false,
                    retire_asked: false,
                });
            }
            Step::WriteKey => world.new_file = true,
            Step::NoteKey => note(world, &|journal| journal.phase = Phase::Generated),
            Step::AskRegister => {
                let by_new = world.authenticates(Key::New) && journal.is_some_and(|journal| journal.has_id);
                if !(world.authenticates(Key::Old) || world.token || by_new) {
                    return Next::Failed;
                }
                world.recent = true;
                note(world, &|journal| {
                    journal.asked = true;
                    journal.unseen = (journal.unseen + 1).min(4);
                });
            }
            Step::Register => match (world.new, world.second) {
                (Record::Active, _) => return Next::Step(Step::NoteFound),
                (_, true) => {
                    (world.new, world.second) = (Record::Active, false);
                    return Next::Step(Step::NoteFound);
                }
                (Record::Revoked, false) => {
                    // Found by looking: nothing was sent.
                    note(world, &|journal| journal.unseen = journal.unseen.saturating_sub(1));
                    return Next::Failed;
                }
                (Record::Absent, false) => world.new = Record::Active,
            },
            // Where a record was found, this request never left, and the record is an earlier one's.
            Step::NoteRegistered | Step::NoteFound => {
                let seen = if running.step == Step::NoteFound { 2 } else { 1 };
                note(world, &|journal| {
                    journal.has_id = true;
                    journal.phase = Phase::Registered;
                    journal.unseen = if self.remembers_requests { journal.unseen.saturating_sub(seen) } else { 0 };
                });
                return self.following(Step::NoteRegistered);
            }
            Step::Prove if !world.authenticates(Key::New) => return Next::Failed,
            Step::Prove => note(world, &|journal| journal.phase = Phase::Proven),
            Step::Switch => world.config = Key::New,
            Step::NoteSwitched => note(world, &|journal| journal.phase = Phase::Switched),
            Step::Confirm if !world.authenticates(world.config) => return Next::Failed,
            Step::Confirm => note(world, &|journal| journal.phase = Phase::Confirmed),
            Step::AskRetire if !world.authenticates(Key::New) => {
                let is_way_back = running.command == Command::Abort && world.authenticates(Key::Old);
                if !(is_way_back && self.goes_back_to_a_living_key) {
                    return Next::Failed;
                }
                note(world, &|journal| journal.retire_asked = false);
                return Next::Step(Step::Back);
            }
            Step::AskRetire => note(world, &|journal| journal.retire_asked = true),
            Step::Retire => {
                // Every record of the old key goes, and every other record of the new one.
                world.second = false;
                if world.old == Record::Active {
                    world.old = world.taken_away();
                }
            }
            Step::RemovePrivate => world.old_private = false,
            Step::RemovePublic => {
                world.old_public = false;
                note(world, &|journal| journal.phase = Phase::Retired);
            }
            Step::EndForward => {
                world.journal = None;
                world.ended = Some(End::Retired);
                return Next::Ended;
            }
            Step::Turn => {
                if world.authenticates(Key::Old) {
                    // Refused: the way back is open and must be finished.
                    return Next::Failed;
                }
                note(world, &|journal| {
                    journal.is_back = false;
                    journal.phase = Phase::Planned;
                });
                return Next::Step(Step::WriteKey);
            }
            Step::Back => {
                let asked = journal.is_some_and(|journal| journal.asked);
                if self.proves_old && asked && !world.authenticates(Key::Old) {
                    return Next::Failed;
                }
                note(world, &|journal| journal.is_back = true);
            }
            Step::ConfigureOld => world.config = Key::Old,
            Step::DeleteNew => {
                let Some(journal) = journal.filter(|journal| journal.asked) else {
                    return self.following(Step::DeleteNew);
                };
                // A record whose id is known was seen before.
                let seen =
                    if journal.has_id { 0 } else { u8::from(world.new != Record::Absent) + u8::from(world.second) };
                (world.new, world.second) = (Record::Absent, false);
                note(world, &|journal| {
                    journal.has_id |= seen > 0;
                    journal.unseen = journal.unseen.saturating_sub(seen);
                });
                if self.waits && world.recent && journal.unseen > seen {
                    return Next::Failed;
                }
            }
            Step::RemoveNew => world.new_file = false,
            Step::EndBack => {
                world.journal = None;
                world.ended = Some(End::Before);
                return Next::Ended;
            }
        }
        self.following(running.step)
    }
}
