//! The search for secrets on a machine of its own making, which is put back and run again many times.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Run;
use super::marks::{Kind, Known, Marks, files_below, is_private_key, may_hold, may_print};
use super::trace::{Search, Started};

/// The search of a machine that is put back and run again many times: each content is looked at once, since a secret is
/// never older than the first file that holds it.
#[derive(Debug, Default)]
pub(crate) struct Sweep {
    known: Arc<Known>,
    marks: Marks,
    added: BTreeSet<(Kind, String)>,
    seen: BTreeSet<Vec<u8>>,
}

impl Sweep {
    /// The secrets of this server, those to come included.
    pub(crate) fn of(known: Arc<Known>) -> Self {
        Self { known, ..Self::default() }
    }

    /// What of secrets a run printed or started, and what it left below the home, that does not belong there.
    #[track_caller]
    pub(crate) fn check(&mut self, home: &Path, args: &[&str], run: &Run, started: Option<Started>) {
        for (kind, secret) in self.known.all() {
            if self.added.insert((kind, secret.clone())) {
                self.marks.add(kind, &secret);
            }
        }
        let mut files = Vec::new();
        files_below(home, &mut files);
        let read = |path: PathBuf| fs::read(&path).ok().map(|bytes| (path, bytes));
        let files: Vec<_> =
            files.into_iter().filter_map(read).filter(|(_, bytes)| !self.seen.contains(bytes)).collect();
        for (_, bytes) in files.iter().filter(|(_, bytes)| is_private_key(bytes)) {
            self.marks.add_private_key(bytes);
        }
        let args = args.join(" ");
        let mut found = Vec::new();
        for kind in self.marks.found_in(run.all().as_bytes()) {
            if !may_print(kind, &args) {
                found.push(format!("{kind:?} in the output of `{args}`"));
            }
        }
        found.extend(started.map(|started| started.findings(&mut Search::new(&self.marks))).into_iter().flatten());
        for (path, bytes) in files {
            for kind in self.marks.found_in(&bytes) {
                if !may_hold(kind, &path, &bytes) {
                    found.push(format!("{kind:?} in {}", path.display()));
                }
            }
            self.seen.insert(bytes);
        }
        assert!(found.is_empty(), "secrets where they do not belong:\n{}", found.join("\n"));
    }
}
