//! Every world that can come about, and what is wrong with it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::protocol::{Next, Protocol};
use super::world::{Command, End, Key, Record, Running, Step, World};

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    Start(Command),
    Step,
    CrashBefore,
    CrashAfter,
    RequestLost,
    AnswerLost,
    /// The request was answered with a gateway's error and is carried out later.
    Delayed,
    /// The administrator revokes a key.
    Revoke(Key),
    /// A registration that was under way is carried out.
    Arrive,
    /// It never will be.
    Vanish,
    /// Ten minutes.
    TimePasses,
}

/// What was explored.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) states: usize,
    pub(super) edges: usize,
    pub(super) ends: usize,
    /// Worlds that no command leads out of, since no key is left that works.
    pub(super) without_a_key: usize,
    /// What is wrong, with the shortest way to it.
    pub(super) violations: BTreeMap<String, Vec<Event>>,
}

/// The events that can happen in a world.
fn events(protocol: &Protocol, world: &World) -> Vec<Event> {
    if world.ended.is_some() {
        return Vec::new();
    }
    let mut events = Vec::new();
    match world.running {
        None => {
            events.extend(
                [Command::Rotate, Command::Resume, Command::Abort]
                    .into_iter()
                    .filter(|command| protocol.start(world, *command).is_some())
                    .map(Event::Start),
            );
            if world.recent && !world.under_way {
                events.push(Event::TimePasses);
            }
        }
        Some(running) => {
            events.push(Event::Step);
            if world.mishaps > 0 {
                events.extend([Event::CrashBefore, Event::CrashAfter]);
                if running.step.asks() {
                    events.extend([Event::RequestLost, Event::AnswerLost]);
                }
                // A registration leaves only where no record was found.
                if running.step == Step::Register && !world.under_way && !world.is_active(Key::New) {
                    events.push(Event::Delayed);
                }
            }
        }
    }
    if world.under_way {
        events.extend([Event::Arrive, Event::Vanish]);
    }
    if world.revoked.is_none() {
        if world.old == Record::Active {
            events.push(Event::Revoke(Key::Old));
        }
        if world.new == Record::Active && !world.second {
            events.push(Event::Revoke(Key::New));
        }
    }
    events
}

/// The world after an event.
pub(super) fn after(protocol: &Protocol, world: &World, event: Event) -> World {
    let mut next = *world;
    let go_on = |next: &mut World, running: Running, then: Next| {
        next.running = match then {
            Next::Step(step) => Some(Running { step, ..running }),
            Next::Failed | Next::Ended => None,
        };
    };
    match (event, world.running) {
        (Event::Start(command), _) => {
            next.running = protocol.start(world, command).map(|step| Running { command, step, raced: false });
        }
        (Event::Step, Some(running)) => {
            let then = protocol.perform(&mut next, running);
            go_on(&mut next, running, then);
        }
        (Event::CrashBefore | Event::RequestLost, _) => {
            next.mishaps -= 1;
            next.running = None;
        }
        (Event::CrashAfter, Some(running)) => {
            next.mishaps -= 1;
            let _ = protocol.perform(&mut next, running);
            next.running = None;
        }
        (Event::AnswerLost, Some(running)) => {
            next.mishaps -= 1;
            match running.step {
                // Settled by looking.
                Step::Register | Step::Retire => {
                    let then = protocol.perform(&mut next, running);
                    go_on(&mut next, running, then);
                }
                // The server has done it; the journal does not say so.
                Step::DeleteNew => {
                    let journal = next.journal;
                    let _ = protocol.perform(&mut next, running);
                    (next.journal, next.running) = (journal, None);
                }
                // A proof: nothing was done that lasts.
                _ => next.running = None,
            }
        }
        (Event::Delayed, _) => {
            next.mishaps -= 1;
            next.under_way = true;
            next.running = None;
        }
        (Event::Revoke(key), _) => {
            match key {
                Key::Old => next.old = next.taken_away(),
                Key::New => next.new = next.taken_away(),
            }
            next.revoked = Some(key);
            if let Some(running) = &mut next.running {
                running.raced = true;
            }
        }
        (Event::Arrive, _) => {
            next.under_way = false;
            match next.new {
                Record::Absent => next.new = Record::Active,
                _ => {
                    next.second = true;
                    next.second_is_late = next.old != Record::Active;
                }
            }
        }
        (Event::Vanish, _) => next.under_way = false,
        (Event::TimePasses, _) => next.recent = false,
        (Event::Step | Event::CrashAfter | Event::AnswerLost, None) => {}
    }
    next
}

