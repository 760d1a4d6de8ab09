//! What strace saw of one run: points as they were announced, and calls that change something.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::files::{Point, points_of};
use super::machine::{Ended, Machine};

/// Every call that can change a file, and what tells processes and connections apart.
const CALLS: &str = "openat,open,creat,openat2,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,\
rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,mknod,mknodat,\
chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,utimensat,setxattr,fsetxattr,lsetxattr,removexattr,fremovexattr,\
fsync,fdatasync,sync,syncfs,sync_file_range,msync,copy_file_range,sendfile,splice,io_uring_enter,ioctl,\
connect,execve,clone,clone3,fork,vfork";

/// A call that changes a file or a directory, on absolute paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effect {
    Open {
        path: PathBuf,
    },
    Write {
        path: PathBuf,
        bytes: Vec<u8>,
    },
    Truncate {
        path: PathBuf,
    },
    Chmod {
        path: PathBuf,
        mode: u32,
    },
    Chown {
        path: PathBuf,
    },
    Sync {
        path: PathBuf,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    Link {
        from: PathBuf,
        to: PathBuf,
    },
    Symlink {
        target: PathBuf,
        link: PathBuf,
    },
    Unlink {
        path: PathBuf,
    },
    Mkdir {
        path: PathBuf,
    },
    /// One that nothing here knows how to replay.
    Unknown {
        call: String,
    },
}

impl Effect {
    /// The operation and the path that the point before it has to name.
    pub(super) fn announced_as(&self) -> (&'static [&'static str], Option<&Path>) {
        match self {
            Self::Open { path } => (&["open"], Some(path)),
            Self::Write { path, .. } => (&["write"], Some(path)),
            Self::Truncate { path } => (&["truncate"], Some(path)),
            Self::Chmod { path, .. } => (&["fchmod"], Some(path)),
            Self::Chown { path } => (&["fchown"], Some(path)),
            Self::Sync { path } => (&["fsync", "fsync-directory"], Some(path)),
            Self::Rename { to, .. } => (&["rename"], Some(to)),
            Self::Link { to, .. } => (&["link"], Some(to)),
            Self::Symlink { link, .. } => (&["symlink"], Some(link)),
            Self::Unlink { path } => (&["unlink"], Some(path)),
            Self::Mkdir { path } => (&["mkdir"], Some(path)),
            Self::Unknown { .. } => (&[], None),
        }
    }

    fn paths(&self) -> Vec<&Path> {
        match self {
            Self::Rename { from, to } | Self::Link { from, to } => vec![from, to],
            Self::Unknown { .. } => vec![],
            other => other.announced_as().1.into_iter().collect(),
        }
    }
}

/// One thing that a process did.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    Point(Point),
    Effect(Effect),
    Connect,
    Exec(String),
}

/// A deed and whose it is: the traced program's own, or that of a process which it started.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) process: u32,
    pub(super) deed: Deed,
}

/// One run under strace.
pub(super) struct Trace {
    /// The traced program's process.
    pub(super) main: u32,
    pub(super) events: Vec<Event>,
}

impl Trace {
    /// What the program itself did.
    pub(super) fn own(&self) -> impl Iterator<Item = &Deed> {
        self.events.iter().filter(|event| event.process == self.main).map(|event| &event.deed)
    }
}

/// Runs the program under strace, with the points written down among its calls.
pub(super) fn traced(machine: &Machine, args: &[&str], variables: &[(&str, &str)]) -> (Ended, Trace) {
    let (log, points) = (machine.root().join("trace"), machine.root().join("points"));
    let _ = fs::remove_file(&points);
    let filter = format!("trace={CALLS}");
    let before =
        ["strace", "-f", "-y", "-xx", "-s", "1000000", "-e", &filter, "-e", "signal=none", "-o", log.to_str().unwrap()];
    let variables: Vec<_> =
        variables.iter().copied().chain([("ARTCAFE_TEST_POINTS", points.to_str().unwrap())]).collect();
    let ended = machine.finish(machine.command(&before, args, &variables));
    let text = fs::read_to_string(&log).unwrap();
    (ended, read(&text, &machine.home(), &points))
}

fn read(text: &str, home: &Path, points: &Path) -> Trace {
    let mut unfinished: HashMap<u32, String> = HashMap::new();
    let mut process_of: HashMap<u32, u32> = HashMap::new();
    let mut main = 0;
    let mut events = Vec::new();
    for line in text.lines() {
        let (thread, rest) = line.split_once(' ').unwrap();
        let thread: u32 = thread.parse().unwrap();
        if main == 0 {
            main = thread;
        }
        let rest = rest.trim_start();
        let whole = if let Some(start) = rest.strip_suffix("<unfinished ...>") {
            unfinished.insert(thread, start.to_owned());
            continue;
        } else if let Some(resumed) = rest.strip_prefix("<... ") {
            let tail = resumed.split_once(" resumed>").unwrap().1;
            // A thread that came to be before its parent's call returned has no start here.
            unfinished.remove(&thread).unwrap_or_default() + tail
        } else {
            rest.to_owned()
        };
        let Some(call) = Call::read(&whole) else { continue };
        let process = *process_of.entry(thread).or_insert(thread);
        if ["clone", "clone3", "fork", "vfork"].contains(&call.name.as_str()) {
            if let Ok(child) = u32::try_from(call.result) {
                let is_thread = call.arguments.iter().any(|text| text.contains("CLONE_THREAD"));
                process_of.insert(child, if is_thread { process } else { child });
            }
            continue;
        }
        if let Some(deed) = call.deed(home, points) {
            events.push(Event { process, deed });
        }
    }
    Trace { main, events }
}

