//! What follows on a failure: `--resume` in one copy, `--abort` in another, each as often as it asks
//! for, and the checker after each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use super::checker::{Checker, Expected};
use super::machine::{Ended, Machine};

/// The stated exceptions to "`--resume` ends retired, `--abort` ends as before the start". Each is
/// accepted only where the machine itself shows that it applies.
const EXCEPTIONS: [(Reached, &str); 4] = [
    (Reached::NothingOpen, "no journal stands: the rotation had not begun, or had come to its end"),
    (Reached::FinishedInstead, "a request to retire the old key may have left: it goes forward only (exit 5)"),
    (Reached::SettledLater, "a registration left and its fate is unknown: exit 6 until it is ten minutes old"),
    (
        Reached::OldKeyDead,
        "the old key no longer works: going back would lose the identity, `--resume` goes on (exit 5)",
    ),
];

/// How `--resume` or `--abort` ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reached {
    /// As asked for.
    Done,
    NothingOpen,
    FinishedInstead,
    SettledLater,
    OldKeyDead,
}

/// What the combinations of one test came to.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) combinations: usize,
    by_exception: BTreeMap<Reached, usize>,
    pub(super) wrong: Vec<String>,
    /// For each state that the journal was left in, how the two ways on ended.
    pub(super) ways: BTreeMap<Left, [BTreeSet<Reached>; 2]>,
}

/// What a failure left in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Left {
    /// There is none: it had not begun, or it was over.
    Nothing,
    /// This phase, as its place in the order.
    At(usize),
    /// A request to retire the old key may have left.
    Retiring,
}

/// The phases in their order.
const PHASES: [&str; 7] = ["planned", "generated", "registered", "proven", "switched", "confirmed", "retired"];

impl Left {
    fn of(journal: Option<&Value>) -> Self {
        match journal {
            None => Self::Nothing,
            Some(journal) if journal["retire_requested"] == true => Self::Retiring,
            Some(journal) => {
                Self::At(PHASES.iter().position(|phase| journal["phase"] == *phase).expect("a known phase"))
            }
        }
    }

    fn words(self) -> String {
        match self {
            Self::Nothing => "nothing: it had not begun, or was over".to_owned(),
            Self::At(phase) => format!("`{}`", PHASES[phase]),
            Self::Retiring => "a request to retire the old key may have left".to_owned(),
        }
    }
}

impl Reached {
    fn words(self, resume: bool) -> &'static str {
        match self {
            Self::Done if resume => "ends `retired`",
            Self::Done => "the state before",
            Self::NothingOpen => "nothing to do (exit 3)",
            Self::FinishedInstead => "finishes instead (exit 5)",
            Self::SettledLater => "exit 6 until the registration's fate is known, then the state before",
            Self::OldKeyDead => "refused: the old key is dead (exit 5)",
        }
    }
}

impl Tally {
    pub(super) fn count(&mut self, reached: Reached) {
        self.combinations += 1;
        *self.by_exception.entry(reached).or_default() += 1;
    }

    /// The table of what each failure left and what the two ways on made of it, as the documentation has it.
    pub(super) fn table(&self) -> String {
        let mut table = "| the journal says | `--resume` | `--abort` |\n|---|---|---|\n".to_owned();
        for (left, [resume, abort]) in &self.ways {
            let words = |ways: &BTreeSet<Reached>, resume| {
                ways.iter().map(|reached| reached.words(resume)).collect::<Vec<_>>().join("; or ")
            };
            table.push_str(&format!("| {} | {} | {} |\n", left.words(), words(resume, true), words(abort, false)));
        }
        table
    }

    /// Prints the figures, and fails if anything was wrong.
    #[track_caller]
    #[expect(clippy::print_stderr, reason = "the number of combinations belongs to the test's report")]
    pub(super) fn finish(self, name: &str, points: usize) {
        eprintln!("{name}: {points} points, {} combinations, none skipped", self.combinations);
        for (reached, count) in &self.by_exception {
            let why = EXCEPTIONS.iter().find(|(exception, _)| exception == reached).map_or("", |(_, why)| why);
            eprintln!("{name}: {count} {reached:?} {why}");
        }
        assert!(self.combinations > 0);
        assert!(
            self.wrong.is_empty(),
            "{} wrong of {}:\n{}",
            self.wrong.len(),
            self.combinations,
            self.wrong.join("\n")
        );
    }
}