/// The invariants, in a world and on the way into it.
fn wrong(before: &World, world: &World) -> Option<&'static str> {
    // 1: the configured key authenticates, unless the administrator took away that very key.
    if !world.authenticates(world.config) && world.revoked != Some(world.config) {
        return Some("1: the configured key does not authenticate");
    }
    // 1 with an administrator: a program never turns from a key that works to one that was dead when it started.
    let turned = before.config != world.config && before.authenticates(before.config);
    if turned && !world.authenticates(world.config) && before.running.is_some_and(|running| !running.raced) {
        return Some("1: the configuration was turned to a dead key");
    }
    // 2: the only key that the server accepts has its file.
    let only = match (world.is_active(Key::Old), world.is_active(Key::New)) {
        (true, false) => world.old_private,
        (false, true) => world.new_file,
        _ => true,
    };
    if !only {
        return Some("2: the file of the only active key is gone");
    }
    // 3: the ends are what they are called.
    let is_old_whole = world.old_private && world.old_public;
    match world.ended {
        Some(End::Retired)
            if world.config != Key::New || world.old == Record::Active || world.old_private || world.old_public =>
        {
            return Some("3: not retired");
        }
        Some(End::Before) if world.config != Key::Old || world.new_file || !is_old_whole => {
            return Some("3: not as before");
        }
        _ => {}
    }
    // 4: no orphan, no duplicate; one that comes after the last look is the stated exception.
    match world.ended {
        Some(End::Retired) if world.second && !world.second_is_late => return Some("4: a duplicate"),
        Some(End::Before) if world.new != Record::Absent || world.second || world.under_way => {
            return Some("4: an orphan");
        }
        _ => {}
    }
    // 5 counts keys, of which this world has two; what may not be is a new record while no journal tells of it.
    if world.journal.is_none() && world.ended.is_none() && world.new != Record::Absent {
        return Some("5: a key that no journal knows");
    }
    None
}

/// Whether an event needs no further mishap or administrator.
fn is_calm(event: Event) -> bool {
    matches!(event, Event::Start(_) | Event::Step | Event::Arrive | Event::Vanish | Event::TimePasses)
}

/// Explores everything that can happen from a start.
pub(super) fn explore(protocol: &Protocol, start: World) -> Report {
    let mut report = Report::default();
    let mut seen: BTreeMap<World, Vec<(Event, World)>> = BTreeMap::new();
    let mut waiting = VecDeque::from([start]);
    let mut known: BTreeMap<World, Option<(World, Event)>> = BTreeMap::from([(start, None)]);
    while let Some(world) = waiting.pop_front() {
        let mut nexts = Vec::new();
        for event in events(protocol, &world) {
            let next = after(protocol, &world, event);
            report.edges += 1;
            if let Some(what) = wrong(&world, &next) {
                report.violations.entry(what.to_owned()).or_insert_with(|| {
                    let mut way = vec![event];
                    let mut place = &world;
                    while let Some(Some((before, event))) = known.get(place) {
                        way.push(*event);
                        place = before;
                    }
                    way.reverse();
                    way
                });
            }
            nexts.push((event, next));
            known.entry(next).or_insert_with(|| {
                waiting.push_back(next);
                Some((world, event))
            });
        }
        report.ends += usize::from(world.ended.is_some());
        seen.insert(world, nexts);
    }
    report.states = seen.len();
    dead_ends(&seen, &mut report);
    report
}

/// From every world in which the program stands still, a command leads to an end, and to one with a working key
/// wherever a key works or an administrator's token is at hand.
fn dead_ends(seen: &BTreeMap<World, Vec<(Event, World)>>, report: &mut Report) {
    let mut to: BTreeMap<&World, Vec<&World>> = BTreeMap::new();
    for (world, nexts) in seen {
        for (_, next) in nexts.iter().filter(|(event, _)| is_calm(*event)) {
            to.entry(next).or_default().push(world);
        }
    }
    let reaching = |goal: &dyn Fn(&World) -> bool| {
        let mut found: BTreeSet<&World> = seen.keys().filter(|world| goal(world)).collect();
        let mut waiting: Vec<&World> = found.iter().copied().collect();
        while let Some(world) = waiting.pop() {
            for before in to.get(world).into_iter().flatten() {
                if found.insert(before) {
                    waiting.push(before);
                }
            }
        }
        found
    };
    let any = reaching(&|world| world.ended.is_some());
    let good = reaching(&|world| world.ended.is_some() && world.authenticates(world.config));
    for world in seen.keys().filter(|world| world.running.is_none() && world.journal.is_some()) {
        // With a token, a new key can be registered as long as nobody has revoked it.
        let can_be_saved = world.has_usable_key() || world.token && world.revoked != Some(Key::New);
        if can_be_saved && !good.contains(world) {
            report.violations.entry(brief(world)).or_default();
        } else if !any.contains(world) {
            report.without_a_key += 1;
        }
    }
}

/// The kind of a dead end, so that a report names each once.
fn brief(world: &World) -> String {
    let journal = world.journal.unwrap();
    format!(
        "dead end: no command saves the identity in `{}`{}{}, after the administrator revoked {:?}",
        journal.phase.word(),
        if journal.is_back { " on the way back" } else { "" },
        if journal.retire_asked { " with a request to retire" } else { "" },
        world.revoked
    )
}

/// Runs a command to its end without any mishap.
pub(super) fn run(protocol: &Protocol, world: &World, command: Command) -> World {
    let mut world = after(protocol, world, Event::Start(command));
    while world.running.is_some() {
        world = after(protocol, &world, Event::Step);
    }
    world
}

/// The world in which a command stands right before a step.
pub(super) fn at(protocol: &Protocol, world: &World, command: Command, step: Step) -> Option<World> {
    let mut world = after(protocol, world, Event::Start(command));
    while world.running.is_some_and(|running| running.step != step) {
        world = after(protocol, &world, Event::Step);
    }
    world.running.map(|_| world)
}
