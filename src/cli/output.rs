//! Everything that is printed.
//!
//! Owns both streams: data to stdout, all else to stderr; one JSON object where that is asked for,
//! then with no other line. A closed pipe ends the program quietly. Warnings reach a person at once
//! and a program inside the object.

use crate::cli::exit::ExitCode;
use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::cli::args::ColorWhen;
use crate::cli::event::What;
use crate::cli::failure::Failure;
use crate::cli::github;
use crate::cli::progress::OpenStep;
use crate::cli::remedy::{Carried, Remedy};
use crate::env::{Env, Streams};
use crate::interrupt;
use crate::ops::{ErrorCode, Fix, OpError};

/// Where and how to print.
#[derive(Clone)]
pub(crate) struct Output {
    pub(crate) json: bool,
    quiet: bool,
    stdout_color: bool,
    stderr_color: bool,
    stderr_is_terminal: bool,
    /// Whether stderr is the log of GitHub Actions.
    in_github_actions: bool,
    /// With `--progress json`: standard error holds events and nothing else.
    events: bool,
    /// Plain lines instead of a spinner.
    plain: bool,
    pub(super) open_step: OpenStep,
    /// Shared by every copy: what is told anywhere reaches the one object.
    warnings: Rc<RefCell<Vec<Warning>>>,
    /// With `--verbose` and JSON: its lines, for the one object.
    trace: Option<Arc<Mutex<Vec<String>>>>,
    /// What goes with a remedy.
    carried: Carried,
    streams: Streams,
}

/// Something to know that stopped nothing.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Warning {
    /// Which one.
    code: String,
    /// The same for a person.
    message: String,
    /// What a program may run about it; null where a person decides, or nothing has to be done.
    fix: Option<Remedy>,
}

/// A colour with a meaning.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Style {
    Good,
    Bad,
    Warning,
    Strong,
    Faint,
}

impl Output {
    /// From the flags and the surroundings.
    pub(crate) fn new(env: &Env, json: bool, quiet: bool, color: Option<ColorWhen>) -> Self {
        let from_variable = match env.var("ARTCAFE_COLOR") {
            Some("always") => Some(ColorWhen::Always),
            Some("never") => Some(ColorWhen::Never),
            Some("auto") => Some(ColorWhen::Auto),
            _ => None,
        };
        let when = color.or(from_variable).unwrap_or(if env.var("NO_COLOR").is_some() {
            ColorWhen::Never
        } else {
            ColorWhen::Auto
        });
        let on = |terminal: bool| match when {
            ColorWhen::Auto => terminal && env.var("TERM") != Some("dumb"),
            ColorWhen::Always => true,
            ColorWhen::Never => false,
        };
        Self {
            json,
            quiet,
            stdout_color: on(env.stdout_is_terminal),
            stderr_color: on(env.stderr_is_terminal),
            stderr_is_terminal: env.stderr_is_terminal,
            in_github_actions: env.var("GITHUB_ACTIONS").is_some(),
            events: false,
            plain: false,
            open_step: OpenStep::default(),
            warnings: Rc::default(),
            trace: None,
            carried: Carried::default(),
            streams: env.streams.clone(),
        }
    }

    /// With the form in which steps are told.
    pub(crate) fn telling(mut self, events: bool, accessible: bool, verbose: bool) -> Self {
        self.events = events;
        self.plain = accessible || verbose && !self.stderr_is_terminal;
        self
    }

    /// Whether standard error holds events and nothing else.
    pub(crate) fn has_events(&self) -> bool {
        self.events
    }

    /// Whether a plain line stands for a spinner.
    pub(super) fn says_plainly(&self) -> bool {
        self.plain
    }

    /// An event, in one line.
    pub(super) fn event(&self, event: What) {
        self.to_stderr(&event.line());
    }

