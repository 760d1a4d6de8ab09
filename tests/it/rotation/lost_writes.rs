//! What a power cut leaves: the disk is rebuilt from the start and the recorded calls, without those
//! that were not yet synced, and put in the place of the home.
//!
//! A file's content counts once that file was synced, a name once its directory was.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use artcafe::sandbox::Dialect;

use super::checker::Checker;
use super::drive::{Case, Tally, journal};
use super::files::{Point, enumerate};
use super::machine::Machine;
use super::trace::{Deed, Effect, Trace, traced};

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
struct Disk {
    contents: Vec<Content>,
    seen: Names,
    synced: Names,
}

impl Disk {
    /// A home that has lain still for long: all of it is synced.
    fn of(home: &Path) -> Self {
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
    fn restore(&self, home: &Path) {
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
    fn follow(&mut self, trace: &Trace, ended_by_itself: bool) -> Vec<String> {
        self.follow_checking(trace, ended_by_itself, |point| {
            point.kind == "http" || ["open", "symlink", "mkdir", "unlink"].contains(&point.operation.as_str())
        })
    }

    fn follow_checking(
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

#[test]
fn the_rebuilt_disk_is_the_disk() {
    let mut machine = Machine::new(Dialect::Documented, "yaml");
    machine.keep("start");
    machine.serve(&[]);
    let mut disk = Disk::of(&machine.home());
    let (ended, trace) = traced(&machine, &["key", "rotate"], &[]);
    ended.run.expect(0);
    assert_eq!(disk.follow(&trace, true), [""; 0]);
    let real = crate::support::files::picture(&machine.home());
    disk.restore(&machine.home());
    let rebuilt = crate::support::files::picture(&machine.home());
    let plain = |picture: &BTreeMap<PathBuf, crate::support::files::Seen>| -> Vec<_> {
        picture.iter().map(|(path, seen)| (path.clone(), seen.3, seen.4.clone())).collect()
    };
    assert!(plain(&real) == plain(&rebuilt), "{:?}\n{:?}", real.keys(), rebuilt.keys());
}

/// The contract of every function that writes: when it has returned, nothing is left unsynced. And
/// its control: without any one fsync, that is seen.
#[test]
fn each_fsync_is_needed() {
    let mut machine = Machine::new(Dialect::Documented, "yaml");
    machine.keep("start");
    let points = enumerate(&mut machine);
    let is_sync = |point: &Point| point.operation.starts_with("fsync");
    let numbers: Vec<usize> = points.iter().filter(|point| is_sync(point)).map(|point| point.number).collect();
    let syncs = numbers.len();
    assert!(syncs > 20, "{syncs}");
    for number in 0..=syncs {
        machine.put_back("start");
        machine.serve(&[]);
        let mut disk = Disk::of(&machine.home());
        let (ended, trace) = traced(&machine, &["key", "rotate"], &[("ARTCAFE_TEST_SKIP_FSYNC", &number.to_string())]);
        ended.run.expect(0);
        let lost = disk.follow(&trace, true);
        // The history's directory is synced behind each line, for a predecessor's sake that died before it did so.
        let for_a_predecessor = number > 0 && {
            let point = numbers[number - 1];
            let before = &points[point - 2];
            points[point - 1].operation == "fsync-directory"
                && before.operation == "fsync"
                && before.on.ends_with("/audit.jsonl")
        };
        if !for_a_predecessor {
            assert_eq!(lost.is_empty(), number == 0, "without fsync {number} of {syncs}: {lost:?}");
        }
    }
}

/// A kill at each file operation, and a power cut with it.
fn power_cut_at_each(dialect: Dialect, format: &'static str) {
    let checker = Checker::start();
    let mut machine = Machine::new(dialect, format);
    machine.keep("start");
    machine.serve(&[]);
    let start = checker.picture(&machine);
    let points: Vec<_> = enumerate(&mut machine).into_iter().filter(|point| point.kind == "file").collect();
    let mut tally = Tally::default();
    for point in &points {
        machine.put_back("start");
        machine.serve(&[]);
        let mut disk = Disk::of(&machine.home());
        let fate = format!("{}:kill", point.number);
        let (_, trace) = traced(&machine, &["key", "rotate"], &[("ARTCAFE_TEST_FAIL", &fate)]);
        let met = trace.own().filter_map(|deed| if let Deed::Point(point) = deed { Some(point) } else { None }).last();
        assert_eq!(met.map(|met| (met.number, &met.operation)), Some((point.number, &point.operation)));
        let label = format!("{dialect} {format}, power cut at {}", point.label());
        tally.wrong.extend(disk.follow(&trace, false).into_iter().map(|lost| format!("{label}: {lost}")));
        disk.restore(&machine.home());
        Case { checker: &checker, start: &start, label, exempt: &[] }.resume_and_abort(&mut machine, &mut tally);
    }
    tally.finish(&format!("{dialect}, {format}, power cut at each file operation"), points.len());
}

#[test]
fn a_power_cut_at_each_file_operation() {
    power_cut_at_each(Dialect::Documented, "yaml");
}

#[test]
fn a_power_cut_at_each_file_operation_as_built() {
    power_cut_at_each(Dialect::AsBuilt, "json");
}

/// A process is killed before its fsync, and the next one goes on: it must not build on what a power
/// cut would still take back. So nothing is unsynced where a request that changes something leaves.
#[test]
fn nothing_is_built_on_what_a_killed_process_did_not_sync() {
    let mut machine = Machine::new(Dialect::Documented, "yaml");
    machine.keep("start");
    let points: Vec<_> =
        enumerate(&mut machine).into_iter().filter(|point| point.operation.starts_with("fsync")).collect();
    let (mut wrong, mut looked) = (Vec::new(), 0);
    for point in &points {
        machine.put_back("start");
        machine.serve(&[]);
        let mut before = Disk::of(&machine.home());
        let fate = format!("{}:kill", point.number);
        let (_, trace) = traced(&machine, &["key", "rotate"], &[("ARTCAFE_TEST_FAIL", &fate)]);
        before.follow(&trace, false);
        if journal(&machine).is_none() {
            // There is nothing to go on with.
            continue;
        }
        machine.stop();
        machine.keep("killed");
        for flag in ["--resume", "--abort"] {
            machine.put_back("killed");
            machine.serve(&[]);
            let mut disk = before.clone();
            let (ended, trace) = traced(&machine, &["key", "rotate", flag], &[]);
            assert!([0, 5, 6].contains(&ended.run.code), "{ended:?}");
            let lost = disk.follow_checking(&trace, ended.run.code == 0, |point| {
                point.operation == "before"
                    && ["POST /ssh-keys", "DELETE"].iter().any(|route| point.on.starts_with(route))
            });
            looked += 1;
            wrong.extend(lost.into_iter().map(|lost| format!("killed at {}, {flag}, {lost}", point.label())));
        }
    }
    assert!(looked > 30, "{looked}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
