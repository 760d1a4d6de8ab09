//! What is seen of an operation's steps: events for a program, else lines and a spinner for a person.
//!
//! Owns which of the three it is. A spinner turns on a terminal alone; where one cannot be followed
//! (`ACCESSIBLE`), and in a pipe with `--verbose`, a plain line says what is being done. With
//! `--progress json` standard error holds one JSON object a line and nothing else.

use std::cell::RefCell;
use std::rc::Rc;

use crate::cli::event::What;
use crate::cli::output::{Output, Spinner, Style};
use crate::ops::progress::{Progress, Stage, Told};
use clap::ValueEnum;

/// How progress is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressForm {
    /// Lines for a person, and a spinner on a terminal.
    Auto,
    /// Events on standard error, one JSON object a line.
    Json,
}

impl ProgressForm {
    /// What the variable says.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::from_str(text, false).ok()
    }
}

/// The step that was begun last and is not over, of which command: for its failure.
pub(crate) type OpenStep = Rc<RefCell<Option<(&'static str, String)>>>;

impl Output {
    /// Where a command's operation tells its steps.
    pub(crate) fn progress(&self, command: &'static str) -> Progress {
        self.progress_of(command, true)
    }

    /// The same for a command whose report tells a person all of it afterwards.
    pub(crate) fn progress_before_report(&self, command: &'static str) -> Progress {
        self.progress_of(command, false)
    }

    fn progress_of(&self, command: &'static str, with_lines: bool) -> Progress {
        let output = self.clone();
        let spinner = RefCell::new(None::<Spinner>);
        Progress::to(move |told: Told<'_>| {
            spinner.take();
            let open = (told.stage == Stage::Started).then(|| (command, told.step.to_owned()));
            output.open_step.replace(open);
            if output.has_events() {
                output.event(step_event(command, &told, None));
            } else if told.stage == Stage::Started {
                spinner.replace(output.say_begun(told.detail));
            } else if with_lines {
                output.say_over(&told);
            }
        })
    }

    /// The command failed with this code, and with it the step that is open.
    pub(crate) fn fail_open_step(&self, code: &str) {
        if let Some((command, step)) = self.open_step.take()
            && self.has_events()
        {
            let told = Told { step: &step, stage: Stage::Failed, detail: "" };
            self.event(step_event(command, &told, Some(code)));
        }
    }

    fn say_begun(&self, does: &str) -> Option<Spinner> {
        if self.says_plainly() {
            self.status(&format!("… {does}"));
            return None;
        }
        Some(self.spinner(does))
    }

    fn say_over(&self, told: &Told<'_>) {
        let (mark, note) = match told.stage {
            Stage::Done => (self.paint_err(Style::Good, "✓"), ""),
            Stage::Skipped => (self.paint_err(Style::Good, "✓"), " (stands already)"),
            Stage::Left => (self.paint_err(Style::Warning, "…"), ": left to the portal"),
            Stage::Planned => ("·".to_owned(), ": would be done"),
            // The failure itself says more.
            Stage::Started | Stage::Failed => return,
        };
        self.status(format!("{mark} {:<14} {}{note}", told.step, told.detail).trim_end());
    }
}

fn step_event(command: &'static str, told: &Told<'_>, code: Option<&str>) -> What {
    What::Step {
        command,
        step: told.step.to_owned(),
        state: told.stage,
        detail: told.detail.to_owned(),
        code: code.map(str::to_owned),
    }
}
