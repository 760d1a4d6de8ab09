//! What a person sees of a signal: that the step in hand is finished first, or the end.
//!
//! Owns the ending of the program while a person or another program is waited for, since nothing else
//! ends such a wait; the terminal gets back what the question took. Everything else ends by itself.

use std::time::Duration;

use crate::cli::ask;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::interrupt::{self, InHand};
use crate::ops::OpError;

/// A step that is done sooner needs no word.
const NOTABLE: Duration = Duration::from_millis(300);

/// Takes SIGINT and SIGTERM over, from here to the end.
pub(crate) fn catch(output: &Output) {
    let output = output.elsewhere();
    // Where the system refuses, a signal ends the program as it does by itself.
    let _ = interrupt::catch(move |interrupted, in_hand| match in_hand {
        InHand::Nothing => {
            ask::restore_terminal();
            let error = OpError::from(interrupted);
            let exit_code = error.code.exit_code();
            Failure(error).report(&output(), exit_code);
            exit(exit_code);
        }
        InHand::Step => {
            std::thread::sleep(NOTABLE);
            output()
                .status(&format!("{interrupted}: the step in hand is finished first; a second signal ends it at once"));
        }
    });
}

#[expect(clippy::exit, reason = "the thread that waits for an answer cannot be told to end")]
fn exit(code: u8) {
    std::process::exit(i32::from(code));
}
