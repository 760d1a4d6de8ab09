//! Questions to a person.
//!
//! Owns that a question is put only where standard input and standard error are terminals; elsewhere
//! the answer is an exit code 2 that names the flag and the variable. A secret is never echoed, and the
//! terminal is left as it was found, also by a signal.

use std::sync::Mutex;

use dialoguer::theme::ColorfulTheme;
use dialoguer::{Confirm, Input, Password};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::interrupt;
use crate::ops::{ErrorCode, OpError};
use crate::secret::{Secret, SecretString};

fn asked(error: dialoguer::Error) -> Failure {
    let dialoguer::Error::IO(source) = error;
    if source.kind() == std::io::ErrorKind::Interrupted {
        // The signal's own thread ends the program in a moment; should it not, the failure says what happened.
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    OpError::new(ErrorCode::InputNeeded, "the question was not answered").because(source).into()
}

/// The terminal as it was before the question that is open.
static TERMINAL: Mutex<Option<Termios>> = Mutex::new(None);

/// An open question: a signal ends the program at once while it lives.
struct Question {
    _pause: interrupt::Pause,
}

impl Question {
    fn open() -> Result<Self, Failure> {
        output::clear_spinner();
        if let (Ok(mut terminal), Ok(found)) = (TERMINAL.lock(), tcgetattr(std::io::stdin())) {
            *terminal = Some(found);
        }
        Ok(Self { _pause: interrupt::pause()? })
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        if let Ok(mut terminal) = TERMINAL.lock() {
            *terminal = None;
        }
    }
}

/// Gives the terminal back what an open question has taken: its echo and its cursor.
pub(crate) fn restore_terminal() {
    if let Some(found) = TERMINAL.lock().ok().and_then(|mut terminal| terminal.take()) {
        // There is nobody left to be told that it did not work.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &found);
        let _ = dialoguer::console::Term::stderr().show_cursor();
    }
}

/// A secret, not echoed; only where somebody can be asked.
pub(crate) fn password(what: &str) -> Result<SecretString, Failure> {
    let _question = Question::open()?;
    let theme = ColorfulTheme::default();
    Ok(Secret::new(Password::with_theme(&theme).with_prompt(what).interact().map_err(asked)?))
}

/// Nobody can be asked.
pub(crate) fn needed(what: &str, flag: &str, variable: &str) -> Failure {
    OpError::new(ErrorCode::InputNeeded, format!("an answer is needed and nobody can be asked: {what}"))
        .hint(format!("give it with `{flag}` or {variable}"))
        .into()
}

impl Context {
    /// A value, with what is known as the proposal.
    pub(crate) fn ask(
        &self,
        what: &str,
        proposal: Option<String>,
        flag: &str,
        variable: &str,
    ) -> Result<String, Failure> {
        if !self.can_ask() {
            return proposal.ok_or_else(|| needed(what, flag, variable));
        }
        let _question = Question::open()?;
        let theme = ColorfulTheme::default();
        let mut input = Input::<String>::with_theme(&theme).with_prompt(what);
        if let Some(proposal) = proposal {
            input = input.default(proposal);
        }
        Ok(input.interact_text().map_err(asked)?.trim().to_owned())
    }

    /// Whether to go on; `--yes` agrees without a question.
    pub(crate) fn confirm(&self, question: &str) -> Result<bool, Failure> {
        if self.yes {
            return Ok(true);
        }
        if !self.can_ask() {
            return Err(OpError::new(
                ErrorCode::InputNeeded,
                format!("a confirmation is needed and nobody can be asked: {question}"),
            )
            .hint("agree with `--yes` or ARTCAFE_YES=1")
            .into());
        }
        let _question = Question::open()?;
        Confirm::with_theme(&ColorfulTheme::default()).with_prompt(question).default(false).interact().map_err(asked)
    }

    /// A secret, not echoed; a new one is asked for twice.
    pub(crate) fn ask_secret(
        &self,
        what: &str,
        is_new: bool,
        flag: &str,
        variable: &str,
    ) -> Result<SecretString, Failure> {
        if !self.can_ask() {
            return Err(needed(what, flag, variable));
        }
        if !is_new {
            return password(what);
        }
        let _question = Question::open()?;
        let theme = ColorfulTheme::default();
        let password = Password::with_theme(&theme).with_prompt(what).with_confirmation("once more", "the two differ");
        Ok(Secret::new(password.interact().map_err(asked)?))
    }
}
