//! How far an operation has come: the one way in which operations tell it.
//!
//! Owns the names of a step's states. A step that was begun is done, skipped or failed, or the next one
//! takes its place; nothing that is told holds a secret, and nothing depends on whether anybody hears it.

use std::rc::Rc;

use serde::Serialize;

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It is under way.
    Started,
    /// It was done in this run.
    Done,
    /// It stood before, or was not asked for.
    Skipped,
    /// It is left to somebody else.
    Left,
    /// It would be done.
    Planned,
    /// It did not work out.
    Failed,
}

/// What is told of one step.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Its name.
    pub step: &'a str,
    /// How it stands.
    pub stage: Stage,
    /// The thing that it is about; of a step that was started, what is being done.
    pub detail: &'a str,
}

/// Hears of each step.
type Hear = dyn Fn(Told<'_>);

/// Whoever is told. A copy tells the same one.
#[derive(Clone, Default)]
pub struct Progress(Option<Rc<Hear>>);

impl Progress {
    /// Tells this one.
    pub fn to(hear: impl Fn(Told<'_>) + 'static) -> Self {
        Self(Some(Rc::new(hear)))
    }

    /// Tells how a step stands.
    pub fn tell(&self, step: &str, stage: Stage, detail: &str) {
        if let Some(hear) = &self.0 {
            hear(Told { step, stage, detail });
        }
    }

    /// A step begins, which does this.
    pub fn begin(&self, step: &str, does: &str) {
        self.tell(step, Stage::Started, does);
    }

    /// A step is done.
    pub fn done(&self, step: &str, detail: &str) {
        self.tell(step, Stage::Done, detail);
    }
}