    /// What another thread makes an output of the same kind with; what was told so far stays here.
    pub(crate) fn elsewhere(&self) -> impl Fn() -> Self + Send + Sync + 'static {
        let (json, quiet, stdout_color, stderr_color) = (self.json, self.quiet, self.stdout_color, self.stderr_color);
        let (stderr_is_terminal, events, plain) = (self.stderr_is_terminal, self.events, self.plain);
        let (in_github_actions, streams, carried) =
            (self.in_github_actions, self.streams.clone(), self.carried.clone());
        move || Self {
            json,
            quiet,
            stdout_color,
            stderr_color,
            stderr_is_terminal,
            in_github_actions,
            carried: carried.clone(),
            streams: streams.clone(),
            events,
            plain,
            open_step: OpenStep::default(),
            warnings: Rc::default(),
            trace: None,
        }
    }

    /// With what goes with a remedy.
    pub(crate) fn with_carried(mut self, carried: Carried) -> Self {
        self.carried = carried;
        self
    }

    /// The command line of a fix, where there is one.
    pub(crate) fn remedy(&self, fix: Option<&Fix>) -> Option<Remedy> {
        self.carried.remedy(fix)
    }

    /// With the lines of `--verbose`, which JSON keeps for its object.
    pub(crate) fn with_trace(mut self) -> Self {
        self.trace = self.json.then(|| Arc::new(Mutex::new(Vec::new())));
        self
    }

    /// Takes a line of `--verbose`: to stderr, or into the object.
    pub(crate) fn tracer(&self) -> impl Fn(&str) + Send + Sync + 'static {
        let (kept, color, events) = (self.trace.clone(), self.stderr_color, self.events);
        let streams = self.streams.clone();
        move |text| match &kept {
            Some(kept) => {
                // Only a panic while a line is added could poison it, and then there is no report either.
                if let Ok(mut lines) = kept.lock() {
                    lines.push(text.to_owned());
                }
            }
            None if events => {
                line_to(&streams, &What::Trace { message: text.to_owned() }.line());
            }
            None => line_to(&streams, &paint(color, Style::Faint, text)),
        }
    }

    /// A status line for a person, on stderr.
    pub(crate) fn status(&self, text: &str) {
        if !self.quiet && !self.json && !self.events {
            self.to_stderr(&self.carried.in_text(text));
        }
    }

    /// A hint whose commands choose the configuration that this one chose.
    pub(crate) fn in_words(&self, text: &str) -> String {
        self.carried.in_text(text)
    }

    /// Whether a person wants no more than what went wrong.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Something to know that stops nothing.
    pub(crate) fn warn(&self, code: &str, text: &str) {
        self.warn_with(code, text, None);
    }

    /// The same with what a program may run about it.
    pub(crate) fn warn_with(&self, code: &str, text: &str, fix: Option<&Fix>) {
        let text = &self.carried.in_text(text);
        let warning = Warning { code: code.to_owned(), message: text.to_owned(), fix: self.remedy(fix) };
        self.warnings.borrow_mut().push(warning.clone());
        if self.events {
            self.event(What::Warning { code: warning.code, message: warning.message, fix: warning.fix });
        } else if !self.json {
            self.to_stderr(&format!("{} {text}", self.paint_err(Style::Warning, "warning:")));
        }
    }

    /// The report of a command: one JSON object, or what `text` makes of it.
    pub(crate) fn finish<T: Serialize + JsonSchema>(
        &self,
        command: &str,
        report: &T,
        text: impl FnOnce(&T) -> String,
    ) -> Outcome {
        self.finish_with(command, report, ExitCode::SUCCESS, text)
    }

    /// The same with an exit code that carries a verdict.
    pub(crate) fn finish_with<T: Serialize + JsonSchema>(
        &self,
        command: &str,
        report: &T,
        code: ExitCode,
        text: impl FnOnce(&T) -> String,
    ) -> Outcome {
        // Made of what a signal cut off, a report would tell half the truth.
        interrupt::check_noticed()?;
        let mut printed = if self.json {
            let mut data = serde_json::to_value(report)
                .map_err(|error| OpError::new(ErrorCode::Failed, "cannot write the report").because(error))?;
            self.carried.in_report(&mut data);
            self.object(json!({ "schema": format!("artcafe.{command}/1"), "data": data }))
        } else {
            self.carried.in_text(&text(report))
        };
        if !printed.is_empty() && !printed.ends_with('\n') {
            printed.push('\n');
        }
        self.data(&printed)?;
        Ok(code)
    }

    /// The one object of a JSON run, with what was told on the way.
    pub(crate) fn object(&self, mut object: Value) -> String {
        object["warnings"] = json!(self.warnings.take());
        if let Some(lines) = self.trace.as_ref().and_then(|trace| trace.lock().ok()) {
            object["trace"] = json!(*lines);
        }
        object.to_string()
    }

    /// Data on stdout, as it is. Whoever closed the pipe has seen enough.
    pub(crate) fn data(&self, text: &str) -> Result<(), Failure> {
        match self.streams.write_stdout(text.as_bytes()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(OpError::new(ErrorCode::Failed, "cannot write to standard output").because(error).into())
            }
            _ => Ok(()),
        }
    }

    /// The same for what prints again and again: says whether anybody still reads.
    pub(crate) fn is_taken(&self, text: &str) -> Result<bool, Failure> {
        match self.streams.write_stdout(text.as_bytes()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(OpError::new(ErrorCode::Failed, "cannot write to standard output").because(error).into()),
        }
    }

    /// Marks a failure where a log knows marks; JSON stays the one object that it is.
    pub(crate) fn annotate(&self, error: &OpError) {
        if self.in_github_actions && !self.json {
            self.to_stderr(&github::annotation(error));
        }
    }

    /// A line on stderr.
    pub(crate) fn to_stderr(&self, text: &str) {
        line_to(&self.streams, text);
    }

    /// Text for stdout, coloured if that is wanted there.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        paint(self.stdout_color, style, text)
    }

    /// Text for stderr, coloured if that is wanted there.
    pub(crate) fn paint_err(&self, style: Style, text: &str) -> String {
        paint(self.stderr_color, style, text)
    }

    /// Whether standard output is coloured.
    pub(crate) fn has_color(&self) -> bool {
        self.stdout_color
    }

    /// A spinner while something takes a while; on a terminal only.
    pub(crate) fn spinner(&self, text: &str) -> Spinner {
        if self.quiet || self.json || self.events || self.plain || !self.stderr_is_terminal {
            return Spinner(None);
        }
        let bar = indicatif::ProgressBar::new_spinner();
        bar.set_message(text.to_owned());
        bar.enable_steady_tick(std::time::Duration::from_millis(100));
        if let Ok(mut shown) = SHOWN.lock() {
            *shown = Some(bar.clone());
        }
        Spinner(Some(bar))
    }
}

/// The spinner that turns now.
static SHOWN: Mutex<Option<indicatif::ProgressBar>> = Mutex::new(None);

/// Gives a question the line that a spinner has.
pub(crate) fn clear_spinner() {
    if let Some(bar) = SHOWN.lock().ok().and_then(|mut shown| shown.take()) {
        bar.finish_and_clear();
    }
}

/// A spinner, gone when dropped.
pub(crate) struct Spinner(Option<indicatif::ProgressBar>);

impl Drop for Spinner {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// There is nowhere to report that it could not be printed.
fn line_to(streams: &Streams, text: &str) {
    let _ = streams.write_stderr(format!("{text}\n").as_bytes());
}

fn paint(on: bool, style: Style, text: &str) -> String {
    let code = match style {
        Style::Good => "32",
        Style::Bad => "1;31",
        Style::Warning => "1;33",
        Style::Strong => "1",
        Style::Faint => "2",
    };
    if on { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}
