//! The configuration step of `setup`: compare, back up, write.
//!
//! Writes only what differs, in place, so that comments and unknown keys stay. A value that a person
//! wrote differently but that means the same (`~/…`, a trailing slash) is no difference. A file that
//! named other values is kept as a dated backup.

use std::path::PathBuf;

use serde::Serialize;

use crate::config::{self, ConfigFile, Edit, Endpoint, Key, Scalar};
use crate::id::KeyId;
use crate::ops::audit::{Action, Change};
use crate::ops::configure;
use crate::ops::error::OpError;
use crate::ops::session::Session;
use crate::ops::setup::{SetupOptions, wanted};

/// A value of the file that would change.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Difference {
    /// The dotted key.
    pub key: &'static str,
    /// What the file says.
    pub old: String,
    /// What it would say.
    pub new: String,
}

/// What became of the file.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    /// The file.
    pub path: PathBuf,
    /// Whether it is new.
    pub created: bool,
    /// Whether anything was written.
    pub changed: bool,
    /// The copy of the file as it was.
    pub backup: Option<PathBuf>,
}

impl Written {
    /// This outcome after an earlier one of the same run.
    pub(super) fn or(self, earlier: Self) -> Self {
        Self {
            created: self.created || earlier.created,
            changed: self.changed || earlier.changed,
            backup: earlier.backup.or(self.backup),
            path: self.path,
        }
    }
}

/// The values that the file names differently. A missing value is no difference, and neither is the
/// key id, which follows from the others.
pub(super) fn differences(
    session: &Session,
    key_id: Option<&KeyId>,
    options: &SetupOptions,
) -> Result<Vec<Difference>, OpError> {
    let Some(file) = &session.settings.file else { return Ok(Vec::new()) };
    let mut differences = Vec::new();
    for (key, new) in wanted(session, key_id, options) {
        if let Some(old) = text_in(file, key).filter(|old| key != Key::KeyId && !same(session, key, old, &new)) {
            differences.push(Difference { key: key.path(), old, new });
        }
    }
    let named = text_in(file, Key::AgentId).filter(|_| session.settings.agent_id.is_none());
    if let (Some(old), Some(new)) = (named, &options.new_agent) {
        let new = format!("the new agent `{}`", new.name);
        differences.push(Difference { key: Key::AgentId.path(), old, new });
    }
    Ok(differences)
}

/// Writes what is wanted; nothing when all of it stands already.
pub(super) fn write(session: &Session, key_id: Option<&KeyId>, options: &SetupOptions) -> Result<Written, OpError> {
    let path = session.settings.paths.config.value.clone();
    // Read anew: the file may have been written a moment ago, by this run or by a person.
    let file = ConfigFile::load(&path)?;
    let values = wanted(session, key_id, options);
    let Some(file) = file else {
        let changed = Edit::replacing(&path, None, config::fresh(config::Format::of(&path), &values))?.save()?;
        return Ok(Written { path, created: true, changed, backup: None });
    };
    let mut edit = Edit::new(&file)?;
    let mut replaces = false;
    for (key, value) in values {
        match text_in(&file, key) {
            // The platform's own script leaves a relative path, which is another file elsewhere.
            Some(old) if key == Key::PrivateKeyPath && session.settings.paths.expand(&old).is_relative() => {
                replaces |= !same(session, key, &old, &value);
            }
            Some(old) if same(session, key, &old, &value) => continue,
            Some(_) => replaces = true,
            None => {}
        }
        edit.set(&key.key_path(), Scalar::Text(value))?;
    }
    // A record's id belongs to the identity that the file named before, and to no other.
    if key_id.is_none() && text_in(&file, Key::KeyId).is_some() && !configure::names(&file, session) {
        edit.unset(&Key::KeyId.key_path())?;
    }
    let backup = if replaces && edit.is_change() { Some(config::backup(&path, &options.stamp)?) } else { None };
    let changed = edit.save()?;
    Ok(Written { path, created: false, changed, backup })
}

/// Tells the history of a file that was written.
pub(super) fn tell(session: &Session, written: &Written) -> Result<(), OpError> {
    let mut change = Change::new(Action::ConfigWritten).path(&written.path);
    change.key_id = session.settings.key_id.as_ref().map(|id| id.value.to_string());
    change.from = written.backup.as_ref().map(|backup| backup.display().to_string());
    session.record(change)
}

fn text_in(file: &ConfigFile, key: Key) -> Option<String> {
    file.text_of(key).map(|found| found.value)
}

fn same(session: &Session, key: Key, old: &str, new: &str) -> bool {
    let paths = &session.settings.paths;
    match key {
        Key::PrivateKeyPath => configure::is_same_file(paths, old, &paths.expand(new)),
        Key::Endpoint => match (old.parse::<Endpoint>(), new.parse::<Endpoint>()) {
            (Ok(old), Ok(new)) => old == new,
            _ => false,
        },
        _ => old == new,
    }
}
