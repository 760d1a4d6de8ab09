//! What can be seen of a world from outside: on the machine, and in the model.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::machine::Machine;
use super::world::{Key, Record, World};

/// What can be seen of a world from outside.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seen {
    phase: Option<String>,
    is_back: bool,
    asked: bool,
    has_id: bool,
    retire_asked: bool,
    config: Key,
    names_old_id: bool,
    old_private: bool,
    old_public: bool,
    new_file: bool,
    old: Record,
    new: Record,
    records_of_new: usize,
}

impl World {
    pub(super) fn seen(&self) -> Seen {
        let journal = self.journal;
        Seen {
            phase: journal.map(|journal| journal.phase.word().to_owned()),
            is_back: journal.is_some_and(|journal| journal.is_back),
            asked: journal.is_some_and(|journal| journal.asked),
            has_id: journal.is_some_and(|journal| journal.has_id),
            retire_asked: journal.is_some_and(|journal| journal.retire_asked),
            config: self.config,
            names_old_id: self.config == Key::Old,
            old_private: self.old_private,
            old_public: self.old_public,
            new_file: self.new_file,
            old: self.old,
            new: self.new,
            records_of_new: usize::from(self.new == Record::Active) + usize::from(self.second),
        }
    }
}

impl Machine {
    /// Looks at journal, configuration, files and records.
    pub(super) fn see(&self) -> Seen {
        let journal = self.journal();
        let flag = |pointer: &str| journal.as_ref().is_some_and(|journal| !journal.pointer(pointer).unwrap().is_null());
        let config = fs::read_to_string(self.env.config()).unwrap();
        let record = |found: &[Value]| match found.iter().find(|record| record["revoked"] == false) {
            Some(_) => Record::Active,
            None if found.is_empty() => Record::Absent,
            None => Record::Revoked,
        };
        let is_old = |record: &Value| record.get("key_id").or(record.get("id")).unwrap() == self.old_id.as_str();
        let new = self.new_records();
        let is_file = |path: PathBuf| path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
        Seen {
            phase: journal.as_ref().map(|journal| journal["phase"].as_str().unwrap().to_owned()),
            is_back: journal.as_ref().is_some_and(|journal| journal["direction"] == "back"),
            asked: flag("/register_requested_at"),
            has_id: flag("/new/key_id"),
            retire_asked: journal.as_ref().is_some_and(|journal| journal["retire_requested"] == true),
            config: if config.contains("artcafe_agent.2") { Key::New } else { Key::Old },
            names_old_id: config.contains(&self.old_id),
            old_private: is_file(self.env.key()),
            old_public: is_file(self.env.path(".ssh/artcafe_agent.pub")),
            new_file: self.new_key().is_some(),
            old: record(&self.server.keys().into_iter().filter(is_old).collect::<Vec<_>>()),
            new: record(&new),
            records_of_new: new.iter().filter(|record| record["revoked"] == false).count(),
        }
    }
}
