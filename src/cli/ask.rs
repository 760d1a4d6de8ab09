//! Questions to a person.
//!
//! Owns that a question is put only where standard input and standard error are terminals; elsewhere
//! the answer is an exit code 2 that names the flag and the variable. A secret is never echoed.

use dialoguer::theme::ColorfulTheme;
use dialoguer::{Confirm, Input, Password};

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::ops::{ErrorCode, OpError};
use crate::secret::{Secret, SecretString};

fn asked(error: dialoguer::Error) -> Failure {
    let dialoguer::Error::IO(source) = error;
    if source.kind() == std::io::ErrorKind::Interrupted {
        // The watcher ends the program in a moment; should it not, the failure says what happened.
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    OpError::new(ErrorCode::InputNeeded, "the question was not answered").because(source).into()
}

/// From the first question on, Ctrl-C gives the terminal its cursor back, which a question hides, and then ends the
/// program as it would have done by itself.
#[expect(clippy::exit, reason = "the thread that asks waits for a key and cannot be told to end")]
fn watch_interrupts() {
    static WATCH: std::sync::Once = std::sync::Once::new();
    WATCH.call_once(|| {
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            // Without a watcher Ctrl-C ends the program all the same, just less tidily.
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(async {
                let Ok(mut interrupts) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
                else {
                    return;
                };
                // Whoever waits for this is there until it comes.
                let _ = tell.send(());
                if interrupts.recv().await.is_some() {
                    let _ = dialoguer::console::Term::stderr().show_cursor();
                    std::process::exit(130);
                }
            });
        });
        // Also goes on when the watcher ended without a word.
        let _ = told.recv();
    });
}

/// A secret, not echoed; only where somebody can be asked.
pub(crate) fn password(what: &str) -> Result<SecretString, Failure> {
    watch_interrupts();
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
        watch_interrupts();
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
        watch_interrupts();
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
        watch_interrupts();
        let theme = ColorfulTheme::default();
        let password = Password::with_theme(&theme).with_prompt(what).with_confirmation("once more", "the two differ");
        Ok(Secret::new(password.interact().map_err(asked)?))
    }
}
