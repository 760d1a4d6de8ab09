//! A failure that every process shares which waited for it.
//!
//! Owns the note of the last attempt that failed, beside the kept tokens. Only who saw another note, or none,
//! before the wait reads it: then the attempt failed while it waited, and trying one after another would ask a
//! dead server once for each. Told by no clock. Holds only what the server's side refused or left unanswered,
//! never what is one process's own trouble, and no secret. A success removes it.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rand::RngExt as _;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use serde::{Deserialize, Serialize};

use crate::durable;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::{Fix, prove};

/// No note is larger.
const LARGEST: u64 = 64 * 1024;

/// Where the note of one identity is.
pub(super) struct Notes<'a> {
    path: PathBuf,
    /// Whose attempt it is and how the server was asked; another process's attempt says nothing about ours.
    about: &'a str,
}

/// The note that was there, by its mark.
#[derive(PartialEq, Eq)]
pub(super) struct Seen(Option<String>);

#[derive(Serialize, Deserialize)]
struct Note {
    mark: String,
    about: String,
    code: String,
    message: String,
    hint: Option<String>,
    /// The words of what a program may run about it.
    fix: Option<Vec<String>>,
    retry_after: Option<Duration>,
    server_words: Option<String>,
    causes: Vec<String>,
}

impl<'a> Notes<'a> {
    /// Beside the kept token of this path.
    pub(super) fn beside(path: &Path, about: &'a str) -> Self {
        Self { path: path.with_extension("failure"), about }
    }

    /// What is there before the wait.
    pub(super) fn look(&self) -> Seen {
        Seen(self.read().map(|note| note.mark))
    }

    /// The failure that came since.
    pub(super) fn since(&self, seen: &Seen) -> Option<OpError> {
        let note = self.read().filter(|note| Some(&note.mark) != seen.0.as_ref() && note.about == self.about)?;
        let code = ErrorCode::ALL.iter().copied().find(|code| code.as_str() == note.code)?;
        let source = note.causes.into_iter().rev().fold(None, |next, text| Some(Box::new(Cause { text, next })));
        let told = Cause { text: "another process asked for all that waited".to_owned(), next: source };
        let fix = note.fix.as_deref().and_then(fix_of);
        Some(OpError {
            hint: note.hint,
            fix,
            retry_after: note.retry_after,
            server_words: note.server_words,
            ..OpError::new(code, note.message).because(told)
        })
    }

    /// Tells those who wait; a note that cannot be written costs them a try of their own.
    pub(super) fn leave(&self, error: &OpError) {
        if !is_the_servers(error.code) {
            return;
        }
        let note = Note {
            mark: format!("{:032x}", UnwrapErr(SysRng).random::<u128>()),
            about: self.about.to_owned(),
            code: error.code.as_str().to_owned(),
            message: error.message.clone(),
            hint: error.hint.clone(),
            fix: error.fix.as_ref().map(Fix::words),
            retry_after: error.retry_after,
            server_words: error.server_words.clone(),
            causes: error.causes(),
        };
        if let Ok(text) = serde_json::to_string(&note) {
            let _ = durable::replace(&self.path, text.as_bytes(), 0o600);
        }
    }

    /// A success: nobody who waits has to hear of what was before. One that stays is believed by nobody new.
    pub(super) fn clear(&self) {
        if self.path.exists() {
            let _ = durable::remove(&self.path);
        }
    }

    /// What cannot be read or understood is as good as none.
    fn read(&self) -> Option<Note> {
        serde_json::from_slice(&durable::read_if_present(&self.path, LARGEST).ok()??).ok()
    }
}

/// One of the closed list, by its words; the last one may be an id.
fn fix_of(words: &[String]) -> Option<Fix> {
    let id = words.last()?.parse().ok()?;
    Fix::samples(id).into_iter().find(|fix| fix.words() == words)
}

/// Whether the server's side said or left it so, and not this process's own flags, files or passphrase.
fn is_the_servers(code: ErrorCode) -> bool {
    use ErrorCode as Code;
    prove::is_dead(code)
        || matches!(
            code,
            Code::ServerUnreachable
                | Code::ServerFailed
                | Code::ServerBusy
                | Code::RateLimited
                | Code::BadAnswer
                | Code::ClockSkew
                | Code::TenantUnknown
                | Code::TenantInactive
        )
}

/// A cause in another process, by its words.
#[derive(Debug)]
struct Cause {
    text: String,
    next: Option<Box<Cause>>,
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.next.as_deref().map(|next| next as &(dyn Error + 'static))
    }
}