/// One line of strace's, taken apart.
struct Call {
    name: String,
    arguments: Vec<String>,
    result: i64,
    /// The path that strace shows behind a returned descriptor.
    returned: Option<PathBuf>,
}

impl Call {
    fn read(line: &str) -> Option<Self> {
        let (name, rest) = line.split_once('(')?;
        let (arguments, result) = rest.rsplit_once(" = ")?;
        let arguments = arguments.trim_end().strip_suffix(')')?;
        let number = result.split([' ', '<']).next()?;
        let returned = result.split_once('<').and_then(|(_, path)| decode(path.split('>').next()?));
        Some(Self { name: name.to_owned(), arguments: split(arguments), result: number.parse().ok()?, returned })
    }

    fn text(&self, place: usize) -> PathBuf {
        decode(self.arguments[place].trim_matches('"')).unwrap_or_default()
    }

    /// The path behind a descriptor.
    fn descriptor(&self, place: usize) -> PathBuf {
        let argument = &self.arguments[place];
        argument.split_once('<').and_then(|(_, path)| decode(path.trim_end_matches('>'))).unwrap_or_default()
    }

    /// The path at two places: a directory's descriptor and a name.
    fn at(&self, place: usize) -> PathBuf {
        self.descriptor(place).join(self.text(place + 1))
    }

    fn deed(&self, home: &Path, points: &Path) -> Option<Deed> {
        let flags = |place: usize| self.arguments.get(place).map(String::as_str).unwrap_or_default();
        let creates =
            |flags: &str| flags.contains("O_CREAT") || flags.contains("O_TRUNC") || flags.contains("O_TMPFILE");
        match self.name.as_str() {
            "connect" if flags(1).contains("AF_INET") => return Some(Deed::Connect),
            "execve" if self.result == 0 => {
                let words: Vec<String> = split(flags(1).trim_matches(['[', ']']))
                    .iter()
                    .filter_map(|word| Some(decode(word.trim().trim_matches('"'))?.display().to_string()))
                    .collect();
                return Some(Deed::Exec(words.join(" ")));
            }
            "write" if self.descriptor(0) == points => {
                let point =
                    points_of(&String::from_utf8(bytes_of(self.arguments[1].trim_matches('"'))).unwrap()).pop()?;
                return Some(Deed::Point(point));
            }
            _ => {}
        }
        if self.result < 0 {
            // Nothing happened.
            return None;
        }
        let effect = match self.name.as_str() {
            "openat" if creates(flags(2)) => Effect::Open { path: self.returned.clone()? },
            "open" if creates(flags(1)) => Effect::Open { path: self.returned.clone()? },
            "write" => Effect::Write { path: self.descriptor(0), bytes: bytes_of(self.arguments[1].trim_matches('"')) },
            "ftruncate" => Effect::Truncate { path: self.descriptor(0) },
            "fchmod" => Effect::Chmod { path: self.descriptor(0), mode: u32::from_str_radix(flags(1), 8).unwrap() },
            "fchown" => Effect::Chown { path: self.descriptor(0) },
            "fsync" | "fdatasync" => Effect::Sync { path: self.descriptor(0) },
            "rename" => Effect::Rename { from: self.text(0), to: self.text(1) },
            "renameat" | "renameat2" => Effect::Rename { from: self.at(0), to: self.at(2) },
            "link" => Effect::Link { from: self.text(0), to: self.text(1) },
            "linkat" => Effect::Link { from: self.at(0), to: self.at(2) },
            "symlink" => Effect::Symlink { target: self.text(0), link: self.text(1) },
            "symlinkat" => Effect::Symlink { target: self.text(0), link: self.at(1) },
            "unlink" => Effect::Unlink { path: self.text(0) },
            "unlinkat" => Effect::Unlink { path: self.at(0) },
            "mkdir" => Effect::Mkdir { path: self.text(0) },
            "mkdirat" => Effect::Mkdir { path: self.at(0) },
            "openat" | "open" | "ioctl" | "execve" | "connect" => return None,
            other => {
                let below = hex(home);
                // Whatever else touches the home is a call that no point can announce.
                return self.arguments.iter().any(|text| text.contains(&below)).then(|| {
                    Deed::Effect(Effect::Unknown { call: format!("{other}({})", self.arguments.join(", ")) })
                });
            }
        };
        effect.paths().iter().any(|path| path.starts_with(home)).then_some(Deed::Effect(effect))
    }
}

/// Splits arguments at their commas; strings and paths are hexadecimal, so that only brackets count.
fn split(text: &str) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for character in text.chars() {
        match character {
            '[' | '{' | '(' => depth += 1,
            ']' | '}' | ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().unwrap().push(character);
    }
    parts.into_iter().map(|part| part.trim().to_owned()).collect()
}

/// The bytes of `\x41\x42`.
fn bytes_of(text: &str) -> Vec<u8> {
    text.split("\\x").skip(1).map(|pair| u8::from_str_radix(&pair[..2], 16).unwrap()).collect()
}

fn decode(text: &str) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt as _;
    text.starts_with("\\x").then(|| PathBuf::from(std::ffi::OsString::from_vec(bytes_of(text))))
}

fn hex(path: &Path) -> String {
    path.as_os_str().as_encoded_bytes().iter().map(|byte| format!("\\x{byte:02x}")).collect()
}
