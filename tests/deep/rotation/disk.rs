//! A home as programs see it and as the disk has it: what a power cut would leave of it.
//!
//! A file's content counts once that file was synced, a name once its directory was.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use super::files::Point;
use super::trace::{Deed, Effect, Trace};

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    File(usize),
    Link(PathBuf),
    Directory,
}

/// A file's content and mode: as programs see it, and as the disk has it.
#[derive(Debug, Clone, Default)]
struct Content {
    seen: (Vec<u8>, u32),
    synced: Option<(Vec<u8>, u32)>,
}

/// The names of each directory.
type Names = BTreeMap<PathBuf, BTreeMap<PathBuf, Node>>;

/// A home as programs see it and as the disk has it.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk {
    contents: Vec<Content>,
    seen: Names,
    synced: Names,
}

impl Disk {
    /// A home that has lain still for long: all of it is synced.
    pub(super) fn of(home: &Path) -> Self {
        let mut disk = Self::default();
        disk.take_in(home);
        disk.synced = disk.seen.clone();
        disk
    }

    fn take_in(&mut self, directory: &Path) {
        let mut names = BTreeMap::new();
        for entry in fs::read_dir(directory).unwrap() {
            let entry = entry.unwrap();
            let path = entry.path();
            let kind = entry.file_type().unwrap();
            let node = if kind.is_dir() {
                self.take_in(&path);
                Node::Directory
            } else if kind.is_symlink() {
                Node::Link(fs::read_link(&path).unwrap())
            } else {
                let content = (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().permissions().mode() & 0o7777);
                self.contents.push(Content { synced: Some(content.clone()), seen: content });
                Node::File(self.contents.len() - 1)
            };
            names.insert(path, node);
        }
        self.seen.insert(directory.to_path_buf(), names);
    }

    fn directory(&mut self, path: &Path) -> &mut BTreeMap<PathBuf, Node> {
        self.seen.get_mut(path.parent().unwrap()).unwrap_or_else(|| panic!("no directory for {}", path.display()))
    }

    fn file(&mut self, path: &Path) -> &mut Content {
        match self.directory(path).get(path) {
            Some(Node::File(number)) => {
                let number = *number;
                &mut self.contents[number]
            }
            other => panic!("{} is {other:?}", path.display()),
        }
    }

    fn apply(&mut self, effect: &Effect) {
        match effect {
            Effect::Open { path } => {
                if !self.directory(path).contains_key(path) {
                    self.contents.push(Content { seen: (Vec::new(), 0o600), synced: None });
                    let number = self.contents.len() - 1;
                    self.directory(path).insert(path.clone(), Node::File(number));
                }
            }
            Effect::Write { path, bytes } => self.file(path).seen.0.extend(bytes),
            Effect::Truncate { path } => self.file(path).seen.0.clear(),
            Effect::Chmod { path, mode } => self.file(path).seen.1 = *mode,
            Effect::Sync { path } => match self.seen.get(path) {
                Some(names) => {
                    let names = names.clone();
                    self.synced.insert(path.clone(), names);
                }
                None => {
                    let content = self.file(path);
                    content.synced = Some(content.seen.clone());
                }
            },
            Effect::Rename { from, to } => {
                let node = self.directory(from).remove(from).unwrap();
                self.directory(to).insert(to.clone(), node);
            }
            Effect::Link { from, to } => {
                let node = self.directory(from).get(from).unwrap().clone();
                self.directory(to).insert(to.clone(), node);
            }
            Effect::Symlink { target, link } => {
                self.directory(link).insert(link.clone(), Node::Link(target.clone()));
            }
            Effect::Unlink { path } => {
                self.directory(path).remove(path).unwrap();
            }
            Effect::Mkdir { path } => {
                self.directory(path).insert(path.clone(), Node::Directory);
                self.seen.insert(path.clone(), BTreeMap::new());
                // Its own content is nothing yet, which needs no sync.
                self.synced.insert(path.clone(), BTreeMap::new());
            }
            Effect::Chown { .. } | Effect::Unknown { .. } => panic!("{effect:?} cannot be replayed"),
        }
    }

    /// What would be lost now. The lock's content may be: it tells who holds it, and nobody does
    /// after a power cut. A temporary file may be: none is ever read.
    fn unsynced(&self) -> Vec<String> {
        let counts = |path: &Path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name != "lock" && !name.ends_with(".lock") && !(name.starts_with('.') && name.ends_with(".tmp"))
        };
        let mut lost = BTreeSet::new();
        let none = BTreeMap::new();
        for (directory, names) in &self.seen {
            let synced = self.synced.get(directory).unwrap_or(&none);
            for (path, node) in names.iter().filter(|(path, _)| counts(path)) {
                if synced.get(path) != Some(node) {
                    lost.insert(format!("the name {}", path.display()));
                }
                if let Node::File(number) = node
                    && self.contents[*number].synced.as_ref() != Some(&self.contents[*number].seen)
                {
                    lost.insert(format!("the content of {}", path.display()));
                }
            }
            for path in synced.keys().filter(|path| counts(path) && !names.contains_key(*path)) {
                lost.insert(format!("the removal of {}", path.display()));
            }
        }
        lost.into_iter().collect()
    }

    /// Writes down what the disk has, in the place of `home`.
    pub(super) fn restore(&self, home: &Path) {
        fs::remove_dir_all(home).unwrap();
        fs::create_dir(home).unwrap();
        self.write_down(home);
    }

    fn write_down(&self, directory: &Path) {
        for (path, node) in self.synced.get(directory).into_iter().flatten() {
            match node {
                Node::Directory => {
                    super::machine::private_dir(path);
                    self.write_down(path);
                }
                Node::Link(target) => symlink(target, path).unwrap(),
                Node::File(number) => {
                    // A name without a content that was synced: an empty file, as file systems leave it.
                    let (bytes, mode) = self.contents[*number].synced.clone().unwrap_or((Vec::new(), 0o600));
                    fs::write(path, bytes).unwrap();
                    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
                }
            }
        }
    }

    /// Does what a run did. Names what was not synced where another step began, a request left, or
    /// the program ended by itself.
    pub(super) fn follow(&mut self, trace: &Trace, ended_by_itself: bool) -> Vec<String> {
        self.follow_checking(trace, ended_by_itself, |point| {
            point.kind == "http" || ["open", "symlink", "mkdir", "unlink"].contains(&point.operation.as_str())
        })
    }

    pub(super) fn follow_checking(
        &mut self,
        trace: &Trace,
        ended_by_itself: bool,
        is_checked: impl Fn(&Point) -> bool,
    ) -> Vec<String> {
        let mut wrong = Vec::new();
        for deed in trace.own() {
            match deed {
                Deed::Effect(effect) => self.apply(effect),
                Deed::Point(point) if is_checked(point) => {
                    wrong.extend(self.unsynced().into_iter().map(|lost| format!("at {}: {lost}", point.label())));
                }
                _ => {}
            }
        }
        if ended_by_itself {
            wrong.extend(self.unsynced().into_iter().map(|lost| format!("at the end: {lost}")));
        }
        wrong
    }
}
