//! `doctor`: everything that can be wrong with an identity, looked at in one go.
//!
//! Owns the order: first what asks no server, whole, whatever is broken; then the rest side by side, until the time is
//! up. Every check of the closed table [`Check`] stands in the diagnosis once: fine, advice, a warning, an error, or
//! skipped because of another one, so that one cause shows once. What always holds: a diagnosis writes nothing, not
//! even a token; a key is proved only where a command would prove it; nobody is asked anything; and what is offered as
//! a mend is a [`Fix`](crate::ops::Fix) and nothing else.

mod check;
mod configuration;
mod finding;
mod key;
mod known_keys;
mod machine;
mod network;
mod online;
mod proof;
mod records;
mod version_control;

use std::path::PathBuf;
use std::time::Instant;

use jiff::Timestamp;

use crate::config::Paths;
use crate::ops::OpError;
use crate::ops::prove;
use crate::ops::session::Session;

pub use check::{Check, Group, OF_ONE_COMMAND, Part};
use finding::Sheet;
pub use finding::{Finding, Status};

/// What is looked at: as much of it as there is.
pub struct Patient {
    /// Where things are.
    pub paths: Result<Paths, OpError>,
    /// The session that commands would work with; it asks nobody.
    pub session: Result<Session, OpError>,
    /// Where systemd looks for the units of a timer.
    pub unit_directories: Vec<PathBuf>,
    /// What git finds around it: where programs and the user's own settings are, and no secret.
    pub variables: Vec<(&'static str, String)>,
    /// The user on whose behalf files are opened.
    pub user: u32,
    /// The time by this machine's clock.
    pub now: Timestamp,
    /// When the look began.
    pub started: Instant,
}

/// A diagnosis: what each check found, in the order of the table.
pub type Findings = Vec<(Check, Finding)>;

/// Makes the checks that ask no server.
pub fn diagnose_offline(patient: &Patient) -> Findings {
    let mut sheet = offline(patient);
    // What this machine itself ended is known without a server.
    if let Some(error) = patient.session.as_ref().ok().and_then(prove::ended_from_here) {
        sheet.put(Check::Revocation, Finding::failed(&error));
    }
    sheet.finish()
}

/// Makes every check; those that ask the server within a few seconds.
pub async fn diagnose(patient: &Patient) -> Findings {
    let mut sheet = offline(patient);
    online::look(&mut sheet, patient).await;
    sheet.finish()
}

fn offline(patient: &Patient) -> Sheet {
    let mut sheet = Sheet::default();
    match &patient.paths {
        Err(error) => machine::without_places(&mut sheet, error),
        Ok(paths) => {
            machine::look(&mut sheet, patient, paths);
            configuration::look(&mut sheet, patient, paths);
            match &patient.session {
                Ok(session) => key::look(&mut sheet, session),
                Err(_) => {
                    let by = sheet.obstacle(&[Check::Home, Check::ConfigurationValid]);
                    sheet.block(key::ALL, by.unwrap_or(Check::ConfigurationValid));
                }
            }
        }
    }
    sheet
}

/// Every configuration that is there: the one in force, the default one and the profiles, each once.
fn configurations(paths: &Paths) -> Vec<PathBuf> {
    let mut all = vec![paths.config.value.clone(), paths.default_config()];
    // A directory that cannot be listed is told as the home.
    all.extend(paths.profiles().unwrap_or_default().iter().map(|name| paths.profile_config(name)));
    let mut seen = Vec::new();
    all.retain(|path| {
        let Ok(real) = std::fs::canonicalize(path) else { return false };
        let is_new = !seen.contains(&real);
        seen.push(real);
        is_new
    });
    all
}

/// A number with its noun.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