/// One failure that is looked into.
pub(super) struct Case<'a> {
    pub(super) checker: &'a Checker,
    pub(super) start: &'a Value,
    pub(super) label: String,
    /// Invariants that do not hold at the start, and so need not before the new key is in force.
    pub(super) exempt: &'a [u8],
}

impl Case<'_> {
    /// Holds the machine against what is expected.
    pub(super) fn check(&self, machine: &Machine, expected: Expected, when: &str, tally: &mut Tally) {
        let exempt = if expected == Expected::Retired { &[] } else { self.exempt };
        for violation in self.checker.violations(machine, self.start, expected, exempt) {
            tally.wrong.push(format!("{}, {when}: {violation}", self.label));
        }
    }

    /// `--resume` in one copy of the machine as it is, `--abort` in another.
    pub(super) fn resume_and_abort(&self, machine: &mut Machine, tally: &mut Tally) {
        self.check(machine, Expected::Standing, "after the failure", tally);
        let left = Left::of(journal(machine).as_ref());
        machine.stop();
        machine.keep("failed");
        for (way, (flag, done)) in
            [("--resume", Expected::Retired), ("--abort", Expected::Before)].into_iter().enumerate()
        {
            machine.put_back("failed");
            machine.serve(&[]);
            match go_on(machine, flag) {
                Ok((reached, _)) => {
                    tally.count(reached);
                    tally.ways.entry(left).or_default()[way].insert(reached);
                    let expected = match reached {
                        Reached::Done | Reached::SettledLater => done,
                        Reached::FinishedInstead => Expected::Retired,
                        Reached::OldKeyDead => Expected::Standing,
                        Reached::NothingOpen if names_the_old_key(machine, self.start) => Expected::Before,
                        Reached::NothingOpen => Expected::Retired,
                    };
                    self.check(machine, expected, &format!("after {flag} ({reached:?})"), tally);
                    if reached == Reached::OldKeyDead {
                        // What the refusal offers has to work.
                        match go_on(machine, "--resume") {
                            Ok(_) => self.check(machine, Expected::Retired, "after the offered --resume", tally),
                            Err(error) => tally.wrong.push(format!("{}, offered --resume: {error}", self.label)),
                        }
                    }
                }
                Err(error) => {
                    tally.combinations += 1;
                    tally.wrong.push(format!("{}, {flag}: {error}", self.label));
                    self.check(machine, Expected::Standing, flag, tally);
                }
            }
        }
    }
}

/// The open rotation's journal, read past the implementation.
pub(super) fn journal(machine: &Machine) -> Option<Value> {
    let directory = machine.home().join(".artcafe/state/rotations");
    let mut entries = fs::read_dir(directory).ok()?.map(|entry| entry.unwrap().path());
    let path = entries.find(|path| path.extension().is_some_and(|extension| extension == "json"))?;
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn names_the_old_key(machine: &Machine, start: &Value) -> bool {
    fs::read_to_string(machine.config()).unwrap() == start["config"].as_str().unwrap()
}

/// Runs `--resume` or `--abort` as often as it asks to be run again.
pub(super) fn go_on(machine: &mut Machine, flag: &str) -> Result<(Reached, Ended), String> {
    let mut settled_later = false;
    for _ in 0..4 {
        let before = journal(machine);
        let ended = machine.run(&["key", "rotate", flag, "--json"], &[]);
        let reached = match (ended.run.code, ended.failure().as_str()) {
            (0, _) if settled_later => Reached::SettledLater,
            (0, _) => Reached::Done,
            (69 | 75, _) => continue,
            (3, "NOT_CONFIGURED") if before.is_none() => Reached::NothingOpen,
            (5, "DIFFERS")
                if flag == "--abort" && before.as_ref().is_some_and(|journal| journal["retire_requested"] == true) =>
            {
                Reached::FinishedInstead
            }
            (5, "DIFFERS")
                if flag == "--abort"
                    && machine.with_administrator
                    && ended.run.stderr.contains("the old key no longer works") =>
            {
                Reached::OldKeyDead
            }
            (6, "PARTLY_DONE")
                if flag == "--abort"
                    && before.as_ref().is_some_and(|journal| {
                        !journal["register_requested_at"].is_null() && journal["new"]["key_id"].is_null()
                    }) =>
            {
                // Time goes by, at the server as well.
                settled_later = true;
                machine.serve(&["*=skew:11m".to_owned()]);
                continue;
            }
            _ => return Err(format!("ended with {ended:?}, journal {}", before.unwrap_or_default())),
        };
        return Ok((reached, ended));
    }
    Err("it never came to an end".to_owned())
}
